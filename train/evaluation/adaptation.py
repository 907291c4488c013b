"""Measures how soon a system follows the melody again after the melody has changed key."""

from __future__ import annotations

import numpy as np

from train.data import metrics
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.data.vocabulary import OURS, Vocabulary
from train.evaluation.bootstrap import Songs, interval, quotient, rounded
from train.evaluation.places import Window, modulated

# By semitones. The tritone and the fifth go down, within the range that the policies were trained in.
INTERVALS = {-6: "tritone", -5: "fifth", -4: "major third down", -3: "minor third down", -2: "tone down",
             -1: "semitone down", 1: "semitone up", 2: "tone up", 3: "minor third up", 4: "major third up", 5: "fourth"}
ANY = "any interval"
JUMP_BEAT = 16  # counted from 0: the seventeenth beat
JUMP_FRAME = FRAMES_PER_QUARTER * JUMP_BEAT
LEVEL = slice(8, 16)  # beats 9 to 16; before them the system does not know the song well enough
SMOOTH = 4  # beats
BACK = 0.9  # share of the system's own level before the jump
LEVEL_OF_DATA = 0.7  # share of the data's level before the jump: the same for all systems, about the level of the rule of thumb


def jumps(draws: list[list[Window]]) -> list[list[Window]]:
    """Returns the windows, each of which moves at the jump by an interval. The intervals take turns over the windows,
    and each draw gives them to different songs."""
    return [[modulated(w, JUMP_FRAME, interval_of(d, i)) for i, w in enumerate(draw)] for d, draw in enumerate(draws)]


def interval_of(draw: int, window: int) -> int:
    """Returns the semitones by which a window of a draw moves."""
    return list(INTERVALS)[(window + draw) % len(INTERVALS)]


def by_beat(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Returns [windows, beats, 2]: the frames of each beat inside the chord, and the frames in which both sound. They
    are summed over the seeds of chords [seeds, windows, frames]."""
    melody = np.stack([w.melody for w in windows])
    counts = np.stack(metrics.inside(melody, chords, vocabulary.pitch_classes), axis=-1)
    seeds, n, frames, _ = counts.shape
    return counts.reshape(seeds, n, frames // FRAMES_PER_QUARTER, FRAMES_PER_QUARTER, 2).sum(axis=(0, 3))


def level_before(counts: np.ndarray) -> np.ndarray:
    """Returns note-in-chord over the frames of beats 9 to 16, from counts [..., beats, 2]."""
    before = counts[..., LEVEL, :].sum(axis=-2)
    return quotient(before[..., 0], before[..., 1])


def beats_to_recover(counts: np.ndarray) -> np.ndarray:
    """Returns the beats until the system is back at 90 % of its own level before the jump, as beats_until defines
    it."""
    return beats_until(counts, BACK * level_before(counts))


def beats_until(counts: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Returns the beats from the jump to the first four beats whose note-in-chord, over all their frames, reaches the
    level; if none do, all beats left. counts: [..., beats, 2]; level: [...]."""
    since = counts[..., JUMP_BEAT:, :]
    stretches = np.lib.stride_tricks.sliding_window_view(since, SMOOTH, axis=-2).sum(axis=-1)
    back = quotient(stretches[..., 0], stretches[..., 1]) >= level[..., None]
    return np.where(back.any(axis=-1), back.argmax(axis=-1), since.shape[-2]).astype(float)


def adaptation(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary) -> dict:
    """Returns by_beat, note-in-chord of each beat (None if nothing sounded); before, the level; beats_to_recover; and
    beats_to_level, the beats to LEVEL_OF_DATA of the level of the windows' own chords. Intervals are by bootstrap over
    songs."""
    songs = Songs([w.song for w in windows])
    drawn = songs.sums(by_beat(windows, chords, vocabulary))
    data = songs.sums(by_beat(windows, np.stack([w.chords for w in windows])[None], OURS))
    return {"by_beat": rounded(*quotient(drawn[0, :, 0], drawn[0, :, 1])),
            "before": rounded(level_before(drawn[0]))[0],
            "beats_to_recover": interval(beats_to_recover(drawn)),
            "beats_to_level": interval(beats_until(drawn, LEVEL_OF_DATA * level_before(data)))}


def by_interval(draws: list[list[Window]], chords: np.ndarray, vocabulary: Vocabulary) -> dict[str, dict]:
    """Returns adaptation() over all the jumps, and over the jumps by each interval. draws: from jumps(). chords:
    [draws, windows, frames]."""
    there = [(interval_of(d, i), w, chords[d, i]) for d, draw in enumerate(draws) for i, w in enumerate(draw)]

    def over(those: list[tuple[int, Window, np.ndarray]]) -> dict:
        return adaptation([w for _, w, _ in those], np.stack([c for _, _, c in those])[None], vocabulary)

    return {ANY: over(there), **{name: over(those) for semitones, name in INTERVALS.items()
                                 if (those := [one for one in there if one[0] == semitones])}}
