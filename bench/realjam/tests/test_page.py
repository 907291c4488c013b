"""Tests the page against a server that takes a known time to answer."""

from __future__ import annotations

import math

import pytest

from bench.realjam.melody import Event
from bench.realjam.page import SILENCE, Page, Setting, jam, nearest

STEP = 0.125  # seconds of a frame at 120 BPM
DEFAULT, QUICKEST = Setting(4, 4), Setting(1, 0)


class Server:
    """Stands in for ReaLJam's server as the page sees it. Only requests and sleeps move its clock."""

    def __init__(self, takes: float) -> None:
        self.now, self.takes, self.requests = 0.0, takes, []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def play(self, request: dict) -> dict:
        self.requests.append((self.now, request))
        frame, ahead = request["frame"], request["lookahead"]
        waiting = frame < request["silenceTill"] - min(ahead, 4) or frame == 0
        self.now += 0.001 if waiting else self.takes
        intro = None if waiting or request["introSet"] else [5] * frame
        return {"newChords": [], "newChordTokens": [] if waiting else [7] * ahead, "introChordTokens": intro,
                "frame": frame}


def session(takes: float, setting: Setting, seconds: float = 40,
            notes: list[float] | None = None) -> tuple[Page, Server]:
    """Plays a session at 120 BPM with sixteenth notes at `notes` (seconds)."""
    notes = [4.0 + i for i in range(24)] if notes is None else notes
    melody = [e for at in notes for e in (Event(2 * at, True, 60, 80), Event(2 * at + 0.25, False, 60, 0))]
    page, server = Page(melody, setting, 120, "GAPT"), Server(takes)
    jam(page, server.play, server.clock, server.sleep, seconds)
    return page, server


def test_first_request():
    page, server = session(0.01, DEFAULT, seconds=0.1, notes=[0.0])
    assert server.requests == [(0.0, {
        "model": "GAPT", "notes": [{"on": True, "pitch": 60, "frame": 0}], "chordTokens": [], "frame": 1,
        "lookahead": 16, "commitahead": 16, "silenceTill": 32, "temperature": 0.8, "introSet": False})]
    assert page.tokens == [-1] and page.answers == []


def test_pace():
    """The page pauses for a frame if the answer came within the frame of its request, and not at all if it came
    later."""
    _, fast = session(0.01, QUICKEST)
    times = [at for at, request in fast.requests if request["frame"] > SILENCE]
    gaps = {round(b - a, 6) for a, b in zip(times[1:], times[2:])}
    assert gaps <= {0.01, 0.135}  # 0.01 if the answer came just after the next frame began
    _, slow = session(0.4, QUICKEST)
    times = [at for at, request in slow.requests if request["frame"] > SILENCE]
    assert {round(b - a, 6) for a, b in zip(times, times[1:])} == {0.4}


def test_server_begins_before_the_end_of_the_silence():
    page, _ = session(0.05, DEFAULT)
    assert page.answers[0].frame == SILENCE - 4
    assert [a.introduction for a in page.answers[:2]] == [True, False]
    assert page.tokens[:SILENCE - 4] == [5] * (SILENCE - 4)


@pytest.mark.parametrize(("setting", "takes", "missed"), [
    (DEFAULT, 0.05, 0), (DEFAULT, 0.83, 0), (QUICKEST, 0.01, 0), (QUICKEST, 0.15, 0),
    (QUICKEST, 0.6, 1), (DEFAULT, 2.3, 1),  # each answer comes when all its frames are over
])
def test_missed(setting, takes, missed):
    page, _ = session(takes, setting, seconds=60)
    frames = page.missed(60)[24:]  # the first answer is too late for its first frames
    assert len(frames) == 480 - SILENCE - 24
    assert sum(frames) / len(frames) == missed


def test_missed_in_part():
    """Each answer comes 3.2 frames after its request and covers 4 frames; the frames between two answers are missed."""
    page, _ = session(0.4, QUICKEST, seconds=60)
    frames = page.missed(60)[24:]
    assert 0 < sum(frames) < len(frames)
    for f, lost in enumerate(frames, SILENCE + 24):
        in_time = any(a.came <= f * STEP and a.frame <= f < a.end for a in page.answers)
        assert lost == (not in_time)


def test_reaction_waits_for_what_is_committed():
    """With lookahead 4 and commit 4 only the end of an answer is new, so a note is known 16 frames later at best."""
    page, _ = session(0.05, DEFAULT)
    heard = page.reactions(30)
    assert len(heard) == 24
    assert min(heard) >= 16 * STEP
    assert max(heard) <= 20 * STEP


def test_reaction_without_commitment():
    """With lookahead 1 and commit 0 a note is known as soon as the next answer is there."""
    page, _ = session(0.01, QUICKEST)
    heard = page.reactions(30)
    assert min(heard) >= 0.01
    assert max(heard) <= 3 * STEP


def test_no_reaction_where_answers_are_too_late():
    page, _ = session(0.6, QUICKEST)
    assert set(page.reactions(30)) == {math.inf}


def test_reaction_exactly():
    page = Page([Event(9, True, 60, 80)], DEFAULT, 120, "GAPT")  # at 4.5 s, frame 36
    page.tokens = [7] * 48
    page.take(4.4, 4.6, {"frame": 36, "newChordTokens": [7] * 16, "introChordTokens": None})  # asked before the note
    page.take(4.6, 4.9, {"frame": 38, "newChordTokens": [7] * 16, "introChordTokens": None})
    assert [a.fresh for a in page.answers] == [48, 52]
    assert page.reactions(30) == [52 * STEP - 4.5]
    page.answers.clear()
    page.take(4.6, 6.9, {"frame": 38, "newChordTokens": [7] * 16, "introChordTokens": None})  # 52, 53 are over
    assert page.reactions(30) == [math.inf]


def test_lookup_where_the_buffer_is_longer():
    """After a change to a smaller lookahead the server only repeats what it gave before; nothing is new."""
    page = Page([], Setting(1, 1), 120, "GAPT")
    page.tokens = [7] * 64
    page.take(4.6, 4.7, {"frame": 38, "newChordTokens": [7] * 4, "introChordTokens": None})
    assert page.answers[0].fresh == page.answers[0].end == 42
    assert page.tokens == [7] * 64


def test_nearest():
    assert [nearest(t, STEP) for t in (0, 0.0624, 0.0625, 0.125, 0.19)] == [0, 0, 1, 1, 2]
