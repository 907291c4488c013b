"""Judges the chords that jamd plays to somebody whom it follows: whether they begin on the player's beats, and whether they are
the music that it plays to the same song, played exactly, on a grid."""

from __future__ import annotations

import json
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np

from train.follow.playing import How, Performance, perform
from train.follow.songs import Tune
from train.follow.yardstick import chosen

NEAR = 0.1  # beats that a chord may begin from a beat
BEATS = 4  # of a bar: songs in 4/4 are judged
TICKS = 1000  # of the MIDI files, a quarter note
GRID = "exact, on the file's grid"
WAYS: list[tuple[str, How]] = [
    (GRID, How(tempo="steady", jitter=0.0, exact=True)),
    ("counted in, drift, jitter 25 ms", How(jitter=0.025)),
    ("told within 5 %, drift, jitter 25 ms", How("told", jitter=0.025)),
]
FIGURES = ("on the beat", "on beat 1", "on beat 3", "note-in-chord", "changes a bar")


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


def figures(played: Performance, chords: np.ndarray, note_in_chord: float) -> dict[str, float]:
    """Returns the figures of one song. chords: the seconds at which they begin."""
    beats = played.beats
    chords = chords[(chords >= beats[0] - 0.05) & (chords <= beats[-1])]
    if len(chords) == 0:
        return {**dict.fromkeys(FIGURES, 0.0), "note-in-chord": note_in_chord}
    near = np.abs(beats[:, None] - chords[None, :]).argmin(0)
    on = np.abs(beats[near] - chords) <= NEAR * np.gradient(beats)[near]
    first = np.searchsorted(beats, played.downbeats[0] - 1e-6)
    place = (near - first) % BEATS
    return {"on the beat": on.mean(), "on beat 1": (on & (place == 0)).mean(), "on beat 3": (on & (place == 2)).mean(),
            "note-in-chord": note_in_chord, "changes a bar": len(chords) / (len(beats) / BEATS)}


def accompanied(binary: Path, played: Performance, on_grid: bool) -> dict[str, float]:
    """Lets jamd accompany a performance, and returns its figures."""
    file, start = file_of(played, on_grid)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "melody.mid"
        file.save(path)
        how = []
        if not on_grid:
            how = ["--clock", "follow", "--meter", "4/4"]
            how += ["--taps", ",".join(map(str, played.heard["taps"]))] if played.heard["taps"] else []
            how += ["--tempo", f"{played.heard['bpm']:.3f}"] if played.heard["bpm"] else []
        done = subprocess.run([binary, "accompany", path, "--json", *how], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    return figures(played, np.array([c["at"] for c in answer["chords"]]) + start, answer["note_in_chord"])


def judge(tunes: list[Tune], binary: Path, split: str, songs: int) -> Iterator[str]:
    """Yields a Markdown table, line by line: for each way of playing, the mean of each figure over the songs with its 95 %
    interval (bootstrap over songs), and what it differs from the grid's on the same songs."""
    found = {}
    yield "| playing | n | " + " | ".join(f"{f}; less the grid's" for f in FIGURES) + " |"
    yield "|---|---:|" + "---:|" * len(FIGURES)
    for number, (name, how) in enumerate(WAYS):
        rows = []
        for tune in chosen(tunes, "leadsheets 4/4", split, songs):
            played = perform(tune, how, np.random.default_rng([zlib.crc32(tune.id.encode()), 500 + number]))
            rows.append(accompanied(binary, played, name == GRID))
        found[name] = np.array([[r[f] for f in FIGURES] for r in rows])
        cells = []
        for values, apart in zip(found[name].T, (found[name] - found[GRID]).T):
            low, high = interval(values)
            less, more = interval(apart)
            cells.append(f"{values.mean():.2f} [{low:.2f}, {high:.2f}]"
                         + ("" if name == GRID else f"; {apart.mean():+.2f} [{less:+.2f}, {more:+.2f}]"))
        yield f"| {name} | {len(rows)} | " + " | ".join(cells) + " |"
    for name, values in found.items():
        on = values[:, 0]
        yield f"{name}: on the beat: median {np.median(on):.2f}, 10th percentile {np.quantile(on, 0.1):.2f}, least {on.min():.2f}"


def interval(values: np.ndarray) -> tuple[float, float]:
    """Returns the 95 % interval of a mean over songs, by bootstrap."""
    draws = np.random.default_rng(1).integers(len(values), size=(1000, len(values)))
    low, high = np.percentile(values[draws].mean(1), (2.5, 97.5))
    return float(low), float(high)
