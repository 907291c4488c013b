"""Models ReaLJam's page without its browser: when the page asks its server, what it asks for, and which chords it
plays.

The facts are from frontend/play_from_midi_input.js and agent_interface.py of realjam 1.0.1 (MIT, the Python package):

- Frame 0 of the session is the beat of the first note. A note belongs to the frame nearest to its arrival.
- The page asks for chords from the next frame on. It asks again as soon as it has the answer. If the answer came within
  the frame of its request, the page first waits the length of a frame.
- It sends all notes and all chord tokens of the session; frames without a token are -1.
- An answer covers `lookahead` frames from the frame asked for. The page does not play chords of frames that have begun,
  nor any chord in the first `silence` frames.
- The server keeps the chords that it gave before, except the last `lookahead` - `commit` frames: only what follows the
  kept chords can know a new note. It answers with no chords until 4 frames before the end of the silence.

Times are in seconds from frame 0 of the session.
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
    """How far ahead the page asks, in beats, and how many of these beats the server keeps as they were."""

    lookahead: int
    commit: int

    def __str__(self) -> str:
        return f"lookahead {self.lookahead}, commit {self.commit}"


@dataclass(frozen=True)
class Answer:
    """One request that the server answered with chords. `asked` and `came` are the times of request and answer."""

    asked: float
    came: float
    frame: int  # the first frame with chords
    fresh: int  # the first frame that was decided for this answer
    end: int  # one past the last frame with chords
    introduction: bool  # whether the server also wrote chords for the silence


def nearest(time: float, step: float) -> int:
    """Returns the frame that the page assigns to a time; halves round up, as in JavaScript."""
    return math.floor(time / step + 0.5)


class Page:
    """One session of the page. Call ask and take alternately."""

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
        """Returns the request that the page sends at `now`."""
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
        """Takes in the answer, received at `came`, to the request sent at `asked`."""
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
        """Returns how long the page waits before it asks again."""
        return self.step if nearest(asked, self.step) == nearest(came, self.step) else 0

    def missed(self, until: float) -> list[bool]:
        """Returns, for each frame after the silence that begins before `until`, whether it began without a chord."""
        return [not any(a.came <= f * self.step and a.frame <= f < a.end for a in self.answers)
                for f in range(SILENCE, math.ceil(until / self.step))]

    def reactions(self, until: float) -> list[float]:
        """Returns, for each note on after the silence and before `until`, the time to the beginning of the first frame
        that plays a chord which can know the note; inf if there is none."""
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
    """Plays a session of `length` seconds; `clock` is 0 at frame 0."""
    while (asked := clock()) < length:
        answer = send(page.ask(asked))
        came = clock()
        page.take(asked, came, answer)
        sleep(page.pause(asked, came))
