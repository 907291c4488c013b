"""How often Windows draws each song for training, and where in the song a window may begin."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece

# How often a frame of a corpus is drawn, relative to a frame of pop909. A corpus not named here has weight 1.
WEIGHTS: dict[str, float] = {"leadsheets": 2.0, "weimar": 0.3}
SOUNDING = 0.25  # of a window's frames, at least, must have melody to learn from


def probabilities(pieces: list[Piece], weights: Mapping[str, float] = WEIGHTS) -> np.ndarray:
    """Returns float64 [pieces] with sum 1: the probability of each song, by its length and its corpus's weight."""
    size = np.array([len(p.melody) * weights.get(p.corpus, 1.0) for p in pieces], dtype=np.float64)
    return size / size.sum()


def sounding(melody: np.ndarray, length: int, least: float = SOUNDING) -> np.ndarray:
    """bool [frames]: whether the melody sounds in at least the part `least` of a window of this length from each frame on.

    Of a window that the song is too short for, what it has of it counts.
    """
    sounds = np.concatenate([[0], np.cumsum(melody != tokens.SILENCE)])
    start = np.arange(len(melody))
    end = np.minimum(start + length, len(melody))
    return sounds[end] - sounds[start] >= least * (end - start)
