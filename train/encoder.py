"""Encoders: networks that hear a whole window, both ways, and say one thing of it.

They see beats: four frames are joined into one position, which makes them four times as quick as frames one by one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import tokens
from train.network import Shape, Stack


@dataclass(frozen=True)
class EncoderShape:
    """The size of an encoder. rhythm: it sees onsets, holds and silence alone, neither pitches nor chords."""

    dim: int = 128
    layers: int = 4
    heads: int = 4
    patch: int = 4
    rhythm: bool = False
    dropout: float = 0.1

    def asdict(self) -> dict:
        return asdict(self)


# Rhythm of each token: 0 silence or no chord (and padding), 1 onset, 2 hold.
MELODY_RHYTHM = torch.tensor([0] + [1] * 128 + [2] * 128 + [0])
CHORD_RHYTHM = torch.tensor([0] + [1] * tokens.CHORDS + [2] * tokens.CHORDS + [0])


class Frames(nn.Module):
    """The embedding of one kind of token, melody or chords: what sounds, as pitch classes, beside the token itself.

    The pitch classes are shared by all chords and pitches, so that a rare chord is no stranger.
    """

    def __init__(self, kind: str, width: int, rhythm: bool) -> None:
        super().__init__()
        classes = tokens.chord_pitch_classes() if kind == "chords" else tokens.melody_pitch_classes()
        rhythms = CHORD_RHYTHM if kind == "chords" else MELODY_RHYTHM
        self.register_buffer("rhythm_of", rhythms.clone(), persistent=False)
        self.rhythm = nn.Embedding(3, width)
        self.token = None if rhythm else nn.Embedding(len(rhythms), width)
        self.classes = None if rhythm else nn.Linear(12, width, bias=False)
        self.register_buffer("classes_of", torch.from_numpy(classes).float(), persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        """[batch, length, width] of tokens [batch, length]."""
        x = self.rhythm(self.rhythm_of[frames])
        if self.token is not None and self.classes is not None:
            x = x + self.token(frames) + self.classes(self.classes_of[frames])
        return x


class Encoder(nn.Module):
    """Encodes windows of one or both kinds of token ("melody", "chords") as vectors."""

    def __init__(self, shape: EncoderShape, *kinds: str) -> None:
        super().__init__()
        self.shape = shape
        width = shape.dim // 2
        self.frames = nn.ModuleDict({kind: Frames(kind, width, shape.rhythm) for kind in kinds})
        self.mix = nn.Linear(len(kinds) * width, width)
        self.join = nn.Linear(shape.patch * width, shape.dim)
        self.stack = Stack(Shape(dim=shape.dim, layers=shape.layers, heads=shape.heads, dropout=shape.dropout))

    def forward(self, mask: Tensor, **windows: Tensor) -> Tensor:
        """Vectors [batch, dim]: the mean over the beats in which mask, bool [batch, length], holds anywhere.

        windows are tokens [batch, length] by kind; length must be a multiple of the patch.
        """
        x = torch.cat([frames(windows[kind]) for kind, frames in self.frames.items()], dim=-1)
        x = F.silu(self.mix(x)).unflatten(1, (-1, self.shape.patch)).flatten(2)
        x = self.join(x)
        beats = mask.unflatten(1, (-1, self.shape.patch)).any(dim=-1)
        seen = None if bool(beats.all()) else beats[:, None, None, :]
        x = self.stack.run(x, seen=seen) * beats[..., None]
        return x.sum(dim=1) / beats.sum(dim=1, keepdim=True)
