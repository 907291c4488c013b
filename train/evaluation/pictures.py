"""Draws the pictures of an evaluation, from the folder that `python -m train evaluate -o FOLDER` writes, and of runs.

A system has the same colour and marker in all pictures; the data is black. The pictures are those of GAPT (arXiv
2511.17879), Figures 2 and 4, and the training curves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.manifold import TSNE

from train.data.corpora.dataset import Piece
from train.data.corpora.song import CorpusError
from train.evaluation.adaptation import ANY, INTERVALS, JUMP_BEAT
from train.evaluation.baselines import BASELINES
from train.evaluation.diversity import Encoder
from train.evaluation.evaluated import BEATS_PER_BAR, EXCERPTS, Evaluation, Missing, excerpts, read
from train.evaluation.piano_roll import piano_roll
from train.evaluation.tables import PLACES
from train.runs.curves import read as read_curves

WIDTH = 9.0  # inches: 900 pixels at 100 dots an inch, the size that the font sizes fit
STYLE = {"figure.facecolor": "white", "figure.dpi": 100, "savefig.dpi": 150, "font.size": 9, "axes.titlesize": 9,
         "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e6e6e6",
         "axes.axisbelow": True, "legend.frameon": False, "figure.constrained_layout.use": True}
DATA = ("#000000", "*")
# Paul Tol's "muted" colours, which colour-blind readers can tell apart. Each system also has a marker, for print
# without colour. Baselines are grey, so that the policies stand out.
COLOURS = ("#882255", "#332288", "#44AA99", "#CC6677", "#117733", "#AA4499", "#88CCEE", "#999933", "#DDCC77")
GREYS = ("#555555", "#777777", "#999999", "#BBBBBB")
MARKERS = "osD^vP<>X"
SHOWN_JUMPS = (ANY, INTERVALS[-6], INTERVALS[-5])
UNSHOWN = ("rules-bar", "rules-half", "chance")  # not in piano rolls, where one baseline is enough


def marks(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Returns the colour and the marker of each system."""
    policies, baselines = ([name for name in names if (name in BASELINES) is grey] for grey in (False, True))
    return {"data": DATA} | {name: (colours[i % len(colours)], MARKERS[i % len(MARKERS)])
                             for those, colours in ((policies, COLOURS), (baselines, GREYS))
                             for i, name in enumerate(those)}


def pareto(points: Sequence[tuple[float, float]]) -> list[int]:
    """Returns the Pareto front: the indices of the points that no other surpasses in both coordinates, by rising x."""
    front: list[int] = []
    for i in sorted(range(len(points)), key=lambda i: (-points[i][0], -points[i][1])):
        if not front or points[i][1] > points[front[-1]][1]:
            front.append(i)
    return front[::-1]


def harmony_against_diversity(evaluation: Evaluation, styles: dict[str, tuple[str, str]]) -> Figure:
    """Draws note-in-chord over the Vendi score at each place, with 95 % intervals and the systems' Pareto front (4a, 4b)."""
    places = {place: {name: f for name, f in evaluation.systems(place).items() if "vendi" in f} for place in PLACES}
    places = {place: systems for place, systems in places.items() if systems}
    if not places:
        raise Missing("no Vendi scores in figures.json")
    columns = min(len(places), 3)
    rows = -(-len(places) // columns)
    figure = Figure(figsize=(WIDTH, 3.8 * rows))
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes, (place, systems) in zip(panels, places.items()):
        for name, f in ordered(systems, styles):
            (x, *x_ends), (y, *y_ends) = f["vendi"], f["note_in_chord"]
            colour, marker = styles[name]
            axes.errorbar(x, y, xerr=arms(x, *x_ends), yerr=arms(y, *y_ends), color=colour, marker=marker,
                          markersize=11 if name == "data" else 6, elinewidth=1, label=name)
        ours = [name for name in systems if name != "data"]
        points = [(systems[name]["vendi"][0], systems[name]["note_in_chord"][0]) for name in ours]
        front = np.array([points[i] for i in pareto(points)]).reshape(-1, 2)
        axes.plot(*front.T, color="#bbbbbb", linestyle="--", zorder=1, label="Pareto front")
        axes.set(title=PLACES[place], xlabel="diversity: Vendi score", ylabel="harmony: note-in-chord")
    hide(panels[len(places):])
    legend(figure)
    return figure


def ordered(systems: dict[str, dict], styles: dict[str, tuple[str, str]]) -> list[tuple[str, dict]]:
    """Returns the figures of the systems: the data first, then policies, then baselines."""
    return [(name, systems[name]) for name in styles if name in systems]


def arms(value: float, low: float, high: float) -> list[list[float]]:
    """Returns an interval as matplotlib takes it: how far it reaches below and above the value."""
    return [[max(0.0, value - low)], [max(0.0, high - value)]]


def legend(figure: Figure) -> None:
    """Adds one legend for all panels, below them."""
    named = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        named |= dict(zip(labels, handles))
    figure.legend(named.values(), named.keys(), loc="outside lower center", ncols=min(6, len(named)))


def generations(evaluation: Evaluation, styles: dict[str, tuple[str, str]], encoder: Encoder | None) -> Figure:
    """Draws a t-SNE of the contrastive embeddings of what each system plays to the test songs: one panel per system,
    over the data in grey. Only the first draw is shown, so that every panel has the same number of points (4c)."""
    if encoder is None:
        raise Missing("no --encoder")
    chords = evaluation.test_chords()
    if len(chords["data"]) < 3:
        raise Missing("less than three test windows")
    flat = TSNE(perplexity=min(30, len(chords["data"]) / 2), init="pca", random_state=0).fit_transform(
        encoder.embed(np.concatenate(list(chords.values()))))
    points = dict(zip(chords, flat.reshape(len(chords), -1, 2)))
    data = points.pop("data")
    if not points:
        raise Missing("no system's chords in played.npz")
    columns = math.ceil(math.sqrt(len(points)))
    rows = -(-len(points) // columns)
    figure = Figure(figsize=(WIDTH, WIDTH / columns * rows))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).flat
    for axes, (name, own) in zip(panels, points.items()):
        axes.scatter(*data.T, s=9, color="#cccccc", linewidths=0, label="the data, in every panel")
        axes.scatter(*own.T, s=9, color=styles[name][0], linewidths=0)
        axes.set(title=name, xticks=[], yticks=[])
    hide(panels[len(points):])
    legend(figure)
    return figure


def hide(panels: Sequence) -> None:
    """Hides the unused panels of a grid."""
    for axes in panels:
        axes.set_axis_off()


def adaptation(evaluation: Evaluation, styles: dict[str, tuple[str, str]]) -> Figure:
    """Draws note-in-chord by beat, before and after the melody's key changes. Each value is a mean over four beats, and
    no mean spans the key change."""
    jumps = {jump: systems for jump in SHOWN_JUMPS if (systems := evaluation.figures.get("adaptation", {}).get(jump))}
    if not jumps:
        raise Missing("no adaptation in figures.json")
    figure = Figure(figsize=(WIDTH, 3.4 * len(jumps)))
    for axes, (jump, systems) in zip(figure.subplots(len(jumps), squeeze=False).flat, jumps.items()):
        for name, f in ordered(systems, styles):
            harmony = np.array(f["by_beat"], dtype=float)
            beats = 1.0 + np.arange(len(harmony))
            x, y = (np.concatenate([means(v[:JUMP_BEAT], BEATS_PER_BAR), [np.nan], means(v[JUMP_BEAT:], BEATS_PER_BAR)])
                    for v in (beats, harmony))
            colour, marker = styles[name]
            axes.plot(x, y, color=colour, marker=marker, markevery=6, markersize=4, linewidth=1.4, label=name)
        axes.axvline(JUMP_BEAT + 0.5, color="#777777", linestyle="--", linewidth=1)
        axes.set(title=f"the melody's key moves: {jump}", xlabel="beat", ylabel="note-in-chord")
    legend(figure)
    return figure


def curves(tables: dict[Path, dict[str, np.ndarray]], styles: dict[str, tuple[str, str]]) -> Figure:
    """Draws every figure of some runs' tables by step, lightly smoothed: one panel per figure that changes."""
    if not tables:
        raise Missing("no --runs")
    names = list(dict.fromkeys(name for table in tables.values() for name, values in table.items()
                               if name not in ("step", "seconds") and len(set(values[np.isfinite(values)])) > 1))
    columns = 3
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(WIDTH, 1.7 * rows + 0.5))
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes, name in zip(panels, names):
        for run, table in tables.items():
            if name in table:
                there = np.isfinite(table[name])  # a figure that is not measured at every step is nan at the others
                x, y = (means(table[column][there], 1 + there.sum() // 30) for column in ("step", name))
                axes.plot(x, y, color=styles[run.name][0], linewidth=1.2, label=run.name)
        axes.set_title(name.replace("_", " "))
    hide(panels[len(names):])
    for axes in panels[max(0, len(names) - columns):len(names)]:
        axes.set_xlabel("step")
    legend(figure)
    return figure


def curves_of(run: Path) -> dict[str, np.ndarray]:
    """Returns the figures of a run by name (curves.py). Raises CorpusError if there are none."""
    found = read_curves(run / "metrics.csv")
    if not found:
        raise CorpusError(f"{run / 'metrics.csv'}: no step in it yet")
    return found


def means(values: np.ndarray, width: int) -> np.ndarray:
    """Returns the mean of every `width` values in a row; empty if there are fewer."""
    return np.convolve(values, np.full(width, 1 / width), mode="valid") if len(values) >= width else values[:0]


def rolls(evaluation: Evaluation, styles: dict[str, tuple[str, str]], pieces: Sequence[Piece], n: int) -> Figure:
    """Draws the piano roll of the n-th excerpt, from 0: the chords of the data, of each policy and of one baseline."""
    chords, chosen = evaluation.test_chords(), excerpts(evaluation, pieces)
    if n >= len(chosen):
        raise Missing(f"test songs for {len(chosen)} alone")
    i, title, lines = chosen[n]
    shown = {name: rows[i] for name, rows in chords.items() if name not in UNSHOWN}
    return piano_roll(title, evaluation.test_melody()[i], shown,
                      {name: colour for name, (colour, _) in styles.items()}, lines)


def draw(folder: Path, output: Path, pieces: Sequence[Piece] = (), encoder: Encoder | None = None,
         runs: Sequence[Path] = ()) -> Iterator[str]:
    """Writes every picture that has data as PNG into output. Reports each picture as made, or why it was not.

    pieces are the corpora of the evaluation, for the names and bars of songs; they may be missing.
    """
    evaluation, tables = read(folder), {run: curves_of(run) for run in runs}
    styles = marks(list(dict.fromkeys([*evaluation.names(), *(run.name for run in runs)])))
    pictures: dict[str, Callable[[], Figure]] = {
        "harmony-diversity": partial(harmony_against_diversity, evaluation, styles),
        "generations": partial(generations, evaluation, styles, encoder),
        "adaptation": partial(adaptation, evaluation, styles),
        **{f"piano-roll-{n + 1}": partial(rolls, evaluation, styles, pieces, n) for n in range(EXCERPTS)},
        "training": partial(curves, tables, styles),
    }
    output.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        for name, picture in pictures.items():
            try:
                figure = picture()
            except Missing as missing:
                yield f"left out {name}: {missing}"
                continue
            path = output / f"{name}.png"
            figure.savefig(path, pil_kwargs={"optimize": True})
            yield f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB)"
