"""Builds the authors' decoder as an ONNX graph that computes one frame."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import TensorProto, helper

from train.export.policy import Graph, Sizes, interface
from train.realchords import BOS, CHORD_HOLD, NOTE_HOLD, NOTE_ON, SILENCE
from train.realchords.checkpoint import Weights
from train.realchords.names import ChordMap

WINDOW = 255

# realchords/nn/transformers.py sets attn_qk_norm. x-transformers' attn_qk_norm_scale is then 10, and its norms clamp
# lengths to at least 1e-12.
QK_SCALE, SMALLEST = 10.0, 1e-12


def _half(value: np.ndarray) -> np.ndarray:
    """Rounds to float16, as the policy file does."""
    return value.astype(np.float16).astype(np.float64)


def _halves(weights: Weights) -> np.ndarray:
    """Returns the order of a head's dimensions that puts one of each rotary pair in the first half, one in the second.

    x-transformers rotates neighbours, and only the first 2·frequencies dimensions; the rest are pairs that never
    turn."""
    turned = 2 * len(weights.state["attn_layers.rotary_pos_emb.inv_freq"])
    rest = np.arange(turned, weights.head)
    middle = len(rest) // 2
    return np.concatenate([np.arange(0, turned, 2), rest[:middle], np.arange(1, turned, 2), rest[middle:]])


def _project(weights: Weights, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns block i's matrix [dim, 3·heads·head] to queries, keys and values, and the scales [heads, 2, 1, head] of
    queries and keys. The dimensions are in the order of _halves."""
    order, heads, head = _halves(weights), weights.heads, weights.head
    parts = [weights.layer(i, f"to_{x}.weight").reshape(heads, head, weights.dim) for x in "qkv"]
    parts = [parts[0][:, order], parts[1][:, order], parts[2]]
    scales = [weights.layer(i, f"qk_norm_{x}_scale")[:, :, order] for x in "qk"]
    return np.concatenate(parts).reshape(3 * heads * head, weights.dim).T, np.stack(scales, axis=1)


def _first_token(weights: Weights) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns key and value [heads, head] of BOS in each block. BOS sees only itself, so its attention returns its
    value."""
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
    """Returns the base with which the pair head/4 (frequency base^(-1/2)) turns once per window."""
    return (window / (2 * math.pi)) ** 2


class _Builder(Graph):
    """A Graph with the few patterns of nodes that this network repeats."""

    def whole(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, dtype=np.int64))

    def real(self, name: str, value: np.ndarray | float) -> str:
        return self.constant(name, np.asarray(value, dtype=np.float32))

    def unit(self, x: str, name: str, length: float = 1.0) -> str:
        """Scales each row of x's last axis to `length`."""
        size = self.op("ReduceL2", [x, self.whole(name + ".axis", -1)], name + ".size", keepdims=1)
        size = self.op("Max", [size, self.real(name + ".smallest", SMALLEST)], name + ".above")
        if length != 1:
            size = self.op("Mul", [size, self.real(name + ".share", 1 / length)], name + ".part")
        return self.op("Div", [x, size], name + ".out")

    def linear(self, x: str, name: str, matrix: np.ndarray, bias: np.ndarray | None = None) -> str:
        """Multiplies x by a matrix [in, out] and adds the bias."""
        x = self.product(x, name + ".weight", matrix, name + ".product")
        return x if bias is None else self.op("Add", [x, self.weight(name + ".bias", bias)], name + ".sum")


def build(weights: Weights, chords: ChordMap, window: int = WINDOW, int8: bool = False) -> onnx.GraphProto:
    """Returns the graph of one frame. Row 0 is the position of the chord, row 1 that of the melody."""
    g = _Builder(int8)
    heads, head, dim = weights.heads, weights.head, weights.dim
    names = (weights.vocabulary - CHORD_HOLD) // 2
    stands = np.array(chords.stands)

    zero = g.real("zero", 0)
    # Which slots the ring has filled. Frame 0 and unfilled slots are zeros; a key is never zero, as it has unit length.
    first_head = g.op("Slice", ["keys.0", g.whole("first_head.from", 0), g.whole("first_head.to", 1)], "first_head")
    size = g.op("ReduceL1", [first_head, g.whole("size.axes", 0, 2)], "size", keepdims=0)
    seen = g.op("Greater", [size, zero], "seen")
    bias = g.op("Where", [seen, "mask", g.real("never", -np.inf)], "bias.part")
    bias = g.op("Concat", [bias, bias], "bias", axis=0)  # the slots of chords, then those of melodies
    count = g.op("ReduceSum", [g.op("Cast", [seen], "seen.number", to=TensorProto.FLOAT)], "count", keepdims=1)
    filled = g.op("ReduceMax", ["mask"], "filled", keepdims=1)
    start = g.op("Less", [filled, zero], "start")  # frame 0: the ring is empty
    # In frame 0 both rows are BOS, beside its constant: whatever the weights, attention returns BOS's one value.
    own_bias = g.real("own_bias", [[0, -np.inf], [0, 0]])

    # The slot of this frame, from the pair that turns once per window, as the hand of a clock.
    turn = 2 * np.pi * np.arange(window) / window
    hand = g.whole("hand", head // 4)
    x_part = g.op("Mul", [g.op("Gather", ["cos", hand], "hand.x"), g.real("dial.x", np.cos(turn))], "dial.xx")
    y_part = g.op("Mul", [g.op("Gather", ["sin", hand], "hand.y"), g.real("dial.y", np.sin(turn))], "dial.yy")
    slot = g.op("ArgMax", [g.op("Add", [x_part, y_part], "dial")], "slot", axis=0, keepdims=1)
    this_round = g.op("Less", [g.whole("slots", *(2 * list(range(window)))), slot], "this_round")

    # Positions of the rows relative to slots of this round, to slots of the round before, and to BOS at 0.
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

        keys = g.op("Transpose", [g.op("Reshape", [f"keys.{i}", ring], f"{n}.keys")], f"{n}.turned", perm=[0, 2, 1])
        q_ring = g.op("Reshape", [q_ring, quads], f"{n}.q.quads")
        both = g.split(g.op("MatMul", [q_ring, keys], f"{n}.both"), [f"{n}.this", f"{n}.last"], axis=1)
        past = g.op("Add", [g.op("Where", [this_round, *both], f"{n}.past.raw"), bias], f"{n}.past")
        first = g.op("MatMul", [q_first, g.real(f"{n}.first_key", first_key[:, :, None])], f"{n}.first")
        own = g.op("MatMul", [q_own, g.op("Transpose", [k], f"{n}.k.turned", perm=[0, 2, 1])], f"{n}.own.raw")
        own = g.op("Add", [own, own_bias], f"{n}.own")
        share = g.op("Softmax", [g.op("Concat", [past, first, own], f"{n}.scores", axis=-1)], f"{n}.share", axis=-1)
        share_past, share_near = g.cut(share, [f"{n}.share.past", f"{n}.share.near"], [2 * window, 3], axis=-1)
        values = g.op("Reshape", [f"values.{i}", ring], f"{n}.values")
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
    # Any name may begin. Only the name that began may be held: the one that represents its symbol.
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
    """Returns the sizes of the network in our contract. Each head appears twice, once for each token of a frame."""
    return Sizes(window, weights.layers, 2 * weights.heads, weights.head, rotary_base(window),
                 sum(value.size for value in weights.state.values()))
