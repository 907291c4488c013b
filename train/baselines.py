"""Accompanists without learning, as causal as the policies: what a programmer would build, and chance.

Each has accompany(melody, seed): chord tokens int16 for every frame of a melody, the chord of frame t from the melody
before t alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train import tokens

# How well each pitch class fits a key, tonic first (Krumhansl and Kessler 1982, major and minor).
MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])

# The triads of a key as (semitones above the tonic, quality), the commoner first: ties go to the first.
MAJOR_TRIADS = ((0, ""), (7, ""), (5, ""), (9, "m"), (2, "m"), (4, "m"))
MINOR_TRIADS = ((0, "m"), (7, "m"), (5, "m"), (8, ""), (10, ""), (3, ""))

MEMORY = 64.0  # frames after which what was heard counts 1/e for the key


def _unit(profile: np.ndarray) -> np.ndarray:
    centred = profile - profile.mean()
    return centred / np.linalg.norm(centred)


KEYS = np.stack([np.roll(_unit(p), tonic) for p in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)])


def _triads(key: int) -> list[int]:
    mode, tonic = divmod(key, 12)
    return [12 * tokens.NAMES.index(quality) + (tonic + above) % 12
            for above, quality in (MAJOR_TRIADS, MINOR_TRIADS)[mode]]


TRIADS = [_triads(key) for key in range(24)]


def _play(chords: np.ndarray, frame: int, length: int, chord: int) -> None:
    """Chord `chord` on `length` frames from `frame`, begun there unless it sounds already."""
    chords[frame:frame + length] = 1 + tokens.CHORDS + chord
    if frame == 0 or (chords[frame - 1] - 1) % tokens.CHORDS != chord:
        chords[frame] = 1 + chord


@dataclass(frozen=True)
class RuleBased:
    """Estimates the key of what was heard, and every `every` frames takes the key's triad that holds most of the melody
    of the last `every` frames. The key is that whose profile correlates best with the fading memory of the melody."""

    every: int

    def accompany(self, melody: np.ndarray, seed: int) -> np.ndarray:
        chords = np.zeros(len(melody), np.int16)
        sounding = tokens.chord_pitch_classes()
        heard, recent = np.zeros(12), np.zeros(12)
        chord = -1
        for t, token in enumerate(melody):
            if t % self.every == 0 and t > 0:
                key = int((KEYS @ heard).argmax()) if heard.any() else 0
                if recent.any() or chord < 0:
                    chord = max(TRIADS[key], key=lambda c: recent[sounding[1 + c]].sum())
                _play(chords, t, self.every, chord)
                recent[:] = 0
            heard *= np.exp(-1 / MEMORY)
            if token != tokens.SILENCE:
                heard[(token - 1) % 128 % 12] += 1
                recent[(token - 1) % 128 % 12] += 1
        return chords


@dataclass(frozen=True)
class Chance:
    """A major or minor triad drawn anew every `every` frames, whatever is heard."""

    every: int = 16

    def accompany(self, melody: np.ndarray, seed: int) -> np.ndarray:
        chords = np.zeros(len(melody), np.int16)
        random = np.random.default_rng(seed)
        for t in range(0, len(melody), self.every):
            _play(chords, t, self.every, int(random.integers(24)))
        return chords


BASELINES = {"rules-bar": RuleBased(16), "rules-half": RuleBased(8), "rules-beat": RuleBased(4), "chance": Chance()}
