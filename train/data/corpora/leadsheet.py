"""Turns lead sheets into a Song: bars of melody and chord symbols with their repeat marks.

Times inside a bar are exact quarter notes from its bar line. Each bar starts on a whole frame, so that a bar of odd
length does not push the rest of the song off the grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from train.data.corpora.song import FRAMES_PER_QUARTER, Bar, Chord, CorpusError, Note, Skipped, Song, monophonic

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # pitch classes
NOT_FOUND = "not found; see train/README.md for where the corpora come from"
BROKEN = "fetch the corpus again, see train/README.md for where the corpora come from"


@dataclass
class Tone:
    """A written note: offset and length in quarter notes, MIDI pitch, and whether a tie joins it to the next note."""

    offset: Fraction
    length: Fraction
    pitch: int
    tied: bool = False


class Symbol(NamedTuple):
    """A chord symbol: offset in quarter notes, root and intervals as in song.Chord; intervals 0 means no chord."""

    offset: Fraction
    root: int
    intervals: int


@dataclass
class Measure:
    """The contents between two bar lines: the true length in quarter notes, and the written metre.

    opens: a repeat starts before it. closes: a repeat ends after it. ending: the number of its ending bracket, 0 for
    none.
    """

    length: Fraction
    beats: int
    unit: int
    tones: list[Tone] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    opens: bool = False
    closes: bool = False
    ending: int = 0


def interval_set(semitones: Iterable[int]) -> int:
    """Returns the 12-bit set of these semitones above the root, folded into one octave; the root is always in it."""
    mask = 1
    for s in semitones:
        mask |= 1 << s % 12
    return mask


def to_frames(quarters: Fraction) -> int:
    """Returns the nearest frame; halfway rounds up."""
    return math.floor(quarters * FRAMES_PER_QUARTER + Fraction(1, 2))


def expand(written: list[Measure]) -> list[Measure]:
    """Returns the measures in playing order: each repeat goes back once for each ending, or once if it has none.

    It goes back to the last start of a repeat. Without one, it goes to the end of the previous repeat, or else to the
    beginning.
    """
    played: list[Measure] = []
    start = 0
    for i, measure in enumerate(written):
        following = written[i + 1].ending if i + 1 < len(written) else 0
        if measure.opens:
            start = i
        played.append(measure)
        last_ending = measure.ending > 1 and not following
        if measure.closes and not last_ending or 0 < measure.ending < following:
            played += [m for m in written[start:i + 1] if not m.ending]
        if (measure.closes or measure.ending) and not following:
            start = i + 1
    return played


def to_song(corpus: str, id: str, group: str, measures: list[Measure], title: str = "") -> Song | Skipped:
    """Returns the song these measures make, played in this order; Skipped if they have no melody or no chord.

    Raises CorpusError if they make no valid song, for example because a pitch lies outside MIDI.
    """
    starts = [0]
    for measure in measures:
        starts.append(starts[-1] + to_frames(measure.length))
    notes = monophonic(_notes(measures, starts))
    chords = _chords(measures, starts)
    if not notes:
        return Skipped(id, "no melody")
    if not chords:
        return Skipped(id, "no chords")
    song = Song(corpus, id, group, starts[-1], notes, chords, _bars(measures, starts), title)
    try:
        song.check()
    except ValueError as error:
        raise CorpusError(f"{error}; {BROKEN}") from error
    return song


def _notes(measures: list[Measure], starts: list[int]) -> list[Note]:
    """Returns the tones on the grid, with ties merged; each lasts at least one frame."""
    notes: list[Note] = []
    tied: dict[int, int] = {}  # pitch -> index of the note its tie comes from
    for start, measure in zip(starts, measures):
        for tone in measure.tones:
            note = Note(start + to_frames(tone.offset), start + to_frames(tone.offset + tone.length), tone.pitch)
            note = note._replace(start=min(note.start, starts[-1] - 1))
            note = note._replace(end=min(max(note.end, note.start + 1), starts[-1]))
            index = tied.pop(tone.pitch, None)
            if index is not None and notes[index].end >= note.start:
                notes[index] = notes[index]._replace(end=max(note.end, notes[index].end))
            else:
                index = len(notes)
                notes.append(note)
            if tone.tied:
                tied[tone.pitch] = index
    return notes


def _chords(measures: list[Measure], starts: list[int]) -> list[Chord]:
    """Returns the chords. Each symbol holds until the next one; of two on a frame the later wins."""
    placed = {
        start + to_frames(symbol.offset): symbol
        for start, measure in zip(starts, measures)
        for symbol in sorted(measure.symbols, key=lambda s: s.offset)
    }
    onsets = sorted(frame for frame in placed if frame < starts[-1])
    return [
        Chord(start, end, placed[start].root, placed[start].intervals)
        for start, end in zip(onsets, [*onsets[1:], starts[-1]])
        if placed[start].intervals
    ]


def _bars(measures: list[Measure], starts: list[int]) -> list[Bar]:
    """Returns the bar lines. If a repeat sign cuts a bar in two, its parts become one bar again when they meet."""
    bars: list[Bar] = []
    for start, end, measure in zip(starts, starts[1:], measures):
        if start == end:
            continue
        full = 4 * FRAMES_PER_QUARTER * measure.beats // measure.unit
        same_metre = bars and bars[-1][1:] == (measure.beats, measure.unit)
        if not (same_metre and end - bars[-1].frame <= full):
            bars.append(Bar(start, measure.beats, measure.unit))
    return bars
