"""Figures of one accompaniment: melody and chord tokens of the same frames (train/data/tokens.py).

n is the number of chords in the tokens' vocabulary; the default is ours.
"""

from __future__ import annotations

import numpy as np

from train.data import tokens

_PITCH_CLASSES = tokens.chord_pitch_classes()


def melody_pitch(melody: np.ndarray) -> np.ndarray:
    """Returns the sounding pitch of every frame, -1 in silence."""
    return np.where(melody == tokens.SILENCE, -1, (melody - 1) % 128)


def chord_index(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """Returns the sounding chord of every frame, -1 if there is none."""
    return np.where(chords == tokens.NO_CHORD, -1, (chords - 1) % n)


def inside(melody: np.ndarray, chords: np.ndarray,
           pitch_classes: np.ndarray = _PITCH_CLASSES) -> tuple[np.ndarray, np.ndarray]:
    """Returns two bools for every frame: whether the melody's pitch class is in the sounding chord, and whether both
    sound. pitch_classes, bool [tokens, 12], has the pitch classes of each chord token."""
    both = (melody != tokens.SILENCE) & (chords != tokens.NO_CHORD)
    return both & pitch_classes[chords, melody_pitch(melody) % 12], both


def note_in_chord(melody: np.ndarray, chords: np.ndarray,
                  pitch_classes: np.ndarray = _PITCH_CLASSES) -> tuple[int, int]:
    """Returns the number of frames with the melody's pitch class in the sounding chord, and of frames in which both
    sound. Their quotient is the note-in-chord ratio (ReaLchords, 4.3)."""
    within, both = inside(melody, chords, pitch_classes)
    return int(within.sum()), int(both.sum())


def change_frames(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """Returns the frames at which a chord begins that differs from the one before. A chord in frame 0 is no change."""
    index = chord_index(chords, n)
    return 1 + np.flatnonzero((index[1:] != index[:-1]) & (index[1:] >= 0))


def changes(chords: np.ndarray, n: int = tokens.CHORDS) -> int:
    """Returns the number of chord changes."""
    return len(change_frames(chords, n))


def onset_frames(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """Returns the frames at which a chord is struck, including repeats. It leaves out frame 0, because a window begins
    in mid-song and the chord that sounds there was struck before."""
    return 1 + np.flatnonzero((chords[1:] >= 1) & (chords[1:] <= n))


def distinct(chords: np.ndarray, n: int = tokens.CHORDS) -> int:
    """Returns the number of different chords that sound."""
    return len(set(chord_index(chords, n).tolist()) - {-1})


def durations(chords: np.ndarray, n: int = tokens.CHORDS) -> np.ndarray:
    """Returns the lengths of all chords in frames."""
    index = chord_index(chords, n)
    edges = np.flatnonzero(np.diff(index, prepend=-2, append=-2))
    lengths = np.diff(edges)
    return lengths[index[edges[:-1]] >= 0]


def entropy(values: np.ndarray) -> float:
    """Returns the Shannon entropy of the values' histogram, in bits."""
    if len(values) == 0:
        return 0.0
    share = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(share * np.log2(share)).sum())


def silent(melody: np.ndarray, chords: np.ndarray) -> tuple[int, int]:
    """Returns the number of frames in which the melody sounds without a chord, and of frames in which it sounds."""
    sounds = melody != tokens.SILENCE
    return int((sounds & (chords == tokens.NO_CHORD)).sum()), int(sounds.sum())


def legal(chords: np.ndarray, n: int = tokens.CHORDS) -> bool:
    """Returns whether every held chord sounded in the frame before."""
    held = chords > n
    index = chord_index(chords, n)
    return not (held[:1].any() or (held[1:] & (index[1:] != index[:-1])).any())


def bar_positions(frames: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Returns the distance of each frame from its bar line, in frames (sixteenths). lines, int [bars, 3], has frame,
    beats and unit of each bar; the first bar is at frame 0."""
    return frames - lines[_bar_of(frames, lines), 0]


def on_beat(frames: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Returns whether each frame is on a beat. A beat is a quarter note, in 6/8, 9/8 and 12/8 a dotted quarter."""
    _, beats, unit = lines[_bar_of(frames, lines)].T
    length = np.where((unit == 8) & (beats > 3) & (beats % 3 == 0), 6, 4)
    return bar_positions(frames, lines) % length == 0


def _bar_of(frames: np.ndarray, lines: np.ndarray) -> np.ndarray:
    return np.searchsorted(lines[:, 0], frames, side="right") - 1
