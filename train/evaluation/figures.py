"""Measures what systems played over the windows of a place. Each figure is a quotient of sums over all windows and seeds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import wasserstein_distance

from train.data import metrics
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.data.vocabulary import Vocabulary
from train.evaluation import cadences
from train.evaluation.agreement import COMPARED, agreement
from train.evaluation.bootstrap import Interval, Songs, interval, quotient, students
from train.evaluation.places import Window


def _note_in_chord(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.note_in_chord(w.melody, chords, v.pitch_classes)


def _changes_per_bar(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.changes(chords, v.chords), len(w.lines)


def _changes_on_beat(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    frames = metrics.change_frames(chords, v.chords)
    return metrics.on_beat(frames, w.lines).sum(), len(frames)


def _distinct_chords(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.distinct(chords, v.chords), 1


def _duration_entropy(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.entropy(metrics.durations(chords, v.chords)), 1


def _longest_hold(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.durations(chords, v.chords).max(initial=0) / FRAMES_PER_QUARTER, 1


def _silent_share(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.silent(w.melody, chords)


def _legal_share(w: Window, chords: np.ndarray, v: Vocabulary) -> tuple[float, float]:
    return metrics.legal(chords, v.chords), 1


# Each figure as numerator and denominator. If the denominator is 1, the figure is a mean over windows. longest_hold is
# in beats, changes_on_beat is a share of the changes, duration_entropy is in bits, legal_share is a share of the
# windows.
FIGURES: dict[str, Callable[[Window, np.ndarray, Vocabulary], tuple[float, float]]] = {
    "note_in_chord": _note_in_chord, "changes_per_bar": _changes_per_bar, "changes_on_beat": _changes_on_beat,
    "distinct_chords": _distinct_chords, "duration_entropy": _duration_entropy, "longest_hold": _longest_hold,
    "silent_share": _silent_share, "legal_share": _legal_share,
}
# Figures of our chord tokens beside the data's, in the same form.
BESIDE_DATA: dict[str, Callable[[Window, np.ndarray], tuple[float, float]]] = {
    **{figure: lambda w, chords, figure=figure: agreement(figure, w.chords, chords) for figure in COMPARED},
    "cadences_met": cadences.met, "tonic_held": cadences.tonic_held,
}
LATER = ("note_in_chord", "changes_per_bar")  # the figures of long jams


def count(figure: str, windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Returns numerator and denominator [windows, 2], summed over the seeds of chords [seeds, windows, frames]."""
    return np.array([[FIGURES[figure](w, c, vocabulary) for w, c in zip(windows, seed)] for seed in chords],
                    dtype=float).sum(axis=0)


def measure(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary, songs: Songs) -> dict[str, np.ndarray]:
    """Returns every figure [1 + draws], as bootstrap.interval takes it."""
    sums = {name: songs.sums(count(name, windows, chords, vocabulary)) for name in FIGURES}
    return {name: quotient(s[:, 0], s[:, 1]) for name, s in sums.items()}


def onset_histograms(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary, songs: Songs) -> np.ndarray:
    """Returns [1 + draws, positions]: the number of chords struck at each sixteenth of the bar, over all seeds.

    Bars of every metre count from their own bar line and are pooled (a waltz has the positions 0 to 11). All systems
    play to the same bars, so the metres have the same weight for each system.
    """
    length = max(np.diff(w.lines[:, 0], append=len(w.melody)).max() for w in windows)
    counts = np.zeros((len(windows), length))
    for seed in chords:
        for i, (window, row) in enumerate(zip(windows, seed)):
            np.add.at(counts[i], metrics.bar_positions(metrics.onset_frames(row, vocabulary.chords), window.lines), 1)
    return songs.sums(counts)


def onset_emd(histograms: np.ndarray, of_data: np.ndarray) -> np.ndarray:
    """Returns [draws]: the earth mover's distance of two histograms [draws, positions], in sixteenths.

    It is the mean distance of an onset of one from its place in the other, within the bar: the way from the bar's end
    to its start is the whole way back. It is NaN if one of the histograms is empty.
    """
    positions = np.arange(histograms.shape[1])
    return np.array([wasserstein_distance(positions, positions, a, b) if a.any() and b.any() else np.nan
                     for a, b in zip(histograms, of_data)])


def again(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary, frames: int, after: int = 0) -> dict[str, dict]:
    """Compares the first `frames` frames of windows with their last ones, which have the same melody again. It leaves out
    the first `after` frames of both.

    Returns {"first", "last", "difference"} for each of LATER; the difference is positive if the last is higher. Values
    are means over windows, with Student's intervals.
    """
    length = len(windows[0].melody)
    out: dict[str, dict] = {}
    for figure in LATER:
        first, last = (by_window(figure, windows, chords, vocabulary, slice(start + after, start + frames))
                       for start in (0, length - frames))
        out[figure] = {"first": students(first), "last": students(last), "difference": students(last - first)}
    return out


def long_jam(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary, minute: int) -> dict[str, dict]:
    """Compares the first minute of long jams with their last minute, as again() does. minute: in frames.

    Each of LATER also has its value in "second_half" of the jams. legal_share is the share of the jams in which every
    frame is legal.
    """
    out = again(windows, chords, vocabulary, minute)
    half = slice(len(windows[0].melody) // 2, None)
    for figure in LATER:
        out[figure]["second_half"] = students(by_window(figure, windows, chords, vocabulary, half))
    legal = count("legal_share", windows, chords, vocabulary).sum(axis=0)
    return {**out, "legal_share": float(legal[0] / legal[1])}


def by_window(figure: str, windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary, frames: slice) -> np.ndarray:
    """Returns a figure of each window, over some of its frames."""
    start, end, _ = frames.indices(len(windows[0].melody))
    counts = count(figure, [part(w, start, end) for w in windows], chords[:, :, start:end], vocabulary)
    return quotient(counts[:, 0], counts[:, 1])


def part(window: Window, start: int, end: int) -> Window:
    """Returns frames start..end of a window unchanged, with the bars that contain them."""
    last = np.append(window.lines[1:, 0], len(window.melody))
    inside = (last > start) & (window.lines[:, 0] < end)
    return Window(window.song, window.melody[start:end], window.chords[start:end], window.lines[inside] - [start, 0, 0])


def of_place(windows: list[Window], played: dict[str, tuple[np.ndarray, Vocabulary]]) -> dict[str, dict[str, Interval]]:
    """Returns the figures of every system at a place, each [value, low, high].

    If the data is among the systems, the figures also include shares of the data's figures and distances from them.
    played: by system, chords [seeds, windows, frames] and their vocabulary.
    """
    songs = Songs([w.song for w in windows])
    drawn = {system: measure(windows, chords, v, songs) for system, (chords, v) in played.items()}
    if "data" in played:
        onsets = {system: onset_histograms(windows, chords, v, songs) for system, (chords, v) in played.items()}
        for system, figures in drawn.items():
            figures["note_in_chord_share"] = quotient(figures["note_in_chord"], drawn["data"]["note_in_chord"])
            figures["onset_emd"] = onset_emd(onsets[system], onsets["data"])
            chords, vocabulary = played[system]
            for figure, compare in BESIDE_DATA.items():
                counts = songs.sums(np.array([[compare(w, c) for w, c in zip(windows, vocabulary.folded[seed])]
                                              for seed in chords]).sum(axis=0))
                figures[figure] = quotient(counts[:, 0], counts[:, 1])
    return {system: {name: interval(d) for name, d in figures.items()} for system, figures in drawn.items()}
