"""The discriminative reward: is this melody with these chords a true pair? (ReaLchords, 3.2)

An encoder of both parts learns to tell pairs of the data from pairs shuffled within the batch. The reward is the
probability of a true pair.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.models.encoder import Encoder, EncoderShape
from train.runs import processes


class Discriminative(nn.Module):
    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape, "melody", "chords")
        self.head = nn.Linear(shape.dim, 1)

    def logit(self, chords: Tensor, melody: Tensor, mask: Tensor) -> Tensor:
        """Returns the logit [batch], above 0 for a true pair."""
        return self.head(self.encoder(mask, melody=melody, chords=chords))[:, 0]

    def forward(self, chords: Tensor, melody: Tensor, mask: Tensor) -> Tensor:
        """Returns the reward [batch]: the probability of a true pair."""
        return self.logit(chords, melody, mask).sigmoid()

    def loss(self, chords: Tensor, melody: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the binary cross-entropy and the accuracy over the batch and a copy with its melodies shifted by one
        row. Both are this process's part.

        Every pair, true or shuffled, is as long as the shorter of two songs, so that its length reveals nothing.
        """
        pairs = (chords, melody, melody.roll(1, dims=0), mask & mask.roll(1, dims=0))
        chords, melody, other, both = (processes.local(whole) for whole in pairs)
        logits = self.logit(torch.cat((chords, chords)), torch.cat((melody, other)), torch.cat((both, both))).float()
        true = torch.cat((torch.ones(len(chords)), torch.zeros(len(chords)))).to(logits.device)
        right = ((logits > 0) == (true > 0.5)).float().mean()
        return F.binary_cross_entropy_with_logits(logits, true) / processes.world(), right / processes.world()
