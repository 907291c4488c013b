import pathlib

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.data import tokens
from train.data.corpora import midi
from train.data.corpora.song import Bar, Chord, Note, Skipped, Song

TICKS = 96  # per quarter note
MAJOR, MINOR, SEVENTH, FIFTH = 0b10010001, 0b10001001, 0b10010010001, 0b10000001
TUNE = [(beat, beat + 1, 72 + beat % 4) for beat in range(8)]


def track(name: str, notes: list[tuple[float, float, int]], channel: int = 0, *signs) -> mido.MidiTrack:
    """Returns a track. notes: start and end in quarter notes, pitch. signs: (quarters, beats, unit)."""
    made = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    events = [(round(at * TICKS), on, mido.Message("note_on" if on else "note_off", note=pitch, channel=channel))
              for start, end, pitch in notes for at, on in ((start, 1), (end, 0))]
    events += [(round(at * TICKS), 0, mido.MetaMessage("time_signature", numerator=beats, denominator=unit))
               for at, beats, unit in signs]
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        made.append(message.copy(time=tick - now))
        now = tick
    return made


def write(path: pathlib.Path, *tracks: mido.MidiTrack) -> pathlib.Path:
    mido.MidiFile(ticks_per_beat=TICKS, tracks=tracks).save(path)
    return path


def read(tmp_path: pathlib.Path, *tracks: mido.MidiTrack) -> Song:
    song = midi.read(write(tmp_path / "song.mid", *tracks), "own", "song")
    assert isinstance(song, Song), song
    song.check()
    return song


def block(start: float, end: float, *pitches: int) -> list[tuple[float, float, int]]:
    return [(start, end, pitch) for pitch in pitches]


def named(chords: list[Chord]) -> list[tuple[int, int, str]]:
    symbols = tokens.vocabulary()
    return [(start, end, symbols[12 * tokens.fold(intervals) + root]) for start, end, root, intervals in chords]


def test_melody_chords_and_bars(tmp_path):
    song = read(tmp_path, track("", [], 0, (0, 3, 4)), track("Melody", [(3, 4.5, 67), (4.5, 6, 69)]),
                track("Chords", block(3, 6, 48, 52, 55) + block(6, 9, 45, 48, 52), 1))
    assert song.frames == 24  # from the bar line before the first note, beat 3
    assert song.notes == [Note(0, 6, 67), Note(6, 12, 69)]
    assert song.chords == [Chord(0, 12, 0, MAJOR), Chord(12, 24, 9, MINOR)]
    assert song.bars == [Bar(0, 3, 4), Bar(12, 3, 4)]


def test_a_change_of_metre_begins_a_bar(tmp_path):
    song = read(tmp_path, track("melody", TUNE, 0, (0, 2, 4), (3, 6, 8)), track("chords", block(0, 8, 48, 52, 55), 1))
    assert song.bars == [Bar(0, 2, 4), Bar(8, 2, 4), Bar(12, 6, 8), Bar(24, 6, 8)]


LOW, HIGH = [(beat, beat + 1, 50) for beat in range(8)], [(beat, beat + 1, 80) for beat in range(8)]
TRIADS, PAIRS = block(0, 8, 60, 64, 67), block(0, 8, 60, 67)


@pytest.mark.parametrize(("parts", "melody", "chord"), [
    ([("bass", LOW), ("flute", HIGH), ("strings", TRIADS)], 80, MAJOR),
    ([("Lead vocal", LOW), ("flute", HIGH), ("strings", TRIADS)], 50, MAJOR),
    ([("vocal", LOW), ("MELODY", HIGH), ("strings", TRIADS)], 80, MAJOR),
    ([("melody", HIGH), ("strings", TRIADS), ("Piano", PAIRS)], 80, FIFTH),
    ([("melody", HIGH), ("Piano", TRIADS), ("CHORDS", PAIRS)], 80, FIFTH),
    ([("melody", HIGH), ("strings", PAIRS), ("brass", TRIADS), ("two", block(0, 8, 62, 69))], 80, MAJOR),
])
def test_which_tracks_are_melody_and_chords(tmp_path, parts, melody, chord):
    song = read(tmp_path, *(track(name, notes, i) for i, (name, notes) in enumerate(parts)))
    assert {note.pitch for note in song.notes} == {melody}
    assert [c.intervals for c in song.chords] == [chord]


def test_channels_of_one_track_are_parts_and_drums_are_none(tmp_path):
    one = track("My melody", HIGH)
    two = track("", TRIADS, 1)
    drums = track("", [(0, 8, pitch) for pitch in range(35, 45)], 9)
    merged = mido.merge_tracks([drums, two, one])
    song = read(tmp_path, mido.MidiTrack([mido.MetaMessage("track_name", name="My melody"), *merged]))
    assert {n.pitch for n in song.notes} == {80} and [c.intervals for c in song.chords] == [MAJOR]


@pytest.mark.parametrize(("tracks", "why"), [
    ([("piano", TRIADS)], "no melody"), ([("melody", HIGH)], "no chords"), ([], "no melody"),
    ([("melody", HIGH), ("chords", LOW)], "no chords: nothing in track 'chords'"),
    ([("melody", HIGH), ("bass", LOW)], "no chords: no other track"),
])
def test_without_melody_or_chords_a_file_is_left_out(tmp_path, tracks, why):
    path = write(tmp_path / "song.mid", *(track(name, notes, i) for i, (name, notes) in enumerate(tracks)))
    song = midi.read(path, "own", "song")
    assert isinstance(song, Skipped) and song.why.startswith(why)


@pytest.mark.parametrize(("pitches", "symbol"), [
    ((48, 52, 55), "C"), ((52, 55, 60), "C"), ((43, 48, 52), "C"), ((48, 52, 55, 60, 64), "C"),
    ((45, 48, 52, 55), "Am7"), ((48, 52, 55, 57), "C6"), ((43, 47, 53), "G7"), ((48, 53, 55), "Csus4"),
    ((53, 55, 60), "Fsus2"), ((48, 55), "C5"), ((55, 60), "C5"), ((47, 50, 53, 57), "Bm7b5"),
    ((43, 53, 57, 60), "F"),  # over a bass note outside the chord
    ((48, 52, 55, 58, 62), "C7"), ((44, 48, 52), "Abaug"), ((46, 49, 52, 55), "Bbdim7"),
])
def test_names_of_chords(pitches, symbol):
    root, intervals = midi.named_by(set(pitches))
    assert tokens.vocabulary()[12 * tokens.fold(intervals) + root] == symbol


@given(st.integers(0, tokens.CHORDS - 1), st.integers(24, 72), st.sets(st.integers(0, 2)))
def test_every_chord_of_the_vocabulary_is_known_in_root_position(chord, lowest, octaves):
    quality, root = divmod(chord, 12)
    low = lowest + (root - lowest) % 12
    intervals = list(tokens.QUALITIES.values())[quality]
    pitches = {low + i for i in intervals} | {low + 12 * octave + intervals[-1] for octave in octaves}
    found, sounding = midi.named_by(pitches)
    assert (found, tokens.fold(sounding)) == (root, quality)


@pytest.mark.parametrize(("notes", "expected"), [
    # An arpeggio is named from its first three pitch classes; its later notes are in the chord.
    ([(i / 2, i / 2 + 0.5, p) for i, p in enumerate([48, 52, 55, 52, 45, 48, 52, 48])],
     [(0, 8, "C"), (8, 16, "Am")]),
    # A change between beats, where three notes begin together, and a change of two notes.
    (block(0, 1.5, 48, 52, 55) + block(1.5, 4, 53, 57, 60), [(0, 6, "C"), (6, 16, "F")]),
    # A chord that is struck again, also after a short rest, stays one chord.
    (block(0, 1, 48, 52, 55) + block(2, 4, 48, 52, 55), [(0, 16, "C")]),
    # Two of a chord's notes alone continue it; a bare fifth elsewhere is a chord of its own.
    (block(0, 1, 48, 52, 55) + block(1, 2, 48, 52) + block(2, 4, 50, 57), [(0, 8, "C"), (8, 16, "D5")]),
    # A rest of a bar is no chord.
    (block(0, 2, 48, 52, 55) + block(6, 8, 48, 52, 55), [(0, 8, "C"), (24, 32, "C")]),
])
def test_chords_of_notes(notes, expected):
    grid = [Note(round(4 * start), round(4 * end), pitch) for start, end, pitch in notes]
    last = max(note.end for note in grid)
    assert named(midi.chords(grid, [Bar(f, 4, 4) for f in range(0, last, 16)], last)) == expected


def test_a_note_longer_than_any_song_is_refused(tmp_path):
    path = write(tmp_path / "song.mid", track("melody", [(0, 40_000, 60)]))
    with pytest.raises(ValueError, match="a note ends at beat 40000; a song has at most 32768"):
        midi.read(path, "own", "song")


@given(st.data())
def test_a_damaged_file_is_a_value_error_or_a_song(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "song.mid"
    write(path, track("melody", TUNE), track("chords", block(0, 8, 48, 52, 55), 1))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[:data.draw(st.integers(0, len(content)))])
    try:
        song = midi.read(path, "own", "song")
    except ValueError:
        return
    if isinstance(song, Song):
        song.check()


def test_a_take_of_jamd():
    take = pathlib.Path(__file__).parents[2] / "midiio" / "testdata" / "take.mid"
    song = midi.read(take, "own", "take")
    assert isinstance(song, Song)
    assert song.frames == 64 and len(song.notes) == 14 and song.notes[2] == Note(8, 11, 67)
    assert named(song.chords) == [(8, 16, "C"), (16, 64, "F#m7b5")]
