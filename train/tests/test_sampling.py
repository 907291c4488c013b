import numpy as np
import pytest

from train.data.corpora import sampling
from train.data.corpora.dataset import Piece


def piece(corpus: str, frames: int) -> Piece:
    return Piece(corpus, "1", "train", np.zeros(frames, np.int16), np.zeros(frames, np.int16), np.zeros((0, 3), np.int32))


def test_songs_are_drawn_by_length_and_corpus():
    pieces = [piece("pop909", 300), piece("weimar", 100), piece("leadsheets", 100)]
    assert sampling.probabilities(pieces, {}) == pytest.approx([.6, .2, .2])
    assert sampling.probabilities(pieces, {"weimar": 0, "leadsheets": 3}) == pytest.approx([.5, 0, .5])
    assert sampling.probabilities(pieces).sum() == pytest.approx(1)


def test_windows_that_are_mostly_silent_are_known():
    melody = np.array([0] * 8 + [61, 189] + [0] * 6)
    assert sampling.sounding(melody, 8).tolist() == [False] * 2 + [True] * 7 + [False] * 7
    assert sampling.sounding(melody, 8, .125).tolist() == [False] + [True] * 9 + [False] * 6
    assert sampling.sounding(np.array([61, 0]), 8).tolist() == [True, False]
