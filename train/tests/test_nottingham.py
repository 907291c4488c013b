import pathlib

import pytest

from train.data.corpora.abc_notation import read_chord
from train.data.corpora.nottingham import normalised, read
from train.data.corpora.song import Bar, Chord, CorpusError, Note, Skipped, Song

MAJOR, MINOR, SEVENTH = 0b10010001, 0b10001001, 0b10010010001


def corpus(tmp_path: pathlib.Path, text: str, name: str = "jigs") -> pathlib.Path:
    folder = tmp_path / "ABC_cleaned"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.abc").write_text(text)
    return tmp_path


def tune(tmp_path: pathlib.Path, body: str, header: str = "M:4/4\nL:1/4\nK:C") -> Song:
    songs = list(read(corpus(tmp_path, f"X: 1\nT:A Tune\n% Nottingham Music Database\nS:Trad\n{header}\n{body}\n")))
    assert len(songs) == 1 and isinstance(songs[0], Song)
    return songs[0]


def pitches(song: Song) -> list[int]:
    return [n.pitch for n in song.notes]


def test_pickup_chords_and_repeat_in_six_eight(tmp_path):
    song = tune(tmp_path, 'G|"C"c2e "G7"d2B|"C"c3 c2:|', "M:6/8\nK:C")
    assert (song.id, song.group, song.corpus) == ("jigs/001", "tune", "nottingham")
    assert song.frames == 48
    assert song.bars == [Bar(0, 6, 8), Bar(2, 6, 8), Bar(14, 6, 8), Bar(26, 6, 8), Bar(38, 6, 8)]
    assert song.notes[:6] == [Note(0, 2, 67), Note(2, 6, 72), Note(6, 8, 76), Note(8, 12, 74), Note(12, 14, 71),
                              Note(14, 20, 72)]
    assert song.notes[7] == Note(24, 26, 67)
    assert song.chords == [
        Chord(2, 8, 0, MAJOR), Chord(8, 14, 7, SEVENTH), Chord(14, 26, 0, MAJOR),
        Chord(26, 32, 0, MAJOR), Chord(32, 38, 7, SEVENTH), Chord(38, 48, 0, MAJOR),
    ]


def test_three_four_and_a_metre_that_changes(tmp_path):
    song = tune(tmp_path, '"G"d2B|\nM:2/4\n"F"BA|\nM:3/4\n"G"G3||', "M:3/4\nL:1/4\nK:G")
    assert song.bars == [Bar(0, 3, 4), Bar(12, 2, 4), Bar(20, 3, 4)]
    assert song.chords == [Chord(0, 12, 7, MAJOR), Chord(12, 20, 5, MAJOR), Chord(20, 32, 7, MAJOR)]


@pytest.mark.parametrize(("header", "frames"), [
    ("M:4/4\nK:C", 2), ("M:6/8\nK:C", 2), ("M:2/4\nK:C", 1), ("M:2/4\nL:1/8\nK:C", 2), ("M:9/8\nL:1/4\nK:C", 4),
])
def test_length_of_a_plain_note(tmp_path, header, frames):
    assert tune(tmp_path, '"C"c|', header).frames == frames


def test_note_lengths(tmp_path):
    song = tune(tmp_path, '"C"c3/2c/2 c/4c3/4z|')
    assert [(n.start, n.end) for n in song.notes] == [(0, 6), (6, 8), (8, 9), (9, 12)]
    assert song.frames == 16


def test_triplet_rounds_and_spans_lines(tmp_path):
    song = tune(tmp_path, '"C"(3cd\n%P:3\ne "G"(3f/2g/2a/2|')
    assert [(n.start, n.end) for n in song.notes] == [(0, 3), (3, 5), (5, 8), (8, 9), (9, 11), (11, 12)]


def test_four_in_the_time_of_three(tmp_path):
    song = tune(tmp_path, '"Em"e3 (4edef|', "M:6/8\nK:C")
    assert [(n.start, n.end) for n in song.notes] == [(0, 6), (6, 8), (8, 9), (9, 11), (11, 12)]


@pytest.mark.parametrize(("body", "played"), [
    ('"C"CDEF|[1GFED:|[2GABc||"F"cccc|', "CDEFGFEDCDEFGABccccc"),
    ('"C"C4|:D4:|E4|', "CDDE"),
    ('"C"C4:|D4:|', "CCDD"),
    ('"C"C4::D4:|', "CCDD"),
    ('"C"C4:||:D4| [1E4:|\n [2F4||G4:|', "CCDEDFGG"),
    ('G|: || |:"C"C3:|', "GCC"),
    ('"C"C4|D4||E4:|', "CDECDE"),
])
def test_repeats(tmp_path, body, played):
    letters = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A", 71: "B", 72: "c"}
    assert "".join(letters[p] for p in pitches(tune(tmp_path, body))) == played


@pytest.mark.parametrize(("header", "played"), [
    ("M:4/4\nL:1/4\nK:C", [60, 60, 62]),
    ("Y:ABA\nM:4/4\nL:1/4\nK:C", [60, 60, 62, 60, 60]),
    ("P:BA\nM:4/4\nL:1/4\nK:C", [62, 60, 60]),
    ("Y:AAB\nM:4/4\nL:1/4\nK:C", [60, 60, 62]),
    ("Y:ABB\nM:4/4\nL:1/4\nK:C", [60, 60, 62, 62]),
    ("Y:ABC\nM:4/4\nL:1/4\nK:C", [60, 60, 62]),
])
def test_part_order(tmp_path, header, played):
    assert pitches(tune(tmp_path, 'P:A\n"C"C4:|\nP:B\nD4|', header)) == played


def test_ties_within_and_over_bar_lines_and_chord_symbols(tmp_path):
    song = tune(tmp_path, '"C"c2 -"G"c2-|"F"cd2-e|')
    assert song.notes == [Note(0, 20, 72), Note(20, 28, 74), Note(28, 32, 76)]
    assert [c.start for c in song.chords] == [0, 8, 16]


def test_tied_chords_and_the_highest_note(tmp_path):
    song = tune(tmp_path, '"D"[f3-A3-]"A7"[f2A2]f|', "M:6/8\nK:D")
    assert song.notes == [Note(0, 10, 78), Note(10, 12, 78)]


def test_accidentals_hold_for_the_bar_their_octave_and_over_a_tie(tmp_path):
    song = tune(tmp_path, '"G"^c/2c/2C/2=f/2 f_e/2e/2|cf^g2-|gz g2|', "M:4/4\nL:1/4\nK:G")
    assert pitches(song) == [73, 73, 60, 77, 77, 75, 75, 72, 78, 80, 79]


@pytest.mark.parametrize(("key", "pitch"), [
    ("C", 65), ("G", 66), ("Dm", 65), ("Em", 66), ("Bb", 65), ("D", 66), ("Am", 65), ("B", 66), ("Cm", 65),
])
def test_key_signature(tmp_path, key, pitch):
    assert pitches(tune(tmp_path, '"C"F4|', f"M:4/4\nL:1/4\nK:{key}")) == [pitch]


def test_flat_keys_and_octave_marks(tmp_path):
    assert pitches(tune(tmp_path, "\"Cm\"BeaD,|c'[+GB]~gF|", "M:4/4\nL:1/4\nK:Cm")) == [70, 75, 80, 50, 84, 70, 79, 65]


def test_of_two_symbols_on_a_note_the_first_counts_and_a_blank_one_goes_on(tmp_path):
    song = tune(tmp_path, '"Em""C"e2 " ""G"B2|"(E7)"B4|')
    assert song.chords == [Chord(0, 16, 4, MINOR), Chord(16, 32, 4, SEVENTH)]


@pytest.mark.parametrize(("symbol", "root", "semitones"), [
    ("G", 7, (0, 4, 7)), ("Bb", 10, (0, 4, 7)), ("F#", 6, (0, 4, 7)), ("Am", 9, (0, 3, 7)), ("F#m", 6, (0, 3, 7)),
    ("D m", 2, (0, 3, 7)), (" Em", 4, (0, 3, 7)), ("D7", 2, (0, 4, 7, 10)), ("Bb7", 10, (0, 4, 7, 10)),
    ("(E7)", 4, (0, 4, 7, 10)), ("Bm7", 11, (0, 3, 7, 10)), ("C6", 0, (0, 4, 7, 9)), ("Cm6", 0, (0, 3, 7, 9)),
    ("Cd", 0, (0, 3, 6)), ("Bbd", 10, (0, 3, 6)), ("D#d", 3, (0, 3, 6)), ("Da", 2, (0, 4, 8)),
    ("Fa7", 5, (0, 4, 8, 10)), ("E7b9", 4, (0, 1, 4, 7, 10)), ("G/b", 7, (0, 4, 7)),
    ("Gm/bb", 7, (0, 3, 7)), ("A7/c+", 9, (0, 4, 7, 10)), ("Dm7/c", 2, (0, 3, 7, 10)), ("Cb", 11, (0, 4, 7)),
])
def test_chord_spellings(symbol, root, semitones):
    assert read_chord(symbol) == (root, sum(1 << s for s in semitones))


def test_titles_of_versions_are_one_group():
    assert normalised("The King of the Fairies (2)") == normalised("King Of The Fairies") == "king of fairies"
    assert normalised("John Peel Variations") == normalised("John Peel")
    assert normalised("B & B's") != normalised("B")
    assert normalised("42") == "42"


def test_tunes_come_sorted_by_id_and_skipped_with_a_reason(tmp_path):
    head = "M:4/4\nL:1/4\nK:C\n"
    corpus(tmp_path, f'X: 10\nT:b\n{head}"C"c4|\n\nX: 2\nT:c\n{head}c4|\n', "slip")
    corpus(tmp_path, f'X: 1\nT:a\n{head}"C"z4|\n', "ashover")
    ashover, slip2, slip10 = read(tmp_path)
    assert (ashover, slip2) == (Skipped("ashover/001", "no melody"), Skipped("slip/002", "no chords"))
    assert slip10.id == "slip/010"


def test_a_missing_folder_or_no_files_is_named_with_the_cure(tmp_path):
    with pytest.raises(CorpusError, match="ABC_cleaned: no .abc files not found; see train/README.md"):
        list(read(tmp_path))
    (tmp_path / "ABC_cleaned").mkdir()
    with pytest.raises(CorpusError, match="not found"):
        list(read(tmp_path))


@pytest.mark.parametrize(("text", "message"), [
    ("", "no tune in it"),
    ("X: 1\nT:a\nM:4/4\nK:C\n\"C\"c2 $|\n", "tune 1, line 5: cannot read '\\$"),
    ("X: 1\nT:a\nM:4/4\nK:C\n\"C\"c2 \"Am", "tune 1, line 5: cannot read '\"Am"),
    ("X: 1\nT:a\nM:4/4\nK:C\n\"Chord\"c2|\n", "tune 1, line 5: cannot read chord symbol 'Chord'"),
    ("X: 1\nT:a\nM:4/4\nK:H\n", "tune 1, line 4: cannot read 'H'"),
    ("X: 1\nT:a\nM:4/0\nK:C\n", "tune 1, line 3: cannot read '4/0'"),
    ("X: 1\nT:a\nK:C\nX: 1\n", "tune 1, line 4: a second tune"),
    ("X: one\n", "line 1: cannot read 'one'"),
    ("X: 1\nT:a\nM:4/4\n", "tune 1: no K: line"),
])
def test_a_broken_file_is_named_with_the_place(tmp_path, text, message):
    with pytest.raises(CorpusError, match=r"jigs\.abc: " + message) as caught:
        list(read(corpus(tmp_path, text)))
    assert "train/README.md" in str(caught.value)


def test_a_file_that_is_not_text(tmp_path):
    corpus(tmp_path, "")
    (tmp_path / "ABC_cleaned" / "jigs.abc").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CorpusError, match=r"jigs\.abc"):
        list(read(tmp_path))
