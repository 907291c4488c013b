"""GAPT's adversarial reward: a discriminator that evolves with the policy (GAPT, arXiv 2511.17879, section 4).

D hears what the policy plays alone, not what it plays to, and tells data from the policy's own rollouts. The policy is
paid R_adv = -log(1 - D(y)): to be taken for data. A policy that falls back on a few safe chords is found out.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import processes
from train.encoder import Encoder, EncoderShape

SMOOTHING = 0.1


@dataclass(frozen=True)
class Schedule:
    """When D learns, counted in policy steps from 1. First phase: every `every` steps, and at the first. From `phase`
    on: only when the mean R_adv of the last `recent` steps is above `threshold`, that is, when the policy fools it.
    Such a step is one of learning in the first phase too (the authors' rl_trainer.py, strategy "average")."""

    every: int = 5
    phase: int = 200
    recent: int = 3
    threshold: float = 1.0

    def due(self, step: int, rewards: list[float]) -> bool:
        """Whether D learns at this step, after the mean R_adv of the steps before it, oldest first."""
        last = rewards[-self.recent:]
        fooled = bool(last) and sum(last) / len(last) > self.threshold
        return fooled or step < self.phase and (step == 1 or step % self.every == 0)


class Discriminator(nn.Module):
    """D over windows of one kind of token, "chords" or "melody"."""

    def __init__(self, shape: EncoderShape, kind: str) -> None:
        super().__init__()
        self.shape, self.kind = shape, kind
        self.encoder = Encoder(shape, kind)
        self.head = nn.Linear(shape.dim, 1)

    def logit(self, own: Tensor) -> Tensor:
        """[batch, 1] of windows [batch, length]: above 0 for data."""
        everywhere = torch.ones_like(own, dtype=torch.bool)
        return self.head(self.encoder(everywhere, **{self.kind: own})).float()

    def forward(self, own: Tensor) -> Tensor:
        """R_adv [batch, 1] = -log(1 - D(y)) = softplus of the logit."""
        return F.softplus(self.logit(own))

    def loss(self, played: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-entropy with smoothed labels (0.05 and 0.95: a smoothing of 0.1 over two classes), and the accuracy;
        of both this process's part."""
        played, data = processes.mine(played), processes.mine(data)
        logits = self.logit(torch.cat((played, data)))
        true = torch.cat((torch.zeros(len(played)), torch.ones(len(data)))).to(logits.device)[:, None].expand_as(logits)
        smooth = true * (1 - SMOOTHING) + SMOOTHING / 2
        right = ((logits > 0) == (true > 0.5)).float().mean()
        return F.binary_cross_entropy_with_logits(logits, smooth) / processes.world(), right / processes.world()
