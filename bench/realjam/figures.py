"""Computes the figures of the arms and writes them into their section of docs/comparison.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BEGIN, END = "<!-- figures: written by make bench-realjam -->", "<!-- end of figures -->"
DRAWS, SEED = 2000, 1


@dataclass(frozen=True)
class Arm:
    """Holds what one system did at one tempo. Times are in seconds."""

    system: str
    bpm: float
    answers: list[float]  # ReaLJam: from request to answer; jamd: the length of a policy step
    missed: list[bool]  # for each frame
    reactions: list[float]  # for each note; inf if no chord could know the note
    introduction: float = math.nan  # the answer to the request that also asked for chords for the silence

    @property
    def frame(self) -> float:
        """The length of a frame in seconds."""
        return 60 / self.bpm / 4


def quantile(values: list[float], q: float) -> float:
    """Returns the value at rank q·(n-1), with the rank rounded; nan if there are no values. The result is always a
    measured value, which may be inf."""
    return sorted(values)[int(q * (len(values) - 1) + 0.5)] if values else math.nan


def ratio(slow: list[float], fast: list[float]) -> tuple[float, float, float]:
    """Returns the median of `slow` divided by the median of `fast`, and its 95 % interval (percentile bootstrap)."""
    random = np.random.default_rng(SEED)

    def medians(values: list[float]) -> np.ndarray:
        return np.median(random.choice(values, (DRAWS, len(values))), axis=1)

    low, high = np.quantile(medians(slow) / medians(fast), [0.025, 0.975], method="nearest")  # some may be inf
    return float(np.median(slow) / np.median(fast)), float(low), float(high)


def ms(seconds: float) -> str:
    """Formats seconds as milliseconds with three significant digits."""
    if math.isnan(seconds):
        return "-"
    if math.isinf(seconds):
        return "never"
    value = 1e3 * seconds
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def times(found: tuple[float, float, float]) -> str:
    def short(x: float) -> str:
        return "never" if math.isinf(x) else f"{x:.1f}" if x < 10 else f"{x:,.0f}"

    return f"{short(found[0])} ({short(found[1])} to {short(found[2])})"


def row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def measured(arms: list[Arm]) -> list[str]:
    """Returns the table of all arms, line by line."""
    lines = [row("tempo", "system", "answers", "p50 ms", "p99 ms", "max ms", "introduction ms", "frames missed",
                 "note to chord: p50 ms", "p99 ms", "in frames: p50"), row(*["---"] * 11)]
    for arm in arms:
        quantiles = [ms(quantile(arm.answers, q)) for q in (0.5, 0.99, 1)]
        lost, frames = sum(arm.missed), len(arm.missed)
        share = f"{lost} of {frames} ({lost / frames:.1%})" if frames else "-"
        heard = [quantile(arm.reactions, q) for q in (0.5, 0.99)]
        in_frames = heard[0] / arm.frame
        lines.append(row(f"{arm.bpm:g}", arm.system, len(arm.answers), *quantiles, ms(arm.introduction), share,
                         *map(ms, heard), f"{in_frames:.1f}" if math.isfinite(in_frames) else ms(in_frames)))
    return lines


def pooled(arms: list[Arm], system: str, what: str) -> list[float]:
    """Returns a system's answers or reactions (`what`) at all tempi."""
    return [value for arm in arms if arm.system == system for value in getattr(arm, what)]


def compared(arms: list[Arm], ours: list[str]) -> list[str]:
    """Returns the table of how many times longer each other system takes than each of ours, over all tempi."""
    others = [s for s in dict.fromkeys(arm.system for arm in arms) if s not in ours]
    lines = [row("how many times longer", *(f"answer, {o}" for o in ours), *(f"note to chord, {o}" for o in ours)),
             row(*["---"] * (1 + 2 * len(ours)))]
    for other in others:
        cells = []
        for what in ("answers", "reactions"):
            for own in ours:
                slow, fast = pooled(arms, other, what), pooled(arms, own, what)
                if not slow or not fast or math.isinf(quantile(fast, 0.5)):
                    cells.append("-")
                elif math.isinf(quantile(slow, 0.5)):
                    cells.append("mostly never")
                else:
                    cells.append(times(ratio(slow, fast)))
        lines.append(row(other, *cells))
    return lines


def section(arms: list[Arm], ours: list[str], conditions: list[str]) -> str:
    """Returns the section with its marks."""
    lines = [BEGIN, "", *(f"- {c}" for c in conditions), "", *measured(arms), "", *compared(arms, ours), "", END]
    return "\n".join(lines)


def put(document: Path, text: str) -> None:
    """Replaces the section in the document. Raises ValueError if the document does not have the marks."""
    old = document.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} does not have the lines {BEGIN!r} and {END!r}: add them where the figures belong")
    document.write_text(before + text + after, encoding="utf-8")
