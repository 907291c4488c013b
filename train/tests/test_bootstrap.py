import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.evaluation.bootstrap import Songs, interval, jackknife, quotient, students


def test_the_first_sums_are_those_of_all_windows_and_songs_stay_together():
    songs = Songs(["a", "b", "a"], draws=200)
    sums = songs.sums(np.array([[1.0, 1], [10, 1], [2, 1]]))
    assert sums[0].tolist() == [13, 3]
    assert {tuple(s) for s in sums[1:].tolist()} <= {(13, 3), (6, 4), (20, 2)}  # a and b, a twice, b twice


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=12))
def test_the_same_draws_for_every_system_cancel_out_in_a_quotient(values):
    windows = np.abs(np.array(values)) + 1
    songs = Songs([str(i) for i in range(len(windows))], draws=50)
    value, low, high = interval(songs.sums(2 * windows) / songs.sums(windows))
    assert value == low == high == 2


def test_nothing_to_divide_by_is_no_figure():
    assert interval(quotient(np.array([1.0, 2, 3]), np.array([0.0, 1, 1]))) == [None, 2.025, 2.975]
    assert interval(np.array([np.nan, np.nan])) == [None, None, None]


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.array([1.0, 2, 3, 6])  # mean 3, variance 14 / 3, standard error 1.0801
    without = [(12 - v) / 3 for v in values]
    assert jackknife(np.array([3.0, *without])) == pytest.approx([3, 3 - 1.96 * 1.0801, 3 + 1.96 * 1.0801], abs=1e-3)
    assert jackknife(np.array([3.0])) == [3, None, None]


def test_students_interval_of_four_jams():
    arm = 3.1824 * 1.2910 / 2  # t of three degrees of freedom, deviation of 1, 2, 3, 4
    assert students(np.array([1.0, 2, 3, 4])) == pytest.approx([2.5, 2.5 - arm, 2.5 + arm], abs=1e-3)
    assert students(np.array([1.0])) == [1, None, None]
