"""Plays songs as people do: at a tempo that drifts, steps or slows down, with jitter, swung or straight.

All of this is simulated, except for solos of the Weimar Jazz Database, which are played as they were recorded.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.follow.songs import BEATS, TICKS, Tune
from train.follow.tables import swung

LONGEST = 192  # beats of a song to play, at most


@dataclass(frozen=True)
class How:
    """How a song is played, and what the follower is given.

    given: "count" (a bar of taps), "told" (the tempo, off by up to 5 %), "wrong" (off by 20 to 50 %) or "nothing".
    tempo: "steady", "drift", "steps" or "ritardando". jitter: the standard deviation of an onset, in seconds.
    """

    given: str = "count"
    tempo: str = "drift"
    jitter: float = 0.02
    swing: bool = False
    metre: bool = True  # whether the follower is told the metre
    exact: bool = False  # whether taps and tempo are exact


@dataclass(frozen=True)
class Performance:
    """What the follower hears, and the truth: beats in seconds, and those that begin bars."""

    tune: Tune
    heard: dict
    beats: np.ndarray
    downbeats: np.ndarray


def periods(how: str, beats: int, base: float, rng: np.random.Generator) -> np.ndarray:
    """Returns the length of each beat in seconds."""
    at = np.arange(beats)
    log = np.zeros(beats)
    if how == "drift":  # a random walk of .4 % a beat, pulled back so that it wanders 2 to 6 %
        spread = rng.uniform(0.02, 0.06)
        back = 0.004**2 / (2 * spread**2)
        steps = rng.normal(0, 0.004, beats)
        log[0] = rng.normal(0, spread)
        for i in range(1, beats):
            log[i] = log[i - 1] * (1 - back) + steps[i]
    elif how == "steps":  # two steps of 6 to 15 %, up or down
        for part in (1 / 3, 2 / 3):
            log[at >= part * beats] += rng.uniform(0.06, 0.15) * rng.choice((-1, 1))
    elif how == "ritardando":  # the last four of every 32 beats slow down by up to a quarter; then the tempo returns
        log = np.log1p(0.25 * np.clip((at % 32 - 27) / 4, 0, 1))
    elif how != "steady":
        raise ValueError(f"no tempo {how}")
    return base * np.exp(log)


def perform(tune: Tune, how: How, rng: np.random.Generator) -> Performance:
    """Returns one performance of a tune. A recorded tune stays as it was recorded, whatever `how` asks for."""
    count = BEATS[tune.metre]
    if tune.beats is not None:
        lead = 2 * count  # beats before the recording: room for a bar of taps
        numbers = tune.first // TICKS + np.arange(-lead, len(tune.beats))
        before = tune.beats[0] - np.mean(np.diff(tune.beats[:9])) * np.arange(lead, 0, -1)
        start = 0.5 - before[0]
        times, onsets = np.concatenate([before, tune.beats]) + start, tune.played + start
        onsets = onsets[onsets < times[0] + LONGEST * np.mean(np.diff(times))]
    else:
        ticks = swung(tune.ticks) if how.swing else tune.ticks
        lead = count * (2 + max(0, -ticks[0]) // tune.bar)  # beats before tick 0: room for a bar of taps before a pickup
        keep = ticks < ticks[0] + LONGEST * TICKS
        total = int(ticks[keep][-1]) // TICKS + lead + 3
        base = 60 / np.exp(rng.uniform(np.log(70), np.log(160 if tune.metre != "6/8" else 120)))
        numbers = np.arange(-lead, total - lead)
        times = np.cumsum(np.concatenate([[0.5], periods(how.tempo, total - 1, base, rng)]))
        onsets = np.interp(ticks[keep] / TICKS, numbers, times) + rng.normal(0, how.jitter, keep.sum())
        onsets = np.sort(onsets)
    pitches = tune.pitches[:len(onsets)]
    first = np.searchsorted(times, onsets[0] + 1e-3) - 1
    bar = first - numbers[first] % count  # index of the bar line before the first note
    taps = []
    if how.given == "count":
        taps = times[bar - count:bar] + (0 if how.exact else rng.normal(0, 0.010, count))
    quarters = 1.5 if tune.metre == "6/8" else 1
    bpm = 60 * quarters / float(np.mean(np.diff(times[bar:bar + 9])))
    off = {"told": rng.uniform(0.95, 1.05), "wrong": 1 + rng.choice((-1, 1)) * rng.uniform(0.2, 0.5)}.get(how.given, 1)
    heard = {"meter": tune.metre if how.metre else "", "taps": [round(float(t), 6) for t in taps],
             "bpm": 0 if how.given in ("nothing", "count") else bpm * (1 if how.exact else off),
             "notes": [[round(float(t), 6), int(p), 80] for t, p in zip(onsets, pitches)],
             "until": round(float(onsets[-1]) + 1, 6)}
    inside = (times > onsets[0] - 0.5 * (times[1] - times[0])) & (times < onsets[-1])
    return Performance(tune, heard, times[inside], times[inside & (numbers % count == 0)])


def follow(binary: Path, performances: list[Performance]) -> Iterator[dict]:
    """Yields the follower's answer to each performance, in order."""
    lines = "\n".join(json.dumps(p.heard) for p in performances)
    done = subprocess.run([binary, "follow-lines"], input=lines, capture_output=True, text=True, check=True)
    return map(json.loads, done.stdout.splitlines())


def fixed(performance: Performance) -> dict:
    """Returns the answer of a grid that never moves: from the taps if there are any, else from the tempo and the first note."""
    heard = performance.heard
    start, period = heard["notes"][0][0], 60 / (heard["bpm"] or 120)
    if performance.tune.metre == "6/8":
        period *= 1.5
    if heard["taps"]:
        taps = heard["taps"]
        period, start = np.polyfit(np.arange(len(taps)), taps, 1)
    n = int((heard["until"] - start) / period)
    return {"beats": [{"at": start + i * period, "in_bar": i % BEATS[performance.tune.metre], "sure": 1} for i in range(n)]}
