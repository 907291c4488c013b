"""Reads the Weimar Jazz Database as CSV: a transcribed solo and its beats, both timed in seconds on the recording.

csv_melody has one note per row: onset, duration and pitch. csv_beats has one beat per row: onset, bar, beat of the bar,
and the chord if it changes. A note lies on the sixteenth nearest to its played time between two beats. A listener with
the beat hears it there; the transcription instead rounds it to the player's intention.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from train.data.corpora.groups import plain
from train.data.corpora.leadsheet import BROKEN, LETTERS, NOT_FOUND, interval_set
from train.data.corpora.pop909 import frame_of
from train.data.corpora.song import FRAMES_PER_QUARTER, Bar, Chord, CorpusError, Note, Skipped, Song, monophonic

CHORD = re.compile(r"([A-G])([#b]?)(m7b5|-|\+|o|sus)?((?:alt|j7|6|7|9[b#]?|11#?|13b?)*)(?:/[A-G][#b]?)?")
TRIADS = {"": (4, 7), "-": (3, 7), "+": (4, 8), "o": (3, 6), "sus": (5, 7), "m7b5": (3, 6, 10)}
ADDED = {"j7": (11,), "6": (9,), "7": (10,), "9": (14,), "9b": (13,), "9#": (15,), "11": (17,), "11#": (18,), "13": (21,),
         "13b": (20,), "alt": (13, 20)}
DIMINISHED_SEVENTH = (3, 6, 9)


def read(root: Path) -> Iterator[Song | Skipped]:
    """Yields every solo of the checkout at root, sorted by id (player and tune); raises CorpusError if it cannot be read."""
    paths = sorted((root / "csv_beats").glob("*.csv"))
    if not paths:
        raise CorpusError(f"{root / 'csv_beats'}: no .csv files {NOT_FOUND}")
    for path in paths:
        try:
            yield _read_solo(path, root / "csv_melody" / path.name)
        except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
            raise CorpusError(f"{path}: {error}; {BROKEN}") from error


def _read_solo(beats_path: Path, melody_path: Path) -> Song | Skipped:
    """Returns the solo of two files; its frame 0 is the last bar line at or before the first note or chord."""
    id = beats_path.stem.removesuffix("_Solo")
    title = re.sub(r"-\d+$", "", id.partition("_")[2])
    rows = table(beats_path)
    beats = np.array([float(row["onset"]) for row in rows])
    if len(beats) < 2 or not np.all(np.diff(beats) > 0):
        raise ValueError("less than two beats, or not in order")
    notes = monophonic([_note(float(row["onset"]), float(row["duration"]), round(float(row["pitch"])), beats)
                        for row in table(melody_path) if float(row["onset"]) >= beats[0]])
    chords = _chords(rows)
    if not notes:
        return Skipped(id, "no melody")
    if not chords:
        return Skipped(id, "no chords")
    lines = _bars(rows)
    first = min(notes[0].start, chords[0].start)
    zero = max(bar.frame for bar in lines if bar.frame <= first)
    last = max(notes[-1].end, len(rows) * FRAMES_PER_QUARTER)
    return Song(
        corpus="weimar", id=id, group=plain(title), title=title, frames=last - zero,
        notes=[n._replace(start=n.start - zero, end=n.end - zero) for n in notes],
        chords=[c._replace(start=c.start - zero, end=c.end - zero) for c in chords],
        bars=[b._replace(frame=b.frame - zero) for b in lines if b.frame >= zero])


def table(path: Path) -> list[dict[str, str]]:
    """Returns the rows of a CSV file whose first line has the column names."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _note(onset: float, duration: float, pitch: int, beats: np.ndarray) -> Note:
    """Returns a note on the frames nearest to its onset and its end; it lasts at least one frame."""
    start = frame_of(onset, beats)
    return Note(start, max(start + 1, frame_of(onset + duration, beats)), pitch)


def _chords(rows: list[dict[str, str]]) -> list[Chord]:
    """Returns the chords by frame; each holds until the next one."""
    named = [(i * FRAMES_PER_QUARTER, read_chord(row["chord"])) for i, row in enumerate(rows) if row["chord"]]
    ends = [at for at, _ in named[1:]] + [len(rows) * FRAMES_PER_QUARTER]
    return [Chord(at, end, *chord) for (at, chord), end in zip(named, ends) if chord]


def _bars(rows: list[dict[str, str]]) -> list[Bar]:
    """Returns the bar lines; each bar has as many quarters as beats. If a first or last bar is cut short, it takes the
    quarters of its neighbour."""
    lines = [i for i, row in enumerate(rows) if i == 0 or int(row["beat"]) == 1]
    lengths = np.diff(lines).tolist() or [len(rows)]
    if len(lengths) > 1 and int(rows[0]["beat"]) != 1:
        lengths[0] = lengths[1]
    return [Bar(i * FRAMES_PER_QUARTER, length, 4) for i, length in zip(lines, [*lengths, lengths[-1]])]


def read_chord(text: str) -> tuple[int, int] | None:
    """Returns root and intervals of a chord symbol of the database, without its bass; None for NC. Raises ValueError
    otherwise.

    j7 is a major seventh, - is minor, 79b is a dominant with a flat ninth, 7alt is one with flat ninth and thirteenth.
    """
    if text == "NC":
        return None
    match = CHORD.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a chord symbol")
    letter, sign, triad, added = match.groups()
    semitones = list(TRIADS[triad or ""])
    if triad == "o" and added.startswith("7"):
        semitones, added = list(DIMINISHED_SEVENTH), added[1:]
    for name in re.findall(r"alt|j7|6|7|9[b#]?|11#?|13b?", added):
        semitones += ADDED[name]
    if "alt" in added:
        semitones.remove(7)
    return (LETTERS[letter] + {"": 0, "#": 1, "b": -1}[sign]) % 12, interval_set(semitones)
