"""Tests what is read from a session of jamd."""

from __future__ import annotations

import math

import pytest

from bench.realjam import jamd

STEP = 125_000.0  # microseconds


def log(frames: int = 64, notes: tuple[float, ...] = (), **changed: dict) -> list[dict]:
    """Returns the events of a session that begins at 1 s, with notes of pitch 60 at `notes` (frames, may be fractions).
    changed['f40'] replaces fields of frame 40."""
    onsets = {math.floor(n + 0.5) + 1 for n in notes}
    events = [{"type": "frame", "frame": f, "at_us": 1e6 + f * STEP, "melody": 61 if f in onsets else 0,
               "step_us": 500.0, "late_us": 100.0} | changed.get(f"f{f}", {}) for f in range(frames)]
    events += [{"type": "note", "at_us": 1e6 + n * STEP, "on": on, "pitch": 60} for n in notes for on in (True, False)]
    return [*events, {"type": "end"}]


def test_reaction_is_to_the_chord_after_the_note():
    jam = jamd.read(log(notes=(35, 40.4, 45.6)), until=8)
    assert jam.reactions == pytest.approx([0.1251, 0.6 * 0.125 + 0.0001, 1.4 * 0.125 + 0.0001])
    assert jam.steps == [0.0005] * 64
    assert jam.missed == [False] * 32


def test_a_missed_chord_knows_nothing():
    jam = jamd.read(log(notes=(35,), f36={"missed": True}, f10={"missed": True}), until=8)
    assert jam.reactions == pytest.approx([0.2501])
    assert len(jam.steps) == 62
    assert jam.missed == [f == 36 for f in range(32, 64)]


def test_lost_frames_are_missed():
    events = [e for e in log(notes=(39,)) if e.get("frame") not in (40, 41)]
    next(e for e in events if e.get("frame") == 42)["skipped"] = 2
    jam = jamd.read(events, until=8)
    assert len(jam.missed) == 32 and sum(jam.missed) == 2
    assert jam.reactions == [math.inf]  # no line says that the policy was told


def test_notes_that_are_not_counted():
    assert jamd.read(log(notes=(31, 33, 60)), until=7).reactions == pytest.approx([0.1251])


@pytest.mark.parametrize("events", [
    [], log()[:-1], [*log(), {"type": "loss", "frames": 3}], [log()[0], {"type": "end"}]], ids=[
    "empty", "without its end", "with a loss", "one frame"])
def test_not_whole(events):
    with pytest.raises(jamd.JamdFailure):
        jamd.read(events, until=8)
