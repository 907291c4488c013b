"""What the systems play to: stretches of held-out songs, the same for every system."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

import numpy as np

from train import tokens
from train.corpora.dataset import Piece

WINDOW = 256
OPENING = 32  # frames of a window's melody with which the melody agent begins; then it plays a window of its own


@dataclass(frozen=True)
class Window:
    """A stretch of a held-out song: melody and chord tokens int16 [frames]; lines int32 [bars, 3]: frame, beats and
    unit of the bars that begin in it."""

    song: str
    melody: np.ndarray
    chords: np.ndarray
    lines: np.ndarray


def windows(pieces: list[Piece], split: str, per_song: int = 1) -> list[Window]:
    """At most per_song windows of each song of a split, evenly spread, from bar lines where the melody plays."""
    found = []
    for piece in pieces:
        if piece.split != split or len(piece.melody) < WINDOW or not len(piece.bars):
            continue
        lines = piece.bars[piece.bars[:, 0] <= len(piece.melody) - WINDOW, 0]
        lines = [int(f) for f in lines if (piece.melody[f:f + WINDOW] != tokens.SILENCE).mean() > 0.5
                 and (piece.chords[f:f + WINDOW] != tokens.NO_CHORD).mean() > 0.5]
        spread = np.linspace(0, len(lines) - 1, per_song).round().astype(int) if lines else []
        for start in sorted({lines[i] for i in spread}):
            found.append(cut(piece, start, WINDOW))
    return found


def throughout(piece: Piece) -> list[Window]:
    """As many windows of a piece as it has room for side by side, as windows() takes them."""
    return windows([piece], piece.split, max(1, len(piece.melody) // WINDOW))


def song_of(piece: Piece) -> str:
    """The piece's name among all."""
    return f"{piece.corpus}/{piece.id}"


def cut(piece: Piece, start: int, frames: int) -> Window:
    """Frames start..start+frames of a song, or to its end."""
    melody, chords = tokens.cut(piece.melody, piece.chords, start, frames)
    inside = (piece.bars[:, 0] >= start) & (piece.bars[:, 0] < start + frames)
    return Window(song_of(piece), melody, chords, piece.bars[inside] - [start, 0, 0])


def moved(window: Window, frame: int, semitones: int) -> Window:
    """The window, from a frame on transposed by -6 to 5 semitones; what is held over that frame begins anew there."""
    row = tokens.OWN_KEY + semitones
    melody, chords = tokens.cut(window.melody, window.chords, frame, len(window.melody) - frame)
    return Window(window.song, np.concatenate((window.melody[:frame], tokens.TRANSPOSE_MELODY[row][melody])),
                  np.concatenate((window.chords[:frame], tokens.TRANSPOSE_CHORDS[row][chords])), window.lines)


def medleys(pieces: list[Piece], split: str, count: int, frames: int) -> list[Window]:
    """Songs of a split one after another, each whole and in its own key, in an order drawn for each medley by its
    number; from the start again where they are too few. No medley where the split has no song."""
    songs = [p for p in pieces if p.split == split and len(p.melody) and len(p.bars)]
    return [_medley(songs, np.random.default_rng(i), frames, f"medley {i + 1}") for i in range(count) if songs]


def _medley(songs: list[Piece], random: np.random.Generator, frames: int, name: str) -> Window:
    parts: list[Window] = []
    length = 0
    for i in cycle(random.permutation(len(songs))):
        part = cut(songs[i], 0, frames - length)
        parts.append(Window(name, part.melody, part.chords, part.lines + [length, 0, 0]))
        length += len(part.melody)
        if length == frames:
            break
    melody, chords, lines = (np.concatenate([getattr(p, field) for p in parts])
                             for field in ("melody", "chords", "lines"))
    return Window(name, melody, chords, lines)
