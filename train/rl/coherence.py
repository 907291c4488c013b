"""The rewards of the policy `jamd`, beyond the paper: how well each chord that it might play would fit the melody that
follows, at the data's rate of changes and with the data's chords on each degree of a key.

A reward at the end of a window says little about which of 256 decisions was good, and only judges the chords played.
But the melody does not depend on the chords, and in training all of it is known. So in every frame the value of every
chord can be computed, as if it sounded from there on for as long as chords usually do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from train.data import bars, busy, metrics, tokens
from train.data.corpora.dataset import Piece
from train.data.keys import KEYS

_CHORDS = torch.from_numpy(tokens.chord_pitch_classes())[1:1 + tokens.CHORDS].float()  # [chords, 12]
_MELODY = torch.from_numpy(tokens.melody_pitch_classes()).float()
SCALE = 7  # pitch classes of a key
USUAL = 0.07  # about the share of frames in which a chord ends
FULL = (0.1, 0.5)  # shares of time with four notes or more at the boundary between one kind of song and the next
KINDS = len(FULL) + 1


def ends(pieces: Sequence[Piece]) -> Tensor:
    """Returns float32 [places]: for each bar position the share of frames in which the data's chord changes."""
    changed, all_ = np.ones(bars.PLACES), np.full(bars.PLACES, 20.0)  # so a place without data has 1 change in 20 frames
    for piece in pieces:
        places = bars.places(piece.bars, len(piece.melody))
        np.add.at(changed, places[metrics.change_frames(piece.chords)], 1)
        np.add.at(all_, places, 1)
    return torch.from_numpy(changed / all_).float()


def likeness(chords: Tensor) -> Tensor:
    """Returns [batch, length, chords]: how much each chord has in common with the data's chord, for tokens [batch,
    length]. It is Jaccard's index, the number of pitch classes in both chords over the number in either, less its mean
    over all chords. So a guess is worth as much as silence: nothing speaks for a chord before anything is heard. Where
    the data is silent it is 0."""
    table = _CHORDS.to(chords.device)
    both = table @ table.T
    alike = both / (table.sum(dim=1)[:, None] + table.sum(dim=1) - both)
    alike = alike - alike.mean(dim=1, keepdim=True)
    return alike[(chords - 1) % tokens.CHORDS] * (chords != tokens.NO_CHORD)[..., None]


def values(melody: Tensor, mask: Tensor, places: Tensor, ends: Tensor, jump: Tensor,
           beside: Tensor | None = None) -> Tensor:
    """Returns [batch, length, chords]: the harmony of each chord from each frame on, while the chord lasts. A chord
    ends at a bar position with the probability in `ends` [places], and at a change of key, frame jump [batch] (length
    if there is none). All other arguments are [batch, length].

    The harmony of a frame is 1 if the melody's pitch class is in the chord and 0 if not, less the chance level of a
    chord of n notes, n/7 for the 7 notes of a key. Without this term four notes would always earn more than three. The
    sum is scaled to the harmony of one frame. beside [batch, length, chords] is added to each frame's harmony."""
    table, classes, lasts = (of.to(melody.device) for of in (_CHORDS, _MELODY, 1 - ends))
    lasts = lasts[places] * (torch.arange(melody.shape[1], device=melody.device) != jump[:, None])
    sounds = ((melody != tokens.SILENCE) & mask).float()[..., None]
    harmony = (classes[melody] @ table.T - table.sum(dim=1) / SCALE) * sounds
    if beside is not None:
        harmony = harmony + beside
    following = torch.zeros_like(harmony[:, 0])
    for t in reversed(range(melody.shape[1])):
        following = harmony[:, t] + (lasts[:, t + 1, None] * following if t + 1 < melody.shape[1] else 0)
        harmony[:, t] = following
    return harmony * USUAL


@dataclass
class Prices:
    """The prices of a chord's onset at bar lines, on other beats and off the beat. Each is set by proportional-integral
    control. The error is the policy's excess of onsets per bar of 16 frames over the data's chords to the same
    melodies. gain: the proportional gain per onset; a quarter of that term is added to the integral, [levels of
    busy.py, 3] or of fewer levels. Off the beat, where the data has almost no onsets, the gain is double. Half of a
    level's error comes from its own windows and half from all windows, which is less noisy."""

    gain: float
    integral: Tensor

    def after(self, own: Tensor, data: Tensor) -> Tensor:
        """Returns the prices [levels, 3] after a rollout with onsets per bar `own` [levels, 3] against the data's
        `data` [levels, 3]. Both are nan for a level without windows."""
        excess = own - data
        excess = (excess.nan_to_num() + excess.nanmean(dim=0)) / 2
        proportional = self.gain * torch.tensor([1.0, 1.0, 2.0]) * excess
        self.integral = self.integral + proportional / 4
        return self.integral + proportional


def levels(places: Tensor) -> Tensor:
    """Returns the index in Prices of each bar position, in the same shape: 0 a bar line, 1 another beat, 2 off the
    beat."""
    table = torch.from_numpy(np.where(bars.downbeats(), 0, np.where(bars.on_beats(), 1, 2))).to(places.device)
    return table[places]


def onsets(chords: Tensor, mask: Tensor, places: Tensor, level: Tensor) -> Tensor:
    """Returns [levels of busy.py, 3]: onsets per 16 frames at each index of Prices, in the windows of each level
    [batch]. chords (tokens) and the other arguments are [batch, length]. A level without windows has nan."""
    begun = (chords >= 1) & (chords <= tokens.CHORDS) & mask
    counts = torch.bincount((3 * level[:, None] + levels(places))[begun], minlength=3 * busy.LEVELS).view(-1, 3)
    frames = torch.bincount(level, mask.sum(dim=1).double(), minlength=busy.LEVELS)
    return (counts / frames[:, None] * 16).float().cpu()


def sides(jump: Tensor, length: int) -> Tensor:
    """Returns bool [2, batch, length]: the frames before each window's jump [batch], and those from it on."""
    before = torch.arange(length, device=jump.device) < jump[:, None]
    return torch.stack((before, ~before))


def keys(melody: Tensor, mask: Tensor) -> Tensor:
    """Returns int64 [batch]: the key, as an index into KEYS, that correlates best with each melody [batch, length]."""
    classes, profiles = _MELODY.to(melody.device), torch.from_numpy(KEYS).float().to(melody.device)
    return ((classes[melody] * mask[..., None]).sum(dim=1) @ profiles.T).argmax(dim=-1)


def kinds(chords: Tensor) -> Tensor:
    """Returns int64 [batch]: of which kind each window of the data's chords [batch, length] is, by the share of its chords'
    time in which four notes or more sound. Songs of pop and folk have few such chords, songs of jazz little else."""
    sounds = chords != tokens.NO_CHORD
    full = (_CHORDS.sum(dim=1) >= 4).to(chords.device)[(chords - 1) % tokens.CHORDS] & sounds
    share = full.sum(dim=1) / sounds.sum(dim=1).clamp(min=1)
    return torch.bucketize(share, torch.tensor(FULL, device=chords.device))


@dataclass
class Degrees:
    """How rare each chord has become with the policy, compared with the data of the same kind, by its degree in the key. It
    keeps running counts of the frames of each quality on each degree, [kinds, 2 modes, chords], transposed so that the
    tonic is C."""

    data: Tensor = field(default_factory=lambda: torch.zeros(KINDS, 2, tokens.CHORDS))
    own: Tensor = field(default_factory=lambda: torch.zeros(KINDS, 2, tokens.CHORDS))

    def after(self, own: Tensor, data: Tensor, key: Tensor, kind: Tensor) -> Tensor:
        """Returns [batch, chords]: for each chord the logarithm of the data's share over the policy's in the window's
        key and kind. own and data are chord tokens [batch, length], key and kind are [batch]. Both shares get 1 in 2000
        added, so that a chord rare in both counts as neither."""
        self.own, self.data = (0.95 * shares + _counts(chords.cpu(), key.cpu(), kind.cpu())
                               for shares, chords in ((self.own, own), (self.data, data)))
        own, data = ((shares / shares.sum(dim=-1, keepdim=True).clamp(min=1) + 0.0005)
                     for shares in (self.own, self.data))
        rarity = (data / own).log().view(KINDS, 2, -1, 12)
        return torch.stack([rarity[f, k // 12].roll(k % 12, dims=-1).flatten() for f, k in zip(kind.tolist(), key.tolist())])

    def within(self, own: Tensor, data: Tensor, melody: Tensor, mask: Tensor, jump: Tensor) -> Tensor:
        """Returns [batch, length, chords]: the same for every frame, with the melody's key on that frame's side of the
        window's jump [batch], and the kind of the whole window. All other arguments are [batch, length]."""
        kind, parts = kinds(data).repeat(2), sides(jump, melody.shape[1])
        own, data = (torch.where(parts, chords, tokens.NO_CHORD).flatten(0, 1) for chords in (own, data))
        key = keys(melody.repeat(2, 1), (mask & parts).flatten(0, 1))
        before, after = self.after(own, data, key, kind).to(melody.device).unflatten(0, (2, -1))[:, :, None]
        return torch.where(parts[0][..., None], before, after)


def _counts(chords: Tensor, key: Tensor, kind: Tensor) -> Tensor:
    """Returns [kinds, 2, chords]: the frames in which each chord sounds, by the mode of the key, transposed to C."""
    counts = torch.zeros(KINDS, 2, tokens.CHORDS)
    for row, k, f in zip(chords, key.tolist(), kind.tolist()):
        sounding = (row[row != tokens.NO_CHORD] - 1) % tokens.CHORDS
        of = torch.bincount(sounding, minlength=tokens.CHORDS).view(-1, 12)
        counts[f, k // 12] += of.roll(-(k % 12), 1).flatten()
    return counts
