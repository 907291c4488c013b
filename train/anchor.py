"""The anchor: an offline network that hears the whole melody, p(y_t | y_<t, x), and holds the policy near the data
(ReaLchords, 3.3). It is the KL's reference in reinforcement learning, and never shipped as a policy.

Both parts share one grid, so the encoder's output of a frame is added to the decoder's input of that frame: what
cross-attention would have to learn to look up.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from train import fit, processes, record, tokens
from train.astray import lead_astray
from train.corpora.dataset import Piece
from train.fit import nll
from train.network import Shape, Stack, by_part, delayed, initialise
from train.stop import NEVER, Stop
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
        return self.head(self.decoder.follow(self.own(delayed(own, self.own.num_embeddings - 1)) + context))


@dataclass(frozen=True)
class Settings(fit.Settings):
    """begin: a checkpoint whose network the run starts with, whatever the shape says. astray: the share of windows
    whose chord history is led astray (astray.py), for an anchor of chords; jumps: of those that change their key on the
    way."""

    batch: int = 16
    length: int = 256
    begin: Path | None = None
    astray: float = 0.0
    jumps: float = 0.0


def loss_of(network: Anchor, own: Tensor, heard: Tensor, mask: Tensor, history: Tensor) -> Tensor:
    """Mean negative log-likelihood of own, in nats a frame, over the frames in mask. history is what the network is
    told that own was."""
    return nll(network(history, heard), own, mask)


def train(pieces: list[Piece], shape: Shape, settings: Settings, run: Path, device: str = "cpu",
          stop: Stop = NEVER) -> Anchor:
    """Trains the anchor in folder `run`, or goes on with it."""
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
        told = history if shape.plays == "chords" else own
        rows = (processes.local(whole).to(device) for whole in (own, heard, mask, told))
        return loss_of(network, *rows) * processes.weight(mask)

    def valid() -> dict[str, Tensor]:
        same = Windows(held_out, settings.batch, settings.length, 0)
        return {"valid_loss": torch.stack([loss(same) for _ in range(16)]).mean()}

    fit.fit(network, lambda: loss(windows, settings.astray), valid, windows.random, settings,
            shape.asdict(), run, stop)
    return network


def load(path: Path, device: str = "cpu") -> Anchor:
    """The anchor of a checkpoint, ready to be compared with."""
    return record.load(path, lambda shape: Anchor(Shape(**shape)), device)
