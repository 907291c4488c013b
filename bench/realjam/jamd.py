"""Plays jamd in real time over a melody and reads the figures from the session that it records (session/format.go)."""

from __future__ import annotations

import json
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.realjam.page import SILENCE, TEMPERATURE

MELODY_ONSET = 1  # the melody token for the onset of pitch 0 (jam/token.go)


class JamdFailure(Exception):
    """jamd did not play, or did not record a complete session."""


@dataclass(frozen=True)
class Jam:
    """Holds the figures of one jam. Times are in seconds. Only `steps` includes the listening phase."""

    steps: list[float]  # the length of each policy step; unknown, and left out, if the step came too late
    missed: list[bool]  # for each frame; a skipped frame counts as missed
    reactions: list[float]  # for each note on: until the last message of the first chord that knew it; inf if none did


def play(jamd: Path, policy: str, melody: Path, seconds: float, folder: Path) -> list[dict]:
    """Plays the melody for `seconds` and returns the events of the session."""
    folder.mkdir(parents=True)
    command = [str(jamd), "play", "--melody", str(melody), "--policy", policy, "--for", f"{seconds:g}s",
               "--session-dir", str(folder), "--chord-grid", "frame", "--temperature", str(TEMPERATURE), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode != 0:
        raise JamdFailure(f"{' '.join(command)} failed with exit code {done.returncode}: {done.stderr.strip()}")
    session = Path(json.loads(done.stdout)["session"])
    return [json.loads(line) for line in (session / "events.jsonl").read_text().splitlines()]


def read(events: list[dict], until: float) -> Jam:
    """Returns the figures of a session's events. Notes from `until` seconds on are left out, because the jam may end
    before a chord can know them. Raises JamdFailure if the log is not complete."""
    frames = [e for e in events if e["type"] == "frame"]
    if not frames or not any(e["type"] == "end" for e in events) or any(e["type"] == "loss" for e in events):
        raise JamdFailure("the session is not complete: the machine was too busy to record it; try again later")
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
    """Returns the length of a frame in microseconds."""
    if len(frames) < 2:
        raise JamdFailure("the session has fewer than two frames")
    first, last = frames[0], frames[-1]
    return (last["at_us"] - first["at_us"]) / (last["frame"] - first["frame"])


def reaction(note: dict, frames: list[dict]) -> float:
    """Returns the seconds from the note's arrival to the first chord decided with the note known and in time. The log
    has the last melody token that each decision knew."""
    told = False
    for f in frames:
        told = told or (f["at_us"] > note["at_us"] and f["melody"] == MELODY_ONSET + note["pitch"])
        if told and not f.get("missed"):
            return (f["at_us"] + f["late_us"] - note["at_us"]) / 1e6
    return math.inf
