import numpy as np
import pytest

from train.data import tokens
from train.data.vocabulary import OURS
from train.evaluation.adaptation import (
    ANY,
    INTERVALS,
    JUMP_FRAME,
    adaptation,
    beats_to_recover,
    by_beat,
    by_interval,
    interval_of,
    jumps,
    level_before,
)
from train.evaluation.places import Window, drawn
from train.tests.songs import made

N = tokens.CHORDS


def counts(*curve: float) -> np.ndarray:
    """Returns frames inside and frames with both sounds for 64 beats. Their note-in-chord is the curve; its last value
    repeats."""
    inside = np.array([*curve, *[curve[-1]] * (64 - len(curve))]) * 100
    return np.stack((inside, np.full(64, 100.0)), axis=-1)


BEFORE = [0.0] * 8 + [0.5] * 8  # only beats 9 to 16 set the level


@pytest.mark.parametrize("after, beats", [
    ([0.5], 0),
    ([0.45], 0),                                # nine tenths of the level are enough
    ([0.44], 48),                               # less is not
    ([0.2] * 10 + [0.5], 10),                   # beats 10 to 13 after the jump are all back at the level
    ([0.2] * 10 + [0.6, 0.4, 0.4, 0.4, 0.1], 10),
    ([0.9, 0, 0, 0] + [0.1] * 4 + [0.5], 8),    # one good beat is not a recovery
])
def test_beats_to_recover(after, beats):
    made = counts(*BEFORE, *after)
    assert level_before(made) == 0.5
    assert beats_to_recover(made) == beats
    assert beats_to_recover(np.stack([made, made])).tolist() == [beats, beats]


def test_a_system_without_a_level_never_recovers():
    nothing = np.zeros((64, 2))
    assert np.isnan(level_before(nothing)) and beats_to_recover(nothing) == 48


def test_by_beat_pools_windows_and_seeds():
    melody = np.full(256, 129 + 60)                       # C throughout
    chords = np.full((2, 1, 256), 1 + N)                  # C major, in two seeds
    chords[1, 0, 64:130] = 1 + N + 2                      # the second plays D major from the jump to mid-beat 33
    windows = [Window("a", melody, chords[0, 0], np.array([[0, 4, 4]]))]
    found = by_beat(windows, chords, OURS)
    assert found.shape == (1, 64, 2)
    assert found[0, [15, 16, 31, 32, 33]].tolist() == [[8, 8], [4, 8], [4, 8], [6, 8], [8, 8]]
    result = adaptation(windows, chords, OURS)
    assert result["by_beat"][15:17] == [1.0, 0.5] and result["before"] == 1.0
    # The four beats from the 32nd on have 26 of 32 frames inside, which is too few; those from the 33rd on have 30,
    # which is enough.
    assert result["beats_to_recover"] == [16.0, 16.0, 16.0]


def test_beats_where_nothing_sounds_have_no_figure():
    melody, chords = np.full(256, 129 + 60), np.full((1, 1, 256), 1 + N)
    chords[0, 0, :8] = 0
    found = adaptation([Window("a", melody, chords[0, 0], np.array([[0, 4, 4]]))], chords, OURS)
    assert found["by_beat"][:3] == [None, None, 1.0]


def test_the_absolute_level_is_the_datas():
    melody = np.full(256, 129 + 60)                       # C throughout; the data's chords too
    data = np.full(256, 1 + N)
    chords = np.full((1, 1, 256), 1 + N)                  # inside: half of the frames before the jump, all from beat 27 on
    chords[0, 0, 1:64:2] = 1 + N + 2
    chords[0, 0, 64:104] = 1 + N + 2
    found = adaptation([Window("a", melody, data, np.array([[0, 4, 4]]))], chords, OURS)
    assert found["before"] == 0.5 and found["beats_to_recover"] == [8, 8, 8]  # two of four beats reach its own level
    assert found["beats_to_level"] == [9, 9, 9]                               # three of four reach 70 % of the data's


def test_each_interval_falls_to_other_songs_in_each_draw():
    songs = made(["test"] * 11, 320)
    draws = jumps(drawn(songs, 2, 75))
    for d, (draw, plain) in enumerate(zip(draws, drawn(songs, 2, 75))):
        assert sorted(interval_of(d, i) for i in range(11)) == sorted(INTERVALS)
        for i, (modulated, window) in enumerate(zip(draw, plain)):
            assert (modulated.melody[:JUMP_FRAME] == window.melody[:JUMP_FRAME]).all()
            before, after = (w.melody[JUMP_FRAME:].astype(int) for w in (window, modulated))
            assert ((after - before)[after > 0] % 128 == interval_of(d, i) % 128).any()
    assert interval_of(0, 0) != interval_of(1, 0)
    chords = np.stack([[w.chords for w in draw] for draw in draws])
    found = by_interval(draws, chords, OURS)
    assert list(found) == [ANY, *INTERVALS.values()]
    for one in found.values():  # the data's own chords are at their level at once
        assert one["beats_to_level"][0] <= 48 and len(one["by_beat"]) == 64
    semitones = -6
    i = next(i for i in range(11) if interval_of(0, i) == semitones)
    j = next(j for j in range(11) if interval_of(1, j) == semitones)
    both = adaptation([draws[0][i], draws[1][j]], np.stack([chords[0, i], chords[1, j]])[None], OURS)
    assert found["tritone"] == both
