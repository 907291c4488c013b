"""Writes PyTorch's results for a policy, for jamd's tests: the Go side must compute the same with ONNX Runtime.

The file has the input tokens of a little more than two windows, with bar positions and rate levels if the policy has
these inputs; the logits at some frames; and the chords, or melody, that one seed draws. A seed is used only if no draw
falls close to the border between two tokens, where rounding would decide.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from train.data import bars, busy, tokens
from train.evaluation.play import choose, generator
from train.models.network import Decoder, Stepper, by_part

TEMPERATURE = 0.99
MARGIN = 2e-5


def tune(frames: int, seed: int) -> np.ndarray:
    """Returns melody tokens of a made-up tune: steps of a major scale, notes of two to six frames, some rests."""
    random = np.random.default_rng(seed)
    melody, degree, t = np.zeros(frames, np.int64), 7, 0
    scale = (0, 2, 4, 5, 7, 9, 11)
    while t < frames:
        length = int(random.integers(2, 7))
        if random.random() < 0.9:
            pitch = 60 + 12 * (degree // 7 - 1) + scale[degree % 7]
            melody[t:t + length], melody[t] = 129 + pitch, 1 + pitch
        degree = int(np.clip(degree + random.integers(-2, 3), 3, 14))
        t += length
    return melody


def changes(frames: int, seed: int) -> np.ndarray:
    """Returns chord tokens of a made-up accompaniment: any chord for half a bar, one bar or two, with some gaps."""
    random = np.random.default_rng(seed)
    chords, t = np.zeros(frames, np.int64), 0
    while t < frames:
        length = int(random.choice([8, 16, 32]))
        if random.random() < 0.9:
            chord = int(random.integers(tokens.CHORDS))
            chords[t:t + length], chords[t] = 1 + tokens.CHORDS + chord, 1 + chord
        t += length
    return chords


def places(frames: int) -> np.ndarray:
    """Returns bar positions: four bars of 4/4, four of 3/4, four of 6/8, repeated, with a stretch of unknown
    positions."""
    metres = [[f, beats, unit] for start in range(0, frames, 160)
              for beats, unit, first in ((4, 4, 0), (3, 4, 64), (6, 8, 112)) for f in [start + first]]
    found = bars.places(np.array(metres), frames)
    found[200:210] = bars.UNKNOWN
    return found


@torch.no_grad()
def sample(network: Decoder, heard: np.ndarray, places: np.ndarray, levels: np.ndarray,
           seed: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Returns what the policy plays to heard at these bar positions and rate levels, and the logits of every frame.
    Returns None if a draw falls within MARGIN of a border between two tokens."""
    plays, stepper, draw = network.shape.plays, Stepper(network, 1), generator(seed)
    before, last = by_part(tokens.CHORD_START, tokens.MELODY_START, plays)
    played, all_logits = np.zeros(len(heard), np.int64), []
    for t in range(len(heard)):
        own, other = torch.tensor([before]), torch.tensor([last])
        logits = stepper.step(*by_part(own, other, plays), torch.tensor([places[t]]),
                              torch.tensor([levels[t]]))[0].double().numpy()
        u = draw()
        played[t] = choose(logits, before, u, TEMPERATURE)
        if any(choose(logits, before, near, TEMPERATURE) != played[t] for near in (max(u - MARGIN, 0.0), u + MARGIN)):
            return None
        all_logits.append(logits)
        before, last = int(played[t]), int(heard[t])
    return played, np.stack(all_logits)


def write(network: Decoder, path: Path) -> None:
    """Writes the parity file of a policy, with weights rounded to float16 as in the policy file."""
    for weight in network.parameters():
        weight.data = weight.data.half().float()
    plays, length = network.shape.plays, 2 * network.shape.window + 96
    heard = tune(length, seed=1) if plays == "chords" else changes(length, seed=1)
    bar, levels = places(length), np.arange(length) // 50 % busy.LEVELS
    for seed in range(1, 1000):
        sampled = sample(network, heard, bar, levels, seed)
        if sampled:
            break
    else:
        raise RuntimeError("no seed keeps its draws away from the borders between tokens")
    played, logits = sampled
    chords, melody = by_part(played, heard, plays)
    frames = sorted({0, 1, 2, network.shape.window - 1, network.shape.window, network.shape.window + 1, length - 1,
                     *range(40, length, 61)})
    path.write_text(json.dumps({
        "melody": [tokens.MELODY_START, *melody[:-1].tolist()], "chord": [tokens.CHORD_START, *chords[:-1].tolist()],
        **({"bar": bar.tolist()} if network.shape.hears_bar else {}),
        **({"busy": levels.tolist()} if network.shape.hears_busy else {}),
        "frames": frames, "logits": [[round(float(x), 5) for x in logits[t]] for t in frames],
        "seed": seed, "temperature": TEMPERATURE, "sampled": played.tolist()}) + "\n", encoding="utf-8")
