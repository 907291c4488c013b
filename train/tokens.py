"""Tokens of one frame, and the chord vocabulary: the same numbers as package jam (token.go, chord.go).

Melody: 0 silence, 1..128 an onset of pitch 0..127, 129..256 its hold, 257 stands before frame 0 (input only).
Chords, for n chords: 0 no chord, 1..n chord begins, n+1..2n it is held, 2n+1 stands before frame 0 (input only).
Chord i is root i % 12 (C = 0) with quality i // 12.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from train.corpora.song import Song

SILENCE, MELODY_START, MELODY_TOKENS = 0, 257, 258

# The kinds of chord that the policies play, by frequency in the training corpora, as jam writes them, with their
# semitones above the root. `python -m train stats` prints what each corpus uses and what was folded into what.
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7sus4": (0, 5, 7, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "5": (0, 7),
}
FLATS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SHARPS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")

CHORDS = 12 * len(QUALITIES)
NO_CHORD, CHORD_START, CHORD_LOGITS, CHORD_TOKENS = 0, 2 * CHORDS + 1, 2 * CHORDS + 1, 2 * CHORDS + 2


def mask_of(intervals: tuple[int, ...]) -> int:
    """The 12-bit set of semitones above the root."""
    return sum(1 << i for i in intervals)


MASKS = tuple(mask_of(q) for q in QUALITIES.values())
NAMES = tuple(QUALITIES)


def vocabulary() -> list[str]:
    """Chord symbols in token order."""
    return [(SHARPS if 3 in intervals else FLATS)[root] + symbol
            for symbol, intervals in QUALITIES.items() for root in range(12)]


# What a listener misses most when a chord is simplified: the third, then the fifth, then the seventh.
WEIGHT = (8, 1, 1, 4, 4, 2, 3, 3, 3, 1, 2, 2)


@cache
def fold(intervals: int) -> int:
    """The quality that a set of intervals counts as: its own, or else the one that differs least by WEIGHT."""
    def distance(quality: int) -> int:
        differing = MASKS[quality] ^ intervals
        return sum(w for i, w in enumerate(WEIGHT) if differing >> i & 1)
    return min(range(len(MASKS)), key=distance)


def chord_pitch_classes() -> np.ndarray:
    """bool [CHORD_TOKENS, 12]: the pitch classes that sound under each chord token."""
    table = np.zeros((CHORD_TOKENS, 12), dtype=bool)
    for quality, intervals in enumerate(QUALITIES.values()):
        for root in range(12):
            for i in intervals:
                chord = 12 * quality + root
                table[[1 + chord, 1 + CHORDS + chord], (root + i) % 12] = True
    return table


def melody_pitch_classes() -> np.ndarray:
    """bool [MELODY_TOKENS, 12]: the pitch class that sounds under each melody token."""
    table = np.zeros((MELODY_TOKENS, 12), dtype=bool)
    pitches = np.arange(128)
    table[1 + pitches, pitches % 12] = table[129 + pitches, pitches % 12] = True
    return table


def encode(song: Song) -> tuple[np.ndarray, np.ndarray]:
    """melody and chord tokens of every frame, int16. A chord written again without a change is held, not begun."""
    melody = np.zeros(song.frames, dtype=np.int16)
    chords = np.zeros(song.frames, dtype=np.int16)
    for note in song.notes:
        melody[note.start] = 1 + note.pitch
        melody[note.start + 1:note.end] = 129 + note.pitch
    sounding, until = -1, -1
    for chord in song.chords:
        token = 12 * fold(chord.intervals) + chord.root
        chords[chord.start:chord.end] = 1 + CHORDS + token
        if token != sounding or chord.start != until:
            chords[chord.start] = 1 + token
        sounding, until = token, chord.end
    return melody, chords


def _transposition_tables() -> tuple[np.ndarray, np.ndarray]:
    melody = np.tile(np.arange(MELODY_TOKENS), (13, 1))
    chords = np.tile(np.arange(CHORD_TOKENS), (13, 1))
    index = np.arange(CHORDS)
    for row, semitones in enumerate(range(-6, 7)):
        pitch = np.arange(128) + semitones
        pitch = np.where(pitch < 0, pitch + 12, np.where(pitch > 127, pitch - 12, pitch))
        melody[row, 1:129], melody[row, 129:257] = 1 + pitch, 129 + pitch
        moved = index // 12 * 12 + (index + semitones) % 12
        chords[row, 1:1 + CHORDS], chords[row, 1 + CHORDS:1 + 2 * CHORDS] = 1 + moved, 1 + CHORDS + moved
    return melody.astype(np.int16), chords.astype(np.int16)


# Token tables [13, tokens]: row r moves tokens by r - 6 semitones; row OWN_KEY leaves them. The first 12 are all keys.
OWN_KEY = 6
TRANSPOSE_MELODY, TRANSPOSE_CHORDS = _transposition_tables()


def cut(melody: np.ndarray, chords: np.ndarray, start: int, length: int,
        n: int = CHORDS) -> tuple[np.ndarray, np.ndarray]:
    """Frames start..start+length as a piece of its own: what is held at its first frame begins there. n: how many
    chords the vocabulary has."""
    melody, chords = melody[start:start + length].copy(), chords[start:start + length].copy()
    if len(melody) and melody[0] >= 129:
        melody[0] -= 128
    if len(chords) and chords[0] > n:
        chords[0] -= n
    return melody, chords
