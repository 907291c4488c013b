"""Reads songs for the follower: onsets on a grid of twelve ticks a beat, or in seconds if people really played them.

Only songs with regular bars are taken: 4/4 (2/2 counts as 4/4), 3/4 or 6/8 throughout. The first bar may be a pickup,
and the last may be short. The beat of 6/8 is a dotted quarter. Each song lies on the side of the split that the cache
of the corpora gives it, so no song both trains and judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from train.data.corpora import abc_notation, dataset, leadsheet, musicxml, pop909, weimar
from train.data.corpora.song import CorpusError, Skipped, Song

TICKS = 12  # per beat
METRES = {(4, 4): "4/4", (2, 2): "4/4", (3, 4): "3/4", (6, 8): "6/8"}
BEATS = {"4/4": 4, "3/4": 3, "6/8": 2}


@dataclass(frozen=True)
class Tune:
    """One song. ticks and pitches are int32 [notes]: the onsets; tick 0 is the first bar line (pickups lie before it).

    If the song is a recording, played and beats are float64 in seconds, else None. played has the onset of each note,
    and beats has the time of each beat, beginning with the beat at the tick `first`.
    """

    corpus: str
    id: str
    split: str
    metre: str
    ticks: np.ndarray
    pitches: np.ndarray
    played: np.ndarray | None = None
    beats: np.ndarray | None = None
    first: int = 0

    @property
    def bar(self) -> int:
        """Returns the length of a bar in ticks."""
        return TICKS * BEATS[self.metre]


def read(data: Path, cache: Path, corpora: Iterable[str] = ()) -> list[Tune]:
    """Returns the tunes of the corpora (all if none is named), each with its side. Raises CorpusError if one is missing."""
    sides = {(p.corpus, p.id): p.split for p in dataset.read(cache)[0]}
    tunes = (tune for name in corpora or READERS for tune in READERS[name](dataset.corpus_folder(data, name)))
    return [replace(t, split=sides[t.corpus, t.id]) for t in tunes if (t.corpus, t.id) in sides]


def of_measures(corpus: str, id: str, measures: list[leadsheet.Measure]) -> Tune | None:
    """Returns the tune that these measures make, played in this order; None if its bars are not regular."""
    metres = {METRES.get((m.beats, m.unit)) for m in measures}
    metre = metres.pop() if len(metres) == 1 else None
    if metre is None:
        return None
    quarter = TICKS * Fraction(2, 3) if metre == "6/8" else Fraction(TICKS)
    bar = TICKS * BEATS[metre] / quarter
    starts, at = [], Fraction(0)
    for measure in measures:
        starts.append(at)
        at += measure.length
    first = measures[0].length if measures[0].length < bar else Fraction(0)
    lines = {(start - first) % bar for start in starts[1:]}
    if lines - {Fraction(0)} and not _halves(starts[1:], first, bar):
        return None
    notes: dict[int, int] = {}
    tied: set[int] = set()
    for start, measure in zip(starts, measures):
        for tone in sorted(measure.tones, key=lambda t: t.offset):
            tick = round((start + tone.offset - first) * quarter)
            if tone.pitch not in tied:
                notes[tick] = max(notes.get(tick, 0), tone.pitch)
            (tied.add if tone.tied else tied.discard)(tone.pitch)
    return _tune(corpus, id, metre, notes)


def _halves(starts: list[Fraction], first: Fraction, bar: Fraction) -> bool:
    """Reports whether bars that a repeat sign cuts in two become whole again: at most a quarter of the bar lines lie off
    the grid, and the last lies on it."""
    off = sum((start - first) % bar != 0 for start in starts)
    return off <= len(starts) // 4 and (starts[-1] - first) % bar == 0


def _tune(corpus: str, id: str, metre: str, notes: dict[int, int]) -> Tune | None:
    if len(notes) < 32:
        return None
    ticks = sorted(notes)
    return Tune(corpus, id, "", metre, np.array(ticks, np.int32),
                np.array([notes[t] for t in ticks], np.int32))


def read_leadsheets(root: Path) -> Iterator[Tune]:
    """Yields the lead sheets (MusicXML)."""
    for path in sorted(root.glob("*.musicxml")):
        try:
            measures = leadsheet.expand(musicxml.read(path))
        except ValueError as error:
            raise CorpusError(f"{path}: {error}; {leadsheet.BROKEN}") from error
        if tune := of_measures("leadsheets", path.stem, measures):
            yield tune


def read_nottingham(root: Path) -> Iterator[Tune]:
    """Yields the folk tunes (ABC)."""
    for path in sorted((root / "ABC_cleaned").glob("*.abc")):
        for tune in abc_notation.read(path.read_text(encoding="utf-8")):
            if made := of_measures("nottingham", f"{path.stem}/{tune.number:03d}", tune.played()):
                yield made


def read_pop909(root: Path) -> Iterator[Tune]:
    """Yields the sung melodies of the pop songs, on sixteenths: the longest stretch of regular bars of each song."""
    for song in pop909.read(root):
        if isinstance(song, Skipped):
            continue
        _, first, last = max(_stretches(song))
        metre = METRES.get(tuple(song.bars[first][1:]))
        if metre and last - first >= 24:
            begin, end = song.bars[first].frame, (*(b.frame for b in song.bars), song.frames)[last]
            notes = {(n.start - begin) * TICKS // 4: n.pitch for n in song.notes if begin <= n.start < end}
            if tune := _tune("pop909", song.id, metre, notes):
                yield tune


def _stretches(song: Song) -> Iterator[tuple[int, int, int]]:
    """Yields each stretch of bars of one metre: its number of bars, its first bar, and the bar after its last."""
    first = 0
    for i in range(1, len(song.bars) + 1):
        if i == len(song.bars) or song.bars[i][1:] != song.bars[first][1:]:
            yield i - first, first, i
            first = i


def read_weimar(root: Path) -> Iterator[Tune]:
    """Yields the jazz solos as they were played."""
    for path in sorted((root / "csv_melody").glob("*.csv")):
        if tune := _read_solo(path, root / "csv_beats" / path.name):
            yield tune


def _read_solo(melody: Path, lines: Path) -> Tune | None:
    rows = weimar.table(lines)
    beats = np.array([float(r["onset"]) for r in rows])
    metre = METRES.get(tuple(map(int, next((r["signature"] for r in rows if r["signature"]), "0/0").split("/"))))
    if metre not in ("4/4", "3/4") or len({r["signature"] for r in rows if r["signature"]}) != 1:
        return None
    count = BEATS[metre]
    numbers = np.array([int(r["bar"]) * count + int(r["beat"]) - 1 for r in rows])
    if (np.diff(numbers) != 1).any() or (np.diff(beats) <= 0).any():
        return None  # beats are missing or out of order
    notes = [(float(r["onset"]), float(r["pitch"]), (int(r["tatum"]) - 1) / int(r["division"]))
             for r in weimar.table(melody)]
    inside = sorted(n for n in notes if beats[0] <= n[0] < beats[-1])
    if len(inside) < 32:
        return None
    at, pitch, within = np.array(inside).T
    first = int(numbers[0]) - count
    zero = first - first % count  # so that tick 0 is a bar line
    ticks = _places(np.interp(at, beats, numbers) - zero, within)
    return Tune("weimar", melody.stem.removesuffix("_Solo"), "", metre, ticks, pitch.astype(np.int32), at, beats,
                int(numbers[0] - zero) * TICKS)


def _places(beats: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Returns the intended ticks of onsets, given their places in beats. within: the parts of the beat that the
    transcription gives them. The second of two eighths stays as swung as it was played. Soloists play behind the beat;
    their mean lag is subtracted."""
    whole = np.round(beats - within)
    lag = np.mean(beats - within - whole)
    swung = np.clip(np.round((beats - lag - whole) * TICKS), 6, 8)
    return np.where(within == 0.5, whole * TICKS + swung, np.round((whole + within) * TICKS)).astype(np.int32)


READERS = {"pop909": read_pop909, "nottingham": read_nottingham, "leadsheets": read_leadsheets, "weimar": read_weimar}
