"""Tokens of one frame, and the chord vocabulary, with the same numbers as package jam (token.go, chord.go).

Melody: 0 silence, 1..128 onset of pitch 0..127, 129..256 hold of that pitch, 257 the frame before frame 0 (input only).
Chords, for n chords: 0 no chord, 1..n onset, n+1..2n hold, 2n+1 the frame before frame 0 (input only).
Chord i has root i % 12 (C = 0) and quality i // 12.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from train.data.corpora.song import Song

SILENCE, MELODY_START, MELODY_TOKENS = 0, 257, 258

# The chord qualities that the policies play, by frequency in the training corpora, as jam writes them, with their
# semitones above the root. `python -m train stats` prints what each corpus uses and which chords fold into which.
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
    """Returns the 12-bit set of these semitones above the root."""
    return sum(1 << i for i in intervals)


MASKS = tuple(mask_of(q) for q in QUALITIES.values())
NAMES = tuple(QUALITIES)


def vocabulary() -> list[str]:
    """Returns the chord symbols in token order."""
    return [(SHARPS if 3 in intervals else FLATS)[root] + symbol
            for symbol, intervals in QUALITIES.items() for root in range(12)]


# How much a listener misses each interval in a simplified chord: the third most, then the fifth, then the seventh.
WEIGHT = (8, 1, 1, 4, 4, 2, 3, 3, 3, 1, 2, 2)


@cache
def fold(intervals: int) -> int:
    """Returns the quality of a set of intervals: its own if it has one, otherwise the one that differs least by
    WEIGHT."""
    def distance(quality: int) -> int:
        differing = MASKS[quality] ^ intervals
        return sum(w for i, w in enumerate(WEIGHT) if differing >> i & 1)
    return min(range(len(MASKS)), key=distance)


def chord_pitch_classes() -> np.ndarray:
    """Returns bool [CHORD_TOKENS, 12]: the pitch classes that sound with each chord token."""
    table = np.zeros((CHORD_TOKENS, 12), dtype=bool)
    for quality, intervals in enumerate(QUALITIES.values()):
        for root in range(12):
            for i in intervals:
                chord = 12 * quality + root
                table[[1 + chord, 1 + CHORDS + chord], (root + i) % 12] = True
    return table


def melody_pitch_classes() -> np.ndarray:
    """Returns bool [MELODY_TOKENS, 12]: the pitch class that sounds with each melody token."""
    table = np.zeros((MELODY_TOKENS, 12), dtype=bool)
    pitches = np.arange(128)
    table[1 + pitches, pitches % 12] = table[129 + pitches, pitches % 12] = True
    return table


def encode(song: Song) -> tuple[np.ndarray, np.ndarray]:
    """Returns the melody and chord tokens of every frame, int16. A chord repeated without a change is a hold, not an
    onset."""
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


# Token tables [13, tokens]: row r transposes tokens by r - 6 semitones; row OWN_KEY leaves them as they are. The first
# 12 rows reach all keys.
OWN_KEY = 6
TRANSPOSE_MELODY, TRANSPOSE_CHORDS = _transposition_tables()


def cut(melody: np.ndarray, chords: np.ndarray, start: int, length: int,
        n: int = CHORDS) -> tuple[np.ndarray, np.ndarray]:
    """Returns frames start..start+length as a piece of its own: a hold in its first frame becomes an onset. n is the
    number of chords in the vocabulary."""
    melody, chords = melody[start:start + length].copy(), chords[start:start + length].copy()
    if len(melody) and melody[0] >= 129:
        melody[0] -= 128
    if len(chords) and chords[0] > n:
        chords[0] -= n
    return melody, chords
