"""Trains the reward models on pairs of the data. They are then frozen and judge what policies play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from train.data.corpora.dataset import Piece
from train.data.windows import Windows
from train.models import fit
from train.models.contrastive import Contrastive
from train.models.discriminative import Discriminative
from train.models.encoder import EncoderShape
from train.runs import processes, record
from train.runs.stop import NEVER, Stop

KINDS: dict[str, type[Contrastive] | type[Discriminative]] = {
    "contrastive": Contrastive, "discriminative": Discriminative,
}
VALID_PAIRS, VALID_BATCHES = 128, 4


@dataclass(frozen=True)
class Settings(fit.Settings):
    """Settings with windows of the paper's length and frequent validation."""

    steps: int = 3000
    batch: int = 128
    length: int = 256
    valid_every: int = 100


def train(kind: str, pieces: list[Piece], shape: EncoderShape, settings: Settings, run: Path, device: str = "cpu",
          stop: Stop = NEVER) -> Contrastive | Discriminative:
    """Trains a reward model in folder `run`, or resumes its training. A rhythm model gets every song in its own key."""
    torch.manual_seed(settings.seed)
    windows = Windows([p for p in pieces if p.split == "train"], settings.batch, settings.length, settings.seed,
                      transpose=not shape.rhythm, distinct_songs=True)
    held_out = [p for p in pieces if p.split == "valid"]
    network = KINDS[kind](shape).to(device)

    pairs = min(VALID_PAIRS, len(held_out)) // processes.world() * processes.world()

    def valid() -> dict[str, Tensor]:
        """Returns the loss and the share of right answers, always on the same held-out windows."""
        same = Windows(held_out, pairs, settings.length, 0, windows.transpose, distinct_songs=True)
        losses, right = zip(*(network.loss(*(t.to(device) for t in same.batch())) for _ in range(VALID_BATCHES)))
        return {"valid_loss": torch.stack(losses).mean(), "valid_right": torch.stack(right).mean()}

    fit.fit(network, lambda: network.loss(*(t.to(device) for t in windows.batch()))[0], valid, windows.random, settings,
        {"kind": kind, **shape.asdict()}, run, stop)
    return network


def load(path: Path, device: str = "cpu") -> Contrastive | Discriminative:
    """Returns the reward model of a checkpoint, ready to judge."""
    def make(shape: dict) -> Contrastive | Discriminative:
        sizes = {name: value for name, value in shape.items() if name != "kind"}
        return KINDS[shape["kind"]](EncoderShape(**sizes))

    return record.load(path, make, device)
