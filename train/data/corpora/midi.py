"""Reads songs from MIDI files with a melody and a chord track, such as jamd's own takes and exports of notation
programs.

Times are the file's beats, so a performance must have been recorded to the click. The melody is the part with that
name, or else the highest part that plays one note at a time. The chord part is the part with that name, or else the one
with most notes at once. Its chords are named from the notes that sound; see `chords`.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import mido
import numpy as np

from train.data import tokens
from train.data.corpora.leadsheet import interval_set, to_frames
from train.data.corpora.song import FRAMES_PER_QUARTER, Bar, Chord, Note, Skipped, Song, monophonic

DRUMS = 9  # General MIDI's percussion channel, counted from 0
# Parts of track names, the surest first; the melody's are those of package midiio.
MELODY_NAMES = ("melody", "melodie", "vocal", "voice", "lead", "tune", "sing")
CHORD_NAMES = ("chord", "harmon", "accomp", "piano", "keys", "guitar", "organ", "pad")
LONGEST = 1 << 17  # frames: over four hours at 120 beats a minute; a longer file is broken
ARPEGGIO = 8  # frames: the notes of one chord begin within this time
REST = 16  # frames without a note that end a chord; a chord holds over shorter rests
FIFTH = tokens.mask_of((0, 7))


class Part(NamedTuple):
    """The notes of one track and channel, sorted by start."""

    name: str
    notes: list[Note]

    def sounding(self) -> np.ndarray:
        """Returns the number of sounding notes in each frame that has any."""
        change = np.zeros(max(note.end for note in self.notes) + 1, dtype=int)
        for note in self.notes:
            change[note.start] += 1
            change[note.end] -= 1
        count = change.cumsum()
        return count[count > 0]

    def height(self) -> float:
        """Returns the mean pitch."""
        return float(np.mean([note.pitch for note in self.notes]))


def load(path: Path) -> mido.MidiFile:
    """Returns the file; raises ValueError if it is no MIDI file."""
    try:
        return mido.MidiFile(path)
    except FileNotFoundError:
        raise
    except (OSError, EOFError, ValueError, IndexError, struct.error, mido.KeySignatureError) as error:
        raise ValueError(f"not a readable MIDI file ({error})") from error


def note_spans(messages: Iterable[mido.Message]) -> Iterator[tuple[float, float, int, int]]:
    """Yields start, end, channel and pitch of each note, sorted by end, in the unit of the messages' times.

    A note that is struck again while it sounds ends there. A note without an end is left out.
    """
    now = 0
    sounding: dict[tuple[int, int], float] = {}
    for message in messages:
        now += message.time
        if message.type in ("note_on", "note_off"):
            key = message.channel, message.note
            if key in sounding:
                yield sounding.pop(key), now, *key
            if message.type == "note_on" and message.velocity > 0:
                sounding[key] = now


def read(path: Path, corpus: str, id: str) -> Song | Skipped:
    """Returns the song of one file, from the last bar line before its first note; raises ValueError if it cannot be read."""
    file = load(path)
    if file.type == 2 or file.ticks_per_beat <= 0:
        raise ValueError("its tracks are not on one grid of beats (MIDI format 2, or timed in SMPTE frames)")
    parts = parts_of(file)
    melody = melody_of(parts)
    if not melody:
        return Skipped(id, "no melody: no track is named so, and none plays one note at a time")
    sheet = chord_part_of([part for part in parts if part is not melody])
    if not sheet:
        return Skipped(id, "no chords: no other track has three notes at once")
    notes = monophonic(melody.notes)
    first = min(notes[0].start, sheet.notes[0].start)
    last = max(note.end for note in (*notes, *sheet.notes))
    bars = bars_of(file, last)
    harmony = chords(sheet.notes, bars, last)
    if not harmony:
        return Skipped(id, f"no chords: nothing in track {sheet.name!r} makes one")
    zero = max(bar.frame for bar in bars if bar.frame <= first)
    return Song(corpus, id, id, last - zero,
                [note._replace(start=note.start - zero, end=note.end - zero) for note in notes],
                [chord._replace(start=chord.start - zero, end=chord.end - zero) for chord in harmony],
                [bar._replace(frame=bar.frame - zero) for bar in bars if bar.frame >= zero])


def parts_of(file: mido.MidiFile) -> list[Part]:
    """Returns every track and channel with notes, except drums, on the grid; each note lasts at least one frame."""
    parts = []
    for track in file.tracks:
        channels: dict[int, list[Note]] = {}
        for on, off, channel, pitch in note_spans(track):
            start, end = (to_frames(Fraction(int(tick), file.ticks_per_beat)) for tick in (on, off))
            if end > LONGEST:
                raise ValueError(f"a note ends at beat {end // FRAMES_PER_QUARTER}; a song has at most "
                                 f"{LONGEST // FRAMES_PER_QUARTER}")
            channels.setdefault(channel, []).append(Note(start, max(end, start + 1), pitch))
        # If a track has several channels, its name describes none of them.
        parts += [Part(track.name if len(channels) == 1 else "", sorted(notes))
                  for channel, notes in channels.items() if channel != DRUMS]
    return parts


def named(parts: list[Part], names: tuple[str, ...]) -> Part | None:
    """Returns the part whose name contains the surest of these names."""
    return next((part for name in names for part in parts if name in part.name.lower()), None)


def melody_of(parts: list[Part]) -> Part | None:
    """Returns the part named as the melody, or else the highest part in which two notes hardly ever sound at once."""
    single = [part for part in parts if part.sounding().mean() < 1.1]
    return named(parts, MELODY_NAMES) or max(single, key=Part.height, default=None)


def chord_part_of(parts: list[Part]) -> Part | None:
    """Returns the part named as the chords, or else the one with most notes at once, if it ever has three."""
    thick = [part for part in parts if part.sounding().max() >= 3]
    return named(parts, CHORD_NAMES) or max(thick, key=lambda part: part.sounding().mean(), default=None)


def bars_of(file: mido.MidiFile, last: int) -> list[Bar]:
    """Returns the bar lines before frame `last` by the file's time signatures; each signature begins a bar. Without any
    it is 4/4."""
    metres = {0: (4, 4)}
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "time_signature":
                metres[to_frames(Fraction(tick, file.ticks_per_beat))] = message.numerator, message.denominator
    bars: list[Bar] = []
    for start, end in pairwise([*sorted(metres), max(last, *metres)]):
        beats, unit = metres[start]
        length = max(1, 4 * FRAMES_PER_QUARTER * beats // unit)
        bars += [Bar(frame, beats, unit) for frame in range(start, min(end, last), length)]
    return bars


def chords(notes: list[Note], bars: list[Bar], last: int) -> list[Chord]:
    """Returns the chords that these notes make. Each holds until the next one, the last until frame `last`.

    The search for a chord happens at every beat and wherever three or more notes begin together. If the notes that
    sound there have three pitch classes, they are the chord. If not, and these notes and the later ones of the beat are
    not all in the previous chord, `first_chord` gives the chord from there. If nothing sounds for a bar of 4/4, there
    is no chord.
    """
    heard: list[set[int]] = [set() for _ in range(last)]  # the pitches that sound, by frame
    for note in notes:
        for frame in range(note.start, note.end):
            heard[frame].add(note.pitch)
    lines = [bar.frame for bar in bars] + [last]
    beats = {frame for line, end in pairwise(lines) for frame in range(line, end, FRAMES_PER_QUARTER)}
    blocks = {frame for frame, begun in Counter(note.start for note in notes).items() if begun >= 3}
    changes: list[Chord] = []
    sounds: tuple[int, int] | None = None  # root and intervals
    for frame in sorted(beats | blocks):
        chord = sounds
        if classes(heard[frame]) >= 3:
            chord = named_by(heard[frame])
        elif frame + REST <= last and not any(heard[frame:frame + REST]):
            chord = None
        elif not all(within(pitch, sounds) for pitch in set().union(*heard[frame:frame + FRAMES_PER_QUARTER])):
            chord = first_chord(heard[frame:frame + ARPEGGIO]) or sounds
        if chord != sounds:
            if sounds:
                changes[-1] = changes[-1]._replace(end=frame)
            if chord:
                changes.append(Chord(frame, last, *chord))
            sounds = chord
    return changes


def first_chord(heard: list[set[int]]) -> tuple[int, int] | None:
    """Returns root and intervals of an arpeggio: of the first three pitch classes that sound, or of a bare fifth."""
    pitches: set[int] = set()
    for sounding in heard:
        pitches |= sounding
        if classes(pitches) >= 3:
            return named_by(pitches)
    return named_by(pitches) if pitches and named_by(pitches)[1] == FIFTH else None


def named_by(pitches: set[int]) -> tuple[int, int]:
    """Returns root and intervals of a chord. The root is the note over which the notes differ least, by
    `tokens.WEIGHT`, from a chord of the vocabulary; of several such notes it is the lowest."""
    def strangeness(root: int) -> int:
        intervals = interval_set(pitch - root for pitch in pitches)
        differing = tokens.MASKS[tokens.fold(intervals)] ^ intervals
        return sum(weight for i, weight in enumerate(tokens.WEIGHT) if differing >> i & 1)

    root = min(sorted(pitches), key=strangeness)
    return root % 12, interval_set(pitch - root for pitch in pitches)


def classes(pitches: set[int]) -> int:
    """Returns the number of pitch classes."""
    return len({pitch % 12 for pitch in pitches})


def within(pitch: int, chord: tuple[int, int] | None) -> bool:
    """Reports whether a pitch is in the chord with this root and these intervals."""
    return chord is not None and bool(chord[1] >> (pitch - chord[0]) % 12 & 1)
