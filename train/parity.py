"""What PyTorch computes for a policy, kept for jamd's tests: the Go side must find the same through ONNX Runtime.

The file holds input tokens of some frames more than two windows, the logits at some of them, and the chords that one
seed draws. A seed is taken only when no draw falls close to the border between two chords, where rounding would decide.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from train import tokens
from train.mle import load
from train.network import Decoder, Stepper
from train.play import choose, generator

TEMPERATURE = 0.99
MARGIN = 2e-5


def tune(frames: int, seed: int) -> np.ndarray:
    """Melody tokens of a made-up tune: steps of a major scale, notes of two to six frames, a rest now and then."""
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


@torch.no_grad()
def sample(network: Decoder, melody: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray] | None:
    """chords and the logits of every frame, or None where a draw falls within MARGIN of a border between two tokens."""
    stepper, draw = Stepper(network, 1), generator(seed)
    before, heard = tokens.CHORD_START, tokens.MELODY_START
    chords, all_logits = np.zeros(len(melody), np.int64), []
    for t in range(len(melody)):
        logits = stepper.step(torch.tensor([before]), torch.tensor([heard]))[0].double().numpy()
        u = draw()
        chords[t] = choose(logits, before, u, TEMPERATURE)
        if any(choose(logits, before, near, TEMPERATURE) != chords[t] for near in (max(u - MARGIN, 0.0), u + MARGIN)):
            return None
        all_logits.append(logits)
        before, heard = int(chords[t]), int(melody[t])
    return chords, np.stack(all_logits)


def write(checkpoint: Path, path: Path) -> None:
    """Writes the parity file of a checkpoint, its weights rounded to float16 as the policy file has them."""
    network = load(checkpoint)
    for weight in network.parameters():
        weight.data = weight.data.half().float()
    melody = tune(2 * network.shape.window + 96, seed=1)
    for seed in range(1, 1000):
        sampled = sample(network, melody, seed)
        if sampled:
            break
    else:
        raise RuntimeError("no seed keeps its draws away from the borders between chords")
    chords, logits = sampled
    frames = sorted({0, 1, 2, network.shape.window - 1, network.shape.window, network.shape.window + 1, len(melody) - 1,
                     *range(40, len(melody), 61)})
    path.write_text(json.dumps({
        "melody": [tokens.MELODY_START, *melody[:-1].tolist()], "chord": [tokens.CHORD_START, *chords[:-1].tolist()],
        "frames": frames, "logits": [[round(float(x), 5) for x in logits[t]] for t in frames],
        "seed": seed, "temperature": TEMPERATURE, "sampled": chords.tolist()}) + "\n")
