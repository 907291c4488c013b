"""Judges the chords that jamd plays to somebody whom it follows: whether they begin on the player's beats, and whether they are
the music that it plays to the same song, played exactly, on a grid."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from train.evaluation.built import accompany
from train.follow.playing import How, Performance, perform
from train.follow.songs import Tune
from train.follow.yardstick import chosen

NEAR = 0.1  # beats that a chord may begin from a beat
BEATS = 4  # of a bar: songs in 4/4 are judged
TICKS = 1000  # of the MIDI files, a quarter note
GRID = "exact, on the file's grid"
ANOTHER = "the same, another draw"  # what differs here is chance
STEADY = How(tempo="steady", jitter=0.0, exact=True)
WAYS: list[tuple[str, How]] = [
    (GRID, STEADY),
    (ANOTHER, STEADY),
    ("counted in, exact", STEADY),
    ("counted in, drift, jitter 25 ms", How(jitter=0.025)),
    ("told within 5 %, drift, jitter 25 ms", How("told", jitter=0.025)),
]
FIGURES = ("on the beat", "on beat 1", "on beat 3", "on jamd's beat 1", "note-in-chord", "changes a bar",
           "beats until the first chord")


@dataclass(frozen=True)
class Chords:
    """The chords of one jam, where the player and where jamd counts them.

    at is float64 [chords]: beats after the player's first bar line. places is int64 [chords]: whole beats after jamd's bar line.
    begins and ends: where the player begins and ends, in beats after his first bar line.
    """

    at: np.ndarray
    places: np.ndarray
    begins: int
    ends: int
    note_in_chord: float


def file_of(played: Performance, on_grid: bool) -> tuple[mido.MidiFile, float]:
    """Returns a MIDI file of a performance and the second of the performance at which it begins. Its ticks are
    milliseconds, or, if on_grid, its tempo is that of the player and it begins with a bar line."""
    heard = played.heard
    period = played.beats[1] - played.beats[0] if on_grid else 1.0
    start = 0.0
    if on_grid:
        onset = heard["notes"][0][0]
        start = played.downbeats[0] - BEATS * period * max(0, np.ceil((played.downbeats[0] - onset) / (BEATS * period) - 1e-6))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=round(period * 1e6)),
                            mido.MetaMessage("time_signature", numerator=BEATS, denominator=4)])
    onsets = np.array([n[0] for n in heard["notes"]])
    ends = np.minimum(np.append(onsets[1:], onsets[-1] + 1) - 0.01, onsets + 2)
    events = [(t, 1, n[1]) for t, n in zip(onsets, heard["notes"])] + [
        (max(e, t + 0.005), 0, n[1]) for t, e, n in zip(onsets, ends, heard["notes"])]
    at = 0
    for seconds, on, pitch in sorted(events):
        tick = round((seconds - start) / period * TICKS)
        track.append(mido.Message("note_on" if on else "note_off", note=pitch, velocity=80, time=tick - at))
        at = tick
    return mido.MidiFile(type=0, ticks_per_beat=TICKS, tracks=[track]), start


def chords_of(played: Performance, answer: dict, start: float) -> Chords:
    """Returns the chords of an answer of `jamd accompany --json`, whose times begin at the second `start` of the performance."""
    beats = played.beats
    first = int(np.searchsorted(beats, played.downbeats[0] - 1e-6))
    seconds = np.array([c["at"] for c in answer["chords"]]) + start
    inside = (seconds >= beats[0] - 0.05) & (seconds <= beats[-1])
    if lines := answer.get("beats"):
        nearest = np.abs(np.array([line["at"] for line in lines])[:, None] + start - seconds[None, :]).argmin(0)
        places = np.array([line["beat"] - 1 for line in lines])[nearest]
    else:
        places = np.array([c["frame"] // answer["frames_per_beat"] % BEATS for c in answer["chords"]])
    at = np.interp(seconds, beats, np.arange(len(beats)) - first)
    return Chords(at[inside], places[inside], -first, len(beats) - 1 - first, answer["note_in_chord"])


def figures(chords: Chords, since: float) -> dict[str, float]:
    """Returns the figures of one jam. Where chords are, and how many, counts from the player's beat `since` on."""
    at, places = (values[chords.at >= since - 0.5] for values in (chords.at, chords.places))
    whole = {"note-in-chord": chords.note_in_chord,
             "beats until the first chord": (chords.at[0] if len(chords.at) else chords.ends) - chords.begins}
    if len(at) == 0:
        return {**dict.fromkeys(FIGURES, 0.0), **whole}
    near = np.round(at)
    on, place = np.abs(at - near) <= NEAR, near % BEATS
    return {"on the beat": on.mean(), "on beat 1": (on & (place == 0)).mean(), "on beat 3": (on & (place == 2)).mean(),
            "on jamd's beat 1": (places == 0).mean(), "changes a bar": len(at) / ((chords.ends + 1 - since) / BEATS), **whole}


def since(*jams: Chords) -> float:
    """Returns the player's first bar line from which all jams that have chords have begun."""
    return max((BEATS * np.ceil(jam.at[0] / BEATS - NEAR) for jam in jams if len(jam.at)), default=0.0)


def accompanied(binary: Path, played: Performance, on_grid: bool, seed: int) -> Chords:
    """Lets jamd accompany a performance."""
    file, start = file_of(played, on_grid)
    how = ["--seed", str(seed)]
    if not on_grid:
        how += ["--clock", "follow", "--meter", "4/4"]
        how += ["--taps", ",".join(map(str, played.heard["taps"]))] if played.heard["taps"] else []
        how += ["--tempo", f"{played.heard['bpm']:.3f}"] if played.heard["bpm"] else []
    return chords_of(played, accompany(binary, file, how), start)


def judge(tunes: list[Tune], binary: Path, split: str, songs: int) -> Iterator[str]:
    """Yields a Markdown table, line by line: for each way of playing, the mean of each figure over the songs with its 95 %
    interval (bootstrap over songs), and what it differs from the grid's on the same songs, from the bar line on from which
    both have chords. A song has one tempo in all ways."""
    found: dict[str, list[Chords]] = {}
    yield "| playing | n | " + " | ".join(f"{f}; less the grid's" for f in FIGURES) + " |"
    yield "|---|---:|" + "---:|" * len(FIGURES)
    for name, how in WAYS:
        played = (perform(tune, how, np.random.default_rng([zlib.crc32(tune.id.encode()), 500]))
                  for tune in chosen(tunes, "leadsheets 4/4", split, songs))
        found[name] = [accompanied(binary, p, name in (GRID, ANOTHER), 1 + (name == ANOTHER)) for p in played]
        values = table([figures(jam, since(jam)) for jam in found[name]])
        both = [(jam, grid, since(jam, grid)) for jam, grid in zip(found[name], found[GRID])]
        apart = table([figures(jam, at) for jam, _, at in both]) - table([figures(grid, at) for _, grid, at in both])
        cells = []
        for i in range(len(FIGURES)):
            low, high = interval(values[:, i])
            less, more = interval(apart[:, i])
            cells.append(f"{values[:, i].mean():.2f} [{low:.2f}, {high:.2f}]"
                         + ("" if name == GRID else f"; {apart[:, i].mean():+.3f} [{less:+.3f}, {more:+.3f}]"))
        yield f"| {name} | {len(values)} | " + " | ".join(cells) + " |"
    for name, jams in found.items():
        on = table([figures(jam, since(jam)) for jam in jams])[:, 0]
        yield f"{name}: on the beat: median {np.median(on):.2f}, 10th percentile {np.quantile(on, 0.1):.2f}, least {on.min():.2f}"


def table(rows: list[dict[str, float]]) -> np.ndarray:
    """Returns an array [songs, figures]."""
    return np.array([[row[f] for f in FIGURES] for row in rows])


def interval(values: np.ndarray) -> tuple[float, float]:
    """Returns the 95 % interval of a mean over songs, by bootstrap."""
    draws = np.random.default_rng(1).integers(len(values), size=(1000, len(values)))
    low, high = np.percentile(values[draws].mean(1), (2.5, 97.5))
    return float(low), float(high)
