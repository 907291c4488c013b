"""The anchor: an offline network that hears the whole melody, p(y_t | y_<t, x), and holds the policy near the data
(ReaLchords, 3.3). It is the KL's reference in reinforcement learning, and never shipped as a policy.

Both parts share one grid, so the encoder's output of a frame is added to the decoder's input of that frame: what
cross-attention would have to learn to look up.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import record, tokens
from train.corpora.dataset import Piece
from train.fit import Settings, fit
from train.network import Shape, Stack, by_part, initialise, late
from train.windows import Windows


class Anchor(nn.Module):
    """An encoder over what is heard, both ways, and a decoder over what is played; each of shape.layers."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        kinds = {"chords": tokens.CHORD_TOKENS, "melody": tokens.MELODY_TOKENS}
        own = kinds.pop(shape.plays)
        self.own, self.heard = nn.Embedding(own, shape.dim), nn.Embedding(*kinds.values(), shape.dim)
        self.encoder, self.decoder = Stack(shape), Stack(shape)
        self.head = nn.Linear(shape.dim, shape.logits, bias=False)
        initialise(self, shape.layers)

    def forward(self, own: Tensor, heard: Tensor) -> Tensor:
        """Logits [batch, length, shape.logits] of own, from what came before it and all of heard, both tokens
        [batch, length]; length is at most the window."""
        context = self.encoder.run(self.heard(heard))
        return self.head(self.decoder.follow(self.own(late(own, self.own.num_embeddings - 1)) + context))


def loss_of(network: Anchor, own: Tensor, heard: Tensor, mask: Tensor) -> Tensor:
    """Mean negative log-likelihood of own, in nats a frame, over the frames in mask."""
    loss = F.cross_entropy(network(own, heard).flatten(0, 1), own.flatten(), reduction="none").view_as(mask)
    return (loss * mask).sum() / mask.sum()


def train(pieces: list[Piece], shape: Shape, settings: Settings, run: Path, device: str = "cpu",
          until: int | None = None) -> Anchor:
    """Trains the anchor in folder `run`, or goes on with it."""
    torch.manual_seed(settings.seed)
    windows = Windows([p for p in pieces if p.split == "train"], settings.batch, settings.length, settings.seed)
    held_out = [p for p in pieces if p.split == "valid"]
    network = Anchor(shape).to(device)

    def parts(source: Windows) -> tuple[Tensor, Tensor, Tensor]:
        chords, melody, mask = (t.to(device) for t in source.batch())
        return *by_part(chords, melody, shape.plays), mask

    def valid() -> dict[str, float]:
        same = Windows(held_out, settings.batch, settings.length, 0)
        return {"valid_loss": sum(loss_of(network, *parts(same)).item() for _ in range(16)) / 16}

    fit(network, lambda: loss_of(network, *parts(windows)), valid, windows.random, settings, shape.asdict(), run, until)
    return network


def load(path: Path, device: str = "cpu") -> Anchor:
    """The anchor of a checkpoint, ready to be compared with."""
    return record.load(path, lambda shape: Anchor(Shape(**shape)), device)
