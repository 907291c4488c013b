"""Tests the ABC that the Nottingham tunes do not have; test_nottingham.py tests the rest."""

import pytest

from train.data.corpora import abc_notation
from train.data.corpora.leadsheet import expand, interval_set, to_song
from train.data.corpora.song import Chord, Song


def tune(body: str, header: str = "M:4/4\nL:1/4\nK:C") -> Song:
    read, = abc_notation.read(f"X:1\nT:A Tune\n{header}\n{body}\n")
    assert not read.problem
    song = to_song("own", "tune", "tune", read.played())
    assert isinstance(song, Song), song
    return song


def spans(song: Song) -> list[tuple[int, int]]:
    return [(n.start, n.end) for n in song.notes]


def pitches(song: Song) -> list[int]:
    return [n.pitch for n in song.notes]


@pytest.mark.parametrize(("body", "frames"), [
    ('"C"c>d e2|', [(0, 6), (6, 8), (8, 16)]),
    ('"C"c<d e2|', [(0, 2), (2, 8), (8, 16)]),
    ('"C"c>>d e2|', [(0, 7), (7, 8), (8, 16)]),
    ('"C"[ce]>[df] e2|', [(0, 6), (6, 8), (8, 16)]),
    ('"C"c/d/ e// f3// g2|', [(0, 2), (2, 4), (4, 5), (5, 8), (8, 16)]),
    ('"C"[ce]2 [c2e2]/ d|', [(0, 8), (8, 12), (12, 16)]),
    ('"C"(5:4:5c/d/e/f/g/ c2|', [(0, 2), (2, 3), (3, 5), (5, 6), (6, 8), (8, 16)]),
    ('"C"(3:2:2c2d z2|', [(0, 5), (5, 8)]),
    ('"C"c4|Z2|d4|', [(0, 16), (48, 64)]),
    ('"C"{gf}c2 !trill!d2|', [(0, 8), (8, 16)]),
    ('"C"c2x2| % the end', [(0, 8)]),
])
def test_lengths(body, frames):
    assert spans(tune(body)) == frames


@pytest.mark.parametrize(("key", "f", "b"), [
    ("none", 65, 71), ("", 65, 71), ("Ador", 66, 71), ("D dorian", 65, 71), ("Gmix", 65, 71), ("F Lydian", 65, 71),
    ("Emin", 66, 71), ("E minor", 66, 71), ("Dm", 65, 70), ("G major", 66, 71), ("F clef=treble", 65, 70),
    ("C locrian", 65, 70), ("E phrygian", 65, 71),
])
def test_modes(key, f, b):
    assert pitches(tune('"C"F2B2|', f"M:4/4\nL:1/4\nK:{key}")) == [f, b]


@pytest.mark.parametrize(("metre", "bar"), [("C", (4, 4)), ("C|", (2, 2)), ("none", (4, 4)), ("3/4", (3, 4))])
def test_metres(metre, bar):
    assert tune('"C"c|', f"M:{metre}\nL:1/4\nK:C").bars[0][1:] == bar


@pytest.mark.parametrize(("body", "played"), [
    ('"C"C4|1D4:|2E4|]F4|', "CDCEF"),
    ('|:"C"C4|[1,3 D4:|[2 E4:|', "CDCE"),
    ('[|"C"C4|]', "C"),
    ('"C"C4|\nw: words that are *| no_notes\nD4|', "CD"),
    ('V:1\n"C"C4|\nV:2\nG4|\nV:1\nD4|', "CD"),
    ('[V:a]"C"C4|[V:b]G4|\n[V:a]D4|', "CD"),
    ('"C"C4|[M:2/4][L:1/8]D4|', "CD"),
])
def test_repeats_voices_and_words(body, played):
    letters = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G"}
    assert "".join(letters[p] for p in pitches(tune(body))) == played


def test_double_accidentals_and_a_key_between_notes():
    assert pitches(tune('"C"^^C__DEF[K:G]F|')) == [62, 60, 64, 65, 66]


def test_words_over_notes_are_no_chords_and_nc_ends_one():
    song = tune('"^slowly""C"c2"<p"d2|"N.C."e4|"G7"f4|')
    assert song.chords == [Chord(0, 16, 0, interval_set((4, 7))), Chord(32, 48, 7, interval_set((4, 7, 10)))]


@pytest.mark.parametrize(("symbol", "root", "semitones"), [
    ("Gmaj7", 7, (4, 7, 11)), ("Bdim", 11, (3, 6)), ("Asus4", 9, (5, 7)), ("C+", 0, (4, 8)), ("Ebmin7", 3, (3, 7, 10)),
    ("F#m7b5", 6, (3, 6, 10)), ("D9", 2, (2, 4, 7, 10)), ("C/G", 0, (4, 7)), ("D/F#", 2, (4, 7)), ("E-", 4, (3, 7)),
])
def test_chord_spellings(symbol, root, semitones):
    assert abc_notation.read_chord(symbol) == (root, interval_set(semitones))


def test_a_tune_that_cannot_be_read_says_why_and_the_others_go_on():
    head = "M:4/4\nL:1/4\nK:C\n"
    one, two, three = abc_notation.read(f'X:1\n{head}"C"c4|\nX:2\n{head}"C"c4 &|\nc4|\nX:\n{head}"C"d4|\n')
    assert (one.problem, two.problem) == ("", "tune 2, line 10: cannot read '&|'")
    assert three.problem == "line 12: cannot read ''"
    assert len(expand(one.played())) == 1


@pytest.mark.parametrize("body", ["c/0|", "K:H", '"H7"c|', "[K:Q]c|", '"C'])
def test_what_is_no_abc(body):
    read, = abc_notation.read(f"X:7\nM:4/4\nK:C\n{body}\n")
    assert read.problem.startswith("tune 7, line 4: ")
