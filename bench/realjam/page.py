"""What ReaLJam's page does, without its browser: when it asks its server, what for, and which chords it then sounds.

Facts from frontend/play_from_midi_input.js and agent_interface.py of realjam 1.0.1 (MIT, the Python package):

- The session's frame 0 is the beat of the first note. A note belongs to the frame that is nearest when it comes.
- The page asks for chords from the next frame on. It asks again as soon as the answer is there; a frame's length later
  where the answer came within the frame that it was asked in.
- It sends all notes and all chord tokens of the session; frames without a token are -1.
- An answer covers `lookahead` frames from the one that was asked for. Chords of frames that have begun are not sounded,
  nor any in the first `silence` frames.
- The server leaves chords alone until `commit` frames before the end of what it gave before: only what follows can
  know a new note. It answers with nothing until 4 frames before the end of the silence.

Times are seconds from the session's frame 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bench.realjam.melody import FRAMES_PER_BEAT, Event

SILENCE = 8 * FRAMES_PER_BEAT  # frames; the page's default
TEMPERATURE = 0.8  # the page's default


class Setting(NamedTuple):
    """How far ahead the page asks, in beats, and how many of these stay as they are."""

    lookahead: int
    commit: int

    def __str__(self) -> str:
        return f"lookahead {self.lookahead}, commit {self.commit}"


@dataclass(frozen=True)
class Answer:
    """One request that the server answered with chords."""

    asked: float
    came: float
    frame: int  # the first that it has chords for
    fresh: int  # the first that was decided now
    end: int  # the first that it has no chords for
    introduction: bool  # the server wrote chords for the silence too


def nearest(time: float, step: float) -> int:
    """The frame that the page takes a time for; halves go up, as in JavaScript."""
    return math.floor(time / step + 0.5)


class Page:
    """One session of the page. ask and take are called in turn."""

    def __init__(self, melody: list[Event], setting: Setting, bpm: float, model: str) -> None:
        self.step = 60 / bpm / FRAMES_PER_BEAT
        self.lookahead, self.commit = setting.lookahead * FRAMES_PER_BEAT, setting.commit * FRAMES_PER_BEAT
        self.model = model
        self.notes = [(e.at * 60 / bpm, {"on": e.on, "pitch": e.pitch,
                                         "frame": nearest(e.at * FRAMES_PER_BEAT, 1)}) for e in melody]
        self.tokens: list[int] = []
        self.introduced = False
        self.answers: list[Answer] = []

    def ask(self, now: float) -> dict:
        """The request that the page sends now."""
        return {
            "model": self.model,
            "notes": [note for at, note in self.notes if at <= now],
            "chordTokens": list(self.tokens),
            "frame": nearest(now, self.step) + 1,
            "lookahead": self.lookahead,
            "commitahead": self.commit,
            "silenceTill": SILENCE,
            "temperature": TEMPERATURE,
            "introSet": self.introduced,
        }

    def take(self, asked: float, came: float, answer: dict) -> None:
        """The answer to the request that was sent at `asked`."""
        frame, tokens, intro = answer["frame"], answer["newChordTokens"], answer["introChordTokens"]
        known = max(len(self.tokens), frame)  # the server fills gaps with silence
        kept = min(max(known - self.lookahead + self.commit - frame, 0), self.lookahead)
        self.tokens += [-1] * (frame - len(self.tokens))
        self.tokens[frame:frame + len(tokens)] = tokens
        if intro:
            self.introduced = True
            self.tokens[:len(intro)] = intro
        if tokens:
            self.answers.append(Answer(asked, came, frame, frame + kept, frame + len(tokens), bool(intro)))

    def pause(self, asked: float, came: float) -> float:
        """How long the page waits before it asks again."""
        return self.step if nearest(asked, self.step) == nearest(came, self.step) else 0

    def missed(self, until: float) -> list[bool]:
        """Of each frame after the silence whose line is before `until`: whether no chord was there when it began."""
        return [not any(a.came <= f * self.step and a.frame <= f < a.end for a in self.answers)
                for f in range(SILENCE, math.ceil(until / self.step))]

    def reactions(self, until: float) -> list[float]:
        """Of each note on after the silence and before `until`: the time to the line of the first frame that sounds a
        chord which can know it; inf where there was none."""
        return [self._reaction(at) for at, note in self.notes
                if note["on"] and note["frame"] >= SILENCE and at < until]

    def _reaction(self, at: float) -> float:
        for a in self.answers:
            first = max(a.fresh, math.ceil(a.came / self.step))
            if a.asked >= at and first < a.end:
                return first * self.step - at
        return math.inf


def jam(page: Page, send: Callable[[dict], dict], clock: Callable[[], float], sleep: Callable[[float], None],
        length: float) -> None:
    """Plays a session of that many seconds; `clock` is 0 at its frame 0."""
    while (asked := clock()) < length:
        answer = send(page.ask(asked))
        came = clock()
        page.take(asked, came, answer)
        sleep(page.pause(asked, came))
