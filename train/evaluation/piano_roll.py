"""Draws piano rolls: one melody and the chords that each system played to it (GAPT, Figure 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from train.data import tokens
from train.evaluation.evaluated import SHOWN

LOWEST = 54  # F#3: chords lie in the octave above it, with middle C in the middle
MELODY = "#222222"
PITCHES = 128
PITCH_CLASSES = tokens.chord_pitch_classes()


def spans(frames: np.ndarray, voices: int) -> Iterator[tuple[int, int, int]]:
    """Yields (start, end, voice) of each sound in tokens of `voices` pitches or chords. Token 0 is silence, 1..voices
    are onsets, the next `voices` are holds."""
    voice = np.where(frames == 0, -1, (frames - 1) % voices)
    changes = np.diff(voice, prepend=-1) != 0
    edges = np.flatnonzero(changes | (frames >= 1) & (frames <= voices))
    for start, end in zip(edges, [*edges[1:], len(frames)]):
        if voice[start] >= 0:
            yield int(start), int(end), int(voice[start])


def close_position(chord: int) -> list[int]:
    """Returns the MIDI pitches of a chord, given by its index in the vocabulary, within the octave around middle C."""
    sounding = np.flatnonzero(PITCH_CLASSES[1 + chord])
    return sorted(LOWEST + int(pitch_class - LOWEST) % 12 for pitch_class in sounding)


def piano_roll(title: str, melody: np.ndarray, played: dict[str, np.ndarray], colours: dict[str, str],
               bar_lines: np.ndarray, shown: int = SHOWN) -> Figure:
    """Draws one panel for each entry of `played`, chord tokens [frames] to the melody tokens [frames], of which the first
    `shown` are drawn. The melody is black, the chords are blocks with their symbols above, and the bar lines are at the
    frames `bar_lines`."""
    melody = melody[:shown]
    figure = Figure(figsize=(9.0 * max(1.0, shown / SHOWN), 0.5 + 1.35 * len(played)))
    panels = figure.subplots(len(played), sharex=True, squeeze=False).flat
    top = max([LOWEST + 12, *(pitch + 1 for _, _, pitch in spans(melody, PITCHES))])
    bottom = min([LOWEST, *(pitch for _, _, pitch in spans(melody, PITCHES))])
    for axes, (name, chords) in zip(panels, played.items()):
        blocks(axes, [(s, e, p) for s, e, chord in spans(chords[:shown], tokens.CHORDS)
                      for p in close_position(chord)], colours[name], 0.6)
        blocks(axes, list(spans(melody, PITCHES)), MELODY, 1.0)
        write_symbols(axes, list(spans(chords[:shown], tokens.CHORDS)), top + 1)
        axes.set(xlim=(0, len(melody)), ylim=(bottom - 1, top + 11), yticks=[60], yticklabels=["C4"])
        inside = [(line, bar) for bar, line in enumerate(bar_lines, 1) if line < len(melody)]
        axes.set_xticks([line for line, _ in inside], labels=[bar for _, bar in inside])
        axes.set_title(name, loc="left", fontweight="bold", pad=2)
        axes.grid(axis="x", color="#999999", linewidth=0.8)
        axes.grid(axis="y", visible=False)
    panels[-1].set_xlabel("bar")
    figure.suptitle(f"{title}: the melody in black, the chords with their symbols")
    return figure


def blocks(axes: Axes, notes: Sequence[tuple[int, int, int]], colour: str, opacity: float) -> None:
    """Draws the notes (start, end, pitch) as horizontal bars, with a gap between repeated pitches."""
    axes.barh([pitch + 0.5 for _, _, pitch in notes], [end - start - 0.25 for start, end, _ in notes],
              left=[start for start, _, _ in notes], height=0.9, color=colour, alpha=opacity, linewidth=0)


def write_symbols(axes: Axes, chords: Sequence[tuple[int, int, int]], height: float) -> None:
    """Writes each chord's symbol above its start. A symbol that would touch its neighbour goes one line higher."""
    symbols, free = tokens.vocabulary(), [0.0, 0.0]
    for start, _, chord in chords:
        line = 0 if free[0] <= start or free[0] < free[1] else 1
        axes.text(start + 0.3, height + 5 * line, symbols[chord], fontsize=7)
        free[line] = start + 1.0 + 1.1 * len(symbols[chord])
