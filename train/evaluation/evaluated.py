"""Reads an evaluation's folder (evaluate.py), for pictures and MIDI files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece
from train.data.corpora.song import FRAMES_PER_QUARTER, CorpusError
from train.evaluation.baselines import BASELINES
from train.evaluation.places import drawn, place_of

EXCERPTS = 3  # test windows that are shown and heard
SHOWN = 128  # frames of them that are shown: eight bars of 4/4
BEATS_PER_BAR = 4


class Missing(Exception):
    """Something needed is missing."""


@dataclass(frozen=True)
class Evaluation:
    """figures: figures.json; played: the tokens of played.npz by "place/system" (played.py)."""

    figures: dict
    played: dict[str, np.ndarray]

    def systems(self, place: str) -> dict[str, dict[str, list[float]]]:
        """Returns the figures of a place by system; empty if the place was not evaluated."""
        return self.figures["places"].get(place, {}).get("systems", {})

    def test_chords(self) -> dict[str, np.ndarray]:
        """Returns chord tokens [windows, frames] to the test songs in the first draw: the data's, then each
        system's."""
        if not {"test/melody", "test/data"} <= self.played.keys():
            raise Missing("no test songs in played.npz")
        there = [name for name in self.names() if f"test/{name}" in self.played]
        return {name: self.played[f"test/{name}"][0] for name in ("data", *there)}

    def test_melody(self) -> np.ndarray:
        """Returns the melody tokens [windows, frames] of the same windows."""
        return self.played["test/melody"][0]

    def names(self) -> list[str]:
        """Returns every system except the data: policies in the order of the evaluation, then baselines."""
        systems = [s for place in self.figures["places"] for s in self.systems(place)]
        jumped = [s for systems in self.figures.get("adaptation", {}).values() for s in systems]
        return sorted(dict.fromkeys(s for s in systems + jumped if s != "data"), key=lambda s: s in BASELINES)


def read(folder: Path) -> Evaluation:
    """Returns the evaluation in a folder. Raises CorpusError if there is none."""
    try:
        figures = json.loads((folder / "figures.json").read_text())
        with np.load(folder / "played.npz") as file:
            played = {name: file[name] for name in file.files if "/" in name}
        if not isinstance(figures["places"], dict):
            raise ValueError("no places in figures.json")
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise CorpusError(f"{folder}: not the folder of an evaluation ({error}); "
                          f"make one with: python -m train evaluate ... -o {folder}") from error
    return Evaluation(figures, played)


def excerpts(evaluation: Evaluation, pieces: Sequence[Piece]) -> list[tuple[int, str, np.ndarray]]:
    """Returns three test windows of the first draw, always the same: their indices, titles, and the frames of their bar
    lines. If `pieces` are those of the evaluation, it takes the first window of each corpus with few rests in the part
    shown. Otherwise the windows are spread evenly and count as 4/4."""
    melody = evaluation.test_melody()
    found = drawn([p for p in pieces if place_of(p) == "test"], 1, evaluation.figures["settings"].get("songs", 0))[0]
    if len(found) == len(melody) and all(np.array_equal(w.melody, m) for w, m in zip(found, melody)):
        plays = (melody[:, :SHOWN] != tokens.SILENCE).mean(axis=1) > 0.8
        order = sorted(range(len(found)), key=lambda i: (plays[i], -i))  # the last of a corpus is taken
        first = {found[i].song.partition("/")[0]: i for i in order}
        return [(i, found[i].song, found[i].lines[:, 0]) for i in sorted(first.values())[:EXCERPTS]]
    bars = np.arange(0, melody.shape[1], BEATS_PER_BAR * FRAMES_PER_QUARTER)
    return [(i, f"test window {i + 1}", bars) for i in sorted({len(melody) * k // 6 for k in (1, 3, 5)})]
