"""Computes 95 % intervals: how much a figure would vary with other songs of the same kind."""

from __future__ import annotations

import numpy as np
from scipy import stats

Interval = list[float | None]  # value, low, high; None if there was nothing to count


class Songs:
    """Songs drawn with replacement. The draws are always the same, so the effect of the drawn songs cancels in the
    quotient of two systems. Windows of one song stay together."""

    def __init__(self, songs: list[str], draws: int = 1000) -> None:
        names, self.song_of = np.unique(songs, return_inverse=True)
        drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
        self.times = np.concatenate((np.ones((1, len(names)), int), drawn))

    def sums(self, windows: np.ndarray) -> np.ndarray:
        """Returns sums [1 + draws, ...] over windows [windows, ...]: first of the songs as they are, then of each
        draw."""
        per_song = np.zeros((self.times.shape[1], *windows.shape[1:]))
        np.add.at(per_song, self.song_of, windows)
        return np.tensordot(self.times, per_song, axes=1)


def quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Returns above / below, with NaN where below is 0."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)


def interval(drawn: np.ndarray) -> Interval:
    """Returns the value, drawn[0], and the 2.5 and 97.5 percentiles of the draws, drawn[1:]. It ignores NaN draws."""
    draws = drawn[1:][~np.isnan(drawn[1:])]
    low, high = np.percentile(draws, [2.5, 97.5]) if len(draws) else (np.nan, np.nan)
    return rounded(drawn[0], low, high)


def jackknife(left_out: np.ndarray) -> Interval:
    """Returns the value, left_out[0], plus and minus 1.96 jackknife standard errors (Efron and Stein 1981).
    left_out[1:] are the values without one song each. Use it for figures that a song drawn twice would bias."""
    value, without = left_out[0], left_out[1:]
    n = len(without)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()) if n else np.nan
    return rounded(value, value - 1.96 * error, value + 1.96 * error)


def students(values: np.ndarray) -> Interval:
    """Returns the mean of a few independent values and Student's interval. With fewer than about ten values a bootstrap
    interval is too narrow."""
    mean, n = values.mean(), len(values)
    arm = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return rounded(mean, mean - arm, mean + arm)


def rounded(*values: float) -> Interval:
    """Rounds to four decimals. NaN, which JSON does not have, becomes None."""
    return [None if np.isnan(v) else round(float(v), 4) for v in values]
