"""Draws windows of songs for training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from train.data import bars, tokens
from train.data import busy as rate
from train.data.corpora import sampling
from train.data.corpora.dataset import Piece
from train.data.corpora.song import CorpusError

INTERVALS = [semitones for semitones in range(-6, 7) if semitones]  # of jumps


class Batch(NamedTuple):
    """Windows of frames [batch, length]: tokens of chords and melody, int64; mask, bool, False after the end of a song;
    bar positions `places` (bars.py), int64. jump, int64 [batch], is the frame at which a window changes key, or length
    if it does not. busy, int64 [batch], is the level of its rate of chord changes (busy.py)."""

    chords: Tensor
    melody: Tensor
    mask: Tensor
    places: Tensor
    jump: Tensor
    busy: Tensor


class Windows:
    """An endless stream of windows. Songs are drawn by length and by the weight of their corpus (sampling.py). If
    transpose, windows come in every key.

    Most windows begin on a bar line. A fifth begin at any frame, as a player may begin anywhere. None begins where the
    melody is mostly silent. If a song ends early, the last frames of its window are silent and False in the mask.
    distinct_songs: no song occurs twice in a batch. shorter: the shares of batches with windows half and a quarter as
    long, and two and four times as many. jumps: the share of windows that change key by any interval, at a frame from
    an eighth to three quarters of their length, on a bar line or not. The same seed gives the same windows; `random` is
    the only state.
    """

    def __init__(self, pieces: list[Piece], batch: int, length: int, seed: int, transpose: bool = True,
                 distinct_songs: bool = False, shorter: tuple[float, float] = (0.0, 0.0), jumps: float = 0.0) -> None:
        self.pieces = [p for p in pieces if len(p.melody) >= 64 and sampling.sounding(p.melody, length).any()]
        if len(self.pieces) < (batch if distinct_songs else 1):
            needed = f"{batch}, as many as a batch has windows" if distinct_songs else "1"
            raise CorpusError(f"{len(self.pieces)} songs of 64 frames or more to draw windows from: at least {needed}, "
                              "are needed; add songs")
        self.probabilities = sampling.probabilities(self.pieces)
        self.count, self.length, self.transpose = batch, length, transpose
        self.distinct_songs, self.shorter, self.jumps = distinct_songs, shorter, jumps
        self.random = np.random.default_rng(seed)
        self.places: dict[int, np.ndarray] = {}  # bar positions of the songs drawn so far
        self.starts: dict[tuple[int, int], np.ndarray] = {}  # the frames at which windows of a length may begin

    def batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """Returns chords and melody, int64 [batch, length], and the mask, bool."""
        return self.drawn()[:3]

    def drawn(self) -> Batch:
        """Returns the next batch."""
        parts = 1
        if any(self.shorter):
            parts = int(self.random.choice([1, 2, 4], p=[1 - sum(self.shorter), *self.shorter]))
        count, length = self.count * parts, self.length // parts
        melody = np.zeros((count, length), dtype=np.int64)
        chords = np.zeros((count, length), dtype=np.int64)
        mask = np.zeros((count, length), dtype=bool)
        places = np.zeros((count, length), dtype=np.int64)
        jump = np.full(count, length, dtype=np.int64)
        busy = np.zeros(count, dtype=np.int64)
        drawn = self.random.choice(len(self.pieces), count, replace=not self.distinct_songs, p=self.probabilities)
        for row, i in enumerate(drawn):
            piece = self.pieces[i]
            start = self._start(int(i), length)
            m, c = tokens.cut(piece.melody, piece.chords, start, length)
            busy[row] = rate.level(c)
            if self.jumps and self.random.random() < self.jumps:
                jump[row] = self.random.integers(length // 8, length * 3 // 4 + 1)
                m, c = modulated(m, c, int(jump[row]), int(self.random.choice(INTERVALS)))
            key = int(self.random.integers(12)) if self.transpose else tokens.OWN_KEY
            melody[row, :len(m)] = tokens.TRANSPOSE_MELODY[key][m]
            chords[row, :len(c)] = tokens.TRANSPOSE_CHORDS[key][c]
            mask[row, :len(m)] = True
            if i not in self.places:
                self.places[i] = bars.places(piece.bars, len(piece.melody))
            places[row, :len(m)] = self.places[i][start:start + length]
        return Batch(*(torch.from_numpy(of) for of in (chords, melody, mask, places, jump, busy)))

    def _start(self, i: int, length: int) -> int:
        """Draws the frame of song i at which a window begins. If the song is long enough, it fills at least half the
        window."""
        piece = self.pieces[i]
        if (i, length) not in self.starts:
            last = max(1, len(piece.melody) - length // 2)
            found = np.flatnonzero(sampling.sounding(piece.melody, length)[:last])
            self.starts[i, length] = found if len(found) else np.flatnonzero(sampling.sounding(piece.melody, length))
        starts = self.starts[i, length]
        if self.random.random() >= 0.2:
            lines = np.intersect1d(starts, piece.bars[:, 0])
            starts = lines if len(lines) else starts
        return int(self.random.choice(starts)) if len(starts) else 0


def modulated(melody: np.ndarray, chords: np.ndarray, frame: int, semitones: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns melody and chord tokens [length], transposed from `frame` on by -6 to 6 semitones. A hold at that frame
    becomes an onset."""
    after, under = tokens.cut(melody, chords, frame, len(melody))
    row = tokens.OWN_KEY + semitones
    return (np.concatenate((melody[:frame], tokens.TRANSPOSE_MELODY[row][after])),
            np.concatenate((chords[:frame], tokens.TRANSPOSE_CHORDS[row][under])))
