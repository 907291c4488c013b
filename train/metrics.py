"""Figures of one accompaniment: melody and chord tokens of the same frames (train/tokens.py).

n is the number of chords in the vocabulary that the tokens are of: ours, unless said.
"""

from __future__ import annotations

import numpy as np

from train import tokens

_PITCH_CLASSES = tokens.chord_pitch_classes()


def melody_pitch(melody: np.ndarray) -> np.ndarray:
    """The sounding pitch of every frame, -1 in silence."""
    return np.where(melody == tokens.SILENCE, -1, (melody - 1) % 128)


def chord_index(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """The sounding chord of every frame, -1 where there is none."""
    return np.where(chords == tokens.NO_CHORD, -1, (chords - 1) % n)


def inside(melody: np.ndarray, chords: np.ndarray,
           pitch_classes: np.ndarray = _PITCH_CLASSES) -> tuple[np.ndarray, np.ndarray]:
    """bool for every frame: whether the melody's pitch class is in the sounding chord, and whether both sound.
    pitch_classes: bool [tokens, 12], what sounds under each chord token."""
    both = (melody != tokens.SILENCE) & (chords != tokens.NO_CHORD)
    return both & pitch_classes[chords, melody_pitch(melody) % 12], both


def note_in_chord(melody: np.ndarray, chords: np.ndarray,
                  pitch_classes: np.ndarray = _PITCH_CLASSES) -> tuple[int, int]:
    """Frames whose melody pitch class is in the sounding chord, and frames where both sound; their quotient is the
    note-in-chord ratio (ReaLchords, 4.3)."""
    within, both = inside(melody, chords, pitch_classes)
    return int(within.sum()), int(both.sum())


def change_frames(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """The frames where another chord begins than the one before it (the first chord of the piece is no change)."""
    index = chord_index(chords, n)
    return 1 + np.flatnonzero((index[1:] != index[:-1]) & (index[1:] >= 0))


def changes(chords: np.ndarray, n: int = tokens.CHORDS) -> int:
    """How many changes there are."""
    return len(change_frames(chords, n))


def onset_frames(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """The frames where a chord is struck, the same one again too. Not frame 0: a window begins in mid-song, and what
    sounds there was struck before it."""
    return 1 + np.flatnonzero((chords[1:] >= 1) & (chords[1:] <= n))


def distinct(chords: np.ndarray, n: int = tokens.CHORDS) -> int:
    """How many different chords sound."""
    return len(set(chord_index(chords, n).tolist()) - {-1})


def durations(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """The lengths in frames of all chords."""
    index = chord_index(chords, n)
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


def legal(chords: np.ndarray, n: int = tokens.CHORDS) -> bool:
    """Whether every held chord was sounding in the frame before."""
    held = chords > n
    index = chord_index(chords, n)
    return not (held[:1].any() or (held[1:] & (index[1:] != index[:-1])).any())


def bar_positions(frames: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """How many frames (sixteenths) each frame lies behind its bar line. lines int [bars, 3]: frame, beats, unit of each
    bar, the first at frame 0."""
    return frames - lines[_bar_of(frames, lines), 0]


def on_beat(frames: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """bool: which frames are on a beat. A beat is a quarter note, in 6/8, 9/8 and 12/8 a dotted one."""
    _, beats, unit = lines[_bar_of(frames, lines)].T
    length = np.where((unit == 8) & (beats > 3) & (beats % 3 == 0), 6, 4)
    return bar_positions(frames, lines) % length == 0


def _bar_of(frames: np.ndarray, lines: np.ndarray) -> np.ndarray:
    return np.searchsorted(lines[:, 0], frames, side="right") - 1
