"""Plays policy files of our own layout many windows at once, with the weights of the file. Steps, draws and tokens are
the same as frame by frame through ONNX Runtime (play.py), up to rounding, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor
from tqdm import tqdm

from train.data import tokens
from train.evaluation.play import Chooser
from train.models.network import Decoder, Shape, Stepper, by_part

PRODUCTS = ("qkv.weight", "out.weight", "up.weight", "down.weight", "head.weight")  # transposed in the files


def network_of(path: Path) -> Decoder | None:
    """Returns the network of a policy file that export.build wrote, or None for another layout: imported, or in
    int8."""
    model = onnx.load(path)
    said = {entry.key: entry.value for entry in model.metadata_props}
    weights = {w.name.removesuffix(".half"): numpy_helper.to_array(w) for w in model.graph.initializer
               if w.name.endswith(".half")}
    if not {"chord.weight", "melody.weight", "blocks.0.qkv.weight"} <= weights.keys():
        return None
    network = Decoder(Shape(
        dim=weights["chord.weight"].shape[1], layers=int(said["layers"]), heads=int(said["heads"]),
        window=int(said["window"]), rotary_base=float(said["rotary_base"]), plays=said.get("plays", "chords"),
        **{f.name: f"{f.name.removeprefix('hears_')}.weight" in weights for f in fields(Shape)
           if f.name.startswith("hears_")})).eval()
    state = {name: torch.from_numpy((w.T if name.endswith(PRODUCTS) else w).astype(np.float32).copy())
             for name, w in weights.items()}
    shapes = {name: value.shape for name, value in network.state_dict().items()}
    if shapes != {name: value.shape for name, value in state.items()}:
        return None
    network.load_state_dict(state)
    return network


class Players:
    """Many jams of one network, side by side."""

    def __init__(self, network: Decoder, choosers: Sequence[Chooser], levels: Sequence[int] | None = None) -> None:
        self.network, self.choosers, self.stepper = network, choosers, Stepper(network, len(choosers))
        self.levels = None if levels is None else torch.tensor(list(levels))
        start = tokens.CHORD_START if network.shape.plays == "chords" else tokens.MELODY_START
        self.before = torch.full((len(choosers),), start)

    def play(self, heard: Tensor, places: np.ndarray) -> Tensor:
        """Returns the tokens, int64 [jams], of the next frame, given the other part's last tokens and the bar
        positions."""
        own = self.before, heard, self.network.shape.plays
        logits = self.stepper.step(*by_part(*own), torch.from_numpy(places), self.levels).numpy()
        self.before = torch.tensor([choose(row, place) for choose, row, place in zip(
            self.choosers, logits, places.tolist())])
        return self.before


def follow(network: Decoder, choosers: Sequence[Chooser], melodies: np.ndarray, places: np.ndarray,
           levels: Sequence[int] | None = None, said: str = "") -> np.ndarray:
    """Returns play.follow for each of melodies [jams, frames], with bar positions and rate levels (busy.py):
    int16 [jams, frames]."""
    players, chords = Players(network, choosers, levels), np.zeros(melodies.shape, np.int16)
    heard = torch.full((len(melodies),), tokens.MELODY_START)
    for t in tqdm(range(melodies.shape[1]), desc=said, unit=" frames"):
        chords[:, t] = players.play(heard, places[:, t])
        heard = torch.from_numpy(melodies[:, t].astype(np.int64))
    return chords


def together(network: Decoder, choosers: Sequence[Chooser], agent: Decoder, agents: Sequence[Chooser], places: np.ndarray,
             folded: np.ndarray, levels: Sequence[int] | None = None,
             said: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Returns play.together for each row of places [jams, frames]: melodies and chords, int16 [jams, frames]."""
    players, others = Players(network, choosers, levels), Players(agent, agents)
    melody, chords = np.zeros(places.shape, np.int16), np.zeros(places.shape, np.int16)
    chord, note = torch.full((len(places),), tokens.CHORD_START), torch.full((len(places),), tokens.MELODY_START)
    for t in tqdm(range(places.shape[1]), desc=said, unit=" frames"):
        chords[:, t], melody[:, t] = players.play(note, places[:, t]), others.play(chord, places[:, t])
        chord = torch.from_numpy(folded[chords[:, t]].astype(np.int64))
        note = torch.from_numpy(melody[:, t].astype(np.int64))
    return melody, chords
