"""Encoders: networks that see a whole window in both directions and summarise it.

One position is a beat: four frames are joined, which makes an encoder four times as fast as with one frame per
position.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.data import tokens
from train.models.network import Shape, Stack


@dataclass(frozen=True)
class EncoderShape:
    """The size of an encoder. rhythm: it sees only onsets, holds and silence, neither pitches nor chords."""

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
    """Embeds one kind of token, melody or chords, as the sum of the token's and of its pitch classes' embeddings.

    All chords and pitches share the embeddings of pitch classes, so that the network knows a rare chord by its notes.
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
        """Returns [batch, length, width] for tokens [batch, length]."""
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
        """Returns vectors [batch, dim]: the mean over the beats in which mask, bool [batch, length], is True in any
        frame.

        windows has tokens [batch, length] by kind; length must be a multiple of the patch.
        """
        x = torch.cat([frames(windows[kind]) for kind, frames in self.frames.items()], dim=-1)
        x = F.silu(self.mix(x)).unflatten(1, (-1, self.shape.patch)).flatten(2)
        x = self.join(x)
        beats = mask.unflatten(1, (-1, self.shape.patch)).any(dim=-1)
        seen = None if bool(beats.all()) else beats[:, None, None, :]
        x = self.stack.run(x, seen=seen) * beats[..., None]
        return x.sum(dim=1) / beats.sum(dim=1, keepdim=True)
