"""Tests the figures and the section that holds them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.realjam import figures
from bench.realjam.figures import Arm


@pytest.mark.parametrize(("values", "q", "want"), [
    ([3, 1, 2], 0.5, 2), (list(range(101)), 0.99, 99), ([5], 0.99, 5), ([1, 2, math.inf], 0.5, 2),
    ([1, math.inf, math.inf], 0.5, math.inf)])
def test_quantile(values, q, want):
    assert figures.quantile(values, q) == want


def test_quantile_of_none():
    assert math.isnan(figures.quantile([], 0.5))


def test_ratio_holds_what_is_true():
    random = np.random.default_rng(3)
    slow, fast = random.lognormal(0, 0.2, 200) * 50, random.lognormal(0, 0.2, 2000)
    found, low, high = figures.ratio(list(slow), list(fast))
    assert low < found < high
    assert low < 50 < high
    assert figures.ratio([10.0] * 5, [2.0] * 5) == (5, 5, 5)


@pytest.mark.parametrize(("seconds", "want"), [
    (0.00046, "0.46"), (0.0132, "13.2"), (1.4899, "1,490"), (math.inf, "never"), (math.nan, "-")])
def test_ms(seconds, want):
    assert figures.ms(seconds) == want


ARMS = [Arm("theirs", 120, [1.0, 1.5, 2.0], [True, False, False, False], [2.0, 2.5, math.inf], 3.0),
        Arm("late", 120, [1.0], [True], [math.inf]),
        Arm("ours", 120, [0.01] * 3, [False] * 4, [0.125] * 3)]


def test_table():
    assert figures.measured(ARMS)[2:] == [
        "| 120 | theirs | 3 | 1,500 | 2,000 | 2,000 | 3,000 | 1 of 4 (25.0%) | 2,500 | never | 20.0 |",
        "| 120 | late | 1 | 1,000 | 1,000 | 1,000 | - | 1 of 1 (100.0%) | never | never | never |",
        "| 120 | ours | 3 | 10.0 | 10.0 | 10.0 | - | 0 of 4 (0.0%) | 125 | 125 | 1.0 |"]


def test_compared():
    theirs, late = figures.compared(ARMS, ["ours"])[2:]
    assert theirs == "| theirs | 150 (100 to 200) | 20 (16 to never) |"
    assert late == "| late | 100 (100 to 100) | mostly never |"


def test_section_is_put_between_its_marks(tmp_path):
    document = tmp_path / "a.md"
    document.write_text(f"before\n{figures.BEGIN}\nold\n{figures.END}\nafter\n")
    for _ in range(2):
        figures.put(document, figures.section(ARMS, ["ours"], ["a machine"]))
    text = document.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "- a machine" in text and "old" not in text and text.count(figures.END) == 1


def test_section_without_marks(tmp_path):
    document = tmp_path / "a.md"
    document.write_text("nothing\n")
    with pytest.raises(ValueError, match="does not have the lines"):
        figures.put(document, "x")
    assert document.read_text() == "nothing\n"
