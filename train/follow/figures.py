"""Figures of merit of followed beats (Davies, Degara and Plumbley 2009; mir_eval). Beats of the first five seconds do
not count."""

from __future__ import annotations

import mir_eval
import numpy as np

from train.follow.playing import Performance

SKIPPED = 5.0  # seconds
LOCKED = 8  # beats in a row that are right, by which the follower has locked
OCTAVES = (0.5, 2.0)


def f_measure(true: np.ndarray, said: np.ndarray, window: np.ndarray | float) -> float:
    """Returns the F-measure of the said beats. A hit lies within the window, in seconds, of a true beat of its own."""
    if not len(true) or not len(said):
        return 0.0
    near = np.abs(true[:, None] - said[None, :])
    hit = near <= np.broadcast_to(np.reshape(window, (-1, 1)), near.shape)
    hits = min(hit.any(1).sum(), hit.any(0).sum())
    return 2 * hits / (len(true) + len(said))


def beats_to_lock(true: np.ndarray, said: np.ndarray) -> float:
    """Returns how many true beats pass until LOCKED in a row are met within a tenth of a beat; infinity if that never
    happens."""
    if len(said) == 0 or len(true) < LOCKED:
        return float("inf")
    met = np.abs(true[:, None] - said[None, :]).min(1) <= 0.1 * np.gradient(true)
    runs = np.convolve(met, np.ones(LOCKED), "valid")
    return float(np.argmax(runs == LOCKED)) if (runs == LOCKED).any() else float("inf")


def figures(played: Performance, said: dict) -> dict[str, float]:
    """Returns all figures of one performance."""
    start = played.beats[0] + SKIPPED
    beats = sorted((b for b in said["beats"] if b["at"] <= played.beats[-1] + 0.5), key=lambda b: b["at"])
    at = np.array([b["at"] for b in beats])
    down = np.array([b["at"] for b in beats if b["in_bar"] == 0])
    true, true_down = played.beats[played.beats >= start], played.downbeats[played.downbeats >= start]
    said_at, said_down = at[at >= start], down[down >= start]
    if len(true) < 8 or len(said_at) < 4:
        return {"F70": 0.0, "F10%": 0.0, "CMLt": 0.0, "AMLt": 0.0, "DF": 0.0, "octave": 0.0,
                "lock": float("inf")}
    local = np.gradient(true)
    _, cml, _, aml = mir_eval.beat.continuity(true, said_at)
    ratio = np.median(np.diff(said_at)) / np.median(np.diff(true))
    return {"F70": f_measure(true, said_at, 0.07), "F10%": f_measure(true, said_at, 0.1 * local), "CMLt": cml,
            "AMLt": aml, "DF": f_measure(true_down, said_down, 0.07),
            "lock": beats_to_lock(played.beats, at),
            "octave": float(min(abs(np.log2(ratio) - np.log2(o)) for o in OCTAVES) < 0.2)}
