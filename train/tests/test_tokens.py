import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.data import metrics, tokens
from train.data.corpora.song import Chord, Note, Song, monophonic

MAJOR, MINOR = tokens.mask_of((0, 4, 7)), tokens.mask_of((0, 3, 7))


def song(notes=(), chords=(), frames=16) -> Song:
    return Song("made", "1", "1", frames, list(notes), list(chords), [])


def chord_token(symbol: str, begins: bool) -> int:
    i = tokens.vocabulary().index(symbol)
    return 1 + i if begins else 1 + tokens.CHORDS + i


def test_vocabulary_is_as_musicians_write_it():
    names = tokens.vocabulary()
    assert len(names) == len(set(names)) == tokens.CHORDS
    assert {"C", "Db", "C#m", "Am7", "F#m7b5", "Bbmaj7", "G7sus4", "F5"} <= set(names)


def test_encode_writes_onsets_holds_and_rests():
    notes = [Note(0, 2, 60), Note(3, 4, 62)]
    melody, chords = tokens.encode(song(notes, [Chord(0, 3, 0, MAJOR), Chord(4, 6, 9, MINOR)], 7))
    assert melody.tolist() == [61, 189, 0, 63, 0, 0, 0]
    c, am = chord_token("C", True), chord_token("Am", True)
    assert chords.tolist() == [c, c + tokens.CHORDS, c + tokens.CHORDS, 0, am, am + tokens.CHORDS, 0]


def test_a_chord_written_again_is_held_and_one_after_a_gap_begins():
    written = [Chord(0, 2, 0, MAJOR), Chord(2, 4, 0, MAJOR), Chord(5, 6, 0, MAJOR)]
    _, chords = tokens.encode(song(chords=written, frames=6))
    c = chord_token("C", True)
    assert chords.tolist() == [c, c + tokens.CHORDS, c + tokens.CHORDS, c + tokens.CHORDS, 0, c]


@pytest.mark.parametrize("intervals, quality", [
    ((0, 4, 7), ""), ((0, 3, 7), "m"), ((0, 7), "5"), ((0, 2, 4, 7, 10), "7"), ((0, 2, 3, 7, 10), "m7"),
    ((0, 2, 4, 7, 11), "maj7"), ((0, 1, 4, 7, 10), "7"), ((0, 3, 7, 11), "m"), ((0, 4, 6, 10), "7"), ((0,), "5"),
    ((0, 2, 5, 7, 10), "7sus4"), ((0, 2, 4, 7, 9), "6"), ((0, 3, 6, 9), "dim7"), ((0, 2, 7), "sus2"),
])
def test_fold_keeps_what_a_listener_would_miss(intervals, quality):
    assert tokens.NAMES[tokens.fold(tokens.mask_of(intervals))] == quality


def test_transposing_moves_melody_and_chords_together():
    melody, chords = tokens.encode(song([Note(0, 4, 60), Note(4, 8, 69)], [Chord(0, 8, 9, MINOR)], 8))
    row = 6 + 3
    up = tokens.TRANSPOSE_CHORDS[row][chords]
    assert metrics.melody_pitch(tokens.TRANSPOSE_MELODY[row][melody]).tolist() == [63] * 4 + [72] * 4
    assert up[0] == chord_token("Cm", True) and up[1] == chord_token("Cm", False)


@given(st.integers(0, 11), st.integers(0, tokens.CHORD_TOKENS - 1), st.integers(0, tokens.MELODY_TOKENS - 1))
def test_transposing_keeps_pitches_in_chords(row, chord, melody):
    table = tokens.chord_pitch_classes()
    moved, heard = tokens.TRANSPOSE_CHORDS[row][chord], tokens.TRANSPOSE_MELODY[row][melody]
    assert (table[moved] == np.roll(table[chord], row - 6)).all()
    if 1 <= melody <= 256:
        assert ((heard - 1) % 128 - (melody - 1) % 128 - (row - 6)) % 12 == 0


def test_cut_begins_what_was_held():
    melody, chords = tokens.encode(song([Note(0, 8, 60)], [Chord(0, 8, 0, MAJOR)], 8))
    m, c = tokens.cut(melody, chords, 3, 4)
    assert m.tolist() == [61, 189, 189, 189] and metrics.legal(c) and c[0] == chord_token("C", True)
    assert melody[3] == 189  # the song itself does not change


def test_monophonic_is_last_note_priority_with_the_highest_of_a_chord():
    assert monophonic([Note(0, 8, 60), Note(4, 6, 64), Note(4, 8, 67)]) == [Note(0, 4, 60), Note(4, 8, 67)]


def test_song_check_names_the_fault():
    with pytest.raises(ValueError, match="made 1: note at frames 2 to 6"):
        song([Note(0, 4, 60), Note(2, 6, 62)]).check()
    with pytest.raises(ValueError, match="leaves the song of 16 frames"):
        song([Note(0, 17, 60)]).check()
