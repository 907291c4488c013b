import pathlib

import pytest

from train.data.corpora import billboard, harte
from train.data.corpora.song import Bar, Chord, CorpusError, Note, Skipped, Song

C_MAJ = harte.parse("C:maj")
G_7 = harte.parse("G:7")


def hum(*rows: str, metre: str = "*M4/4", spines: str = "**harm **harte **kern") -> str:
    """Returns a humdrum file: its rows have "|" between the spines; a row of one cell has that cell in every spine."""
    count = len(spines.split())
    cells = [row.split("|") for row in ("|".join(spines.split()), metre, *rows, "*-")]
    return "\n".join("\t".join(c * count if len(c) == 1 else c) for c in cells) + "\n!!!OTL: A song\n"


def write(root: pathlib.Path, text: str, name: str = "Singer_Song_1970.hum") -> pathlib.Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    return root


def song_of(root: pathlib.Path, *rows: str, **options: str) -> Song:
    song, = billboard.read(write(root, hum(*rows, **options)))
    assert isinstance(song, Song), song
    song.check()
    return song


def test_durations_become_frames(tmp_path):
    song = song_of(tmp_path,
                   "1r;|N|r;",
                   "=1",
                   "2I|C:maj|4c", ".|.|8.e", ".|.|16g", "2V7|G-:7|2r",
                   "=2",
                   "8%5I|C:maj|8%5c", "8%3V7|G:7|8%3BB-",
                   "=3",
                   "1r;|N|r;")
    assert (song.corpus, song.id, song.group, song.frames) == ("billboard", "Singer_Song_1970", "Singer_Song_1970", 32)
    assert song.notes == [Note(0, 4, 60), Note(4, 7, 64), Note(7, 8, 67), Note(16, 26, 60), Note(26, 32, 46)]
    assert song.chords == [Chord(0, 8, *C_MAJ), Chord(8, 16, 6, G_7[1]), Chord(16, 26, *C_MAJ), Chord(26, 32, *G_7)]
    assert song.bars == [Bar(0, 4, 4), Bar(16, 4, 4)]


def test_ties_make_one_note_across_a_bar_line(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|2r", ".|.|[2c#", "=2", "1I|C:maj|1c#_", "=3", "1I|C:maj|4c#]", ".|.|4c#",
                   ".|.|2r", "=4")
    assert song.notes == [Note(8, 36, 61), Note(36, 40, 61)]


def test_a_tie_that_leads_to_another_pitch_or_over_a_rest_begins_a_note(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|[4c", ".|.|4d]", ".|.|4r", ".|.|4d]", "=2")
    assert song.notes == [Note(0, 4, 60), Note(4, 8, 62), Note(12, 16, 62)]


def test_grace_notes_take_no_time_and_make_no_note(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|8Bq", ".|.|2c", ".|.|16eQ 16gQ", ".|.|2d", "=2")
    assert song.notes == [Note(0, 8, 60), Note(8, 16, 62)]


def test_the_highest_of_notes_sung_together_is_the_melody(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|[2c [2e", ".|.|4c] 4e]", ".|.|4r", "=2")
    assert song.notes == [Note(0, 12, 64)]


def test_triplets_are_rounded_to_the_nearest_frame_and_are_at_least_one_long(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|12c", ".|.|12d", ".|.|12e", ".|.|4r", ".|.|32c", ".|.|32d", ".|.|4r",
                   ".|.|8.r", "=2")
    # The thirty-second d begins halfway between frames 8 and 9.
    assert song.notes == [Note(0, 1, 60), Note(1, 3, 62), Note(3, 4, 64), Note(8, 9, 60), Note(9, 10, 62)]


def test_a_pickup_ends_at_the_first_bar_line(tmp_path):
    # Before the pickup, the melody's silence has no duration; the chords' silence is a whole bar.
    song = song_of(tmp_path, "1r;|N|r;", ".|.|8G", ".|.|[8B", "=1", "1I|C:maj|2B]", ".|.|2r", "=2")
    assert song.notes == [Note(12, 14, 55), Note(14, 24, 59)]
    assert song.chords == [Chord(16, 32, *C_MAJ)]
    assert song.bars == [Bar(0, 4, 4), Bar(16, 4, 4)]


@pytest.mark.parametrize(("metre", "bar", "frames", "beats", "unit"), [
    ("*M3/4", "2.", 12, 3, 4), ("*M6/8", "2.", 12, 6, 8), ("*M12/8", "1.", 24, 12, 8), ("*M5/8", "8%5", 10, 5, 8),
])
def test_bars_have_the_length_of_their_metre(tmp_path, metre, bar, frames, beats, unit):
    song = song_of(tmp_path, "=1", f"{bar}I|C:maj|{bar}c", "=2", f"{bar}I|C:maj|{bar}d", "=3", metre=metre)
    assert song.bars == [Bar(0, beats, unit), Bar(frames, beats, unit)]
    assert song.notes == [Note(0, frames, 60), Note(frames, 2 * frames, 62)]


def test_a_change_of_metre_begins_at_the_bar_line_before_it(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|1c", "=2", "*M2/4", "2I|C:maj|2d", "=3", "*M4/4", "1I|C:maj|1c", "=4")
    assert song.bars == [Bar(0, 4, 4), Bar(16, 2, 4), Bar(24, 4, 4)]


def test_a_missing_bar_line_is_put_where_the_metre_says(tmp_path):
    song = song_of(tmp_path, "=1", "1I|C:maj|1c", "1V7|G:7|1d", "=3", "1I|C:maj|1c", "=4")
    assert song.bars == [Bar(0, 4, 4), Bar(16, 4, 4), Bar(32, 4, 4)]


def test_written_out_repeats_are_played_as_they_stand(tmp_path):
    song = song_of(tmp_path, "=1", "*>Letter>A", "1I|C:maj|1c", "=2", "*>Letter>B", "1V7|G:7|1d", "=3", "*>Letter>A",
                   "1I|C:maj|1c", "=4")
    assert song.notes == [Note(0, 16, 60), Note(16, 32, 62), Note(32, 48, 60)]


def test_empty_bars_at_the_front_are_dropped(tmp_path):
    song = song_of(tmp_path, "=1", "1r|N|1r", "=2", "1I|C:maj|4r", ".|.|2.c", "=3")
    assert (song.notes, song.chords, song.bars) == ([Note(4, 16, 60)], [Chord(0, 16, *C_MAJ)], [Bar(0, 4, 4)])


def test_the_melody_is_the_spine_marked_as_the_principal_voice(tmp_path):
    song = song_of(tmp_path, "*|*|*Nstimme|*Hstimme", "=1", "1I|C:maj|1c|1e", "=2", "*|*|*Hstimme|*", "1I|C:maj|1d|1f",
                   "=3", spines="**harm **harte **kern **kern")
    assert song.notes == [Note(0, 16, 64), Note(16, 32, 62)]


@pytest.mark.parametrize("token", ["8~e-", "8?e-", "8;e-", "8e-;"])
def test_marks_on_a_note_do_not_hide_its_pitch(tmp_path, token):
    assert song_of(tmp_path, "=1", f"1I|C:maj|{token}", ".|.|2..r", "=2").notes == [Note(0, 2, 63)]


@pytest.mark.parametrize(("token", "pitch"),
                         [("4c", 60), ("4cc", 72), ("4C", 48), ("4CC", 36), ("4b-", 70), ("4f##", 67)])
def test_octaves_and_accidentals(tmp_path, token, pitch):
    assert song_of(tmp_path, "=1", f"1I|C:maj|{token}", ".|.|2.r", "=2").notes == [Note(0, 4, pitch)]


ONE_BAR = hum("=1", "1I|C:maj|1c", "=2")


def test_songs_come_by_name_from_either_layout_and_each_once(tmp_path):
    data = tmp_path / "Billboard" / "Data"
    for name in ("B_Song_1970.varms.hum", "A_Song_1970.varms.hum", "A_Song_1970.hum"):
        write(data, ONE_BAR, name)
    songs = list(billboard.read(tmp_path))
    assert songs == list(billboard.read(data))
    assert [song.id for song in songs] == ["A_Song_1970", "A_Song_1970.varms", "B_Song_1970.varms"]
    assert songs[1] == Skipped("A_Song_1970.varms", "the same song as A_Song_1970")
    assert songs[2].group == "B_Song_1970"


@pytest.mark.parametrize(("row", "why"), [("1I|C:maj|1r", "no melody"), ("1r|N|1c", "no chords")])
def test_a_song_without_melody_or_chords_is_skipped(tmp_path, row, why):
    write(tmp_path, hum("=1", row, "=2"))
    assert list(billboard.read(tmp_path)) == [Skipped("Singer_Song_1970", why)]


def test_a_song_without_bar_lines_is_skipped(tmp_path):
    write(tmp_path, hum("1I|C:maj|1c"))
    assert list(billboard.read(tmp_path)) == [Skipped("Singer_Song_1970", "no bar lines")]


@pytest.mark.parametrize("root", ["", "missing"])
def test_a_folder_without_songs_is_named_with_the_cure(tmp_path, root):
    with pytest.raises(CorpusError, match=r"no \.hum files not found; see train/README\.md"):
        list(billboard.read(tmp_path / root))


@pytest.mark.parametrize("row", [
    "1I|C:maj",
    "1I|C:blues|1c",
    "1I|C:maj|1h",
    "0I|C:maj|0c",
    "*^|*|*",
    "*>[A,A,B]",
])
def test_a_line_that_makes_no_sense_is_named(tmp_path, row):
    write(tmp_path, hum("=1", row, "=2"))
    with pytest.raises(CorpusError, match=r"Singer_Song_1970\.hum, line 4: "):
        list(billboard.read(tmp_path))


@pytest.mark.parametrize("text", ["", ONE_BAR.partition("*-")[0], "!! only a comment\n"])
def test_a_file_cut_short_is_named(tmp_path, text):
    write(tmp_path, text)
    with pytest.raises(CorpusError, match=r"Singer_Song_1970\.hum: ends before its spines do"):
        list(billboard.read(tmp_path))


def test_a_file_without_chord_spines_is_named(tmp_path):
    write(tmp_path, hum("=1", spines="**kern **silbe"))
    with pytest.raises(CorpusError, match=r"line 1: there is no \*\*harm, no \*\*harte or no \*\*kern spine"):
        list(billboard.read(tmp_path))


def test_a_file_that_is_not_text_is_named(tmp_path):
    (tmp_path / "Singer_Song_1970.hum").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CorpusError, match=r"Singer_Song_1970\.hum: "):
        list(billboard.read(tmp_path))
