"""Reads POP909 (github.com/music-x-lab/POP909-Dataset): a numbered folder per song with a MIDI file and annotations.

beat_midi.txt has one beat per line: its time in seconds, then two flags. The first marks a downbeat in simple metre
(every two or three beats), the second a downbeat in compound metre (every four or six). If a song's simple bars have
three beats, the song is in 3/4 and its compound bars are pairs of bars. Any other song is in 4/4 and its compound bars
are the bars.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import floor
from pathlib import Path

import mido
import numpy as np

from train.data.corpora import harte, midi
from train.data.corpora.leadsheet import BROKEN, NOT_FOUND
from train.data.corpora.song import FRAMES_PER_QUARTER, Bar, Chord, CorpusError, Note, Skipped, Song, monophonic


def read(root: Path) -> Iterator[Song | Skipped]:
    """Yields the songs of the checkout at root by number; root may also be the folder of the numbered folders itself."""
    songs = root / "POP909" if (root / "POP909").is_dir() else root
    folders = sorted(f for f in songs.iterdir() if f.name.isdigit() and f.is_dir()) if songs.is_dir() else []
    if not folders:
        raise CorpusError(f"{songs}: no numbered folders {NOT_FOUND}")
    for folder in folders:
        yield _read_song(folder)


def _read_song(folder: Path) -> Song | Skipped:
    """Returns the song of one folder; its frame 0 is the last bar line at or before the first note or chord."""
    beats, downbeats, metre = _read_beats(folder / "beat_midi.txt")
    notes = [Note(start, max(end, start + 1), pitch)
             for on, off, pitch in _read_melody(folder / f"{folder.name}.mid")
             for start, end in [(frame_of(on, beats), frame_of(off, beats))]]
    chords = _read_chords(folder / "chord_midi.txt", beats)
    if not notes:
        return Skipped(folder.name, "no melody")
    if not chords:
        return Skipped(folder.name, "no chords")

    notes = monophonic(notes)
    first = min(notes[0].start, chords[0].start)
    last = max(notes[-1].end, chords[-1].end)
    bars = [bar for bar in _bars(downbeats, metre, first, last) if bar.frame < last]
    zero = max(bar.frame for bar in bars if bar.frame <= first)
    return Song(
        corpus="pop909", id=folder.name, group=folder.name, frames=last - zero,
        notes=[note._replace(start=note.start - zero, end=note.end - zero) for note in notes],
        chords=[chord._replace(start=chord.start - zero, end=chord.end - zero) for chord in chords],
        bars=[bar._replace(frame=bar.frame - zero) for bar in bars if bar.frame >= zero])


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the fields of each non-blank line of a text file, with its line number."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CorpusError(f"{path}: {NOT_FOUND}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: {error}; {BROKEN}") from error
    return ((number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _read_beats(path: Path) -> tuple[np.ndarray, list[int], int]:
    """Returns the times of the beats in seconds, the indices of the beats that begin a bar, and the metre's beats per bar."""
    beats: list[float] = []
    simple: list[int] = []
    compound: list[int] = []
    for number, fields in _lines(path):
        try:
            time, is_simple, is_compound = map(float, fields)
        except ValueError as error:
            raise CorpusError(f"{path}, line {number}: not a time and two flags; {BROKEN}") from error
        if beats and not time > beats[-1]:
            raise CorpusError(f"{path}, line {number}: not later than the beat before; {BROKEN}")
        if is_simple:
            simple.append(len(beats))
        if is_compound:
            compound.append(len(beats))
        beats.append(time)
    if len(simple) < 2 or not compound:
        raise CorpusError(f"{path}: has less than two bars; {BROKEN}")
    (length, _), = Counter(np.diff(simple).tolist()).most_common(1)
    return np.array(beats), *((simple, 3) if length == 3 else (compound, 4))


def frame_of(time: float, beats: np.ndarray) -> int:
    """Returns the frame nearest to a time in seconds. Beat 0 is frame 0; the tempo of the outermost beats holds beyond them."""
    i = int(np.clip(np.searchsorted(beats, time, side="right") - 1, 0, len(beats) - 2))
    return floor((i + (time - beats[i]) / (beats[i + 1] - beats[i])) * FRAMES_PER_QUARTER + 0.5)


def _bars(downbeats: list[int], metre: int, first: int, last: int) -> list[Bar]:
    """Returns the bars at the downbeats, with whole bars added before and after to cover the frames first to last.

    If a bar's length does not fit the metre, the bar gets the metre of its own length.
    """
    before = range(downbeats[0] - metre, first // FRAMES_PER_QUARTER - metre, -metre)
    after = range(downbeats[-1] + metre, last // FRAMES_PER_QUARTER + metre, metre)
    lines = [*reversed(before), *downbeats, *after]
    lengths = [*np.diff(lines).tolist(), metre]
    return [Bar(line * FRAMES_PER_QUARTER, length, 4) for line, length in zip(lines, lengths)]


def _read_melody(path: Path) -> Iterator[tuple[float, float, int]]:
    """Yields start and end in seconds and the pitch of each note on the MIDI file's track named MELODY."""
    try:
        file = midi.load(path)
    except FileNotFoundError as error:
        raise CorpusError(f"{path}: {NOT_FOUND}") from error
    except ValueError as error:
        raise CorpusError(f"{path}: {error}; {BROKEN}") from error
    melody = [track for track in file.tracks if track.name == "MELODY"]
    if not melody:
        return
    # The tempo is on the first track, which has no notes.
    played = mido.MidiFile(type=1, ticks_per_beat=file.ticks_per_beat, tracks=[file.tracks[0], melody[0]])
    for on, off, _, pitch in midi.note_spans(played):
        yield on, off, pitch


def _read_chords(path: Path, beats: np.ndarray) -> list[Chord]:
    """Returns the chords on frames counted from beat 0. Each line has a start and an end in seconds and a Harte label."""
    chords: list[Chord] = []
    for number, fields in _lines(path):
        try:
            on, off, label = fields
            start, end, chord = frame_of(float(on), beats), frame_of(float(off), beats), harte.parse(label)
        except (ValueError, OverflowError) as error:
            raise CorpusError(f"{path}, line {number}: {error}; {BROKEN}") from error
        if chord and end > start:
            chords.append(Chord(start, end, *chord))
    return chords
