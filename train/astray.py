"""Chord histories led astray in training, so that a policy learns to come back to the melody.

A policy that is taught on the data's own chords alone has never heard a wrong one. Playing, it hears its own, trusts
them, and goes on past the melody (exposure bias). Here a stretch of its history is replaced by another song's chords,
in another key, or by silence from the beginning on, as while it listens to a player. Nothing is learnt inside the
stretch; after it the data goes on, and with it the melody that alone can tell how.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from train import tokens

SILENT = 0.25  # of the stretches
SHORTEST = 8


def lead_astray(chords: Tensor, mask: Tensor, fraction: float,
                random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """history, chords and mask [batch, length]: about `fraction` of the windows have a stretch of at most half their
    length of which history tells something else than chords, and which is not in the mask. The chord that sounds where
    the stretch ends begins there: nothing may be held that was not begun."""
    if fraction == 0:
        return chords, chords, mask
    history, chords, mask = chords.clone(), chords.clone(), mask.clone()
    batch, length = chords.shape
    others = torch.from_numpy(random.permutation(batch))
    for row in range(batch):
        if random.random() >= fraction:
            continue
        stretch = int(random.integers(SHORTEST, length // 2 + 1))
        silent = random.random() < SILENT
        start = 0 if silent else int(random.integers(0, length - stretch))
        end = start + stretch
        foreign = torch.zeros(stretch, dtype=chords.dtype) if silent else chords[others[row], start:end].clone()
        if foreign[0] > tokens.CHORDS:
            foreign[0] -= tokens.CHORDS
        history[row, start:end] = foreign
        mask[row, start:end] = False
        if chords[row, end] > tokens.CHORDS:
            chords[row, end] -= tokens.CHORDS
            history[row, end] = chords[row, end]
    return history, chords, mask
