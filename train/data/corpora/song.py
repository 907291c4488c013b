"""A song on the grid: every corpus reader yields it, whatever its format.

Times are whole frames from the start of the song. A frame is a sixteenth note (four per quarter note).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

FRAMES_PER_QUARTER = 4


class Note(NamedTuple):
    """A melody note that sounds on frames start <= f < end (end > start); MIDI pitch 0..127."""

    start: int
    end: int
    pitch: int


class Chord(NamedTuple):
    """A chord as the corpus annotates it, on frames start <= f < end.

    root: pitch class 0..11 (C = 0). intervals: 12-bit set of semitones above the root; bit 0 is the root itself.
    Extensions above the octave are folded into it. No chord is the absence of a Chord.
    """

    start: int
    end: int
    root: int
    intervals: int


class Bar(NamedTuple):
    """A bar line: the frame where a bar begins, and the metre's numerator and denominator from there."""

    frame: int
    beats: int
    unit: int


@dataclass
class Song:
    """One song, with its repeats expanded.

    corpus and id name it. All versions of a song in one corpus share its group. title is the written title, if the
    corpus gives one. The split (groups.py) uses both.

    notes are monophonic: sorted, no two overlap. chords are sorted and do not overlap. bars are sorted; a pickup bar is
    a first bar shorter than its metre says. frames is the length of the song.
    """

    corpus: str
    id: str
    group: str
    frames: int
    notes: list[Note] = field(default_factory=list)
    chords: list[Chord] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    title: str = ""

    def check(self) -> None:
        """Raises ValueError with the first broken promise of this class."""
        for name, spans in (("note", self.notes), ("chord", self.chords)):
            before = 0
            for span in spans:
                if not before <= span.start < span.end <= self.frames:
                    raise ValueError(f"{self.corpus} {self.id}: {name} at frames {span.start} to {span.end} overlaps "
                                     f"its predecessor or leaves the song of {self.frames} frames")
                before = span.end
        if any(not 0 <= n.pitch <= 127 for n in self.notes):
            raise ValueError(f"{self.corpus} {self.id}: a pitch is outside 0 to 127")
        if any(not (0 <= c.root <= 11 and 0 < c.intervals < 4096) for c in self.chords):
            raise ValueError(f"{self.corpus} {self.id}: a chord's root or intervals are out of range")
        if any(a.frame >= b.frame for a, b in zip(self.bars, self.bars[1:])):
            raise ValueError(f"{self.corpus} {self.id}: bar lines are not in order")


class CorpusError(Exception):
    """A corpus file is missing or cannot be read; the message names the file and what to do."""


class Skipped(NamedTuple):
    """A song left out, and why (counted and shown by `stats`)."""

    id: str
    why: str


def monophonic(notes: list[Note]) -> list[Note]:
    """Returns one voice: the highest note wins at a shared onset; a later note ends the previous one (last-note
    priority, as live)."""
    out: list[Note] = []
    for note in sorted(notes, key=lambda n: (n.start, -n.pitch)):
        if out and note.start == out[-1].start:
            continue
        if out and note.start < out[-1].end:
            out[-1] = out[-1]._replace(end=note.start)
        out.append(note)
    return out
