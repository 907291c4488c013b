"""The policy's network: a decoder over frames with rotary positions and attention over a sliding window.

One position is one frame: the input is the sum of the embeddings of y_{t-1} and x_{t-1} (chord and melody tokens), the
output the logits of y_t. Frame t attends to itself and to at most `window` frames before it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import tokens


@dataclass(frozen=True)
class Shape:
    """The size of a network. head = dim // heads must be even (rotary angles come in pairs)."""

    dim: int = 192
    layers: int = 4
    heads: int = 4
    window: int = 256
    rotary_base: float = 10000.0
    dropout: float = 0.1

    @property
    def head(self) -> int:
        return self.dim // self.heads

    @property
    def hidden(self) -> int:
        """Width of the SwiGLU: 8/3 of dim, rounded up to a multiple of 32: the weights of a plain layer of 4·dim."""
        return -(-8 * self.dim // 3 // 32) * 32

    def asdict(self) -> dict:
        return asdict(self)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding (RoFormer, 3.2): halves (a, b) of the last axis become (a·cos - b·sin, b·cos + a·sin)."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def angles(shape: Shape, positions: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin [len(positions), head/2] of the absolute frames, computed in float64."""
    i = torch.arange(shape.head // 2, dtype=torch.float64, device=positions.device)
    theta = positions.double()[:, None] * shape.rotary_base ** (-2 * i / shape.head)
    return theta.cos().float(), theta.sin().float()


def sliding(length: int, window: int, device: torch.device | str = "cpu") -> Tensor:
    """bool [length, length]: True where query i may see key j (0 <= i - j <= window)."""
    i = torch.arange(length, device=device)
    gap = i[:, None] - i[None, :]
    return (gap >= 0) & (gap <= window)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.norm1 = nn.RMSNorm(shape.dim, eps=1e-5)
        self.qkv = nn.Linear(shape.dim, 3 * shape.dim, bias=False)
        self.out = nn.Linear(shape.dim, shape.dim, bias=False)
        self.norm2 = nn.RMSNorm(shape.dim, eps=1e-5)
        self.up = nn.Linear(shape.dim, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.dim, bias=False)

    def project(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """queries, keys (both rotated) and values, each [batch, heads, length, head]."""
        batch, length, _ = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, length, 3, self.shape.heads, self.shape.head)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """Adds the attention's output [batch, heads, length, head] and the feed-forward layer to x."""
        p = self.shape.dropout if self.training else 0.0
        attended = attended.transpose(1, 2).flatten(2)
        x = x + F.dropout(self.out(attended), p, self.training)
        gate, value = self.up(self.norm2(x)).chunk(2, dim=-1)
        return x + F.dropout(self.down(F.silu(gate) * value), p, self.training)


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.chord = nn.Embedding(tokens.CHORD_TOKENS, shape.dim)
        self.melody = nn.Embedding(tokens.MELODY_TOKENS, shape.dim)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.dim, eps=1e-5)
        self.head = nn.Linear(shape.dim, tokens.CHORD_LOGITS, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                # Residual branches start smaller with depth (GPT-2), so that the stream's variance stays near one.
                residual = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5 if residual else 0.02)

    def forward(self, chord: Tensor, melody: Tensor, features: bool = False) -> Tensor:
        """Logits [batch, length, CHORD_LOGITS] of y_0.. from the shifted inputs y_{-1}.., x_{-1}.. [batch, length].

        With features, the normed activations [batch, length, dim] instead."""
        x = self.chord(chord) + self.melody(melody)
        length = x.shape[1]
        cos, sin = angles(self.shape, torch.arange(length, device=x.device))
        mask = None if length <= self.shape.window + 1 else sliding(length, self.shape.window, x.device)
        for block in self.blocks:
            q, k, v = block.project(x, cos, sin)
            x = block.finish(x, F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None))
        x = self.norm(x)
        return x if features else self.head(x)


def shifted(chords: Tensor, melody: Tensor) -> tuple[Tensor, Tensor]:
    """The network's inputs for targets chords [batch, length]: both one frame late, start tokens first."""
    chord_in = torch.cat((torch.full_like(chords[:, :1], tokens.CHORD_START), chords[:, :-1]), dim=1)
    melody_in = torch.cat((torch.full_like(melody[:, :1], tokens.MELODY_START), melody[:, :-1]), dim=1)
    return chord_in, melody_in


class Stepper:
    """Plays a decoder frame by frame, many songs at once, with the keys and values of the last frames in a ring."""

    def __init__(self, decoder: Decoder, batch: int) -> None:
        shape = decoder.shape
        device = decoder.head.weight.device
        self.decoder, self.frame = decoder, 0
        ring = (shape.layers, batch, shape.heads, shape.window, shape.head)
        self.keys, self.values = torch.zeros(ring, device=device), torch.zeros(ring, device=device)

    @torch.no_grad()
    def step(self, chord: Tensor, melody: Tensor) -> Tensor:
        """Logits [batch, CHORD_LOGITS] of the next frame, from the tokens [batch] of the frame before it."""
        decoder, window = self.decoder, self.decoder.shape.window
        x = (decoder.chord(chord) + decoder.melody(melody))[:, None]
        cos, sin = angles(decoder.shape, torch.tensor([self.frame], device=x.device))
        filled, slot = min(self.frame, window), self.frame % window
        for layer, block in enumerate(decoder.blocks):
            q, k, v = block.project(x, cos, sin)
            keys = torch.cat((self.keys[layer, :, :, :filled], k), dim=2)
            values = torch.cat((self.values[layer, :, :, :filled], v), dim=2)
            x = block.finish(x, F.scaled_dot_product_attention(q, keys, values))
            # Only now: the slot may hold the oldest frame that this one could still see.
            self.keys[layer, :, :, slot], self.values[layer, :, :, slot] = k[:, :, 0], v[:, :, 0]
        self.frame += 1
        return decoder.head(decoder.norm(x))[:, 0]
