"""Online MLE: trains the policy's network on data by maximum likelihood with teacher forcing (ReaLchords, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from train.data import bars, busy, tokens
from train.data.astray import lead_astray
from train.data.corpora.dataset import Piece
from train.data.corpora.song import CorpusError
from train.data.windows import Windows
from train.models import fit
from train.models.fit import nll
from train.models.network import Decoder, Shape, by_part, shifted
from train.runs import processes, record
from train.runs.stop import NEVER, Stop

# Half of the frames lie in windows a quarter as long. So beginnings of jams, which have no chord history and make the
# network listen to the melody, are not rare. The long windows teach it the sliding window.
SHORTER = (0.25, 0.5)


@dataclass(frozen=True)
class Settings(fit.Settings):
    """begin: a checkpoint with the network to start from; of the shape only hears_bar and hears_busy then apply.
    astray: the share of windows with a history led astray (astray.py). jumps: the share of windows that change key on
    the way."""

    begin: Path | None = None
    astray: float = 0.0
    jumps: float = 0.0


def loss_of(network: Decoder, chords: Tensor, melody: Tensor, mask: Tensor, history: Tensor | None = None,
            places: Tensor | None = None, level: Tensor | None = None) -> Tensor:
    """Returns the mean negative log-likelihood of the network's part, in nats per frame, over the frames in mask.
    history has the chords that the network gets as its past, if they differ from the true ones. places has the bar
    positions of the frames, level [batch] the rate of chord changes (busy.py)."""
    logits = network(*shifted(chords if history is None else history, melody), places, level)
    own, _ = by_part(chords, melody, network.shape.plays)
    return nll(logits, own, mask)


@torch.no_grad()
def validate(network: Decoder, pieces: list[Piece], length: int, device: str) -> Tensor:
    """Returns the same loss over whole songs, cut into windows in their own keys. Every run sees the same windows. The
    result is this process's part, from its own windows."""
    cuts = [(*tokens.cut(piece.melody, piece.chords, start, length),
             bars.places(piece.bars, len(piece.melody))[start:start + length])
            for piece in pieces for start in range(0, len(piece.melody), length)]
    cuts = [cut for cut in cuts if len(cut[0]) >= 16]
    if not cuts:
        raise CorpusError("no song to validate on: about one song in ten is held out for that; add songs")
    total = torch.zeros((), dtype=torch.float64)
    for cut in cuts[processes.rank()::processes.world()]:
        melody, chords, places = (torch.from_numpy(of.astype(np.int64))[None].to(device) for of in cut)
        everywhere = torch.ones_like(chords, dtype=torch.bool)
        total += loss_of(network, chords, melody, everywhere, places=places).cpu() * len(cut[0])
    return (total / sum(len(cut[0]) for cut in cuts)).to(device)


def train(pieces: list[Piece], shape: Shape, settings: Settings, run: Path, device: str = "cpu",
          stop: Stop = NEVER) -> Decoder:
    """Trains the policy in folder `run`, or resumes its training."""
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
    """Returns the network of a checkpoint, ready to play. hears_bar, hears_busy: add the input if the network does not
    have it yet, for it to learn."""
    network = record.load(path, lambda shape: Decoder(Shape(**shape)), device)
    shape = replace(network.shape, hears_bar=hears_bar or network.shape.hears_bar,
                    hears_busy=hears_busy or network.shape.hears_busy)
    if shape == network.shape:
        return network
    hearing = Decoder(shape).to(device)
    hearing.load_state_dict(network.state_dict(), strict=False)
    return hearing.eval()


def without_busy(network: Decoder) -> Decoder:
    """Returns the same network without the input for the rate of chord changes: it plays as if the rate were
    unknown."""
    if network.busy is None:
        return network
    shape = replace(network.shape, hears_busy=False)
    state = {name: value.clone() for name, value in network.state_dict().items() if name != "busy.weight"}
    state["melody.weight"] += network.busy.weight.detach()[busy.UNKNOWN]
    deaf = Decoder(shape).to(network.head.weight.device)
    deaf.load_state_dict(state)
    return deaf.train(network.training)
