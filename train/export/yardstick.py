"""Writes the evaluation's figures of a few made-up jams, for jamd's tests: the Go side must compute the same.

The file has the tokens and figures of the jams; the Vendi score of a few accompaniments, with its windows and vectors;
and scipy's results for a few paired samples.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy import stats

from train.data import metrics, tokens
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.data.keys import KEYS
from train.data.vocabulary import OURS
from train.evaluation import adaptation
from train.evaluation.baselines import BASELINES
from train.evaluation.bootstrap import jackknife
from train.evaluation.diversity import Encoder, vendi_scores
from train.evaluation.places import WINDOW, Window, modulated
from train.evaluation.play import follow
from train.export import parity

BAR = 16
LINES = np.array([[frame, 4, 4] for frame in range(0, WINDOW, BAR)])


def accompanied(name: str, melody: np.ndarray, seed: int) -> np.ndarray:
    """Returns what a baseline plays to a melody."""
    return follow(BASELINES[name].begin(seed), melody).astype(int)


def jams() -> dict[str, Window]:
    """Jams of one window, by name: a tune in one key, tunes that jump at the adaptation's beat, and odd ones."""
    found = {}
    for seed, (name, semitones, player) in enumerate([
            ("one key", 0, "rules-beat"), ("tritone", -6, "rules-half"), ("semitone", 1, "rules-bar"),
            ("by chance", -6, "chance")], start=1):
        tune = Window(name, parity.tune(WINDOW, seed), np.zeros(WINDOW, np.int64), LINES)
        melody = modulated(tune, adaptation.JUMP_FRAME, semitones).melody.astype(np.int64) if semitones else tune.melody
        found[name] = Window(name, melody, accompanied(player, melody, seed), LINES)
    rests = np.where(np.arange(WINDOW) % 24 < 8, tokens.SILENCE, parity.tune(WINDOW, 5))
    found["rests"] = Window("rests", rests, parity.changes(WINDOW, 5), LINES)
    found["no chord"] = Window("no chord", parity.tune(WINDOW, 6), np.zeros(WINDOW, np.int64), LINES)
    return found


def figures(w: Window) -> dict:
    inside, both = metrics.note_in_chord(w.melody, w.chords)
    index = metrics.chord_index(w.chords)
    lengths = metrics.durations(w.chords)
    pitch = metrics.melody_pitch(w.melody)
    heard = np.bincount(pitch[pitch >= 0] % 12, minlength=12)
    counts = adaptation.by_beat([w], w.chords[None, None], OURS)[0]
    before = counts[adaptation.LEVEL].sum(axis=0)
    return {
        "inside": inside, "both": both, "changes_a_bar": metrics.changes(w.chords) / len(w.lines),
        "distinct_chords": metrics.distinct(w.chords), "duration_entropy": metrics.entropy(lengths),
        "chord_entropy": metrics.entropy(index[index >= 0]),
        "durations": [[int(length), int(count)] for length, count in zip(*np.unique(lengths, return_counts=True))],
        "key": int((KEYS @ heard).argmax()), "by_beat": counts.tolist(), "before": before.tolist(),
        "beats_to_recover": int(adaptation.beats_to_recover(counts)),
    }


def diversity(encoder: Encoder) -> dict:
    """The score of a few long accompaniments in windows from the first chord on, and its jackknife interval."""
    songs = [[0] * 5 + parity.changes(2 * WINDOW + 40 * seed, seed).tolist() for seed in range(1, 7)]
    whose, windows = [], []
    for i, chords in enumerate(map(np.array, songs)):
        first = int(np.flatnonzero(chords)[0])
        for start in range(first, len(chords) - WINDOW + 1, WINDOW):
            whose.append(i)
            windows.append(tokens.cut(chords, chords, start, WINDOW)[1])
    vectors = encoder.embed(np.stack(windows).astype(np.int16))
    scores = vendi_scores([vectors], [[str(i) for i in whose]])[:, 0]
    return {"chords": songs, "of": whose, "windows": np.stack(windows).tolist(),
            "vectors": np.round(vectors, 6).tolist(), "vendi": float(scores[0]),
            "interval": jackknife(scores)}


def paired() -> list[dict]:
    """Paired samples and both tests of them. Zeros are left out of Wilcoxon's, which is exact also where there are
    ties, and by scipy's normal approximation where there are more than 50 pairs."""
    random = np.random.default_rng(0)
    normal, answers = random.normal, random.integers
    found = []
    for a, b in [(normal(0, 1, 12), normal(0.5, 1, 12)), (normal(0, 1, 5), normal(2, 1, 5)),
                 (answers(1, 6, 11), answers(1, 6, 11)), (answers(1, 3, 9), answers(2, 6, 9)),
                 (normal(0, 1, 60), normal(0.3, 1, 60)), (answers(1, 6, 80), answers(1, 6, 80))]:
        difference = np.asarray(a - b, float)
        few = np.count_nonzero(difference) <= 50
        if few and len(np.unique(np.abs(difference))) == len(difference):
            method: object = "exact"
        else:
            method = stats.PermutationMethod(n_resamples=np.inf) if few else "approx"
        wilcoxon = stats.wilcoxon(difference[difference != 0], method=method)
        t = stats.ttest_rel(a, b)
        found.append({"a": np.asarray(a, float).tolist(), "b": np.asarray(b, float).tolist(), "t": float(t.statistic),
                      "t_p": float(t.pvalue), "w": float(wilcoxon.statistic), "w_p": float(wilcoxon.pvalue)})
    return found


def found(checkpoint: Path) -> dict:
    return {"frames_a_beat": FRAMES_PER_QUARTER,
            "jams": [{"name": name, "melody": w.melody.tolist(), "chords": w.chords.tolist(), **figures(w)}
                     for name, w in jams().items()],
            "diversity": diversity(Encoder(checkpoint)), "paired": paired()}


def write(checkpoint: Path, path: Path) -> None:
    path.write_text(json.dumps(found(checkpoint)) + "\n", encoding="utf-8")
