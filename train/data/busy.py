"""The rate of chord changes as an input of a policy, from calm to busy, with the same numbers as package jam.

0 unknown; 1 (calm) to 5 (busy), by the chord changes in 16 frames, a bar of 4/4. Each level has about a fifth of the
windows of the training corpora.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from train.data import metrics
from train.data.draws import words

UNKNOWN, LEVELS = 0, 6
EDGES = (0.75, 1.0, 1.25, 1.6)  # changes in 16 frames at the boundary between one level and the next
DEFAULT = 4  # that of `jamd play` where nothing is set (jam/settings.go)
UNSET = 0.25


def level(chords: np.ndarray) -> int:
    """Returns the level of chord tokens [frames]."""
    return 1 + int(np.searchsorted(EDGES, metrics.changes(chords) * 16 / max(1, len(chords)), side="right"))


def drawn(seed: int) -> int:
    """The level of a jam with a seed, as package jam draws it at `any`."""
    return 1 + words(seed, 1)() % (LEVELS - 1)


def unsure(levels: Tensor, random: np.random.Generator) -> Tensor:
    """Returns levels [batch] in which a share UNSET is unknown, as if the player had not set them."""
    unset = torch.from_numpy(random.random(len(levels)) < UNSET)
    return torch.where(unset, UNKNOWN, levels)
