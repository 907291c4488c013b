"""The rule-based penalties of the reward, each as the paper's own code has it (realchords-pytorch, rule_based_rewards).

own is what the policy played, heard what it listened to: tokens int64 [batch, length]; n the number of its pitches or
chords. All penalties are 0 or below. The paper's other two, for illegal output and for stopping early, have nothing to
punish here: policies play behind the legality mask, and have no token that ends a piece.
"""

from __future__ import annotations

import torch
from torch import Tensor

FREE_FRAMES = 8
SILENT_SHARE = 0.04
REPEATS = 4


def silence(own: Tensor, heard: Tensor) -> Tensor:
    """[batch, length]: -0.1 for each silent frame against a sounding one, in windows where more than 4 % of the frames
    are so; the first 8 frames are free, for the policy to find its way."""
    silent = (own == 0) & (heard != 0)
    silent[:, :FREE_FRAMES] = False
    share = silent[:, FREE_FRAMES:].float().mean(dim=1, keepdim=True)
    return -0.1 * (silent & (share > SILENT_SHARE)).float()


def repetition(own: Tensor, n: int) -> Tensor:
    """[batch]: for each run of the same chord or pitch begun more than 4 times in a row, -0.1 for each of its onsets.

    Silence between two onsets does not break a run.
    """
    penalty = torch.zeros(len(own), device=own.device)
    for row, window in enumerate(own):
        begun = window[(window >= 1) & (window <= n)]
        if len(begun):
            runs = torch.unique_consecutive(begun, return_counts=True)[1]
            penalty[row] = -0.1 * runs[runs > REPEATS].sum()
    return penalty
