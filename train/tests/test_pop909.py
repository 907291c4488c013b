import pathlib

import mido
import pytest

from train.data.corpora import harte, pop909
from train.data.corpora.song import Bar, Chord, CorpusError, Note, Skipped, Song

TICKS = 480
C_MAJ = harte.parse("C:maj")
A_MIN = harte.parse("A:min")


def write_song(root: pathlib.Path, notes, beats, chords, number="001", track="MELODY", tempo=500_000) -> pathlib.Path:
    """Writes a song's folder. notes: (start, end, pitch) in quarters; beats: (seconds, simple, compound) flags."""
    folder = root / number
    folder.mkdir(parents=True)
    first, melody, piano = mido.MidiTrack(), mido.MidiTrack(), mido.MidiTrack()
    first.append(mido.MetaMessage("set_tempo", tempo=tempo))
    melody.name, piano.name = track, "PIANO"
    events = sorted((round(TICKS * time), kind, pitch)
                    for start, end, pitch in notes for time, kind in ((start, "note_on"), (end, "note_off")))
    now = 0
    for tick, kind, pitch in events:
        melody.append(mido.Message(kind, note=pitch, velocity=90, time=tick - now))
        now = tick
    piano.append(mido.Message("note_on", note=30, velocity=90, time=0))
    piano.append(mido.Message("note_off", note=30, time=9600))
    mido.MidiFile(ticks_per_beat=TICKS, tracks=[first, melody, piano]).save(folder / f"{number}.mid")
    (folder / "beat_midi.txt").write_text("".join(f"{t} {float(s)} {float(c)}\n" for t, s, c in beats))
    (folder / "chord_midi.txt").write_text("".join(f"{s}\t{e}\t{label}\n" for s, e, label in chords))
    return folder


def beats_of(count: int, simple: int, compound: int, offset: int = 0, first: float = 0.0) -> list:
    """Returns beats half a second apart; the first downbeats are on beat `offset`."""
    return [(first + i / 2, i >= offset and (i - offset) % simple == 0, i >= offset and (i - offset) % compound == 0)
            for i in range(count)]


def the_song(root: pathlib.Path) -> Song:
    song, = pop909.read(root)
    assert isinstance(song, Song), song
    song.check()
    return song


def test_times_become_sixteenths_and_a_note_is_at_least_one_long(tmp_path):
    write_song(tmp_path, [(0, 1, 60), (1.02, 1.03, 62), (1.49, 2.9, 64)], beats_of(9, 2, 4),
               [(0.0, 1.0, "C:maj"), (1.0, 1.5, "N"), (1.5, 4.0, "A:min/b3")])
    song = the_song(tmp_path)
    assert (song.corpus, song.id, song.group, song.frames) == ("pop909", "001", "001", 32)
    assert song.notes == [Note(0, 4, 60), Note(4, 5, 62), Note(6, 12, 64)]
    assert song.chords == [Chord(0, 8, *C_MAJ), Chord(12, 32, *A_MIN)]
    assert song.bars == [Bar(0, 4, 4), Bar(16, 4, 4)]


def test_uneven_beats_are_followed(tmp_path):
    # The MIDI file runs at one quarter per second. Beats 1 and 2 are two seconds apart, the others one.
    beats = [(t, i % 2 == 0, i % 4 == 0) for i, t in enumerate([0.5, 1.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5])]
    write_song(tmp_path, [(0.5, 1.5, 60), (2.5, 3.5, 62), (4.5, 5, 64)], beats, [(0.5, 4.5, "C:maj")], tempo=1_000_000)
    song = the_song(tmp_path)
    assert song.notes == [Note(0, 4, 60), Note(6, 8, 62), Note(12, 14, 64)]
    assert song.chords == [Chord(0, 12, *C_MAJ)]


def test_tempo_changes_on_the_first_track_hold_for_the_melody(tmp_path):
    folder = write_song(tmp_path, [(0, 1, 60), (4, 5, 62)], beats_of(12, 2, 4), [(0.0, 4.0, "C:maj")])
    midi = mido.MidiFile(folder / "001.mid")
    midi.tracks[0].insert(1, mido.MetaMessage("set_tempo", tempo=1_000_000, time=2 * TICKS))
    midi.save(folder / "001.mid")
    # Quarter 4 comes after two quarters of half a second and two of a second: at 3 s, which is beat 6.
    assert the_song(tmp_path).notes == [Note(0, 4, 60), Note(24, 32, 62)]


def test_triple_metre_takes_its_bars_from_the_simple_downbeats(tmp_path):
    write_song(tmp_path, [(0, 1, 60)], beats_of(13, 3, 6), [(0.0, 6.0, "C:maj")])
    assert the_song(tmp_path).bars == [Bar(0, 3, 4), Bar(12, 3, 4), Bar(24, 3, 4), Bar(36, 3, 4)]


def test_a_pickup_makes_the_bar_before_the_first_downbeat_whole(tmp_path):
    # Beat 1 is the first downbeat. The pickup note is on the beat before it, the last of its bar.
    write_song(tmp_path, [(0, 0.5, 59), (1, 2, 60)], beats_of(10, 2, 4, offset=1), [(0.5, 2.5, "C:maj")])
    song = the_song(tmp_path)
    assert song.bars == [Bar(0, 4, 4), Bar(16, 4, 4)]
    assert song.notes == [Note(12, 14, 59), Note(16, 20, 60)]
    assert song.chords == [Chord(16, 32, *C_MAJ)]


def test_content_before_the_first_and_after_the_last_beat_is_kept_on_the_grid(tmp_path):
    write_song(tmp_path, [(1, 2, 59), (18, 20, 60)], beats_of(9, 2, 4, first=2.0), [(2.0, 6.0, "C:maj")])
    song = the_song(tmp_path)
    # Beat 0, a downbeat, is at quarter 4 of the MIDI file, so quarter 1 is three beats before it.
    assert song.notes == [Note(4, 8, 59), Note(72, 80, 60)]
    assert song.bars == [Bar(frame, 4, 4) for frame in range(0, 80, 16)]
    assert song.frames == 80


def test_empty_bars_at_the_front_are_dropped(tmp_path):
    write_song(tmp_path, [(9, 10, 60)], beats_of(17, 2, 4), [(0.0, 4.0, "N"), (4.0, 6.0, "C:maj")])
    song = the_song(tmp_path)
    assert (song.notes, song.chords, song.bars) == ([Note(4, 8, 60)], [Chord(0, 16, *C_MAJ)], [Bar(0, 4, 4)])


def test_a_bar_of_another_length_has_the_metre_it_has(tmp_path):
    downbeats = {0, 4, 6, 10}
    beats = [(i / 2, i % 2 == 0, i in downbeats) for i in range(15)]
    write_song(tmp_path, [(0, 1, 60)], beats, [(0.0, 7.0, "C:maj")])
    assert the_song(tmp_path).bars == [Bar(0, 4, 4), Bar(16, 2, 4), Bar(24, 4, 4), Bar(40, 4, 4)]


def test_the_melody_is_monophonic(tmp_path):
    write_song(tmp_path, [(0, 4, 60), (0, 4, 67), (2, 3, 64)], beats_of(9, 2, 4), [(0.0, 2.0, "C:maj")])
    assert the_song(tmp_path).notes == [Note(0, 8, 67), Note(8, 12, 64)]


def test_songs_come_by_number_from_either_layout(tmp_path):
    for number in ("010", "002"):
        write_song(tmp_path / "POP909", [(0, 1, 60)], beats_of(9, 2, 4), [(0.0, 2.0, "C:maj")], number=number)
    (tmp_path / "POP909" / "index.xlsx").write_text("")
    ids = ["002", "010"]
    assert [song.id for song in pop909.read(tmp_path)] == ids
    assert [song.id for song in pop909.read(tmp_path / "POP909")] == ids


@pytest.mark.parametrize(("track", "label", "why"), [("VOCALS", "C:maj", "no melody"), ("MELODY", "N", "no chords")])
def test_a_song_without_melody_or_chords_is_skipped(tmp_path, track, label, why):
    write_song(tmp_path, [(0, 1, 60)], beats_of(9, 2, 4), [(0.0, 2.0, label)], track=track)
    assert list(pop909.read(tmp_path)) == [Skipped("001", why)]


@pytest.mark.parametrize("name", ["001.mid", "beat_midi.txt", "chord_midi.txt"])
def test_a_missing_file_is_named_with_the_cure(tmp_path, name):
    folder = write_song(tmp_path, [(0, 1, 60)], beats_of(9, 2, 4), [(0.0, 2.0, "C:maj")])
    (folder / name).unlink()
    with pytest.raises(CorpusError, match=rf"{name}: not found; see train/README\.md"):
        list(pop909.read(tmp_path))


@pytest.mark.parametrize("root", ["", "missing"])
def test_a_folder_without_songs_is_named_with_the_cure(tmp_path, root):
    with pytest.raises(CorpusError, match=r"no numbered folders not found; see train/README\.md"):
        list(pop909.read(tmp_path / root))


@pytest.mark.parametrize("broken", [b"", b"not a MIDI file", None])
def test_a_broken_midi_file_is_named(tmp_path, broken):
    folder = write_song(tmp_path, [(0, 1, 60)], beats_of(9, 2, 4), [(0.0, 2.0, "C:maj")])
    path = folder / "001.mid"
    path.write_bytes(path.read_bytes()[:-20] if broken is None else broken)
    with pytest.raises(CorpusError, match=r"001\.mid: not a readable MIDI file"):
        list(pop909.read(tmp_path))


@pytest.mark.parametrize(("name", "line"), [
    ("beat_midi.txt", "0.5 1.0"),
    ("beat_midi.txt", "half 1.0 0.0"),
    ("beat_midi.txt", "0.0 0.0 0.0"),
    ("chord_midi.txt", "0.5\t1.0"),
    ("chord_midi.txt", "0.5\tlater\tC:maj"),
    ("chord_midi.txt", "0.5\tinf\tC:maj"),
    ("chord_midi.txt", "0.5\t1.0\tH:maj"),
])
def test_a_malformed_line_is_named(tmp_path, name, line):
    folder = write_song(tmp_path, [(0, 1, 60)], beats_of(9, 2, 4), [(0.0, 0.5, "C:maj"), (0.5, 1.0, "C:maj")])
    lines = (folder / name).read_text().splitlines()
    (folder / name).write_text("\n".join([lines[0], line, *lines[2:]]))
    with pytest.raises(CorpusError, match=rf"{name}, line 2: "):
        list(pop909.read(tmp_path))


def test_beats_without_bars_are_refused(tmp_path):
    write_song(tmp_path, [(0, 1, 60)], [(0.0, 1, 1), (0.5, 0, 0)], [(0.0, 0.5, "C:maj")])
    with pytest.raises(CorpusError, match=r"beat_midi\.txt: has less than two bars"):
        list(pop909.read(tmp_path))
