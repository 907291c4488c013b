"""Pictures of followed performances: the player's tempo and the follower's, by time."""

from __future__ import annotations

import zlib
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from train.follow.figures import figures
from train.follow.playing import How, follow, perform
from train.follow.songs import Tune
from train.follow.yardstick import chosen

PANELS = (
    ("leadsheets", "lead sheet, drift, counted in", How()),
    ("leadsheets", "lead sheet, two steps, counted in", How(tempo="steps")),
    ("leadsheets", "lead sheet, drift, told nothing", How("nothing")),
    ("weimar", "jazz solo as recorded, counted in", How()),
)


def tempo_curves(tunes: list[Tune], binary: Path, split: str, songs: int, output: Path) -> None:
    """Draws the song whose F70 is the median of each panel's songs: the player's tempo, and the tempo of each said beat."""
    with matplotlib.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(9, 6), layout="constrained")
        for axes, (corpus, title, how) in zip(figure.subplots(2, 2).flat, PANELS):
            played = [perform(t, how, np.random.default_rng(zlib.crc32(t.id.encode())))
                      for t in chosen(tunes, corpus, split, songs)]
            said = list(follow(binary, played))
            f70 = [figures(p, s)["F70"] for p, s in zip(played, said)]
            middle = int(np.argsort(f70)[len(f70) // 2])
            beats, heard = played[middle].beats, said[middle]["beats"]
            quarters = 1.5 if played[middle].tune.metre == "6/8" else 1
            axes.plot(beats[1:], 60 * quarters / np.diff(beats), color="#999999", label="player")
            axes.plot([b["at"] for b in heard], [b["bpm"] for b in heard], color="#1f5fa8", linewidth=1, label="followed")
            axes.set(title=f"{title} (F70 {f70[middle]:.2f})", xlabel="seconds", ylabel="BPM")
            axes.legend(frameon=False)
        figure.savefig(output, dpi=110)
