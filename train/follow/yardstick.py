"""Judges the built follower: held-out songs and solos, played in many ways, beside a grid that never moves."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from train.follow.figures import figures
from train.follow.playing import How, Performance, fixed, follow, perform
from train.follow.songs import Tune

SHOWN = ("F70", "F10%", "CMLt", "AMLt", "DF")
STEADY = {"tempo": "steady", "jitter": 0.0, "exact": True}
CASES: list[tuple[str, str, How]] = [
    ("leadsheets", "counted in, exactly steady", How(**STEADY)),
    ("leadsheets", "counted in, steady, jitter 20 ms", How(tempo="steady")),
    ("leadsheets", "counted in, drift", How()),
    ("leadsheets", "counted in, drift, jitter 40 ms", How(jitter=0.04)),
    ("leadsheets", "counted in, drift, swung", How(swing=True)),
    ("leadsheets", "counted in, steps", How(tempo="steps")),
    ("leadsheets", "counted in, ritardando", How(tempo="ritardando")),
    ("leadsheets", "told within 5 %, drift", How("told")),
    ("leadsheets", "told wrong by 20 to 50 %, drift", How("wrong")),
    ("leadsheets", "told nothing, drift", How("nothing")),
    ("pop909", "counted in, exactly steady", How(**STEADY)),
    ("pop909", "counted in, drift", How()),
    ("pop909", "told within 5 %, drift", How("told")),
    ("weimar", "counted in, as recorded", How()),
    ("weimar", "told within 5 %, as recorded", How("told")),
    ("nottingham", "counted in, drift", How()),
    ("nottingham 3/4", "counted in, drift", How()),
    ("nottingham 6/8", "counted in, drift", How()),
    ("nottingham", "told within 5 % but no metre, drift", How("told", metre=False)),
]


def chosen(tunes: list[Tune], corpus: str, split: str, songs: int) -> list[Tune]:
    """Returns the songs of a side to play: all of them, or `songs` spread over them. A metre may follow the corpus."""
    name, _, metre = corpus.partition(" ")
    found = [t for t in tunes if t.corpus == name and t.split == split and metre in ("", t.metre)]
    return [found[i] for i in np.unique(np.linspace(0, len(found) - 1, min(songs, len(found))).round().astype(int))]


def interval(values: np.ndarray, quantile: float, seed: int = 1) -> tuple[float, float]:
    """Returns the 95 % interval of a quantile over songs, by bootstrap."""
    draws = np.random.default_rng(seed).integers(len(values), size=(1000, len(values)))
    low, high = np.percentile(np.quantile(values[draws], quantile, axis=1), (2.5, 97.5))
    return float(low), float(high)


def judge(tunes: list[Tune], binary: Path, split: str, songs: int, output: Path | None) -> Iterator[str]:
    """Plays every case. Yields a Markdown table of the results, line by line, then how sure the follower was. If output is
    given, it receives all results as JSON."""
    yield ("| songs | how | n | " + " | ".join(f"{f} median, 10th percentile" for f in SHOWN)
           + " | least F70 | octave off | beats to lock, 90th percentile | fixed grid F70 |")
    yield "|---|---|---:|" + "---:|" * (len(SHOWN) + 4)
    told: list[tuple[float, bool]] = []
    kept = []
    for number, (corpus, name, how) in enumerate(CASES):
        played = [perform(t, how, np.random.default_rng([zlib.crc32(t.id.encode()), number]))
                  for t in chosen(tunes, corpus, split, songs)]
        said = list(follow(binary, played))
        found = [figures(p, s) for p, s in zip(played, said)]
        still = np.array([figures(p, fixed(p))["F70"] for p in played])
        told += [pair for p, s in zip(played, said) for pair in sureness(p, s)]
        columns = []
        for figure in SHOWN:
            values = np.array([f[figure] for f in found])
            cells = [f"{np.quantile(values, q):.2f} [{low:.2f}, {high:.2f}]" for q in (0.5, 0.1)
                     for low, high in [interval(values, q)]]
            columns.append(", ".join(cells) if figure in ("F70", "DF")
                           else f"{np.median(values):.2f}, {np.quantile(values, 0.1):.2f}")
        least = min(f["F70"] for f in found)
        octave = np.mean([f["octave"] for f in found])
        lock = np.quantile([f["lock"] for f in found], (0.5, 0.9), method="higher")
        yield (f"| {corpus} | {name} | {len(found)} | " + " | ".join(columns)
               + f" | {least:.2f} | {octave:.2f} | {lock[0]:.0f}, {lock[1]:.0f} "
               + f"| {np.median(still):.2f}, {np.quantile(still, 0.1):.2f} |")
        kept.append({"corpus": corpus, "how": name, "songs": [{"id": p.tune.id, **f} for p, f in zip(played, found)]})
    yield ""
    yield "| as sure as | beats | right |"
    yield "|---|---:|---:|"
    sure, right = map(np.array, zip(*told))
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 1.01)):
        at = (sure >= low) & (sure < high)
        if at.any():
            yield f"| {low} to {min(high, 1)} | {at.sum()} | {right[at].mean():.2f} |"
    if output:
        output.write_text(json.dumps(kept, indent=1) + "\n")


def sureness(played: Performance, said: dict) -> Iterator[tuple[float, bool]]:
    """Yields, for each said beat, how sure the follower was, and whether a true beat lies within a tenth of a beat."""
    for beat in said["beats"]:
        if played.beats[0] <= beat["at"] <= played.beats[-2]:
            i = int(np.argmin(np.abs(played.beats - beat["at"])))
            local = played.beats[max(i, 1)] - played.beats[max(i, 1) - 1]
            yield beat["sure"], bool(abs(played.beats[i] - beat["at"]) <= 0.1 * local)
