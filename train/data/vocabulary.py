"""The chords that a policy file can play, in jam's notation (jam/chord.go): our vocabulary, or one of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from train.data import tokens
from train.data.corpora.leadsheet import LETTERS

# The chord qualities that jam can write (jam/chord.go); those of our own policies come first.
QUALITIES: dict[str, tuple[int, ...]] = {
    **tokens.QUALITIES,
    "mmaj7": (0, 3, 7, 11),
    "aug7": (0, 4, 8, 10),
    "add9": (0, 2, 4, 7),
    "madd9": (0, 2, 3, 7),
    "9": (0, 2, 4, 7, 10),
    "maj9": (0, 2, 4, 7, 11),
    "m9": (0, 2, 3, 7, 10),
}
SYMBOL = re.compile("([A-G])([#b]?)(.*)")


def read_symbol(symbol: str) -> tuple[int, int]:
    """Returns the root as a pitch class and the 12-bit set of semitones above it. Raises ValueError if jam cannot write
    the chord."""
    found = SYMBOL.fullmatch(symbol)
    if not found or found[3] not in QUALITIES:
        raise ValueError(f"chord {symbol!r}: jam cannot write such a chord")
    letter, sign, quality = found.groups()
    return (LETTERS[letter] + {"": 0, "#": 1, "b": -1}[sign]) % 12, tokens.mask_of(QUALITIES[quality])


@dataclass(frozen=True)
class Vocabulary:
    """Chord symbols in token order; n chords have the tokens that tokens.py defines. Raises ValueError if jam cannot
    write one of the chords."""

    symbols: tuple[str, ...]

    def __post_init__(self) -> None:
        for symbol in self.symbols:
            read_symbol(symbol)

    @property
    def chords(self) -> int:
        return len(self.symbols)

    @property
    def is_ours(self) -> bool:
        return list(self.symbols) == tokens.vocabulary()

    @cached_property
    def pitch_classes(self) -> np.ndarray:
        """bool [2n + 2, 12]: the pitch classes that sound with each token."""
        rows = [[above >> (p - root) % 12 & 1 for p in range(12)] for root, above in map(read_symbol, self.symbols)]
        none = [[0] * 12]
        return np.array(none + rows + rows + none, dtype=bool)

    @cached_property
    def folded(self) -> np.ndarray:
        """int16 [2n + 2]: for each token our token with the nearest quality (tokens.fold) on the same root."""
        ours = np.array([12 * tokens.fold(above) + root for root, above in map(read_symbol, self.symbols)])
        return np.concatenate(([tokens.NO_CHORD], 1 + ours, 1 + tokens.CHORDS + ours, [tokens.CHORD_START])).astype(
            np.int16)


OURS = Vocabulary(tuple(tokens.vocabulary()))
