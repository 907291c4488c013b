"""Baselines without learning, as causal as the policies: rules that a programmer might write, and chance.

Each has a method begin(seed) that returns a player for one jam (play.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.data import tokens
from train.data.keys import KEYS
from train.evaluation.play import Player

# The triads of a key as (semitones above the tonic, quality), the most common first: ties go to the first.
MAJOR_TRIADS = ((0, ""), (7, ""), (5, ""), (9, "m"), (2, "m"), (4, "m"))
MINOR_TRIADS = ((0, "m"), (7, "m"), (5, "m"), (8, ""), (10, ""), (3, ""))

MEMORY = 64.0  # frames after which a note's weight for the key has decayed to 1/e


def _triads(key: int) -> list[int]:
    mode, tonic = divmod(key, 12)
    return [12 * tokens.NAMES.index(quality) + (tonic + above) % 12
            for above, quality in (MAJOR_TRIADS, MINOR_TRIADS)[mode]]


TRIADS = [_triads(key) for key in range(24)]


def _token(chord: int, before: int) -> int:
    """Returns the token of chord `chord`: a hold if it sounds already, otherwise an onset; no chord if it is -1."""
    if chord < 0:
        return tokens.NO_CHORD
    return 1 + chord + (tokens.CHORDS if chord == before else 0)


@dataclass(frozen=True)
class RuleBased:
    """Estimates the key of the melody and, every `every` frames, plays the key's triad that has most of the melody's
    notes in the last `every` frames. The key is the one whose profile correlates best with a decaying histogram of the
    melody."""

    every: int

    def begin(self, seed: int) -> Player:
        sounding = tokens.chord_pitch_classes()
        heard, recent = np.zeros(12), np.zeros(12)
        frame, chord = 0, -1

        def play(note: int, place: int) -> int:
            nonlocal frame, chord
            before = chord
            if frame > 0:
                heard[:] *= np.exp(-1 / MEMORY)
                if note != tokens.SILENCE:
                    heard[(note - 1) % 128 % 12] += 1
                    recent[(note - 1) % 128 % 12] += 1
                if frame % self.every == 0:
                    key = int((KEYS @ heard).argmax()) if heard.any() else 0
                    if recent.any() or chord < 0:
                        chord = max(TRIADS[key], key=lambda c: recent[sounding[1 + c]].sum())
                    recent[:] = 0
            frame += 1
            return _token(chord, before)

        return play


@dataclass(frozen=True)
class Chance:
    """Draws a new major or minor triad every `every` frames, whatever the melody."""

    every: int = 16

    def begin(self, seed: int) -> Player:
        random = np.random.default_rng(seed)
        frame, chord = 0, -1

        def play(note: int, place: int) -> int:
            nonlocal frame, chord
            before = chord
            if frame % self.every == 0:
                chord = int(random.integers(24))
            frame += 1
            return _token(chord, before)

        return play


BASELINES = {"rules-bar": RuleBased(16), "rules-half": RuleBased(8), "rules-beat": RuleBased(4), "chance": Chance()}
