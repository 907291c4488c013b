"""The policy's network: a decoder over frames with rotary positions and attention over a sliding window.

One position is one frame. The input is the sum of the embeddings of y_{t-1} and x_{t-1} (chord and melody tokens); the
output is the logits of y_t. Frame t attends to itself and to at most `window` frames before it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.data import bars, busy, tokens


@dataclass(frozen=True)
class Shape:
    """The size of a network. head = dim // heads must be even (rotary angles come in pairs).

    plays: "chords", or "melody" for a network that plays the melody. hears_bar: the network has the bar position
    (bars.py) of each frame as input. hears_busy: the network has the rate of chord changes (busy.py) as input.
    """

    dim: int = 192
    layers: int = 4
    heads: int = 4
    window: int = 256
    rotary_base: float = 10000.0
    dropout: float = 0.1
    plays: Literal["chords", "melody"] = "chords"
    hears_bar: bool = False
    hears_busy: bool = False

    @property
    def logits(self) -> int:
        """The number of tokens that the network chooses from: all but the start token."""
        return tokens.CHORD_LOGITS if self.plays == "chords" else tokens.MELODY_START

    @property
    def head(self) -> int:
        return self.dim // self.heads

    @property
    def hidden(self) -> int:
        """Width of the SwiGLU: 8/3 of dim, rounded up to a multiple of 32. It has as many weights as a plain 4·dim
        layer."""
        return -(-8 * self.dim // 3 // 32) * 32

    def asdict(self) -> dict:
        return asdict(self)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Applies the rotary embedding (RoFormer, 3.2): halves (a, b) of the last axis become
    (a·cos - b·sin, b·cos + a·sin)."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def angles(shape: Shape, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Returns cos and sin [len(positions), head/2] for absolute frame numbers, computed in float64."""
    i = torch.arange(shape.head // 2, dtype=torch.float64, device=positions.device)
    theta = positions.double()[:, None] * shape.rotary_base ** (-2 * i / shape.head)
    return theta.cos().float(), theta.sin().float()


def sliding(length: int, window: int, device: torch.device | str = "cpu") -> Tensor:
    """Returns bool [length, length]: True if query i may see key j (0 <= i - j <= window)."""
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
        """Returns rotated queries, rotated keys, and values, each [batch, heads, length, head]."""
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


class Stack(nn.Module):
    """Blocks and a final norm: the part that decoders and encoders share."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.dim, eps=1e-5)

    def run(self, x: Tensor, seen: Tensor | None = None, causal: bool = False) -> Tensor:
        """Returns activations [batch, length, dim]. seen, bool, broadcasts to [batch, heads, length, length] and is
        True if query i may see key j. Without it every position sees all positions or, if causal, itself and those
        before it."""
        cos, sin = angles(self.shape, torch.arange(x.shape[1], device=x.device))
        for block in self.blocks:
            q, k, v = block.project(x, cos, sin)
            x = block.finish(x, F.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=causal))
        return self.norm(x)

    def follow(self, x: Tensor) -> Tensor:
        """Runs the blocks as a decoder: each frame sees itself and the window before it."""
        length = x.shape[1]
        if length <= self.shape.window + 1:
            return self.run(x, causal=True)
        return self.run(x, seen=sliding(length, self.shape.window, x.device))


def initialise(network: nn.Module, layers: int) -> None:
    """Initialises matrices and embeddings with small values. Residual branches get smaller values with depth (GPT-2),
    so that the variance of the residual stream stays near one."""
    for name, weight in network.named_parameters():
        if weight.dim() == 2:
            residual = name.endswith(("out.weight", "down.weight"))
            nn.init.normal_(weight, std=0.02 / (2 * layers) ** 0.5 if residual else 0.02)


class Decoder(Stack):
    """The policy."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.chord = nn.Embedding(tokens.CHORD_TOKENS, shape.dim)
        self.melody = nn.Embedding(tokens.MELODY_TOKENS, shape.dim)
        self.bar = nn.Embedding(bars.PLACES, shape.dim) if shape.hears_bar else None
        self.busy = nn.Embedding(busy.LEVELS, shape.dim) if shape.hears_busy else None
        self.head = nn.Linear(shape.dim, shape.logits, bias=False)
        initialise(self, shape.layers)
        if self.busy is not None:  # along one line, from calm to busy, so that what one level learns serves the others
            ramp = torch.tensor([0.0, -1.0, -0.5, 0.0, 0.5, 1.0])
            self.busy.weight.data = ramp[:, None] * 2 * self.busy.weight.data[:1]

    def embed(self, chord: Tensor, melody: Tensor, place: Tensor | None = None, level: Tensor | None = None) -> Tensor:
        """Returns the blocks' input [batch, ..., dim] for tokens [batch, ...]. place has the same shape: the bar
        position of the frame to decide. level [batch] is the wanted rate of chord changes. If place or level is missing
        it counts as unknown. A network without the input ignores it."""
        x = self.chord(chord) + self.melody(melody)
        if self.bar is not None:
            x = x + self.bar(torch.full_like(chord, bars.UNKNOWN) if place is None else place)
        if self.busy is not None:
            level = chord.new_full(chord.shape[:1], busy.UNKNOWN) if level is None else level
            x = x + self.busy(level).view(len(x), *[1] * (x.dim() - 2), -1)
        return x

    def features(self, chord: Tensor, melody: Tensor, place: Tensor | None = None,
                 level: Tensor | None = None) -> Tensor:
        """Returns the activations [batch, length, dim] from which the head computes the logits."""
        return self.follow(self.embed(chord, melody, place, level))

    def forward(self, chord: Tensor, melody: Tensor, place: Tensor | None = None,
                level: Tensor | None = None) -> Tensor:
        """Returns logits [batch, length, logits] of y_0.. from the shifted inputs y_{-1}.., x_{-1}.. and the bar
        positions of frames 0.., all [batch, length], and the rate level [batch] (busy.py)."""
        return self.head(self.features(chord, melody, place, level))


def deepened(network: Decoder, layers: int) -> Decoder:
    """Returns a network of `layers` layers, a multiple of the network's own number, that computes the same at first. Behind each
    block stand copies of it whose contributions are 0, for training to change (LLaMA Pro, Wu et al. 2024, section
    3.2)."""
    copies, rest = divmod(layers, network.shape.layers)
    if rest or not copies:
        raise ValueError(f"{layers} layers are no multiple of the network's {network.shape.layers}")
    deep = Decoder(replace(network.shape, layers=layers)).to(network.head.weight.device)
    state = {name: value for name, value in network.state_dict().items() if not name.startswith("blocks.")}
    deep.load_state_dict(state, strict=False)
    for i, block in enumerate(deep.blocks):
        block.load_state_dict(network.blocks[i // copies].state_dict())
        if i % copies:
            nn.init.zeros_(block.out.weight)
            nn.init.zeros_(block.down.weight)
    return deep.train(network.training)


def by_part(own: Tensor, heard: Tensor, plays: str) -> tuple[Tensor, Tensor]:
    """Returns (chords, melody) from the part played and the part heard. It is its own inverse."""
    return (own, heard) if plays == "chords" else (heard, own)


def delayed(frames: Tensor, start: int) -> Tensor:
    """Returns tokens [batch, length] delayed by one frame, with the start token first."""
    return torch.cat((torch.full_like(frames[:, :1], start), frames[:, :-1]), dim=1)


def shifted(chords: Tensor, melody: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the policy's inputs for frames [batch, length] of chords and melody."""
    return delayed(chords, tokens.CHORD_START), delayed(melody, tokens.MELODY_START)


class Stepper:
    """Plays a decoder frame by frame, many songs at once. A ring has the keys and values of the frame and of the window
    before it. A frame takes the slot of the newest frame that it no longer sees."""

    def __init__(self, decoder: Decoder, batch: int) -> None:
        shape = decoder.shape
        device = decoder.head.weight.device
        self.decoder, self.frame = decoder, 0
        ring = (shape.layers, batch, shape.heads, shape.window + 1, shape.head)
        self.keys, self.values = torch.zeros(ring, device=device), torch.zeros(ring, device=device)

    @torch.no_grad()
    def step(self, chord: Tensor, melody: Tensor, place: Tensor | None = None, level: Tensor | None = None) -> Tensor:
        """Returns the logits [batch, logits] of the next frame from the tokens of the frame before it, its bar position
        and the rate level, each [batch]."""
        decoder, slots = self.decoder, self.decoder.shape.window + 1
        x = decoder.embed(chord, melody, place, level)[:, None]
        cos, sin = angles(decoder.shape, torch.tensor([self.frame], device=x.device))
        filled, slot = min(self.frame + 1, slots), self.frame % slots
        for layer, block in enumerate(decoder.blocks):
            q, k, v = block.project(x, cos, sin)
            self.keys[layer, :, :, slot], self.values[layer, :, :, slot] = k[:, :, 0], v[:, :, 0]
            keys, values = self.keys[layer, :, :, :filled], self.values[layer, :, :, :filled]
            shares = (q @ keys.transpose(2, 3) * decoder.shape.head ** -0.5).softmax(dim=-1)
            x = block.finish(x, shares @ values)  # for one query this is faster than the fused attention
        self.frame += 1
        return decoder.head(decoder.norm(x))[:, 0]
