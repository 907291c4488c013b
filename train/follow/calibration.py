"""Fits how sure the follower says it is: the belief of its hypotheses in a beat against how often such a beat was right.

The follower says only the calibrated figure, so the belief is read back through the calibration that the binary was built with.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.optimize import isotonic_regression

from train.follow.playing import follow, perform
from train.follow.songs import Tune
from train.follow.yardstick import CASES, chosen, sureness

BINS = 24  # of the same weight each, of which the curve is made
SEED = 1000  # so that the songs are played otherwise than the yardstick plays them


@dataclass(frozen=True)
class Beats:
    """Said beats: the belief in each, whether it was right, and its weight, so that all ways of playing count alike. half
    is 0 or 1, by song."""

    belief: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    half: np.ndarray

    def of(self, half: int) -> Beats:
        """Returns the beats of one half of the songs."""
        at = self.half == half
        return Beats(self.belief[at], self.right[at], self.weight[at], self.half[at])


def heard(tunes: list[Tune], binary: Path, songs: int, points: np.ndarray) -> Beats:
    """Plays validation songs in all ways of the yardstick but the exact ones. points: the binary's calibration."""
    parts = []
    for number, (corpus, _, how) in enumerate(CASES):
        if how.exact:
            continue
        played = [perform(t, how, np.random.default_rng([zlib.crc32(t.id.encode()), SEED + number]))
                  for t in chosen(tunes, corpus, "valid", songs)]
        rows = [(sure, right, zlib.crc32(p.tune.id.encode()) % 2) for p, s in zip(played, follow(binary, played))
                for sure, right in sureness(p, s)]
        sure, right, half = np.array(rows, float).T
        parts.append((np.interp(sure, points[:, 1], points[:, 0]), right, np.full(len(sure), 1 / len(sure)), half))
    return Beats(*(np.concatenate(p) for p in zip(*parts)))


def fit(beats: Beats) -> np.ndarray:
    """Returns points [n, 2] of belief and right, both rising: isotonic regression over bins of the same weight."""
    order = np.argsort(beats.belief, kind="stable")
    belief, right, weight = beats.belief[order], beats.right[order], beats.weight[order]
    at = np.minimum((np.cumsum(weight) / weight.sum() * BINS).astype(int), BINS - 1)
    total = np.bincount(at, weight)
    means = np.bincount(at, weight * belief) / total
    rising = isotonic_regression(np.bincount(at, weight * right) / total, weights=total).x
    made = [(0.0, round(float(rising[0]), 3))]
    for x, y in zip(means, rising):
        if x > made[-1][0] + 1e-4 and y > made[-1][1] + 1e-3:
            made.append((round(float(x), 4), round(float(y), 3)))
    if made[-1][0] < 1:  # the last bin's mean is the best guess for what is surer
        made.append((1.0, min(made[-1][1] + 0.001, 1.0)))
    return np.array(made)


def brier(beats: Beats, points: np.ndarray) -> float:
    """Returns the mean squared error of the probabilities."""
    said = np.interp(beats.belief, points[:, 0], points[:, 1])
    return float(np.average((said - beats.right) ** 2, weights=beats.weight))


def read(path: Path) -> np.ndarray:
    """Returns the points of a calibration."""
    return np.array(json.loads(path.read_text(encoding="utf-8"))["points"])


def write(tunes: list[Tune], binary: Path, songs: int, path: Path) -> Iterator[str]:
    """Fits the calibration at path anew, for a binary that was built with it. Yields what it did to held-out songs: each half
    of the songs is judged by what the other half says."""
    before = read(path)
    beats = heard(tunes, binary, songs, before)
    for half in (0, 1):
        there, here = beats.of(1 - half), beats.of(half)
        yield (f"half {half + 1}: Brier score {brier(here, before):.4f} as it was, {brier(here, fit(there)):.4f} fitted to the "
               "other half")
    card = {
        "text": "How often a beat was right (within a tenth of a beat), by the belief of the follower's hypotheses in it: points "
                "of a curve, straight between them. From validation songs, played in all ways of `train follow` but the exactly "
                "steady ones; all ways count alike.",
        "date": datetime.now(UTC).date().isoformat(), "command": "python -m train follow-calibration --data FOLDER",
        "songs": songs, "points": fit(beats).tolist(),
    }
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
