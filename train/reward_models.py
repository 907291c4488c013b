"""The reward models: trained on the pairs of the data, then frozen to judge what policies play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from train import fit, processes, record
from train.contrastive import Contrastive
from train.corpora.dataset import Piece
from train.discriminative import Discriminative
from train.encoder import EncoderShape
from train.stop import NEVER, Stop
from train.windows import Windows

KINDS: dict[str, type[Contrastive] | type[Discriminative]] = {
    "contrastive": Contrastive, "discriminative": Discriminative,
}
VALID_PAIRS, VALID_BATCHES = 128, 4


@dataclass(frozen=True)
class Settings(fit.Settings):
    """Windows of the paper's length, judged often."""

    steps: int = 3000
    batch: int = 128
    length: int = 256
    valid_every: int = 100


def train(kind: str, pieces: list[Piece], shape: EncoderShape, settings: Settings, run: Path, device: str = "cpu",
          stop: Stop = NEVER) -> Contrastive | Discriminative:
    """Trains a reward model in folder `run`, or goes on with it. One of rhythm hears every song in its own key."""
    torch.manual_seed(settings.seed)
    windows = Windows([p for p in pieces if p.split == "train"], settings.batch, settings.length, settings.seed,
                      transpose=not shape.rhythm, apart=True)
    held_out = [p for p in pieces if p.split == "valid"]
    network = KINDS[kind](shape).to(device)

    pairs = min(VALID_PAIRS, len(held_out)) // processes.world() * processes.world()

    def valid() -> dict[str, Tensor]:
        """Loss and share of right answers on the same held-out windows each time."""
        same = Windows(held_out, pairs, settings.length, 0, windows.transpose, apart=True)
        losses, right = zip(*(network.loss(*(t.to(device) for t in same.batch())) for _ in range(VALID_BATCHES)))
        return {"valid_loss": torch.stack(losses).mean(), "valid_right": torch.stack(right).mean()}

    fit.fit(network, lambda: network.loss(*(t.to(device) for t in windows.batch()))[0], valid, windows.random, settings,
        {"kind": kind, **shape.asdict()}, run, stop)
    return network


def load(path: Path, device: str = "cpu") -> Contrastive | Discriminative:
    """The reward model of a checkpoint, ready to judge."""
    def make(shape: dict) -> Contrastive | Discriminative:
        sizes = {name: value for name, value in shape.items() if name != "kind"}
        return KINDS[shape["kind"]](EncoderShape(**sizes))

    return record.load(path, make, device)
