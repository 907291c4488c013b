import pathlib

import pytest

from train.data.corpora.leadsheet import interval_set
from train.data.corpora.song import Bar, Chord, CorpusError, Note, Skipped, Song
from train.data.corpora.weimar import read, read_chord

BEATS = "bar,bass_pitch,beat,chord,chorus_id,form,onset,signature\n"
MELODY = "bar,beat,beatdur,denom,division,duration,num,onset,period,pitch,subtatum,tatum\n"
SEVENTH, MINOR_SEVENTH = interval_set((4, 7, 10)), interval_set((3, 7, 10))


def solo(root: pathlib.Path, beats: list[tuple[int, float, str]], notes: list[tuple[float, float, float]],
         name: str = "MaryLou_InAMellowTone-2") -> Song | Skipped:
    """Returns the solo of these beats (of the bar, onset, chord) and notes (onset, duration, pitch)."""
    for folder in ("csv_beats", "csv_melody"):
        (root / folder).mkdir(exist_ok=True)
    (root / "csv_beats" / f"{name}_Solo.csv").write_text(
        BEATS + "".join(f"0,,{beat},{chord},,,{onset},\n" for beat, onset, chord in beats))
    (root / "csv_melody" / f"{name}_Solo.csv").write_text(
        MELODY + "".join(f"0,1,.5,4,2,{duration},4,{onset},4,{pitch},0,1\n" for onset, duration, pitch in notes))
    made, = read(root)
    if isinstance(made, Song):
        made.check()
    return made


def test_notes_lie_where_they_were_played_between_beats_of_any_tempo(tmp_path):
    beats = [(1, 1.0, "Eb7"), (2, 1.5, ""), (3, 2.0, ""), (4, 2.4, ""), (1, 2.8, "Ab-7"), (2, 3.2, ""), (3, 3.6, ""),
             (4, 4.0, "")]
    # On the second beat; then a swung eighth at two thirds of the third; then late by less than half a sixteenth.
    made = solo(tmp_path, beats, [(1.5, .25, 60.0), (2.267, .1, 62.0), (2.84, .001, 63.0)])
    assert isinstance(made, Song)
    assert (made.corpus, made.id, made.group, made.title) == (
        "weimar", "MaryLou_InAMellowTone-2", "inmellowtone", "InAMellowTone")
    assert made.frames == 32
    assert made.notes == [Note(4, 6, 60), Note(11, 12, 62), Note(16, 17, 63)]
    assert made.chords == [Chord(0, 16, 3, SEVENTH), Chord(16, 32, 8, MINOR_SEVENTH)]
    assert made.bars == [Bar(0, 4, 4), Bar(16, 4, 4)]


def test_a_pickup_bar_a_bar_of_another_length_and_what_comes_before_the_first_beat(tmp_path):
    numbers = [4, 1, 2, 3, 4, 1, 2, 3, 1]
    beats = [(n, i / 2, "C7" if i == 1 else "NC" if i == 5 else "") for i, n in enumerate(numbers)]
    made = solo(tmp_path, beats, [(-.3, .1, 50.0), (.25, .25, 55.0)])
    assert isinstance(made, Song)
    assert made.bars == [Bar(0, 4, 4), Bar(4, 4, 4), Bar(20, 3, 4), Bar(32, 3, 4)]
    assert made.notes == [Note(2, 4, 55)]
    assert made.chords == [Chord(4, 20, 0, SEVENTH)]


def test_it_begins_with_the_bar_in_which_something_begins(tmp_path):
    beats = [(i % 4 + 1, i / 2, "C7" if i == 8 else "") for i in range(12)]
    made = solo(tmp_path, beats, [(4.5, .5, 60.0)])
    assert isinstance(made, Song)
    assert made.frames == 16 and made.notes == [Note(4, 8, 60)] and made.bars == [Bar(0, 4, 4)]


def test_a_solo_without_chords_or_notes_is_left_out(tmp_path):
    beats = [(1, 0., "NC"), (2, .5, "")]
    assert solo(tmp_path, beats, [(0., .5, 60.0)]) == Skipped("MaryLou_InAMellowTone-2", "no chords")
    assert solo(tmp_path, [(1, 0., "C7"), (2, .5, "")], []) == Skipped("MaryLou_InAMellowTone-2", "no melody")


@pytest.mark.parametrize(("text", "root", "semitones"), [
    ("C", 0, (4, 7)), ("Bb-7", 10, (3, 7, 10)), ("F#j7", 6, (4, 7, 11)), ("Am7b5", 9, (3, 6, 10)), ("Do", 2, (3, 6)),
    ("Do7", 2, (3, 6, 9)), ("G79b", 7, (4, 7, 10, 1)), ("Gsus7913", 7, (5, 7, 10, 2, 9)), ("E+79#", 4, (4, 8, 10, 3)),
    ("Ej7911#", 4, (4, 7, 11, 2, 6)), ("B7alt", 11, (4, 10, 1, 8)), ("C-69/G", 0, (3, 7, 9, 2)), ("C6911#", 0, (4, 7, 9, 2, 6)),
    ("C79b13b", 0, (4, 7, 10, 1, 8)), ("C-j7913", 0, (3, 7, 11, 2, 9)),
])
def test_chord_symbols(text, root, semitones):
    assert read_chord(text) == (root, interval_set(semitones))


@pytest.mark.parametrize("text", ["H7", "C7x", "c7", ""])
def test_what_is_no_chord_symbol(text):
    with pytest.raises(ValueError, match="not a chord symbol"):
        read_chord(text)


def test_errors_name_the_file(tmp_path):
    with pytest.raises(CorpusError, match="csv_beats: no .csv files"):
        list(read(tmp_path))
    with pytest.raises(CorpusError, match="MaryLou_InAMellowTone-2_Solo.csv: 'X9' is not a chord symbol"):
        solo(tmp_path, [(1, 0., "X9"), (2, .5, "")], [(0., .5, 60.0)])
    with pytest.raises(CorpusError, match="Solo.csv: less than two beats, or not in order"):
        solo(tmp_path, [(1, 0., "C"), (2, 0., "")], [(0., .5, 60.0)])
