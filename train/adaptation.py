"""How soon a system is back with the melody after the melody has moved to another key."""

from __future__ import annotations

import numpy as np

from train import metrics
from train.bootstrap import Songs, interval, quotient, rounded
from train.corpora.song import FRAMES_PER_QUARTER
from train.places import Window
from train.vocabulary import Vocabulary

# The fifth goes a fourth down: the key a fifth up, within the range that the policies were trained in. So the tritone.
JUMPS = {"tritone": -6, "fifth": -5}
JUMP_BEAT = 16  # counted from 0: the seventeenth
JUMP_FRAME = FRAMES_PER_QUARTER * JUMP_BEAT
LEVEL = slice(8, 16)  # beats 9 to 16, before which the system is still getting to know the song
SMOOTH = 4  # beats
BACK = 0.9


def by_beat(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """[windows, beats, 2]: frames of each beat inside the chord, and frames where both sound, summed over the seeds of
    chords [seeds, windows, frames]."""
    melody = np.stack([w.melody for w in windows])
    counts = np.stack(metrics.inside(melody, chords, vocabulary.pitch_classes), axis=-1)
    seeds, n, frames, _ = counts.shape
    return counts.reshape(seeds, n, frames // FRAMES_PER_QUARTER, FRAMES_PER_QUARTER, 2).sum(axis=(0, 3))


def level_before(counts: np.ndarray) -> np.ndarray:
    """Note-in-chord over the frames of beats 9 to 16, of counts [..., beats, 2]."""
    before = counts[..., LEVEL, :].sum(axis=-2)
    return quotient(before[..., 0], before[..., 1])


def beats_to_recover(counts: np.ndarray) -> np.ndarray:
    """Beats from the jump until four beats begin whose note-in-chord, over all their frames, is 90 % of the level
    before or more; all the beats that are left where that never comes. counts: [..., beats, 2]."""
    since = counts[..., JUMP_BEAT:, :]
    stretches = np.lib.stride_tricks.sliding_window_view(since, SMOOTH, axis=-2).sum(axis=-1)
    back = quotient(stretches[..., 0], stretches[..., 1]) >= BACK * level_before(counts)[..., None]
    return np.where(back.any(axis=-1), back.argmax(axis=-1), since.shape[-2]).astype(float)


def adaptation(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary) -> dict:
    """by_beat: note-in-chord of each beat, None where nothing sounded; before: the level; beats_to_recover, an interval
    by bootstrap over songs."""
    drawn = Songs([w.song for w in windows]).sums(by_beat(windows, chords, vocabulary))
    return {"by_beat": rounded(*quotient(drawn[0, :, 0], drawn[0, :, 1])),
            "before": rounded(level_before(drawn[0]))[0],
            "beats_to_recover": interval(beats_to_recover(drawn))}
