"""How far chords agree with the data's, as MIREX counts it (mir_eval.chord): by root, and as major or minor triads.

Another chord may be as good as the data's. So this figure complements note-in-chord: it shows whether a system finds
the song's own harmony.
"""

from __future__ import annotations

from functools import cache

import mir_eval.chord
import numpy as np

from train.data import metrics, tokens

# Our qualities in the notation of Harte, which mir_eval reads.
HARTE = {"": "maj", "m": "min", "7": "7", "m7": "min7", "maj7": "maj7", "sus4": "sus4", "sus2": "sus2",
         "7sus4": "sus4(b7)", "dim": "dim", "dim7": "dim7", "m7b5": "hdim7", "aug": "aug", "6": "maj6", "m6": "min6",
         "5": "5"}
COMPARED = {"root_agreement": mir_eval.chord.root, "majmin_agreement": mir_eval.chord.majmin}


@cache
def _table(figure: str) -> np.ndarray:
    """Returns float [chords + 1, chords + 1]: mir_eval's result for each pair, the data's chord first; the last index
    is no chord. NaN means no comparison: majmin, for example, leaves out chords of the data that are neither major nor
    minor."""
    labels = [f"{tokens.FLATS[root]}:{HARTE[name]}" for name in tokens.NAMES for root in range(12)] + ["N"]
    pairs = [(a, b) for a in labels for b in labels]
    said = COMPARED[figure]([a for a, _ in pairs], [b for _, b in pairs])
    return np.where(said < 0, np.nan, said).reshape(len(labels), len(labels))


def agreement(figure: str, data: np.ndarray, chords: np.ndarray) -> tuple[float, float]:
    """Returns the number of frames that agree and the number compared, for chord tokens [frames]."""
    said = _table(figure)[metrics.chord_index(data), metrics.chord_index(chords)]
    return float(np.nansum(said)), float((~np.isnan(said)).sum())
