"""The windows that systems play to: stretches of held-out songs, the same for every system."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle

import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece

WINDOW = 256
BAR = 16  # frames, of 4/4
JAZZ = ("leadsheets", "weimar")
OPENING = 32  # frames of a window's melody with which the melody agent begins; then it plays a window of its own


@dataclass(frozen=True)
class Window:
    """A stretch of a held-out song: melody and chord tokens, int16 [frames]. lines, int32 [bars, 3], has frame, beats
    and unit of the bars that begin in it."""

    song: str
    melody: np.ndarray
    chords: np.ndarray
    lines: np.ndarray


def starts(piece: Piece) -> list[int]:
    """Returns the bar lines at which a window for evaluation may begin: the melody sounds in its first bar, and melody
    and chords each sound for more than half of the window."""
    return [int(f) for f in piece.bars[:, 0] if f + WINDOW <= len(piece.melody)
            and (piece.melody[f:f + BAR] != tokens.SILENCE).any()
            and (piece.melody[f:f + WINDOW] != tokens.SILENCE).mean() > 0.5
            and (piece.chords[f:f + WINDOW] != tokens.NO_CHORD).mean() > 0.5]


def place_of(piece: Piece) -> str:
    """Returns the place at which a piece is evaluated, if any: its split, except that test songs of jazz have their
    own."""
    return "jazz" if piece.split == "test" and piece.corpus in JAZZ else piece.split


def drawn(pieces: list[Piece], draws: int, songs: int) -> list[list[Window]]:
    """Returns draws of one window of each song, with a largest number of songs, at any start that starts() allows. The
    window drawn from a song does not depend on the other songs."""
    there = [(p, found) for p in pieces if (found := starts(p))]
    return [sorted([cut(piece, found[_number(piece, draw, "where") % len(found)], WINDOW) for piece, found in sorted(
        there, key=lambda of: _number(of[0], draw, "whether"))[:songs]], key=lambda w: w.song) for draw in range(draws)]


def seed_of(draw: int, window: int) -> int:
    """Returns the seed of a system's own draws in a window of a draw, both counted from 0."""
    return 1000 * (draw + 1) + window


def _number(piece: Piece, draw: int, what: str) -> int:
    """Returns a random number that depends only on its purpose."""
    return int.from_bytes(sha256(f"{song_of(piece)}/{draw}/{what}".encode()).digest()[:8], "big")


def throughout(piece: Piece) -> list[Window]:
    """Returns as many windows of a piece as fit without overlap, spread evenly over the starts that starts() allows."""
    lines = starts(piece)
    even = np.linspace(0, len(lines) - 1, max(1, len(piece.melody) // WINDOW)).round().astype(int) if lines else []
    return [cut(piece, start, WINDOW) for start in sorted({lines[i] for i in even})]


def song_of(piece: Piece) -> str:
    """Returns the piece's unique name."""
    return f"{piece.corpus}/{piece.id}"


def cut(piece: Piece, start: int, frames: int) -> Window:
    """Returns frames start..start+frames of a song, or up to its end."""
    melody, chords = tokens.cut(piece.melody, piece.chords, start, frames)
    inside = (piece.bars[:, 0] >= start) & (piece.bars[:, 0] < start + frames)
    return Window(song_of(piece), melody, chords, piece.bars[inside] - [start, 0, 0])


def modulated(window: Window, frame: int, semitones: int) -> Window:
    """Returns the window, transposed from a frame on by -6 to 5 semitones. A hold at that frame becomes an onset."""
    row = tokens.OWN_KEY + semitones
    melody, chords = tokens.cut(window.melody, window.chords, frame, len(window.melody) - frame)
    return Window(window.song, np.concatenate((window.melody[:frame], tokens.TRANSPOSE_MELODY[row][melody])),
                  np.concatenate((window.chords[:frame], tokens.TRANSPOSE_CHORDS[row][chords])), window.lines)


def medleys(pieces: list[Piece], count: int, frames: int, again: int = 0) -> list[Window]:
    """Returns medleys: whole songs one after another, each in its own key. The medley's number determines the order. If
    there are too few songs they repeat; without songs there is no medley. The last `again` frames of a medley are its
    first ones again, so that both ends can be compared over the same music."""
    songs = [p for p in pieces if len(p.melody) and len(p.bars)]
    return [_medley(songs, np.random.default_rng(i), frames, again, f"medley {i + 1}")
            for i in range(count) if songs]


def _medley(songs: list[Piece], random: np.random.Generator, frames: int, again: int, name: str) -> Window:
    parts: list[Window] = []
    length = 0
    for i in cycle(random.permutation(len(songs))):
        part = cut(songs[i], 0, frames - again - length)
        parts.append(Window(name, part.melody, part.chords, part.lines + [length, 0, 0]))
        length += len(part.melody)
        if length == frames - again:
            break
    melody, chords, lines = (np.concatenate([getattr(p, field) for p in parts])
                             for field in ("melody", "chords", "lines"))
    return _with(Window(name, melody, chords, lines), again)


def twice(window: Window) -> Window:
    """Returns the first half of a window, played twice."""
    half = len(window.melody) // 2
    lines = window.lines[window.lines[:, 0] < half]
    return _with(Window(window.song, window.melody[:half], window.chords[:half], lines), half)


def _with(window: Window, again: int) -> Window:
    """Returns the window with its first `again` frames behind it once more."""
    length, lines = len(window.melody), window.lines
    return Window(window.song, np.append(window.melody, window.melody[:again]),
                  np.append(window.chords, window.chords[:again]),
                  np.concatenate((lines, lines[lines[:, 0] < again] + [length, 0, 0])))
