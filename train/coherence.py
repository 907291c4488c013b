"""What the policy `jamd` is paid for, beyond the paper: how each chord that it might play would go with the melody that
follows, at the data's own rate of changes and with the chords that the data has on each degree of a key.

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

from train import bars, busy, metrics, tokens
from train.corpora.dataset import Piece
from train.keys import KEYS

_CHORDS = torch.from_numpy(tokens.chord_pitch_classes())[1:1 + tokens.CHORDS].float()  # [chords, 12]
_MELODY = torch.from_numpy(tokens.melody_pitch_classes()).float()
SCALE = 7  # pitch classes of a key
USUAL = 0.07  # chords end in so many of the frames, nearly


def ends(pieces: Sequence[Piece]) -> Tensor:
    """float32 [places]: the share of frames in each place of the bar in which the chord of the data changes."""
    changed, all_ = np.ones(bars.PLACES), np.full(bars.PLACES, 20.0)
    for piece in pieces:
        places = bars.places(piece.bars, len(piece.melody))
        np.add.at(changed, places[metrics.change_frames(piece.chords)], 1)
        np.add.at(all_, places, 1)
    return torch.from_numpy(changed / all_).float()


def values(melody: Tensor, mask: Tensor, places: Tensor, ends: Tensor, jump: Tensor) -> Tensor:
    """[batch, length, chords]: the harmony of each chord from each frame on, while the chord lasts: it ends at a place
    in the bar with the chance that `ends` [places] says, and where the key changes, at frame jump [batch] (length
    where it does not). All others are [batch, length].

    The harmony of a frame is 1 or 0, whether the melody's pitch class is in the chord, less what a chord of so many
    notes would hold of a melody by chance, n of the 7 notes of a key; without that, four notes would always be better
    paid than three. The sum is scaled to the harmony of one frame."""
    table, classes, lasts = (of.to(melody.device) for of in (_CHORDS, _MELODY, 1 - ends))
    lasts = lasts[places] * (torch.arange(melody.shape[1], device=melody.device) != jump[:, None])
    sounds = ((melody != tokens.SILENCE) & mask).float()[..., None]
    harmony = (classes[melody] @ table.T - table.sum(dim=1) / SCALE) * sounds
    following = torch.zeros_like(harmony[:, 0])
    for t in reversed(range(melody.shape[1])):
        following = harmony[:, t] + (lasts[:, t + 1, None] * following if t + 1 < melody.shape[1] else 0)
        harmony[:, t] = following
    return harmony * USUAL


@dataclass
class Prices:
    """What the onset of a chord costs: at bar lines, on other beats and off the beat, each by proportional and integral
    control of the onsets a bar of 16 frames that the policy has too many of there, against the data to the same
    melodies. gain: how much dearer one is at once; a quarter of that is added to the integral, [levels of busyness, 3]
    or of fewer levels. Off the beat, where the data has next to none, twice that. Each level is held to its own
    windows' rate and as much to that of all, which is less noisy."""

    gain: float
    integral: Tensor

    def after(self, own: Tensor, data: Tensor) -> Tensor:
        """The prices [levels, 3] for a rollout with so many onsets a bar [levels, 3], where the data has those of the
        other; nan where a level has no windows."""
        excess = own - data
        excess = (excess.nan_to_num() + excess.nanmean(dim=0)) / 2
        dearer = self.gain * torch.tensor([1.0, 1.0, 2.0]) * excess
        self.integral = self.integral + dearer / 4
        return self.integral + dearer


def levels(places: Tensor) -> Tensor:
    """The index in Prices of each place, of the same shape: 0 a bar line, 1 another beat, 2 off the beat."""
    table = torch.from_numpy(np.where(bars.downbeats(), 0, np.where(bars.on_beats(), 1, 2))).to(places.device)
    return table[places]


def onsets(chords: Tensor, mask: Tensor, places: Tensor, level: Tensor) -> Tensor:
    """[levels of busyness, 3]: onsets in 16 frames at each level of places, in the windows of each level [batch], of
    chord tokens and all others [batch, length]; nan where there are none."""
    begun = (chords >= 1) & (chords <= tokens.CHORDS) & mask
    counts = torch.bincount((3 * level[:, None] + levels(places))[begun], minlength=3 * busy.LEVELS).view(-1, 3)
    frames = torch.bincount(level, mask.sum(dim=1).double(), minlength=busy.LEVELS)
    return (counts / frames[:, None] * 16).float().cpu()


def sides(jump: Tensor, length: int) -> Tensor:
    """bool [2, batch, length]: the frames before the jump [batch] of each window, and those from it on."""
    before = torch.arange(length, device=jump.device) < jump[:, None]
    return torch.stack((before, ~before))


def keys(melody: Tensor, mask: Tensor) -> Tensor:
    """int64 [batch]: the key that correlates best with each whole melody [batch, length], as KEYS counts them."""
    classes, profiles = _MELODY.to(melody.device), torch.from_numpy(KEYS).float().to(melody.device)
    return ((classes[melody] * mask[..., None]).sum(dim=1) @ profiles.T).argmax(dim=-1)


@dataclass
class Degrees:
    """How rare each chord has become with the policy, against the data, as what it is in its key: a running account of
    the frames that each kind of chord on each degree sounds in, [2 modes, chords], the tonic standing where C does."""

    data: Tensor = field(default_factory=lambda: torch.zeros(2, tokens.CHORDS))
    own: Tensor = field(default_factory=lambda: torch.zeros(2, tokens.CHORDS))

    def after(self, own: Tensor, data: Tensor, key: Tensor) -> Tensor:
        """[batch, chords]: for each chord the logarithm of how much too rare it has become in the window's key; own
        and data are chord tokens [batch, length], key is [batch]. 1 in 2000 is rare enough to be neither."""
        self.own, self.data = (0.95 * shares + _counts(chords.cpu(), key.cpu())
                               for shares, chords in ((self.own, own), (self.data, data)))
        own, data = ((shares / shares.sum(dim=1, keepdim=True).clamp(min=1) + 0.0005)
                     for shares in (self.own, self.data))
        rarity = (data / own).log().view(2, -1, 12)
        return torch.stack([rarity[k // 12].roll(k % 12, dims=-1).flatten() for k in key.tolist()])

    def within(self, own: Tensor, data: Tensor, melody: Tensor, mask: Tensor, jump: Tensor) -> Tensor:
        """[batch, length, chords]: the same in every frame, by the key of the melody on its side of the window's jump
        [batch]; all others are [batch, length]."""
        parts = sides(jump, melody.shape[1])
        own, data = (torch.where(parts, chords, tokens.NO_CHORD).flatten(0, 1) for chords in (own, data))
        key = keys(melody.repeat(2, 1), (mask & parts).flatten(0, 1))
        before, after = self.after(own, data, key).to(melody.device).unflatten(0, (2, -1))[:, :, None]
        return torch.where(parts[0][..., None], before, after)


def _counts(chords: Tensor, key: Tensor) -> Tensor:
    """[2, chords]: frames in which each chord sounds, by the mode of the key, transposed to C."""
    counts = torch.zeros(2, tokens.CHORDS)
    for row, k in zip(chords, key.tolist()):
        sounding = (row[row != tokens.NO_CHORD] - 1) % tokens.CHORDS
        counts[k // 12] += torch.bincount(sounding, minlength=tokens.CHORDS).view(-1, 12).roll(-(k % 12), 1).flatten()
    return counts
