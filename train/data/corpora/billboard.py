"""Reads the Billboard part of CoCoPops: one humdrum file per song, with chords, melody and bar lines written out.

The **harm spine has the chords' durations, and the **harte spine beside it has their names. Each **kern spine is a
voice; the one marked *Hstimme is the melody. Repeats are written out, and spines are never split. A .varms.hum file
differs from a .hum file only in extra spines: listeners' valence and arousal, and the level (rms) of the recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import floor
from pathlib import Path

from train.data.corpora import harte
from train.data.corpora.leadsheet import BROKEN, NOT_FOUND
from train.data.corpora.song import FRAMES_PER_QUARTER, Bar, Chord, CorpusError, Note, Skipped, Song, monophonic

RECIP = re.compile(r"(\d+)(?:%(\d+))?(\.*)")
PITCH = re.compile(r"([a-g]+|[A-G]+)([#-]*)")
METRE = re.compile(r"\*M([1-9]\d*)/([1-9]\d*)")
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}


def read(root: Path) -> Iterator[Song | Skipped]:
    """Yields the songs of the CoCoPops checkout at root by name; root may also be the folder of the .hum files itself."""
    folder = root / "Billboard" / "Data" if (root / "Billboard" / "Data").is_dir() else root
    paths = sorted(folder.glob("*.hum"))
    if not paths:
        raise CorpusError(f"{folder}: no .hum files {NOT_FOUND}")
    seen: dict[str, str] = {}
    for path in paths:
        name, group = path.name.removesuffix(".hum"), path.name.partition(".")[0]
        if group in seen:
            yield Skipped(name, f"the same song as {seen[group]}")
        else:
            seen[group] = name
            yield _read_song(path, name, group)


def _read_song(path: Path, name: str, group: str) -> Song | Skipped:
    """Returns the song of one file; its frame 0 is the last bar line at or before the first note or chord."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: {error}; {BROKEN}") from error
    score = _Score()
    for number, line in enumerate(lines, 1):
        try:
            score.add(line)
        except ValueError as error:
            raise CorpusError(f"{path}, line {number}: {error}; {BROKEN}") from error
    if not score.ended:
        raise CorpusError(f"{path}: ends before its spines do; {BROKEN}")

    notes = monophonic([Note(_frame(start), max(_frame(end), _frame(start) + 1), pitch)
                        for start, end, pitch in score.notes])
    chords = [Chord(_frame(start), _frame(end), *chord) for start, end, *chord in score.chords
              if _frame(end) > _frame(start)]
    if not notes:
        return Skipped(name, "no melody")
    if not chords:
        return Skipped(name, "no chords")
    if not score.bars:
        return Skipped(name, "no bar lines")
    bars = [Bar(_frame(line), *metre) for line, *metre in score.bars]
    first = min(notes[0].start, chords[0].start)
    last = max(notes[-1].end, chords[-1].end)
    zero = max(bar.frame for bar in bars if bar.frame <= first)
    return Song(
        corpus="billboard", id=name, group=group, title=group.split("_")[1] if "_" in group else "", frames=last - zero,
        notes=[note._replace(start=note.start - zero, end=note.end - zero) for note in notes],
        chords=[chord._replace(start=chord.start - zero, end=chord.end - zero) for chord in chords],
        bars=[bar._replace(frame=bar.frame - zero) for bar in bars if zero <= bar.frame < last])


class _Score:
    """Builds a song from a file's lines, fed one at a time. Times are quarter notes from the top of the file."""

    def __init__(self) -> None:
        self.notes: list[tuple[Fraction, Fraction, int]] = []
        self.chords: list[tuple[Fraction, Fraction, int, int]] = []
        self.bars: list[tuple[Fraction, int, int]] = []
        self.ended = False
        self._kinds: list[str] = []
        self._lead = -1
        self._metre = (4, 4)
        # The position of each spine with durations; all positions are equal at a bar line.
        self._now: dict[int, Fraction] = {}

    def add(self, line: str) -> None:
        """Takes the file's next line; raises ValueError if it makes no sense."""
        if not line or line.startswith("!"):
            return
        cells = line.split("\t")
        if line.startswith("**"):
            self._kinds = cells
            self._now = {i: Fraction(0) for i, kind in enumerate(cells) if kind in ("**harm", "**kern")}
            if not {"**harm", "**harte", "**kern"} <= set(cells):
                raise ValueError("there is no **harm, no **harte or no **kern spine")
            self._lead = cells.index("**kern")
        elif len(cells) != len(self._kinds):
            raise ValueError(f"{len(cells)} columns where there are {len(self._kinds)} spines")
        elif line.startswith("*"):
            self._interpret(cells)
        elif line.startswith("="):
            self._bar_line()
        else:
            self._data(cells)

    def _interpret(self, cells: list[str]) -> None:
        self.ended = set(cells) == {"*-"}
        for i in self._now:
            if cells[i] == "*Hstimme":
                self._lead = i
            elif match := METRE.fullmatch(cells[i]):
                self._metre = int(match[1]), int(match[2])
            elif cells[i] in ("*^", "*v", "*+", "*x") or cells[i].startswith("*>["):
                raise ValueError(f"{cells[i]} (a spine that changes, or an order of repeats) is not known here")
        if self.bars and self.bars[-1][0] == max(self._now.values()):
            self.bars[-1] = self.bars[-1][0], *self._metre

    def _bar_line(self) -> None:
        now = max(self._now.values())
        length = Fraction(4 * self._metre[0], self._metre[1])
        if self.bars:
            before = self.bars[-1][0]
        else:
            # Silence, and perhaps a pickup, comes before the first bar line. Each spine counts the silence differently,
            # so the melody is aligned with the bar line at its end, and its bars are counted back from there.
            before = -length
            late = now - self._now[self._lead]
            self.notes = [(start + late, end + late, pitch) for start, end, pitch in self.notes]
        # Some files lack a bar line: the metre says where it goes.
        missing = []
        while now - length * (len(missing) + 1) > before:
            missing.append((now - length * (len(missing) + 1), *self._metre))
        self.bars += [*reversed(missing), (now, *self._metre)]
        self._now = dict.fromkeys(self._now, now)

    def _data(self, cells: list[str]) -> None:
        for i, start in self._now.items():
            # Grace notes take no time.
            tokens = [token for token in cells[i].split() if token != "." and not set("qQ") & set(token)]
            if not tokens:
                continue
            end = self._now[i] = start + _duration(tokens[0])
            if self._kinds[i] == "**harm":
                if chord := harte.parse(cells[self._kinds.index("**harte")]):
                    self.chords.append((start, end, *chord))
            elif i == self._lead:
                self._add_note(start, end, tokens)

    def _add_note(self, start: Fraction, end: Fraction, tokens: list[str]) -> None:
        """Adds the highest of the tokens' notes, or extends the previous note if a tie leads there."""
        pitches = {_pitch(token): token for token in tokens if "r" not in token}
        if not pitches:
            return
        pitch = max(pitches)
        if self.notes and set("_]") & set(pitches[pitch]) and self.notes[-1][1:] == (start, pitch):
            self.notes[-1] = self.notes[-1][0], end, pitch
        else:
            self.notes.append((start, end, pitch))


def _frame(quarters: Fraction) -> int:
    """Returns the frame nearest to a time in quarter notes."""
    return floor(quarters * FRAMES_PER_QUARTER + Fraction(1, 2))


def _duration(token: str) -> Fraction:
    """Returns a token's duration in quarter notes: 4 is a quarter, 8. a dotted eighth, 8%5 five eighths; 0 if it has none."""
    match = RECIP.search(token)
    if not match:
        return Fraction(0)
    number, times, dots = match.groups()
    if int(number) == 0:
        raise ValueError(f"{token!r} has no known duration")
    return Fraction(4 * int(times or 1), int(number)) * (2 - Fraction(1, 2 ** len(dots)))


def _pitch(token: str) -> int:
    """Returns a token's MIDI pitch: c is middle C, cc the octave above it, C the octave below, CC two below."""
    match = PITCH.search(token)
    if not match:
        raise ValueError(f"{token!r} has no pitch")
    letters, accidentals = match.groups()
    octave = len(letters) if letters.islower() else 1 - len(letters)
    return 48 + 12 * octave + SEMITONES[letters[0].lower()] + accidentals.count("#") - accidentals.count("-")
