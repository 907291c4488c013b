"""What a system plays at the data's cadences: a dominant that goes to the tonic, V to I, in the key of the window.

Note-in-chord hardly shows a missed cadence, because the tonic's chord has one or two notes of the dominant. A musician
hears it at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.data import metrics, tokens
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.data.keys import KEYS
from train.evaluation.places import Window

_CHORDS, _MELODY = tokens.chord_pitch_classes(), tokens.melody_pitch_classes()
NEAR = FRAMES_PER_QUARTER  # from the data's arrival at the tonic
FIFTH, MAJOR_THIRD = 7, 4


def roots(chords: np.ndarray) -> np.ndarray:
    """Returns the root of each frame's chord, from 0 for C, or -1 without a chord."""
    index = metrics.chord_index(chords)
    return np.where(index < 0, -1, index % 12)


def tonic_of(window: Window) -> int:
    """Returns the tonic of the key that correlates best with the window's melody and chords together."""
    return int((KEYS @ (_CHORDS[window.chords].sum(axis=0) + _MELODY[window.melody].sum(axis=0))).argmax()) % 12


def cadences(window: Window) -> Iterator[tuple[int, int, int]]:
    """Yields (start of the dominant, arrival at the tonic, tonic) for each dominant chord of the data that goes straight
    to a chord on the tonic. A dominant has a major third."""
    tonic, root = tonic_of(window), roots(window.chords)
    dominant = (root == (tonic + FIFTH) % 12) & _CHORDS[window.chords, (tonic + FIFTH + MAJOR_THIRD) % 12]
    for arrival in 1 + np.flatnonzero(dominant[:-1] & (root[1:] == tonic)):
        yield int(1 + np.flatnonzero(~dominant[:arrival]).max(initial=-1)), int(arrival), tonic


def met(window: Window, chords: np.ndarray) -> tuple[float, float]:
    """Returns the number of cadences at which a chord on the tonic begins, after one on another root, within a beat of
    the data's; and the number of cadences. chords: our tokens [frames]."""
    root = roots(chords)
    found = [((root[1:] == tonic) & (root[:-1] != tonic))[max(0, t - 1 - NEAR):t + NEAR].any()
             for _, t, tonic in cadences(window)]
    return float(sum(found)), float(len(found))


def tonic_held(window: Window, chords: np.ndarray) -> tuple[float, float]:
    """Returns the number of cadences at which a chord on the tonic sounds all through the data's dominant, and the number
    of cadences."""
    root = roots(chords)
    found = [(root[start:t] == tonic).all() for start, t, tonic in cadences(window)]
    return float(sum(found)), float(len(found))
