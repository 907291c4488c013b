"""Rollouts: policies playing to melodies of the data, or melodies to its chords, many windows at once."""

from __future__ import annotations

import torch
from torch import Tensor

from train import tokens
from train.network import Decoder, Stepper, by_part, delayed

VOICES = {"chords": tokens.CHORDS, "melody": 128}


def masked(logits: Tensor, before: Tensor, n: int) -> Tensor:
    """Logits [..., 2n + 1] with -inf for illegal tokens: the holds, but for that of what sounds in before [...]."""
    held = torch.arange(n, device=logits.device)
    sounding = torch.where((before >= 1) & (before <= 2 * n), (before - 1) % n, torch.full_like(before, -1))
    silent = held != sounding[..., None]
    return torch.cat((logits[..., :n + 1], logits[..., n + 1:].masked_fill(silent, -torch.inf)), dim=-1)


def draw(probabilities: Tensor, uniform: Tensor) -> Tensor:
    """Tokens int64 [batch] drawn by probabilities [batch, tokens]: the first whose cumulative one is above uniform
    [batch] (inverse transform sampling). In float64, so that no rounding draws a token of probability 0."""
    heights = probabilities.double().cumsum(dim=-1)
    return torch.searchsorted(heights, uniform[:, None] * heights[:, -1:], right=True)[:, 0]


@torch.no_grad()
def play(policy: Decoder, heard: Tensor, temperature: float, uniform: Tensor, places: Tensor | None = None,
         level: Tensor | None = None) -> Tensor:
    """What the policy plays to heard, tokens int64 [batch, length]; it hears frame t after playing frame t. uniform,
    float32 [batch, length] in [0, 1), decides each draw. places, int64 [batch, length]: in the bar, and level,
    int64 [batch]: how busy, where it hears of these."""
    plays, n = policy.shape.plays, VOICES[policy.shape.plays]
    other = "melody" if plays == "chords" else "chords"
    stepper = Stepper(policy, len(heard))
    before = torch.full_like(heard[:, 0], 2 * n + 1)
    listened = torch.full_like(before, 2 * VOICES[other] + 1)
    played = []
    for t in range(heard.shape[1]):
        place = None if places is None else places[:, t]
        logits = masked(stepper.step(*by_part(before, listened, plays), place, level), before, n)
        before = draw((logits / temperature).softmax(dim=-1), uniform[:, t])
        listened = heard[:, t]
        played.append(before)
    return torch.stack(played, dim=1)


def log_probabilities(policy: Decoder, own: Tensor, heard: Tensor, temperature: float,
                      places: Tensor | None = None, level: Tensor | None = None) -> Tensor:
    """[batch, length, 2n + 1]: log pi(. | what came before) under mask and temperature, as play draws."""
    n = VOICES[policy.shape.plays]
    logits = masked(policy.head(features(policy, own, heard, places, level)).float(), delayed(own, 2 * n + 1), n)
    return (logits / temperature).log_softmax(dim=-1)


def features(policy: Decoder, own: Tensor, heard: Tensor, places: Tensor | None = None,
             level: Tensor | None = None) -> Tensor:
    """The policy's activations [batch, length, dim] before each frame of own."""
    chords, melody = by_part(own, heard, policy.shape.plays)
    return policy.features(delayed(chords, tokens.CHORD_START), delayed(melody, tokens.MELODY_START), places, level)
