"""jamd in real time over a melody, and what the session that it keeps says of it (session/format.go)."""

from __future__ import annotations

import json
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.realjam.page import SILENCE, TEMPERATURE

MELODY_ONSET = 1  # the melody token of an onset of pitch 0 (jam/token.go)


class JamdFailure(Exception):
    """jamd did not play, or kept no whole session."""


@dataclass(frozen=True)
class Jam:
    """Times are seconds. Frames and notes of the listening phase are counted in `steps` only."""

    steps: list[float]  # of one policy step; those that came too late are not known
    missed: list[bool]  # of each frame; one that was lost is missed too
    reactions: list[float]  # of each note on: to the last message of the first chord that knew it; inf where none did


def play(jamd: Path, policy: str, melody: Path, seconds: float, folder: Path) -> list[dict]:
    """Plays the melody for that long and returns the events of the session."""
    folder.mkdir(parents=True)
    command = [str(jamd), "play", "--melody", str(melody), "--policy", policy, "--for", f"{seconds:g}s",
               "--session-dir", str(folder), "--chord-grid", "frame", "--temperature", str(TEMPERATURE), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode != 0:
        raise JamdFailure(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()}")
    session = Path(json.loads(done.stdout)["session"])
    return [json.loads(line) for line in (session / "events.jsonl").read_text().splitlines()]


def read(events: list[dict], until: float) -> Jam:
    """What the events say; notes of the last moments, from `until` seconds on, are left out, as no chord may be left
    that can know them. JamdFailure where the log is not whole."""
    frames = [e for e in events if e["type"] == "frame"]
    if not frames or not any(e["type"] == "end" for e in events) or any(e["type"] == "loss" for e in events):
        raise JamdFailure("the session is not whole: the machine was too busy to keep it")
    heard = [f for f in frames if f["frame"] >= SILENCE]
    start = frames[0]["at_us"] - frames[0]["frame"] * step_of(frames)
    silence = start + (SILENCE - 0.5) * step_of(frames)
    notes = [e for e in events if e["type"] == "note" and e["on"]]
    return Jam(
        steps=[f["step_us"] / 1e6 for f in frames if not f.get("missed")],
        missed=[missed for f in heard for missed in [True] * f.get("skipped", 0) + [f.get("missed", False)]],
        reactions=[reaction(n, heard) for n in notes if silence <= n["at_us"] < start + until * 1e6],
    )


def step_of(frames: list[dict]) -> float:
    """Microseconds of a frame."""
    if len(frames) < 2:
        raise JamdFailure("the session has no two frames")
    first, last = frames[0], frames[-1]
    return (last["at_us"] - first["at_us"]) / (last["frame"] - first["frame"])


def reaction(note: dict, frames: list[dict]) -> float:
    """From the note's arrival to the first chord whose policy had been told of it, in time: the log says what melody
    token each decision knew last."""
    told = False
    for f in frames:
        told = told or (f["at_us"] > note["at_us"] and f["melody"] == MELODY_ONSET + note["pitch"])
        if told and not f.get("missed"):
            return (f["at_us"] + f["late_us"] - note["at_us"]) / 1e6
    return math.inf
