"""The bar position of a frame, as an input of policies that hear the bar, with the same numbers as package jam
(barplace.go).

0 unknown; 1..16 the frames of a 4/4 bar, 17..28 of a 3/4 bar, 29..40 of a 6/8 bar. Other bars count as parts or
multiples of these (2/4 as the first half of 4/4, 12/8 as two of 6/8), or as unknown (5/4, 7/4, 3/2). In a jam, unlike
here, each group of beats of 5/4 and the like is a short bar.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from train.data.corpora.song import FRAMES_PER_QUARTER

UNKNOWN, PLACES = 0, 41
FOUR, THREE, SIX = 1, 17, 29  # the first position of each
NOTHING, WRONG = 0.08, 0.06
_PARTS = {(4, 4): (FOUR, 16), (2, 4): (FOUR, 16), (2, 2): (FOUR, 16), (8, 4): (FOUR, 16), (4, 8): (FOUR, 16),
          (3, 4): (THREE, 12), (6, 4): (THREE, 12),
          (6, 8): (SIX, 12), (12, 8): (SIX, 12), (3, 8): (SIX, 12), (9, 8): (SIX, 6)}


def places(lines: np.ndarray, frames: int) -> np.ndarray:
    """Returns int64 [frames]: the bar position of every frame of a piece. lines, int [bars, 3], has frame, beats and
    unit of each bar. Positions before the first line are unknown. A short first bar is an upbeat, the end of a whole
    bar. The metre of the last bar continues to the end."""
    found = np.zeros(frames, np.int64)
    starts = lines[:, 0].astype(int)
    for i, (start, beats, unit) in enumerate(lines.tolist()):
        end = min(starts[i + 1] if i + 1 < len(starts) else frames, frames)
        if end <= start or (beats, unit) not in _PARTS:
            continue
        first, span = _PARTS[beats, unit]
        whole = beats * 4 * FRAMES_PER_QUARTER // unit
        missing = max(0, whole - (starts[1] - start)) if i == 0 and len(starts) > 1 else 0
        found[start:end] = first + (np.arange(end - start) + missing) % span
    return found


def on_beats() -> np.ndarray:
    """Returns bool [PLACES]: the positions on a beat (a quarter note, in 6/8 a dotted quarter)."""
    table = np.zeros(PLACES, bool)
    table[[*range(FOUR, THREE, 4), *range(THREE, SIX, 4), *range(SIX, PLACES, 6)]] = True
    return table


def downbeats() -> np.ndarray:
    """Returns bool [PLACES]: the positions that begin a bar."""
    table = np.zeros(PLACES, bool)
    table[[FOUR, THREE, SIX]] = True
    return table


def unsure(places: Tensor, random: np.random.Generator) -> Tensor:
    """Returns bar positions [batch, length] as uncertain as those of a player. A share NOTHING of the windows gets no
    positions. In a share WRONG the beats are right but the wrong one counts as the first (only in 4/4)."""
    places = places.clone()
    for row, draw in zip(places, random.random(len(places))):
        if draw < NOTHING:
            row[:] = UNKNOWN
        elif draw < NOTHING + WRONG and row.min() >= FOUR and row.max() < THREE:
            row[:] = FOUR + (row - FOUR + 4 * int(random.integers(1, 4))) % 16
    return places
