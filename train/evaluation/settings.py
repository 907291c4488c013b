"""Measures what settings of jamd do to its chords: `jamd accompany` plays held-out songs with each of them.

The evaluation plays policy files, with jamd's sampling but without what a player can set, such as a colour. This plays
the built program.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from train.data import metrics
from train.data.corpora.song import CorpusError
from train.data.vocabulary import OURS, read_symbol
from train.evaluation.bootstrap import Songs, interval, quotient
from train.evaluation.built import accompany
from train.evaluation.listen import midi_file
from train.evaluation.measured import LISTENED
from train.evaluation.places import BAR, Window, seed_of

FIGURES = ("note-in-chord", "of the data's", "root as the data", "time with four notes or more",
           "melody a semitone from the chord", "changes in 16 frames")
SILENT = -1  # the root of a frame without a chord


def judge(draws: list[list[Window]], settings: Sequence[str], binary: Path) -> Iterator[str]:
    """Yields a Markdown table, line by line: the data's figures, then those of each of the settings (flags of `jamd
    accompany`, such as "--colour sevenths"), with 95 % intervals (bootstrap over songs). The frames in which jamd
    listens by default are left out. Raises CorpusError if there is no song, or if jamd does not take the flags."""
    windows = [(w, seed_of(d, i)) for d, draw in enumerate(draws) for i, w in enumerate(draw)]
    if not windows:
        raise CorpusError("no song of that place is long enough; prepare more corpora")
    songs = Songs([w.song for w, _ in windows])
    yield "| flags | " + " | ".join(FIGURES) + " |"
    yield "| --- |" + " --- |" * len(FIGURES)
    data = songs.sums(np.stack([counts(w, *of_tokens(w.chords)) for w, _ in windows]))
    yield row("the data", data, data)
    for flags in settings:
        played = [counts(w, *of_symbols(accompanied(binary, w, seed, flags), len(w.melody))) for w, seed in windows]
        yield row(f"`{flags}`" if flags else "none", songs.sums(np.stack(played)), data)


def accompanied(binary: Path, window: Window, seed: int, flags: str) -> list[dict]:
    """Returns the chords that jamd plays to a window with a seed, as `jamd accompany --json` gives them."""
    melody = midi_file(window.song, window.melody, np.zeros_like(window.melody))
    return accompany(binary, melody, ["--track", "MELODY", "--seed", str(seed), *shlex.split(flags)])["chords"]


def of_tokens(chords: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the root of each frame as a pitch class, SILENT without one, and bool [frames, 12]: its pitch classes."""
    index = metrics.chord_index(chords)
    return np.where(index < 0, SILENT, index % 12), OURS.pitch_classes[chords]


def of_symbols(chords: list[dict], frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns what of_tokens returns, for chords of `jamd accompany --json`."""
    roots, sounds = np.full(frames, SILENT), np.zeros((frames, 12), dtype=bool)
    for chord in chords:
        there = slice(chord["frame"], chord["frame"] + chord["duration"])
        root, above = read_symbol(chord["symbol"])
        roots[there], sounds[there] = root, [above >> (p - root) % 12 & 1 for p in range(12)]
    return roots, sounds


def counts(window: Window, roots: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """Returns int [5, 2]: for each figure but "of the data's" the frames of which it is true and those that count; for
    the last the changes, in BARs, and the frames."""
    pitch, (own, _) = metrics.melody_pitch(window.melody), of_tokens(window.chords)
    frames = np.arange(len(pitch))
    on, after = roots != SILENT, frames >= LISTENED
    both = after & on & (pitch >= 0)
    within = sounds[frames, pitch % 12]
    beside = (sounds[frames, (pitch + 1) % 12] | sounds[frames, (pitch - 1) % 12]) & ~within
    compared = after & on & (own != SILENT)
    changed = after & on & np.append(False, (sounds[1:] != sounds[:-1]).any(axis=1) | (roots[1:] != roots[:-1]))
    return np.array([[(within & both).sum(), both.sum()], [((roots == own) & compared).sum(), compared.sum()],
                     [((sounds.sum(axis=1) >= 4) & after & on).sum(), (after & on).sum()],
                     [(beside & both).sum(), both.sum()], [BAR * changed.sum(), after.sum()]])


def row(name: str, drawn: np.ndarray, data: np.ndarray) -> str:
    """A row of the table, from sums [1 + draws, 5, 2]."""
    values = quotient(drawn[..., 0], drawn[..., 1])
    share = 100 * values[:, 0] / quotient(data[:, 0, 0], data[:, 0, 1])
    harmony, *others = ("{:.3f} ({:.3f} to {:.3f})".format(*interval(values[:, i])) for i in range(4))
    return " | ".join([f"| {name}", harmony, "{:.1f} % ({:.1f} to {:.1f})".format(*interval(share)), *others,
                       "{:.2f} ({:.2f} to {:.2f})".format(*interval(values[:, -1]))]) + " |"
