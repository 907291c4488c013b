"""Judges of whole windows, except the adversary: reward models, each weighted by its accuracy, and penalties."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from train.data.corpora.dataset import Piece
from train.data.windows import Windows
from train.models.contrastive import Contrastive
from train.models.discriminative import Discriminative
from train.models.network import by_part
from train.rl import penalties, rollout

Model = Contrastive | Discriminative
PAIRS, BATCHES = 96, 4


class Judges:
    """Reward models by name, each with the weight of its reward (default 1)."""

    def __init__(self, plays: str, models: dict[str, Model], weights: dict[str, float] | None = None) -> None:
        self.plays, self.models = plays, models
        self.weights = dict.fromkeys(models, 1.0) | (weights or {})

    def __call__(self, own: Tensor, heard: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Returns rewards [batch] by name, unweighted."""
        chords, melody = by_part(own, heard, self.plays)
        whole = {name: model(chords, melody, mask) for name, model in self.models.items()}
        return whole | {"repetition": penalties.repetition(own, rollout.VOICES[self.plays])}

    def sum(self, rewards: dict[str, Tensor]) -> Tensor:
        """Returns the weighted sum of rewards [batch]."""
        return torch.stack([self.weights.get(name, 1.0) * of.float() for name, of in rewards.items()]).sum(dim=0)


def auc(true: Tensor, false: Tensor) -> float:
    """Returns the probability that a random true score is above a random false score."""
    above = (true[:, None] > false[None]).float() + 0.5 * (true[:, None] == false[None]).float()
    return float(above.mean())


@torch.no_grad()
def knowledge(model: Model, pieces: Sequence[Piece], length: int, device: str) -> float:
    """Returns how well a model tells held-out pairs of melody and chords from shuffled pairs: 2 AUC - 1, from 0
    (chance) to 1. Every pair is as long as the shorter of its songs."""
    songs = [p for p in pieces if p.split == "valid"]
    windows = Windows(songs, min(PAIRS, len(songs)), length, seed=0, transpose=not model.shape.rhythm, distinct_songs=True)
    found = []
    for _ in range(BATCHES):
        chords, melody, mask = (t.to(device) for t in windows.batch())
        both = mask & mask.roll(1, dims=0)
        found.append(auc(model(chords, melody, both), model(chords, melody.roll(1, dims=0), both)))
    return max(0.0, 2 * sum(found) / BATCHES - 1)
