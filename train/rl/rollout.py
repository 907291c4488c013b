"""Rollouts: policies play chords to the data's melodies, or melodies to its chords, many windows at once."""

from __future__ import annotations

import torch
from torch import Tensor

from train.data import tokens
from train.models.network import Decoder, Stepper, by_part, delayed, shifted

VOICES = {"chords": tokens.CHORDS, "melody": 128}


def masked(logits: Tensor, before: Tensor, n: int) -> Tensor:
    """Returns logits [..., 2n + 1] with -inf for illegal tokens: all holds except that of what sounds in before
    [...]."""
    held = torch.arange(n, device=logits.device)
    sounding = torch.where((before >= 1) & (before <= 2 * n), (before - 1) % n, torch.full_like(before, -1))
    silent = held != sounding[..., None]
    return torch.cat((logits[..., :n + 1], logits[..., n + 1:].masked_fill(silent, -torch.inf)), dim=-1)


def draw(probabilities: Tensor, uniform: Tensor) -> Tensor:
    """Draws tokens, int64 [batch], from probabilities [batch, tokens]: the first token with a cumulative probability
    above uniform [batch] (inverse transform sampling). It uses float64, so that rounding never draws a token of
    probability 0."""
    heights = probabilities.double().cumsum(dim=-1)
    return torch.searchsorted(heights, uniform[:, None] * heights[:, -1:], right=True)[:, 0]


@torch.no_grad()
def play(policy: Decoder, heard: Tensor, temperature: float, uniform: Tensor, places: Tensor | None = None,
         level: Tensor | None = None, listens: Tensor | None = None) -> Tensor:
    """Returns what the policy plays to heard, tokens int64 [batch, length]. It hears frame t after it has played frame
    t. uniform, float32 [batch, length] in [0, 1), decides each draw. places, int64 [batch, length], has the bar
    positions, and level, int64 [batch], the rate of chord changes, for policies with these inputs. In its first listens
    frames, int64 [batch], it is silent, whatever it would play."""
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
        if listens is not None:
            before = before.where(t >= listens, 0)
        listened = heard[:, t]
        played.append(before)
    return torch.stack(played, dim=1)


def log_probabilities(policy: Decoder, own: Tensor, heard: Tensor, temperature: float,
                      places: Tensor | None = None, level: Tensor | None = None) -> Tensor:
    """Returns [batch, length, 2n + 1]: log pi(. | past) of the policy, with the mask and the temperature of play."""
    return log_softmax(policy.head(features(policy, own, heard, places, level)), own, temperature)


def log_softmax(logits: Tensor, own: Tensor, temperature: float) -> Tensor:
    """Returns the log probabilities of logits [batch, length, 2n + 1] after own [batch, length], with the mask and the
    temperature of play."""
    n = logits.shape[-1] // 2
    return (masked(logits.float(), delayed(own, 2 * n + 1), n) / temperature).log_softmax(dim=-1)


def features(policy: Decoder, own: Tensor, heard: Tensor, places: Tensor | None = None,
             level: Tensor | None = None) -> Tensor:
    """Returns the policy's activations [batch, length, dim] before each frame of own."""
    chords, melody = by_part(own, heard, policy.shape.plays)
    return policy.features(*shifted(chords, melody), places, level)
