"""The judges of followed chords and of how sure the follower says it is, on answers that are known."""

import numpy as np
import pytest

from train.follow import calibration, chords, peer
from train.follow.playing import How, perform
from train.follow.songs import Tune

TUNE = Tune("test", "1", "valid", "4/4", np.arange(-12, 960, 12, dtype=np.int32), np.full(81, 60, np.int32))


def played(how: How = chords.WAYS[0][1]):
    return perform(TUNE, how, np.random.default_rng(1))


def answer(seconds, beats=None, start=0.0):
    """Returns what `jamd accompany --json` prints of chords at the given seconds of a performance."""
    out = {"frames_per_beat": 4, "note_in_chord": 0.7,
           "chords": [{"frame": 16 * i, "at": float(at) - start} for i, at in enumerate(seconds)]}
    return out if beats is None else {**out, "beats": [{"at": at - start, "beat": beat} for at, beat in beats]}


@pytest.mark.parametrize(("late", "want"), [(0.0, 1), (0.08, 1), (0.12, 0), (-0.08, 1), (0.5, 0)])
def test_chords_near_beats_are_on_them(late, want):
    p = played()
    period = p.beats[1] - p.beats[0]
    jam = chords.chords_of(p, answer(p.downbeats[2:8] + late * period, start=3.0), 3.0)
    found = chords.figures(jam, chords.since(jam))
    assert found["on the beat"] == found["on beat 1"] == want
    assert found["on beat 3"] == 0
    assert found["note-in-chord"] == 0.7


def test_places_are_those_of_the_players_bar():
    p = played()
    period = p.beats[1] - p.beats[0]
    at = np.concatenate([p.downbeats[1:5], p.downbeats[1:4] + 2 * period, p.downbeats[1:2] + period])
    found = chords.figures(chords.chords_of(p, answer(at), 0), 0)
    assert (found["on beat 1"], found["on beat 3"], found["on the beat"]) == pytest.approx((0.5, 3 / 8, 1))
    assert found["changes a bar"] == pytest.approx(8 / ((len(p.beats) - 1) / 4))


def test_jamds_bars_need_not_be_the_players():
    p = played()
    for first, want in ((4, 1), (2, 0)):  # the player's first note is a pickup on beat 4
        beats = [(at, (first - 1 + i) % 4 + 1) for i, at in enumerate(p.beats)]
        found = chords.figures(chords.chords_of(p, answer(p.downbeats[2:8], beats), 0), 0)
        assert (found["on beat 1"], found["on jamd's beat 1"]) == (1, want)


def test_a_jam_that_joins_in_late_is_compared_from_there_on():
    p = played()
    early, late = (chords.chords_of(p, answer(p.downbeats[n:]), 0) for n in (1, 5))
    assert chords.since(early, late) == 20
    assert chords.figures(early, 20)["changes a bar"] == chords.figures(late, 20)["changes a bar"] == pytest.approx(1, abs=0.05)
    waits = [chords.figures(jam, 20)["beats until the first chord"] for jam in (early, late)]
    assert waits == pytest.approx([5, 21])


def test_a_jam_without_chords_has_figures():
    p = played()
    jam = chords.chords_of(p, answer([]), 0)
    found = chords.figures(jam, chords.since(jam))
    assert found["changes a bar"] == found["on the beat"] == 0
    assert found["beats until the first chord"] == len(p.beats) - 1


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
