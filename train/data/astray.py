"""Leads chord histories astray in training, so that a policy learns to return to the melody.

A policy trained only on the data's own chords has never heard a wrong chord. When it plays, it hears its own chords,
trusts them, and continues without regard to the melody (exposure bias). Here another song's chords in another key
replace a stretch of its history, or silence replaces its beginning, as while the policy listens to a player. The loss
leaves out the stretch. After it the data continues, and only the melody can tell the policy how.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from train.data import tokens

SILENT = 0.25  # the share of stretches that are silent
SHORTEST = 8


def lead_astray(chords: Tensor, mask: Tensor, fraction: float,
                random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Returns history, chords and mask [batch, length]. In about `fraction` of the windows, history differs from chords
    in a stretch of at most half the window, and the mask leaves out the stretch. The chord that sounds at the end of
    the stretch gets an onset there, because a hold needs an onset before it."""
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
