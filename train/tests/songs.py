"""Made-up songs for tests: one drawn chord per bar, one drawn pitch per beat."""

import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece


def made(splits: list[str], frames: int) -> list[Piece]:
    """Returns one song of whole bars for each split named."""
    random = np.random.default_rng(0)
    pieces = []
    for i, split in enumerate(splits):
        chords = np.zeros(frames, np.int16)
        for start in range(0, frames, 16):
            c = int(random.integers(24))
            chords[start:start + 16], chords[start] = 1 + tokens.CHORDS + c, 1 + c
        melody = np.repeat(random.integers(61, 73, frames // 4), 4).astype(np.int16)
        bars = np.array([[f, 4, 4] for f in range(0, frames, 16)], np.int32)
        pieces.append(Piece("made", str(i), split, melody, chords, bars))
    return pieces
