"""python -m train.import_realchords actor.pth chord_names_augmented.json -o NAME.onnx: the paper's weights for jamd.

The authors' code (github.com/lukewys/realchords-pytorch, MIT; facts below are from its files as of 2026-05) writes one
song as one sequence: BOS, chord of frame 0, melody of frame 0, chord of frame 1, and so on, at most 256 frames. Their
network is x-transformers' decoder. The policy file plays that very sequence under the contract jamd.policy/1:

- One call feeds the two tokens of frame t-1 at positions 2t-1 and 2t and gives the logits of chord t.
- A frame's two keys and values are two heads: head 2h of the ring is head h at the chord, head 2h+1 at the melody.
- BOS is always in sight, as it is in their live system, which puts it before whatever it still remembers. Its keys and
  values never change, so they are constants. Frame 0 is BOS alone and leaves zeros in its slot, which marks the slot.
- The window is 255 frames: with the present one 256, all that they train on. Until then every logit is theirs. Later
  the oldest frame goes, and BOS takes the place just before the oldest that is left.
- Rotary angles are made in the graph from the frequencies in the checkpoint, which the bfloat16 of reinforcement
  learning has rounded, so that no base describes them. A key is turned by its place in the ring, a query by its own
  place for the slots of this round of the ring and by a round more for the others. All that is needed of `cos` and
  `sin` is the slot: `rotary_base` is such that their pair head/4 turns once a window.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from train import tokens
from train.corpora.leadsheet import LETTERS
from train.export import Card, Graph, Sizes, interface, write

WINDOW = 255

# realchords/constants.py and realchords/dataset/hooktheory_tokenizer.py: PAD, BOS, EOS, silence, 128 holds of a pitch,
# 128 onsets, then the holds of all chords and the onsets of all chords, both in the order of the file of names.
BOS, SILENCE, NOTE_HOLD, NOTE_ON, CHORD_HOLD = 1, 3, 4, 132, 260

# realchords/nn/transformers.py sets attn_qk_norm; x-transformers' attn_qk_norm_scale is then 10, and its norms take
# lengths of at least 1e-12.
QK_SCALE, SMALLEST = 10.0, 1e-12

# The kinds of chord that jam can write (jam/chord.go); those of our own policies come first.
QUALITIES: dict[str, tuple[int, ...]] = {
    **tokens.QUALITIES,
    "mmaj7": (0, 3, 7, 11),
    "aug7": (0, 4, 8, 10),
    "add9": (0, 2, 4, 7),
    "madd9": (0, 2, 3, 7),
    "9": (0, 2, 4, 7, 10),
    "maj9": (0, 2, 4, 7, 11),
    "m9": (0, 2, 3, 7, 10),
}

# Their names are those of note-seq's chord_symbols_lib (Apache-2.0): root, kind, changed degrees, bass. Kinds as
# scale degrees; the first name of each is the one that it writes.
KINDS: dict[str, str] = {
    "|maj|M": "1 3 5",
    "m|min|-": "1 b3 5",
    "+|aug": "1 3 #5",
    "o|dim": "1 b3 b5",
    "7": "1 3 5 b7",
    "maj7|M7": "1 3 5 7",
    "m7|min7|-7": "1 b3 5 b7",
    "o7|dim7": "1 b3 b5 bb7",
    "+7|aug7": "1 3 #5 b7",
    "m7b5|-7b5|/o|/o7": "1 b3 b5 b7",
    "mmaj7|mM7|minmaj7|minM7|-maj7|-M7|m(maj7)|m(M7)|min(maj7)|min(M7)|-(maj7)|-(M7)": "1 b3 5 7",
    "6": "1 3 5 6",
    "m6|min6|-6": "1 b3 5 6",
    "9": "1 3 5 b7 9",
    "maj9|M9": "1 3 5 7 9",
    "m9|min9|-9": "1 b3 5 b7 9",
    "+9|aug9": "1 3 #5 b7 9",
    "6/9": "1 3 5 6 9",
    "11": "1 3 5 b7 9 11",
    "maj11|M11": "1 3 5 7 9 11",
    "m11|min11|-11": "1 b3 5 b7 9 11",
    "13": "1 3 5 b7 9 11 13",
    "maj13|M13": "1 3 5 7 9 11 13",
    "m13|min13|-13": "1 b3 5 b7 9 11 13",
    "sus2": "1 2 5",
    "sus|sus4": "1 4 5",
    "sus7|7sus": "1 4 5 b7",
    "ped": "1",
    "5": "1 5",
}
ROOT = r"([A-G])(#*|b*)(?![#b])"
CHANGE = re.compile(r"\(?(no|add)?(#*|b*)(\d+)\)?")
NAME = re.compile(ROOT + "(" + "|".join(re.escape(a) for names in KINDS for a in sorted(names.split("|"), key=len))
                  + rf")((?:\(?(?:no|add[#b]*|[#b]+)\d+\)?)*)(?:/{ROOT})?")
KIND_BY_NAME = {name: degrees.split() for names, degrees in KINDS.items() for name in names.split("|")}
WRITTEN_KINDS = {names.split("|")[0] for names in KINDS}
WRITTEN_ROOTS = {"C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"}


class ImportFailure(Exception):
    """One line that names the file and what is wrong with it."""


# --- their chord names -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """One of their chord names, read: root and bass pitch class, the set of semitones above the root as 12 bits."""

    root: int
    kind: str
    intervals: int
    bass: int
    usual: bool  # spelled as note-seq spells it


def _degree(alteration: str, number: int) -> int:
    return (LETTERS["CDEFGAB"[(number - 1) % 7]] + alteration.count("#") - alteration.count("b")) % 12


def read_name(name: str) -> Named | None:
    """What a chord name means, None where it follows no rule of note-seq's.

    A changed degree counts from the major scale, as where note-seq writes names: (add7) is eleven semitones."""
    found = NAME.fullmatch(name)
    if not found:
        return None
    letter, sign, kind, changes, bass_letter, bass_sign = found.groups()
    degrees = {}
    for written in KIND_BY_NAME[kind]:
        number = int(written.lstrip("#b"))
        degrees[number] = _degree(written[:-len(str(number))], number)
    for verb, alteration, number in CHANGE.findall(changes):
        if verb == "no":
            degrees.pop(int(number), None)
        else:
            degrees[int(number)] = _degree(alteration, int(number))
    root = (LETTERS[letter] + sign.count("#") - sign.count("b")) % 12
    bass = (LETTERS[bass_letter] + bass_sign.count("#") - bass_sign.count("b")) % 12 if bass_letter else root
    usual = letter + sign in WRITTEN_ROOTS and kind in WRITTEN_KINDS
    return Named(root, kind + changes, tokens.mask_of(tuple(set(degrees.values()))), bass, usual)


@dataclass(frozen=True)
class ChordMap:
    """jam's vocabulary for their names: symbols in token order; for each the index of the name that stands for it, and
    of all names whose beginning counts as its beginning (that one first)."""

    symbols: list[str]
    stands: list[int]
    groups: list[list[int]]
    exact: int  # names that say what a symbol says: itself, other spellings and inversions
    folded: dict[str, int]  # "their kind -> our quality": how many names, all of chords that jam cannot write
    unread: list[str]  # in no group

    def report(self) -> str:
        """The summary for a reader: how many names became what."""
        names = sum(map(len, self.groups)) + len(self.unread)
        lines = [f"{names} chord names: {len(self.symbols)} are chords that jam can write; "
                 f"{self.exact - len(self.symbols)} are these over a bass or spelled otherwise and begin as them; "
                 f"{sum(self.folded.values())} are other chords and begin as the nearest of the same root; "
                 f"{len(self.unread)} cannot be read and are never played"]
        common = sorted(self.folded.items(), key=lambda item: -item[1])
        lines += [f"  {number:4} x {change}" for change, number in common[:12]]
        if len(common) > 12:
            lines.append(f"  and {len(common) - 12} kinds more")
        if self.unread:
            lines.append("  not read: " + ", ".join(self.unread[:5]) + (" ..." if len(self.unread) > 5 else ""))
        return "\n".join(lines)


def _difference(intervals: int, quality: str) -> int:
    """How much a listener misses or hears too much; tokens.fold says the same of our own qualities."""
    differing = tokens.mask_of(QUALITIES[quality]) ^ intervals
    return sum(weight for i, weight in enumerate(tokens.WEIGHT) if differing >> i & 1)


def map_chords(names: list[str]) -> ChordMap:
    """Finds jam's symbol for every name. A symbol is in the vocabulary where a name means exactly its pitch classes:
    the plain one if there is one, or else an inversion."""
    read = [read_name(name) for name in names]
    quality_of = {tokens.mask_of(intervals): quality for quality, intervals in QUALITIES.items()}
    groups: dict[tuple[str, int], list[int]] = {}
    for i, named in enumerate(read):
        if named and named.intervals in quality_of:
            groups.setdefault((quality_of[named.intervals], named.root), []).append(i)
    for group in groups.values():
        group.sort(key=lambda i: (read[i].bass != read[i].root, not read[i].usual, i))
    exact = sum(map(len, groups.values()))

    folded: Counter[str] = Counter()
    unread = []
    for i, named in enumerate(read):
        if named and named.intervals in quality_of:
            continue
        near = [q for q in QUALITIES if named and (q, named.root) in groups]
        if not near:
            unread.append(names[i])
            continue
        quality = min(near, key=partial(_difference, named.intervals))
        groups[quality, named.root].append(i)
        folded[f"{named.kind} -> {quality or 'major'}"] += 1
    order = [(quality, root) for quality in QUALITIES for root in range(12) if (quality, root) in groups]
    symbols = [(tokens.SHARPS if 3 in QUALITIES[quality] else tokens.FLATS)[root] + quality for quality, root in order]
    return ChordMap(symbols, [groups[key][0] for key in order], [groups[key] for key in order], exact, dict(folded),
                    unread)


def read_names(path: Path) -> list[str]:
    """Their file of chord names: a JSON list without repetition."""
    try:
        names = json.loads(path.read_text())
    except OSError as error:
        raise ImportFailure(f"{path}: {error.strerror}") from None
    except ValueError:
        raise ImportFailure(f"{path}: not a JSON list of chord names") from None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ImportFailure(f"{path}: not a JSON list of chord names")
    if len(set(names)) < len(names):
        raise ImportFailure(f"{path}: the chord name {Counter(names).most_common(1)[0][0]!r} is there twice")
    return names


# --- their checkpoints -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weights:
    """The decoder's sizes, and its weights in float32 under x-transformers' names."""

    vocabulary: int
    dim: int
    layers: int
    heads: int
    head: int
    hidden: int
    state: dict[str, np.ndarray]

    def layer(self, i: int, name: str) -> np.ndarray:
        """A weight of block i: x-transformers counts attention (2i) and feed-forward (2i+1) as layers."""
        return self.state[f"attn_layers.layers.{2 * i + name.startswith('ff')}.1.{name}"]


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise ImportFailure(f"{path}: there is no such file")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # unpickling a file that is something else, or half a file, can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0][:90]
        raise ImportFailure(f"{path}: not a PyTorch checkpoint ({reason})") from None
    if isinstance(content, dict):
        content = content.get("state_dict", content)
    if not isinstance(content, dict) or not any(isinstance(value, torch.Tensor) for value in content.values()):
        raise ImportFailure(f"{path}: a PyTorch file, but no checkpoint of a network")
    return {str(name): value for name, value in content.items() if isinstance(value, torch.Tensor)}


def read_checkpoint(path: Path) -> Weights:
    """The decoder of actor.pth (its names begin with model.module.decoder), of a Lightning checkpoint (model.decoder,
    in state_dict) or of what was made for ReaLJam (decoder); also where torch.compile put _orig_mod in between."""
    state = {re.sub(r"_orig_mod\.", "", name): value for name, value in _tensors(path).items()}
    entrance = "decoder.token_emb.emb.weight"
    prefixes = [name.removesuffix(entrance) for name in state if name.endswith(entrance)]
    if len(prefixes) != 1:
        raise ImportFailure(f"{path}: not the online decoder of realchords-pytorch "
                            f"(it has {len(state)} tensors, the first is {min(state)})")
    prefix = prefixes[0] + "decoder."
    if other := sorted(name for name in state if not name.startswith(prefix)):
        raise ImportFailure(f"{path}: beside the decoder it has {other[0]}, which is not known")
    # In float32 whatever they were trained in: actor.pth is bfloat16, buffers too.
    weights = {name.removeprefix(prefix): value.float().numpy() for name, value in state.items()}

    def shape(name: str, dimensions: int) -> tuple[int, ...]:
        if name not in weights or weights[name].ndim != dimensions:
            raise ImportFailure(f"{path}: {name}: found {weights[name].shape if name in weights else 'none'}, expected "
                                f"{dimensions} dimensions: a network with other options than the authors' decoder")
        return weights[name].shape

    vocabulary, dim = shape("token_emb.emb.weight", 2)
    heads, _, head = shape("attn_layers.layers.0.1.qk_norm_q_scale", 3)
    hidden = shape("attn_layers.layers.1.1.ff.2.weight", 2)[1]
    rotary = shape("attn_layers.rotary_pos_emb.inv_freq", 1)[0]
    layers = len({name.split(".")[2] for name in weights if name.startswith("attn_layers.layers.")}) // 2
    expected = {"token_emb.emb.weight": (vocabulary, dim), "to_logits.weight": (vocabulary, dim),
                "attn_layers.rotary_pos_emb.inv_freq": (rotary,)}
    for i in range(layers):
        attention, feed = f"attn_layers.layers.{2 * i}.1.", f"attn_layers.layers.{2 * i + 1}.1.ff."
        expected |= {attention + f"to_{x}.weight": (heads * head, dim) for x in "qkv"}
        expected |= {attention + "to_out.weight": (dim, heads * head)}
        expected |= {attention + f"qk_norm_{x}_scale": (heads, 1, head) for x in "qk"}
        expected |= {feed + "0.proj.weight": (2 * hidden, dim), feed + "0.proj.bias": (2 * hidden,)}
        expected |= {feed + "2.weight": (dim, hidden), feed + "2.bias": (dim,)}
    for name in sorted(expected.keys() | weights.keys()):
        found, wanted = weights[name].shape if name in weights else "none", expected.get(name, "none")
        if found != wanted:
            raise ImportFailure(f"{path}: {name}: found {found}, expected {wanted}: "
                                "a network with other options than the authors' decoder")
    if head % 4 or 2 * rotary > head or rotary % 2:
        raise ImportFailure(f"{path}: heads of {head} with {rotary} rotary frequencies cannot be imported")
    return Weights(vocabulary, dim, layers, heads, head, hidden, weights)


def check_part(path: Path) -> None:
    """Weights do not tell a melody agent from a chord policy; the authors' args.yml beside the checkpoint does."""
    try:
        settings = (path.parent / "args.yml").read_text()
    except (OSError, UnicodeDecodeError):
        return
    if re.search(r"""^(?:\w+\.)?model_part:\s*['"]?melody""", settings, re.MULTILINE):
        raise ImportFailure(f"{path}: plays the melody, not the chords (model_part in args.yml beside it)")


# --- the policy file -------------------------------------------------------------------------------------------------


def _half(value: np.ndarray) -> np.ndarray:
    """As the policy file has it: rounded to float16."""
    return value.astype(np.float16).astype(np.float64)


def _halves(weights: Weights) -> np.ndarray:
    """The order of a head's dimensions in which each rotary pair is one of the first and one of the second half.

    x-transformers turns neighbours, and only the first 2·frequencies dimensions; the rest are pairs that never turn."""
    turned = 2 * len(weights.state["attn_layers.rotary_pos_emb.inv_freq"])
    rest = np.arange(turned, weights.head)
    middle = len(rest) // 2
    return np.concatenate([np.arange(0, turned, 2), rest[:middle], np.arange(1, turned, 2), rest[middle:]])


def _project(weights: Weights, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Block i's matrix [dim, 3·heads·head] to queries, keys and values, and the scales [heads, 2, 1, head] of the first
    two, with dimensions in the order of _halves."""
    order, heads, head = _halves(weights), weights.heads, weights.head
    parts = [weights.layer(i, f"to_{x}.weight").reshape(heads, head, weights.dim) for x in "qkv"]
    parts = [parts[0][:, order], parts[1][:, order], parts[2]]
    scales = [weights.layer(i, f"qk_norm_{x}_scale")[:, :, order] for x in "qk"]
    return np.concatenate(parts).reshape(3 * heads * head, weights.dim).T, np.stack(scales, axis=1)


def _first_token(weights: Weights) -> list[tuple[np.ndarray, np.ndarray]]:
    """Key and value [heads, head] of BOS in each block. It sees nothing but itself: its values are what it attends."""
    def normed(x: np.ndarray) -> np.ndarray:
        return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), SMALLEST)

    x, found = _half(weights.state["token_emb.emb.weight"][BOS]), []
    for i in range(weights.layers):
        matrix, scales = _project(weights, i)
        _, k, v = (normed(x) * weights.dim ** 0.5 @ _half(matrix)).reshape(3, weights.heads, weights.head)
        found.append((normed(k) * _half(scales[:, 1, 0]), v))
        x = x + _half(weights.layer(i, "to_out.weight")) @ v.ravel()
        up = _half(weights.layer(i, "ff.0.proj.weight")) @ (normed(x) * weights.dim ** 0.5)
        value, gate = np.split(up + _half(weights.layer(i, "ff.0.proj.bias")), 2)
        gated = value * gate / (1 + np.exp(-gate))
        x = x + _half(weights.layer(i, "ff.2.weight")) @ gated + _half(weights.layer(i, "ff.2.bias"))
    return found


def rotary_base(window: int) -> float:
    """The base whose pair head/4 (base to the power of -1/2) turns once a window."""
    return (window / (2 * math.pi)) ** 2


class _Builder(Graph):
    """Graph with the few shapes of node that this network repeats."""

    def whole(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, dtype=np.int64))

    def real(self, name: str, value: np.ndarray | float) -> str:
        return self.constant(name, np.asarray(value, dtype=np.float32))

    def cut(self, value: str, outputs: list[str], sizes: list[int], axis: int) -> list[str]:
        sizes_ = self.whole(outputs[0] + ".sizes", *sizes)
        self.nodes.append(helper.make_node("Split", [value, sizes_], outputs, name=outputs[0] + ".cut", axis=axis))
        return outputs

    def unit(self, x: str, name: str, length: float = 1.0) -> str:
        """x with each row of its last axis scaled to a length."""
        size = self.op("ReduceL2", [x, self.whole(name + ".axis", -1)], name + ".size", keepdims=1)
        size = self.op("Max", [size, self.real(name + ".smallest", SMALLEST)], name + ".above")
        if length != 1:
            size = self.op("Mul", [size, self.real(name + ".share", 1 / length)], name + ".part")
        return self.op("Div", [x, size], name + ".out")

    def linear(self, x: str, name: str, matrix: np.ndarray, bias: np.ndarray | None = None) -> str:
        """x times a matrix [in, out], plus a bias."""
        x = self.op("MatMul", [x, self.weight(name + ".weight", matrix)], name + ".product")
        return x if bias is None else self.op("Add", [x, self.weight(name + ".bias", bias)], name + ".sum")

    def rotate(self, x: str, cos: str, sin: str, name: str) -> str:
        a, b = self.split(x, [name + ".a", name + ".b"], axis=-1)
        ac, bs = self.op("Mul", [a, cos], name + ".ac"), self.op("Mul", [b, sin], name + ".bs")
        bc, as_ = self.op("Mul", [b, cos], name + ".bc"), self.op("Mul", [a, sin], name + ".as")
        halves = [self.op("Sub", [ac, bs], name + ".left"), self.op("Add", [bc, as_], name + ".right")]
        return self.op("Concat", halves, name + ".rotated", axis=-1)


def build(weights: Weights, chords: ChordMap, window: int = WINDOW) -> onnx.GraphProto:
    """The graph of one frame: rows 0 and 1 are the chord's and the melody's position."""
    g = _Builder()
    heads, head, dim, layers = weights.heads, weights.head, weights.dim, weights.layers
    names = (weights.vocabulary - CHORD_HOLD) // 2
    stands = np.array(chords.stands)

    zero = g.real("zero", 0)
    # What the ring holds. Frame 0 and what was never filled are zeros; a key is not, being of unit length, scaled.
    first_head = g.op("Slice", ["keys", g.whole("first_head.from", 0, 0), g.whole("first_head.to", 1, 1)], "first_head")
    size = g.op("ReduceL1", [first_head, g.whole("size.axes", 0, 1, 3)], "size", keepdims=0)
    seen = g.op("Greater", [size, zero], "seen")
    bias = g.op("Where", [seen, "mask", g.real("never", -np.inf)], "bias.part")
    bias = g.op("Concat", [bias, bias], "bias", axis=0)  # chords' slots, then melodies'
    count = g.op("ReduceSum", [g.op("Cast", [seen], "seen.number", to=TensorProto.FLOAT)], "count", keepdims=1)
    filled = g.op("ReduceMax", ["mask"], "filled", keepdims=1)
    start = g.op("Less", [filled, zero], "start")  # frame 0: the ring is empty
    # In frame 0 both rows are BOS beside its constant: whatever the shares, what they attend to is BOS's one value.
    own_bias = g.real("own_bias", [[0, -np.inf], [0, 0]])

    # The slot of this frame, from the hand that turns once a window.
    turn = 2 * np.pi * np.arange(window) / window
    hand = g.whole("hand", head // 4)
    x_part = g.op("Mul", [g.op("Gather", ["cos", hand], "hand.x"), g.real("dial.x", np.cos(turn))], "dial.xx")
    y_part = g.op("Mul", [g.op("Gather", ["sin", hand], "hand.y"), g.real("dial.y", np.sin(turn))], "dial.yy")
    slot = g.op("ArgMax", [g.op("Add", [x_part, y_part], "dial")], "slot", axis=0, keepdims=1)
    this_round = g.op("Less", [g.whole("slots", *(2 * list(range(window)))), slot], "this_round")

    # Positions of the rows: seen from slots of this round, from slots of the round before, and from BOS at 0.
    twice = g.real("twice", 2)
    place = g.op("Mul", [g.op("Cast", [slot], "slot.number", to=TensorProto.FLOAT), twice], "place")
    rows = g.real("place.rows", [-1, 0, 2 * window - 1, 2 * window])
    near = g.op("Add", [place, rows], "place.ring")
    far = g.op("Add", [g.op("Mul", [count, twice], "place.count"), g.real("place.bos.rows", [1, 2])], "place.bos")
    position = g.op("Reshape", [g.op("Concat", [near, far], "place.all", axis=0), g.whole("place.shape", 1, 3, 2, 1)],
                    "position")
    rates = np.zeros(head // 2)
    inverse = weights.state["attn_layers.rotary_pos_emb.inv_freq"]
    rates[:len(inverse)] = inverse
    angle = g.op("Mul", [position, g.real("rates", rates)], "angle")
    cos, sin = g.op("Cos", [angle], "angle.cos"), g.op("Sin", [angle], "angle.sin")
    cos_own, _ = g.cut(cos, ["cos.own", "cos.other"], [1, 2], axis=1)
    sin_own, _ = g.cut(sin, ["sin.own", "sin.other"], [1, 2], axis=1)

    embedding = weights.state["token_emb.emb.weight"]
    chord_rows = np.concatenate([[SILENCE], CHORD_HOLD + names + stands, CHORD_HOLD + stands, [BOS]])
    melody_rows = np.concatenate([[SILENCE], NOTE_ON + np.arange(128), NOTE_HOLD + np.arange(128), [BOS]])
    x = g.op("Concat", [
        g.op("Gather", [g.weight("chord.embedding", embedding[chord_rows]), "chord"], "chord.row"),
        g.op("Gather", [g.weight("melody.embedding", embedding[melody_rows]), "melody"], "melody.row")], "x", axis=0)

    ring = g.whole("ring", heads, 2 * window, head)
    split_heads, join_heads = g.whole("split_heads", 2, 3, heads, head), g.whole("join_heads", 2, heads * head)
    pairs, quads = g.whole("pairs", heads, 2, head), g.whole("quads", heads, 4, head)
    slot_shape = g.whole("slot_shape", 1, 2 * heads, head)
    scale = g.real("scale", np.array([QK_SCALE, 1]).reshape(1, 2, 1, 1))
    ring_keys = g.split("keys", [f"keys.{i}" for i in range(layers)], axis=0)
    ring_values = g.split("values", [f"values.{i}" for i in range(layers)], axis=0)
    new_keys, new_values = [], []
    for i, (first_key, first_value) in enumerate(_first_token(weights)):
        n = f"blocks.{i}"
        matrix, scales = _project(weights, i)
        qkv = g.linear(g.unit(x, f"{n}.norm1", dim ** 0.5), f"{n}.qkv", matrix)
        qkv = g.op("Transpose", [g.op("Reshape", [qkv, split_heads], f"{n}.apart")], f"{n}.heads", perm=[2, 1, 0, 3])
        qk, v = g.cut(qkv, [f"{n}.qk", f"{n}.v"], [2, 1], axis=1)  # [heads, 2 or 1, rows, head]
        scales_ = g.op("Mul", [g.weight(f"{n}.scales", scales), scale], f"{n}.scales.all")
        q, k = g.split(g.op("Mul", [g.unit(qk, f"{n}.qk.unit"), scales_], f"{n}.qk.scaled"), [f"{n}.q", f"{n}.k"], 1)
        q, k = g.rotate(q, cos, sin, f"{n}.q"), g.rotate(k, cos_own, sin_own, f"{n}.k")
        q_ring, q_first = g.cut(q, [f"{n}.q.ring", f"{n}.q.first"], [2, 1], axis=1)
        q_own = g.split(q_ring, [f"{n}.q.own", f"{n}.q.before"], axis=1)[0]
        q_own, q_first, k, v = (g.op("Reshape", [part, pairs], part + ".flat") for part in (q_own, q_first, k, v))

        keys = g.op("Transpose", [g.op("Reshape", [ring_keys[i], ring], f"{n}.keys")], f"{n}.turned", perm=[0, 2, 1])
        q_ring = g.op("Reshape", [q_ring, quads], f"{n}.q.quads")
        both = g.split(g.op("MatMul", [q_ring, keys], f"{n}.both"), [f"{n}.this", f"{n}.last"], axis=1)
        past = g.op("Add", [g.op("Where", [this_round, *both], f"{n}.past.raw"), bias], f"{n}.past")
        first = g.op("MatMul", [q_first, g.real(f"{n}.first_key", first_key[:, :, None])], f"{n}.first")
        own = g.op("MatMul", [q_own, g.op("Transpose", [k], f"{n}.k.turned", perm=[0, 2, 1])], f"{n}.own.raw")
        own = g.op("Add", [own, own_bias], f"{n}.own")
        share = g.op("Softmax", [g.op("Concat", [past, first, own], f"{n}.scores", axis=-1)], f"{n}.share", axis=-1)
        share_past, share_near = g.cut(share, [f"{n}.share.past", f"{n}.share.near"], [2 * window, 3], axis=-1)
        values = g.op("Reshape", [ring_values[i], ring], f"{n}.values")
        near = g.op("Concat", [g.real(f"{n}.first_value", first_value[:, None]), v], f"{n}.near", axis=1)
        attended = g.op("Add", [g.op("MatMul", [share_past, values], f"{n}.attended.past"),
                                g.op("MatMul", [share_near, near], f"{n}.attended.near")], f"{n}.attended")
        attended = g.op("Transpose", [attended], f"{n}.attended.rows", perm=[1, 0, 2])
        attended = g.op("Reshape", [attended, join_heads], f"{n}.joined")
        x = g.op("Add", [x, g.linear(attended, f"{n}.out", weights.layer(i, "to_out.weight").T)], f"{n}.x1")

        up = g.linear(g.unit(x, f"{n}.norm2", dim ** 0.5), f"{n}.up", weights.layer(i, "ff.0.proj.weight").T,
                      weights.layer(i, "ff.0.proj.bias"))
        value, gate = g.split(up, [f"{n}.value", f"{n}.gate"], axis=-1)
        silu = g.op("Mul", [gate, g.op("Sigmoid", [gate], f"{n}.sigmoid")], f"{n}.silu")
        down = g.linear(g.op("Mul", [value, silu], f"{n}.gated"), f"{n}.down", weights.layer(i, "ff.2.weight").T,
                        weights.layer(i, "ff.2.bias"))
        x = g.op("Add", [x, down], f"{n}.x2")
        new_keys.append(g.op("Reshape", [k, slot_shape], f"{n}.new_key"))
        new_values.append(g.op("Reshape", [v, slot_shape], f"{n}.new_value"))

    for output, parts in (("new_key", new_keys), ("new_value", new_values)):
        g.op("Where", [start, zero, g.op("Concat", parts, output + ".all", axis=0)], output)
    melody_row = g.split(x, ["x.chord", "x.melody"], axis=0)[1]
    readout = weights.state["to_logits.weight"]
    # Any name may begin. Only the name that was begun may be held, and that is the one that stands for its symbol.
    begins = [i for group in chords.groups for i in group]
    columns = np.concatenate([[SILENCE], CHORD_HOLD + names + np.array(begins), CHORD_HOLD + stands])
    logits = g.linear(g.unit(melody_row, "norm", dim ** 0.5), "readout", readout[columns].T)
    logits = g.op("Reshape", [logits, g.whole("flat", -1)], "logits.all")
    parts = g.cut(logits, ["logits.none", "logits.begin", "logits.hold"], [1, len(begins), len(stands)], axis=0)
    deepest = max(map(len, chords.groups))
    if deepest > 1:
        padded = np.full((len(stands), deepest), len(begins), dtype=np.int64)
        at = iter(range(len(begins)))
        for row, group in zip(padded, chords.groups):
            row[:len(group)] = [next(at) for _ in group]
        ended = g.op("Concat", [parts[1], g.real("no_name", [-np.inf])], "logits.ended", axis=0)
        table = g.op("Gather", [ended, g.constant("groups", padded)], "logits.table")
        parts[1] = g.op("ReduceLogSumExp", [table, g.whole("groups.axis", 1)], "logits.merged", keepdims=0)
    g.op("Concat", parts, "logits", axis=0)

    return helper.make_graph(g.nodes, "policy", *interface(sizes_of(weights, window), 1 + 2 * len(stands)), g.weights)


def sizes_of(weights: Weights, window: int) -> Sizes:
    """The sizes of their network in our contract: each head stands twice, once for each token of a frame."""
    return Sizes(window, weights.layers, 2 * weights.heads, weights.head, rotary_base(window),
                 sum(value.size for value in weights.state.values()))


def convert(checkpoint: Path, names_path: Path, card: Card, output: Path, window: int = WINDOW) -> ChordMap:
    """Writes the policy file of a checkpoint and says what became of the chord names. ImportFailure where it cannot."""
    names, weights = read_names(names_path), read_checkpoint(checkpoint)
    check_part(checkpoint)
    if weights.vocabulary != CHORD_HOLD + 2 * len(names):
        raise ImportFailure(f"{names_path}: {len(names)} chord names make {CHORD_HOLD + 2 * len(names)} tokens, "
                            f"but {checkpoint} has {weights.vocabulary}: not the names that it was trained with")
    chords = map_chords(names)
    if not chords.symbols:
        raise ImportFailure(f"{names_path}: no name is that of a chord that jam can play")
    write(build(weights, chords, window), card, chords.symbols, sizes_of(weights, window), output)
    return chords


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m train.import_realchords",
                                     description="Turn a checkpoint of realchords-pytorch into a policy file for jamd.")
    parser.add_argument("checkpoint", type=Path, help="actor.pth, or a .ckpt of the online chord decoder")
    parser.add_argument("names", type=Path, help="chord_names_augmented.json, published with the checkpoint")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the policy file, NAME.onnx")
    parser.add_argument("--name", help="what the policy calls itself (default: the output's name)")
    parser.add_argument("--corpora", nargs="+", default=["hooktheory", "pop909", "nottingham"],
                        help="what it was trained on (default: what the paper's GAPT was: %(default)s)")
    args = parser.parse_args(arguments)
    folder = args.checkpoint.resolve().parent.name
    card = Card(name=args.name or args.output.stem, method=f"realchords-pytorch: {folder}/{args.checkpoint.name}",
                corpora=args.corpora, licence="the authors' own, see lukewys/realchords-pytorch",
                text="Weights by the authors of arXiv 2511.17879, imported. Chords that jam cannot write begin as the "
                     "nearest of the same root; inversions begin as the chord.")
    try:
        print(convert(args.checkpoint, args.names, card, args.output).report())
    except ImportFailure as error:
        print(f"import_realchords: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"import_realchords: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
