"""The judges of followed chords and of how sure the follower says it is, on answers that are known."""

import numpy as np
import pytest

from train.follow import calibration, chords, peer
from train.follow.playing import How, perform
from train.follow.songs import Tune

TUNE = Tune("test", "1", "valid", "4/4", np.arange(-12, 960, 12, dtype=np.int32), np.full(81, 60, np.int32))


def played(how: How = chords.WAYS[0][1]):
    return perform(TUNE, how, np.random.default_rng(1))


@pytest.mark.parametrize(("late", "want"), [(0.0, 1), (0.08, 1), (0.12, 0), (-0.08, 1), (0.5, 0)])
def test_chords_near_beats_are_on_them(late, want):
    p = played()
    period = p.beats[1] - p.beats[0]
    found = chords.figures(p, p.downbeats[2:8] + late * period, 0.7)
    assert found["on the beat"] == found["on beat 1"] == want
    assert found["on beat 3"] == 0
    assert found["note-in-chord"] == 0.7


def test_places_are_those_of_the_players_bar():
    p = played()
    period = p.beats[1] - p.beats[0]
    found = chords.figures(p, np.concatenate([p.downbeats[1:5], p.downbeats[1:4] + 2 * period, p.downbeats[1:2] + period]), 0)
    assert (found["on beat 1"], found["on beat 3"], found["on the beat"]) == pytest.approx((0.5, 3 / 8, 1))
    assert found["changes a bar"] == pytest.approx(8 / (len(p.beats) / 4))


def test_a_file_has_the_notes_where_they_were_played():
    p = played(How(jitter=0.025))
    file, start = chords.file_of(p, on_grid=False)
    at, onsets = 0.0, []
    for message in file:
        at += message.time
        if message.type == "note_on":
            onsets.append(at + start)
    assert onsets == pytest.approx([n[0] for n in p.heard["notes"]], abs=1e-3)


def test_a_file_on_the_grid_begins_with_a_bar_line_before_the_pickup():
    p = played()
    file, start = chords.file_of(p, on_grid=True)
    bar = p.downbeats[1] - p.downbeats[0]
    assert start <= p.heard["notes"][0][0]
    assert (p.downbeats[0] - start) / bar == pytest.approx(1)
    assert file.length == pytest.approx(p.heard["notes"][-1][0] + 1 - start, abs=0.1)


def test_calibration_is_what_came_true():
    random = np.random.default_rng(1)
    belief = random.uniform(0, 1, 40_000)
    beats = calibration.Beats(belief, random.uniform(0, 1, len(belief)) < belief**2, np.ones(len(belief)), np.zeros(len(belief)))
    points = calibration.fit(beats)
    assert (np.diff(points, axis=0) > 0).all()
    assert points[0, 0] == 0 and points[-1, 0] == 1 and points[-1, 1] <= 1
    at = np.linspace(0.1, 0.95, 18)
    assert np.interp(at, *points.T) == pytest.approx(at**2, abs=0.03)
    assert calibration.brier(beats, points) < calibration.brier(beats, np.array([[0, 0], [1, 1.0]]))


def test_a_click_sounds_at_each_onset_of_what_is_left():
    p = peer.cut(played())
    onsets = np.array([n[0] for n in p.heard["notes"]])
    assert 0 < onsets[-1] - onsets[0] < peer.SECONDS
    assert p.beats[-1] < onsets[-1]
    sound = np.abs(peer.clicks(p))
    frame = int(0.01 * peer.RATE)
    for at in onsets:
        first = int(at * peer.RATE)
        assert sound[first:first + frame].max() > 10 * sound[first - frame:first].max()
