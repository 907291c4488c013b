"""What the policy `jamd` is paid for, beyond the paper: how each chord that it might play would go with the melody that
follows, at the data's own rate of changes and with the data's own kinds of chords.

A reward at the end of a window says little of which of 256 decisions was good, and says it of what was played alone.
But the melody does not depend on the chords; in training it is all there. So in every frame every chord can be told
what it would be worth, had it sounded from there on for as long as chords do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from train import bars, metrics, tokens
from train.corpora.dataset import Piece

_CHORDS = torch.from_numpy(tokens.chord_pitch_classes())[1:1 + tokens.CHORDS].float()  # [chords, 12]
_MELODY = torch.from_numpy(tokens.melody_pitch_classes()).float()
KEY = 7  # pitch classes
USUAL = 0.07  # chords end in so many of the frames, nearly


def ends(pieces: Sequence[Piece]) -> Tensor:
    """float32 [places]: the share of frames in each place of the bar in which the chord of the data changes."""
    changed, all_ = np.ones(bars.PLACES), np.full(bars.PLACES, 20.0)
    for piece in pieces:
        places = bars.places(piece.bars, len(piece.melody))
        np.add.at(changed, places[metrics.change_frames(piece.chords)], 1)
        np.add.at(all_, places, 1)
    return torch.from_numpy(changed / all_).float()


def worth(melody: Tensor, mask: Tensor, places: Tensor, ends: Tensor) -> Tensor:
    """[batch, length, chords]: the harmony of each chord from each frame on, while the chord lasts: it ends at a place
    in the bar with the chance that `ends` [places] says. All others are [batch, length].

    The harmony of a frame is 1 or 0, whether the melody's pitch class is in the chord, less what a chord of so many
    notes would hold of a melody by chance, n of the 7 notes of a key; without that, four notes would always be better
    paid than three. The sum is scaled to the harmony of one frame."""
    table, classes, lasts = (of.to(melody.device) for of in (_CHORDS, _MELODY, 1 - ends))
    sounds = ((melody != tokens.SILENCE) & mask).float()[..., None]
    harmony = (classes[melody] @ table.T - table.sum(dim=1) / KEY) * sounds
    following = torch.zeros_like(harmony[:, 0])
    for t in reversed(range(melody.shape[1])):
        following = harmony[:, t] + (lasts[places[:, t + 1], None] * following if t + 1 < melody.shape[1] else 0)
        harmony[:, t] = following
    return harmony * USUAL


@dataclass
class Prices:
    """What the onset of a chord costs: at bar lines, on other beats and off the beat, [3], each by proportional and
    integral control of the onsets a bar of 16 frames that the policy has too many of there, against the data to the
    same melodies. gain: how much dearer one is at once; a quarter of that stays from each step to the next, as owed.
    Off the beat, where the data has next to none, twice that."""

    gain: float
    owed: Tensor = field(default_factory=lambda: torch.zeros(3))

    def after(self, excess: Tensor) -> Tensor:
        """The prices for a rollout with so many onsets a bar [3] more than the data's."""
        dearer = self.gain * torch.tensor([1.0, 1.0, 2.0]) * excess
        self.owed = self.owed + dearer / 4
        return self.owed + dearer


def levels(places: Tensor) -> Tensor:
    """The index in Prices of each place, of the same shape: 0 a bar line, 1 another beat, 2 off the beat."""
    table = torch.from_numpy(np.where(bars.downbeats(), 0, np.where(bars.on_beats(), 1, 2))).to(places.device)
    return table[places]


def onsets(chords: Tensor, mask: Tensor, places: Tensor) -> Tensor:
    """[3]: onsets in 16 frames at each level of places, of chord tokens and all others [batch, length]."""
    begun = (chords >= 1) & (chords <= tokens.CHORDS) & mask
    return torch.bincount(levels(places)[begun], minlength=3).float().cpu() / mask.sum().cpu() * 16


@dataclass
class Qualities:
    """How rare each kind of chord has become with the policy, against the data: a running account of the frames that
    each sounds in, [qualities]."""

    data: Tensor = field(default_factory=lambda: torch.zeros(len(tokens.QUALITIES)))
    own: Tensor = field(default_factory=lambda: torch.zeros(len(tokens.QUALITIES)))

    def after(self, own: Tensor, data: Tensor) -> Tensor:
        """[chords]: for each chord the logarithm of how much too rare its quality is in chord tokens of any shape,
        within 10 either way."""
        self.own, self.data = (0.8 * shares + _shares(chords)
                               for shares, chords in ((self.own, own), (self.data, data)))
        own, data = ((shares / shares.sum().clamp(min=1e-6) + 0.003) for shares in (self.own, self.data))
        return (data / own).log().clamp(-10, 10).repeat_interleave(12)


def _shares(chords: Tensor) -> Tensor:
    sounding = chords[chords != tokens.NO_CHORD]
    counts = torch.bincount((sounding - 1) % tokens.CHORDS // 12, minlength=len(tokens.QUALITIES)).float().cpu()
    return counts / max(1, len(sounding))
