"""Online MLE: the policy's network trained by maximum likelihood on data, teacher-forced (ReaLchords, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from train import bars, busy, fit, processes, record, tokens
from train.astray import lead_astray
from train.corpora.dataset import Piece
from train.corpora.song import CorpusError
from train.fit import nll
from train.network import Decoder, Shape, by_part, shifted
from train.stop import NEVER, Stop
from train.windows import Windows

# Half of the frames lie in windows a quarter as long, so that the beginnings of jams, where there is no chord history
# to lean on and the melody must be listened to, are not rare; the long ones teach the window that slides.
SHORTER = (0.25, 0.5)


@dataclass(frozen=True)
class Settings(fit.Settings):
    """begin: a checkpoint whose network the run starts with, whatever the shape says, but that it learns to hear what
    the shape does. astray: the share of windows whose history is led astray (astray.py); jumps: of those that change
    their key on the way."""

    begin: Path | None = None
    astray: float = 0.0
    jumps: float = 0.0


def loss_of(network: Decoder, chords: Tensor, melody: Tensor, mask: Tensor, history: Tensor | None = None,
            places: Tensor | None = None, level: Tensor | None = None) -> Tensor:
    """Mean negative log-likelihood of what the network plays, in nats a frame, over the frames in mask. history is what
    it is told that the chords were, where that is not what they were; places, where in their bars the frames lie;
    level [batch], how busy the chords are."""
    logits = network(*shifted(chords if history is None else history, melody), places, level)
    own, _ = by_part(chords, melody, network.shape.plays)
    return nll(logits, own, mask)


@torch.no_grad()
def validate(network: Decoder, pieces: list[Piece], length: int, device: str) -> Tensor:
    """The same loss over whole songs, cut into windows in their own keys; every run sees the same windows. It is this
    process's part, that of its windows."""
    cuts = [(*tokens.cut(piece.melody, piece.chords, start, length),
             bars.places(piece.bars, len(piece.melody))[start:start + length])
            for piece in pieces for start in range(0, len(piece.melody), length)]
    cuts = [cut for cut in cuts if len(cut[0]) >= 16]
    if not cuts:
        raise CorpusError("no song to validate on: of all songs, about one in ten is held out for that")
    total = torch.zeros((), dtype=torch.float64)
    for cut in cuts[processes.rank()::processes.world()]:
        melody, chords, places = (torch.from_numpy(of.astype(np.int64))[None].to(device) for of in cut)
        everywhere = torch.ones_like(chords, dtype=torch.bool)
        total += loss_of(network, chords, melody, everywhere, places=places).cpu() * len(cut[0])
    return (total / sum(len(cut[0]) for cut in cuts)).to(device)


def train(pieces: list[Piece], shape: Shape, settings: Settings, run: Path, device: str = "cpu",
          stop: Stop = NEVER) -> Decoder:
    """Trains the policy in folder `run`, or goes on with it."""
    torch.manual_seed(settings.seed)
    held_out = [p for p in pieces if p.split == "valid"]
    windows = Windows([p for p in pieces if p.split == "train"], settings.batch, settings.length, settings.seed,
                      shorter=SHORTER, jumps=settings.jumps)
    begin = settings.begin and load(settings.begin, device, shape.hears_bar, shape.hears_busy)
    network = begin.train() if begin else Decoder(shape).to(device)

    def loss() -> Tensor:
        chords, melody, mask, places, _, level = windows.drawn()
        history, chords, mask = lead_astray(chords, mask, settings.astray, windows.random)
        if network.shape.hears_bar:
            places = bars.unsure(places, windows.random)
        if network.shape.hears_busy:
            level = busy.unsure(level, windows.random)
        rows = (processes.local(whole).to(device) for whole in (chords, melody, mask, history, places, level))
        return loss_of(network, *rows) * processes.weight(mask)

    fit.fit(network, loss, lambda: {"valid_loss": validate(network, held_out, settings.length, device)},
        windows.random, settings, network.shape.asdict(), run, stop)
    return network


def load(path: Path, device: str = "cpu", hears_bar: bool = False, hears_busy: bool = False) -> Decoder:
    """The network of a checkpoint, ready to play. hears_bar, hears_busy: it is to learn to hear the bar, or how busy it
    is to be, if it does not yet."""
    network = record.load(path, lambda shape: Decoder(Shape(**shape)), device)
    shape = replace(network.shape, hears_bar=hears_bar or network.shape.hears_bar,
                    hears_busy=hears_busy or network.shape.hears_busy)
    if shape == network.shape:
        return network
    hearing = Decoder(shape).to(device)
    hearing.load_state_dict(network.state_dict(), strict=False)
    return hearing.eval()


def untold(network: Decoder) -> Decoder:
    """The same network, but that nobody can tell it how busy it is to be: it plays as where that is unknown."""
    if network.busy is None:
        return network
    shape = replace(network.shape, hears_busy=False)
    state = {name: value.clone() for name, value in network.state_dict().items() if name != "busy.weight"}
    state["melody.weight"] += network.busy.weight.detach()[busy.UNKNOWN]
    deaf = Decoder(shape).to(network.head.weight.device)
    deaf.load_state_dict(state)
    return deaf.train(network.training)
