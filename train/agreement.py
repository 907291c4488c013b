"""How far chords agree with the data's, as MIREX counts it (mir_eval.chord): by root, and as major or minor triads.

Another chord than the data's may be as good; so this stands beside note-in-chord and says whether a system finds the
very harmony that the song has.
"""

from __future__ import annotations

from functools import cache

import mir_eval.chord
import numpy as np

from train import metrics, tokens

# Our qualities in the notation of Harte, which mir_eval reads.
HARTE = {"": "maj", "m": "min", "7": "7", "m7": "min7", "maj7": "maj7", "sus4": "sus4", "sus2": "sus2",
         "7sus4": "sus4(b7)", "dim": "dim", "dim7": "dim7", "m7b5": "hdim7", "aug": "aug", "6": "maj6", "m6": "min6",
         "5": "5"}
COMPARED = {"root_agreement": mir_eval.chord.root, "majmin_agreement": mir_eval.chord.majmin}


@cache
def _table(figure: str) -> np.ndarray:
    """float [chords + 1, chords + 1]: what mir_eval says of each pair, the data's first; the last is no chord. NaN
    where it does not compare, as majmin does not with a chord of the data that is neither major nor minor."""
    labels = [f"{tokens.FLATS[root]}:{HARTE[name]}" for name in tokens.NAMES for root in range(12)] + ["N"]
    pairs = [(a, b) for a in labels for b in labels]
    said = COMPARED[figure]([a for a, _ in pairs], [b for _, b in pairs])
    return np.where(said < 0, np.nan, said).reshape(len(labels), len(labels))


def agreement(figure: str, data: np.ndarray, chords: np.ndarray) -> tuple[float, float]:
    """Frames that agree, and frames that are compared, of our chord tokens [frames]."""
    said = _table(figure)[metrics.chord_index(data), metrics.chord_index(chords)]
    return float(np.nansum(said)), float((~np.isnan(said)).sum())
