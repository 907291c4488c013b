"""95 % intervals: how far a figure would move with other songs of the same kind."""

from __future__ import annotations

import numpy as np
from scipy import stats

Interval = list[float | None]  # value, low, high; None where there was nothing to count


class Songs:
    """Songs drawn with replacement, the same draws whenever they are asked for: what two systems owe to the songs that
    were drawn cancels out in their quotient. Windows of one song stay together."""

    def __init__(self, songs: list[str], draws: int = 1000) -> None:
        names, self.song_of = np.unique(songs, return_inverse=True)
        drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
        self.times = np.concatenate((np.ones((1, len(names)), int), drawn))

    def sums(self, windows: np.ndarray) -> np.ndarray:
        """[1 + draws, ...]: sums over windows [windows, ...], first of all songs as they are, then of each draw."""
        per_song = np.zeros((self.times.shape[1], *windows.shape[1:]))
        np.add.at(per_song, self.song_of, windows)
        return np.tensordot(self.times, per_song, axes=1)


def quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, NaN where below is 0."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)


def interval(drawn: np.ndarray) -> Interval:
    """The value, drawn[0], and the 2.5 and 97.5 percentiles of the draws, drawn[1:]. Draws of NaN do not count."""
    draws = drawn[1:][~np.isnan(drawn[1:])]
    low, high = np.percentile(draws, [2.5, 97.5]) if len(draws) else (np.nan, np.nan)
    return rounded(drawn[0], low, high)


def jackknife(left_out: np.ndarray) -> Interval:
    """The value, left_out[0], give or take 1.96 jackknife standard errors from the values without each of the songs,
    left_out[1:] (Efron and Stein 1981). For figures that songs drawn twice would bias."""
    value, without = left_out[0], left_out[1:]
    n = len(without)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()) if n else np.nan
    return rounded(value, value - 1.96 * error, value + 1.96 * error)


def students(values: np.ndarray) -> Interval:
    """The mean of a few independent values and Student's interval: below ten or so a bootstrap's is too narrow."""
    mean, n = values.mean(), len(values)
    arm = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return rounded(mean, mean - arm, mean + arm)


def rounded(*values: float) -> Interval:
    """Four digits behind the point; None for NaN, which JSON has not."""
    return [None if np.isnan(v) else round(float(v), 4) for v in values]
