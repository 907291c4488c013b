"""The anchor: an offline network that sees the whole melody, p(y_t | y_<t, x), and keeps the policy near the data
(ReaLchords, 3.3). It is the reference of the KL divergence in reinforcement learning and is never shipped as a policy.

Both parts share one grid, so the encoder's output for a frame is added to the decoder's input for that frame.
Cross-attention would have to learn this alignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from train.data import tokens
from train.data.astray import lead_astray
from train.data.corpora.dataset import Piece
from train.data.windows import Windows
from train.models import fit
from train.models.fit import nll
from train.models.network import Shape, Stack, by_part, delayed, initialise
from train.runs import processes, record
from train.runs.stop import NEVER, Stop


class Anchor(nn.Module):
    """A bidirectional encoder of the part heard and a decoder of the part played, each with shape.layers layers."""

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
        """Returns logits [batch, length, shape.logits] of own, given own's past and all of heard. Both are tokens
        [batch, length]; length is at most the window."""
        context = self.encoder.run(self.heard(heard))
        return self.head(self.decoder.follow(self.own(delayed(own, self.own.num_embeddings - 1)) + context))


@dataclass(frozen=True)
class Settings(fit.Settings):
    """begin: a checkpoint with the network to start from; it overrides the shape. astray: the share of windows with a
    chord history led astray (astray.py), for an anchor of chords. jumps: the share of windows that change key on the
    way."""

    batch: int = 16
    length: int = 256
    begin: Path | None = None
    astray: float = 0.0
    jumps: float = 0.0


def loss_of(network: Anchor, own: Tensor, heard: Tensor, mask: Tensor, history: Tensor) -> Tensor:
    """Returns the mean negative log-likelihood of own, in nats per frame, over the frames in mask. history has what the
    network gets as the past of own."""
    return nll(network(history, heard), own, mask)


def train(pieces: list[Piece], shape: Shape, settings: Settings, run: Path, device: str = "cpu",
          stop: Stop = NEVER) -> Anchor:
    """Trains the anchor in folder `run`, or resumes its training."""
    torch.manual_seed(settings.seed)
    windows = Windows([p for p in pieces if p.split == "train"], settings.batch, settings.length, settings.seed,
                      jumps=settings.jumps)
    held_out = [p for p in pieces if p.split == "valid"]
    network = load(settings.begin, device) if settings.begin else Anchor(shape).to(device)
    shape = network.shape

    def loss(source: Windows, astray: float = 0.0) -> Tensor:
        chords, melody, mask = source.batch()
        history, chords, mask = lead_astray(chords, mask, astray, source.random)
        own, heard = by_part(chords, melody, shape.plays)
        past = history if shape.plays == "chords" else own
        rows = (processes.local(whole).to(device) for whole in (own, heard, mask, past))
        return loss_of(network, *rows) * processes.weight(mask)

    def valid() -> dict[str, Tensor]:
        same = Windows(held_out, settings.batch, settings.length, 0)
        return {"valid_loss": torch.stack([loss(same) for _ in range(16)]).mean()}

    fit.fit(network, lambda: loss(windows, settings.astray), valid, windows.random, settings,
            shape.asdict(), run, stop)
    return network


def load(path: Path, device: str = "cpu") -> Anchor:
    """Returns the anchor of a checkpoint, ready for comparison."""
    return record.load(path, lambda shape: Anchor(Shape(**shape)), device)
