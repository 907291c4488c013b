import numpy as np
import pytest

from train.data import tokens
from train.evaluation.cadences import cadences, met, tonic_held, tonic_of
from train.evaluation.places import Window

NAMES = tokens.vocabulary()


def of(*bars: str) -> np.ndarray:
    """Returns chord tokens of four frames for each name; - is none."""
    return np.repeat([0 if name == "-" else 1 + tokens.CHORDS + NAMES.index(name) for name in bars], 4)


def window(*bars: str) -> Window:
    """Returns a window of these chords and a melody of the scale of C."""
    return Window("a", np.resize(1 + np.array([60, 64, 67, 72, 65, 62, 60, 71]), 4 * len(bars)), of(*bars), np.array([[0, 4, 4]]))


def test_a_dominant_that_goes_to_the_tonic_is_a_cadence():
    song = window("C", "F", "G7", "G7", "C", "Dm", "Gm", "C", "G", "Am", "G", "Cmaj7")
    assert tonic_of(song) == 0
    assert list(cadences(song)) == [(8, 16, 0), (40, 44, 0)]  # not from Gm, and not to Am


@pytest.mark.parametrize("played, arrives, holds", [
    (["F", "F", "G", "G", "C"], 1, 0),
    (["C", "C", "C", "C", "C"], 0, 1),
    (["C", "C", "Bdim", "Dm", "Am"], 0, 0),
    (["F", "C", "C", "G", "C"], 1, 0),
    (["F", "C", "C", "C", "G"], 0, 1),
    (["-", "-", "-", "C", "C"], 1, 0),  # a beat early
    (["-", "-", "C", "C", "C"], 0, 1),
])
def test_what_is_played_at_a_cadence(played, arrives, holds):
    song = window("C", "F", "G7", "G7", "C")
    assert met(song, of(*played)) == (arrives, 1) and tonic_held(song, of(*played)) == (holds, 1)


def test_a_window_without_cadences_counts_nothing():
    assert met(window("C", "C", "F"), of("C", "C", "C")) == tonic_held(window("C", "C", "F"), of("C", "C", "C")) == (0, 0)
