"""The follower's figures of merit, on beats whose figures are known."""

import numpy as np
import pytest

from train.follow.figures import beats_to_lock, f_measure, figures
from train.follow.metres import found
from train.follow.playing import Performance
from train.follow.songs import Tune, read_weimar

BEATS = np.arange(0, 40, 0.5)


def performance() -> Performance:
    tune = Tune("test", "1", "valid", "4/4", np.arange(0, 960, 12, dtype=np.int32), np.full(80, 60, np.int32))
    return Performance(tune, {}, BEATS, BEATS[::4])


def said(at: np.ndarray, first: int = 0) -> dict:
    return {"beats": [{"at": float(t), "in_bar": (i + first) % 4, "sure": 1.0} for i, t in enumerate(at)]}


@pytest.mark.parametrize(("at", "f70", "downbeats", "octave"), [
    (BEATS + 0.05, 1, 1, 0),
    (BEATS + 0.25, 0, 0, 0),
    (np.arange(0, 40, 0.25), 2 / 3, 2 / 3, 1),
])
def test_figures(at, f70, downbeats, octave):
    found = figures(performance(), said(at))
    assert found["F70"] == pytest.approx(f70, abs=0.01)
    assert found["octave"] == octave
    if octave == 0:
        assert found["DF"] == pytest.approx(downbeats, abs=0.01)


def test_a_shifted_bar_line_moves_no_beat():
    found = figures(performance(), said(BEATS, 1))
    assert found["F70"] == 1
    assert found["DF"] == 0


def test_a_beat_is_hit_once():
    assert f_measure(np.array([1.0]), np.array([0.99, 1.01]), 0.07) == pytest.approx(2 / 3)


def test_beats_to_lock():
    assert beats_to_lock(BEATS, BEATS) == 0
    assert beats_to_lock(BEATS, BEATS[12:]) == 12
    assert beats_to_lock(BEATS, BEATS + 0.25) == float("inf")
    assert beats_to_lock(BEATS, np.array([])) == float("inf")


def test_the_metre_counts_from_where_it_is_sure():
    beats = said(BEATS)["beats"]
    assert found(performance(), {"beats": beats}) == ("", float("inf"))
    for beat in beats[8:]:
        beat["meter"] = "3/4"
    assert found(performance(), {"beats": beats}) == ("3/4", 8)


def test_a_solo_without_notes_between_its_beats_is_left_out(tmp_path):
    for folder, text in (("csv_beats", "bar,beat,onset,signature\n1,1,0.0,4/4\n1,2,0.5,\n1,3,1.0,\n"),
                         ("csv_melody", "onset,pitch,tatum,division\n7.5,60.0,1,1\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Solo.csv").write_text(text)
    assert list(read_weimar(tmp_path)) == []
