"""The rule-based penalties of the reward, as in the paper's own code (realchords-pytorch, rule_based_rewards).

own is the part that the policy played, heard the part that it heard: tokens, int64 [batch, length]. n is the number of
its pitches or chords. All penalties are 0 or below. The paper's other two penalties, for illegal output and for
stopping early, never apply here: policies play with the legality mask and have no token that ends a piece.
"""

from __future__ import annotations

import torch
from torch import Tensor

FREE_FRAMES = 8
SILENT_SHARE = 0.04
REPEATS = 4


def silence(own: Tensor, heard: Tensor) -> Tensor:
    """Returns [batch, length]: -0.1 for each frame in which the policy is silent and the other part sounds, if more
    than 4 % of a window's frames are such. The first 8 frames are free, so that the policy can find its way."""
    silent = (own == 0) & (heard != 0)
    silent[:, :FREE_FRAMES] = False
    share = silent[:, FREE_FRAMES:].float().mean(dim=1, keepdim=True)
    return -0.1 * (silent & (share > SILENT_SHARE)).float()


def repetition(own: Tensor, n: int) -> Tensor:
    """Returns [batch]: -0.1 for each onset in a run of more than 4 onsets of the same chord or pitch.

    Silence between two onsets does not break a run.
    """
    penalty = torch.zeros(len(own), device=own.device)
    for row, window in enumerate(own):
        begun = window[(window >= 1) & (window <= n)]
        if len(begun):
            runs = torch.unique_consecutive(begun, return_counts=True)[1]
            penalty[row] = -0.1 * runs[runs > REPEATS].sum()
    return penalty
