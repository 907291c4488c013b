"""What the policy `jamd` is paid frame by frame, beyond the paper: harmony as it happens, at the data's rate of
changes.

A reward at the end of a window says little of which of 256 decisions was good. Note-in-chord is known in every frame,
so credit falls where it belongs and a few dozen steps of learning go far. But paid for it alone a policy chases the
melody with ever more chords; so each onset has a price, which rises while the policy plays more of them than the data
does to the same melodies, and falls while it plays fewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from train import tokens

_CHORDS, _MELODY = (torch.from_numpy(table) for table in (tokens.chord_pitch_classes(), tokens.melody_pitch_classes()))
KEY = 7  # pitch classes


def harmony(chords: Tensor, melody: Tensor) -> Tensor:
    """[batch, length] of tokens [batch, length], where both sound: whether the melody's pitch class is in the chord, 1
    or 0, less what a chord of so many notes would hold of a melody by chance, n of the 7 notes of a key; over the
    length. Without the latter, four notes would always be better paid than three."""
    sounding = _CHORDS.to(chords.device)[chords]
    both = (chords != tokens.NO_CHORD) & (melody != tokens.SILENCE)
    inside = (sounding & _MELODY.to(chords.device)[melody]).any(dim=-1)
    return (inside.float() - sounding.sum(dim=-1) / KEY) * both / chords.shape[1]


@dataclass
class Price:
    """What an onset costs, in the reward's unit: proportional and integral control of the onsets a bar of 16 frames.

    gain is how much dearer one is for each onset a bar too many, at once; and an eighth of that stays from each step
    to the next, as owed.
    """

    gain: float
    owed: float = 0.0

    def after(self, excess: float) -> float:
        """The price for a rollout with so many onsets a bar more than the data's."""
        self.owed += self.gain / 8 * excess
        return self.owed + self.gain * excess
