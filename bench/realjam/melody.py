"""Makes the melody that every arm hears: the demo tunes one after the other, at the tempo of the arm."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import mido

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
TUNES = [DEMO / "auld-lang-syne.mid", DEMO / "greensleeves.mid"]
FRAMES_PER_BEAT = 4
BAR = 4  # beats
TICKS = 480  # per quarter note, in the files written
CHANNEL = 0


class Event(NamedTuple):
    """A key pressed or released; `at` is in beats (quarter notes) from the start of the melody."""

    at: float
    on: bool
    pitch: int
    velocity: int


def step(bpm: float) -> float:
    """Returns the length of a frame in seconds."""
    return 60 / bpm / FRAMES_PER_BEAT


def read(path: Path) -> list[Event]:
    """Reads the notes of a MIDI file. Time starts at the beat in which the first note begins. Raises ValueError if
    there are no notes."""
    file = mido.MidiFile(path)
    events, now = [], 0
    for message in mido.merge_tracks(file.tracks):
        now += message.time
        if message.type in ("note_on", "note_off"):
            on = message.type == "note_on" and message.velocity > 0
            events.append(Event(now / file.ticks_per_beat, on, message.note, message.velocity))
    if not events:
        raise ValueError(f"{path} has no notes")
    first = math.floor(events[0].at)
    return [event._replace(at=event.at - first) for event in events]


def medley(tunes: list[list[Event]], beats: float) -> list[Event]:
    """Repeats the tunes in turn until they last at least `beats` beats. Each tune starts on a bar line."""
    events: list[Event] = []
    start, turn = 0, 0
    while start < beats:
        tune = tunes[turn % len(tunes)]
        events += [event._replace(at=start + event.at) for event in tune]
        start += math.ceil(tune[-1].at / BAR) * BAR
        turn += 1
    return events


def write(events: list[Event], bpm: float, path: Path) -> None:
    """Writes the events as a MIDI file with one track."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="MELODY"),
                            mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))])
    now = 0
    for event in events:
        tick = round(event.at * TICKS)
        track.append(mido.Message("note_on" if event.on else "note_off", channel=CHANNEL, note=event.pitch,
                                  velocity=event.velocity, time=tick - now))
        now = tick
    mido.MidiFile(type=0, ticks_per_beat=TICKS, tracks=[track]).save(path)
