"""How well exported policies accompany songs that they never saw: the same windows for every system and seed.

Harmony, diversity and rate of changes are as in metrics.py; intervals are 95 % bootstrap intervals over songs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from train import metrics, tokens
from train.baselines import BASELINES
from train.corpora.dataset import Piece
from train.play import PolicyFile, accompany

WINDOW = 256


@dataclass(frozen=True)
class Window:
    """A stretch of a held-out song; bars is its length in bars of the song's own metre."""

    song: str
    melody: np.ndarray
    chords: np.ndarray
    bars: float


def windows(pieces: list[Piece], split: str, per_song: int = 1) -> list[Window]:
    """At most per_song windows of each song of a split, evenly spread, from bar lines where the melody plays."""
    found = []
    for piece in pieces:
        if piece.split != split or len(piece.melody) < WINDOW or not len(piece.bars):
            continue
        lines = piece.bars[piece.bars[:, 0] <= len(piece.melody) - WINDOW, 0]
        lines = [int(f) for f in lines if (piece.melody[f:f + WINDOW] != tokens.SILENCE).mean() > 0.5
                 and (piece.chords[f:f + WINDOW] != tokens.NO_CHORD).mean() > 0.5]
        spread = np.linspace(0, len(lines) - 1, per_song).round().astype(int) if lines else []
        for start in sorted({lines[i] for i in spread}):
            melody, chords = tokens.cut(piece.melody, piece.chords, start, WINDOW)
            inside = ((piece.bars[:, 0] >= start) & (piece.bars[:, 0] < start + WINDOW)).sum()
            found.append(Window(f"{piece.corpus}/{piece.id}", melody, chords, float(inside)))
    return found


@dataclass(frozen=True)
class Played:
    """The counts of one window under one system and seed, summed before any ratio is taken."""

    song: str
    inside: int
    both: int
    changes: int
    bars: float
    distinct: int
    silent: int
    sounding: int
    entropy: float
    legal: bool


def measure(window: Window, chords: np.ndarray) -> Played:
    """The figures of one accompaniment of a window."""
    inside, both = metrics.note_in_chord(window.melody, chords)
    silent, sounding = metrics.silent(window.melody, chords)
    return Played(window.song, inside, both, metrics.changes(chords), window.bars, metrics.distinct(chords), silent,
                  sounding, metrics.entropy(metrics.durations(chords)), metrics.legal(chords))


_accompany: Callable[[np.ndarray, int], np.ndarray] | None = None  # of a worker process


def _open(system: str, temperature: float) -> None:
    global _accompany
    if system in BASELINES:
        _accompany = BASELINES[system].accompany
    else:
        _accompany = partial(accompany, PolicyFile(Path(system)), temperature=temperature)


def _play(job: tuple[Window, int]) -> Played:
    window, seed = job
    assert _accompany is not None
    return measure(window, _accompany(window.melody, seed))


def play(system: str, windows_: list[Window], seeds: list[int], temperature: float, workers: int) -> list[Played]:
    """Every window under every seed, by a policy file or a baseline."""
    jobs = [(window, 1000 * seed + i) for seed in seeds for i, window in enumerate(windows_)]
    with ProcessPoolExecutor(workers, initializer=_open, initargs=(system, temperature)) as pool:
        return list(tqdm(pool.map(_play, jobs, chunksize=4), total=len(jobs), desc=Path(system).stem, unit=" windows"))


FIGURES: dict[str, Callable[[list[Played]], float]] = {
    "note_in_chord": lambda p: sum(x.inside for x in p) / max(1, sum(x.both for x in p)),
    "changes_per_bar": lambda p: sum(x.changes for x in p) / max(1.0, sum(x.bars for x in p)),
    "distinct_chords": lambda p: float(np.mean([x.distinct for x in p])),
    "duration_entropy": lambda p: float(np.mean([x.entropy for x in p])),
    "silent_share": lambda p: sum(x.silent for x in p) / max(1, sum(x.sounding for x in p)),
    "legal_share": lambda p: float(np.mean([x.legal for x in p])),
}


def summary(played: list[Played], draws: int = 1000) -> dict[str, list[float]]:
    """Each figure with the ends of its 95 % bootstrap interval over songs: [value, low, high]."""
    by_song: dict[str, list[Played]] = {}
    for p in played:
        by_song.setdefault(p.song, []).append(p)
    songs = list(by_song.values())
    random = np.random.default_rng(0)
    samples = [[p for i in random.integers(len(songs), size=len(songs)) for p in songs[i]] for _ in range(draws)]
    out = {}
    for name, figure in FIGURES.items():
        low, high = np.percentile([figure(s) for s in samples], [2.5, 97.5])
        out[name] = [round(figure(played), 4), round(float(low), 4), round(float(high), 4)]
    return out


def evaluate(systems: list[str], pieces: list[Piece], seeds: list[int], temperature: float = 0.99,
             per_song: int = 1, workers: int = 2) -> dict:
    """{"test" | "ood": {"data" | system: figures}}, with the number of windows and songs of each place. A system is the
    path of a policy file or the name of a baseline."""
    result: dict = {}
    for split in ("test", "ood"):
        chosen = windows(pieces, split, per_song)
        place = result[split] = {"windows": len(chosen), "songs": len({w.song for w in chosen}),
                                 "data": summary([measure(w, w.chords) for w in chosen])}
        for system in systems:
            place[Path(system).stem] = summary(play(system, chosen, seeds, temperature, workers))
    return result


def figures_of(policy: str, result: dict) -> dict[str, list[float]]:
    """What a policy's file says of its evaluation: the figures that matter most, the data's beside them."""
    return {f"{place}_{figure}{whose}": result[place][system][figure]
            for place in ("test", "ood") for figure in ("note_in_chord", "changes_per_bar")
            for system, whose in ((policy, ""), ("data", "_of_data"))}


def table(result: dict) -> str:
    """The result as Markdown."""
    lines = ["| place | system | note-in-chord | chord changes a bar | distinct chords a window | silent over melody |",
             "| --- | --- | --- | --- | --- | --- |"]
    names = {"test": "test songs", "ood": "OpenEWLD (out of distribution)"}
    for split, place in result.items():
        for system, f in place.items():
            if isinstance(f, dict):
                cell = {k: "{:.3f} ({:.3f} to {:.3f})".format(*v) for k, v in f.items()}
                lines.append(f"| {names[split]} | {system} | {cell['note_in_chord']} | {cell['changes_per_bar']} | "
                             f"{cell['distinct_chords']} | {cell['silent_share']} |")
    return "\n".join(lines)
