"""Figures of one accompaniment: melody and chord tokens of the same frames (train/tokens.py)."""

from __future__ import annotations

import numpy as np

from train import tokens

_PITCH_CLASSES = tokens.chord_pitch_classes()


def melody_pitch(melody: np.ndarray) -> np.ndarray:
    """The sounding pitch of every frame, -1 in silence."""
    return np.where(melody == tokens.SILENCE, -1, (melody - 1) % 128)


def chord_index(chords: np.ndarray) -> np.ndarray:
    """The sounding chord of every frame, -1 where there is none."""
    return np.where(chords == tokens.NO_CHORD, -1, (chords - 1) % tokens.CHORDS)


def note_in_chord(melody: np.ndarray, chords: np.ndarray) -> tuple[int, int]:
    """Frames whose melody pitch class is in the sounding chord, and frames where both sound; their quotient is the
    note-in-chord ratio (ReaLchords, 4.3)."""
    both = (melody != tokens.SILENCE) & (chords != tokens.NO_CHORD)
    inside = _PITCH_CLASSES[chords[both], melody_pitch(melody[both]) % 12]
    return int(inside.sum()), int(both.sum())


def changes(chords: np.ndarray) -> int:
    """Times that another chord begins than the one before it (the first chord of the piece is no change)."""
    index = chord_index(chords)
    return int(((index[1:] != index[:-1]) & (index[1:] >= 0)).sum())


def distinct(chords: np.ndarray) -> int:
    """How many different chords sound."""
    return len(set(chord_index(chords).tolist()) - {-1})


def durations(chords: np.ndarray) -> np.ndarray:
    """The lengths in frames of all chords."""
    index = chord_index(chords)
    edges = np.flatnonzero(np.diff(index, prepend=-2, append=-2))
    lengths = np.diff(edges)
    return lengths[index[edges[:-1]] >= 0]


def entropy(values: np.ndarray) -> float:
    """Shannon entropy of the values' histogram, in bits."""
    if len(values) == 0:
        return 0.0
    share = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(share * np.log2(share)).sum())


def silent(melody: np.ndarray, chords: np.ndarray) -> tuple[int, int]:
    """Frames where the melody sounds over no chord, and frames where it sounds."""
    sounds = melody != tokens.SILENCE
    return int((sounds & (chords == tokens.NO_CHORD)).sum()), int(sounds.sum())


def legal(chords: np.ndarray) -> bool:
    """Whether every held chord was sounding in the frame before."""
    held = chords > tokens.CHORDS
    index = chord_index(chords)
    return not (held[:1].any() or (held[1:] & (index[1:] != index[:-1])).any())
