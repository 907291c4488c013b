"""Writes a decoder as an ONNX file of the contract jamd.policy/1: one call per frame; the caller keeps the state.

The graph is written node by node rather than traced, so that it has only what a frame needs. Weights are stored in
float16 and cast to float32 once, when ONNX Runtime folds constants at load. With int8, the weights of matrix products
are stored with a scale for each BLOCK of them, as ONNX Runtime's operator MatMulNBits needs them.

inputs   chord, melody int64 [1]: the tokens of frame t-1
         bar int64 [1]: the bar position of frame t (bars.py), if the policy has this input
         busy int64 [1]: the wanted rate of chord changes (busy.py), if the policy has this input
         cos, sin float32 [head/2]: rotary angles of frame t
         mask float32 [window]: 0 for a filled slot of the ring, -inf for an empty one
         keys.I, values.I float32 [heads, window, head] of each layer I, from 0: the ring of the frames before t
outputs  logits float32 [tokens of the part that the policy plays, except the start token]
         new_key, new_value float32 [layers, heads, head]: frame t's own
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from train.data import bars, busy, tokens
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.models.network import Decoder

FORMAT = "jamd.policy/1"
OPSET = 21
RUNTIME = "com.microsoft"  # the domain of ONNX Runtime's own operators
BLOCK = 32


@dataclass(frozen=True)
class Card:
    """The description in a policy file's metadata. figures are from its evaluation."""

    name: str
    method: str
    corpora: list[str]
    licence: str
    text: str = ""
    figures: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Sizes:
    """What the caller of a policy must know about its network."""

    window: int
    layers: int
    heads: int
    head: int
    rotary_base: float
    parameters: int
    hears_bar: bool = False
    hears_busy: bool = False


class Graph:
    """Collects nodes and weights in order; every call returns the name of its result. int8: store the weights of matrix
    products in int8."""

    def __init__(self, int8: bool = False) -> None:
        self.int8 = int8
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: np.ndarray) -> str:
        """Adds a float32 constant stored as float16."""
        self.weights.append(numpy_helper.from_array(value.astype(np.float16), name + ".half"))
        return self.op("Cast", [name + ".half"], name, to=TensorProto.FLOAT)

    def product(self, x: str, name: str, matrix: np.ndarray, output: str) -> str:
        """Multiplies x by a matrix of weights [in, out]."""
        if not self.int8:
            return self.op("MatMul", [x, self.weight(name, matrix)], output)
        width, outputs = matrix.shape
        blocks = -(-width // BLOCK)
        in_blocks = np.pad(matrix.T, ((0, 0), (0, blocks * BLOCK - width))).reshape(outputs, blocks, BLOCK)
        scales = np.maximum(np.abs(in_blocks).max(axis=-1, keepdims=True), 1e-30) / 127
        # 128 stands for zero. Accuracy level 4 also rounds the input to 8 bits, block by block.
        stored = (np.rint(in_blocks / scales) + 128).astype(np.uint8)
        inputs = [x, self.constant(name + ".int8", stored),
                  self.constant(name + ".scales", scales.astype(np.float32).ravel())]
        return self.op("MatMulNBits", inputs, output, domain=RUNTIME, K=width, N=outputs, bits=8, block_size=BLOCK,
                       accuracy_level=4)

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def op(self, kind: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def split(self, value: str, outputs: list[str], axis: int) -> list[str]:
        self.nodes.append(helper.make_node("Split", [value], outputs, name=outputs[0] + ".split", axis=axis,
                                           num_outputs=len(outputs)))
        return outputs

    def cut(self, value: str, outputs: list[str], sizes: list[int], axis: int) -> list[str]:
        """Splits a value into parts of these sizes."""
        sizes_ = self.constant(outputs[0] + ".sizes", np.array(sizes, dtype=np.int64))
        self.nodes.append(helper.make_node("Split", [value, sizes_], outputs, name=outputs[0] + ".cut", axis=axis))
        return outputs

    def rotate(self, x: str, cos: str, sin: str, name: str) -> str:
        """Rotates x on its last axis: each element of the first half with its partner in the second."""
        a, b = self.split(x, [name + ".a", name + ".b"], axis=-1)
        ac, bs = self.op("Mul", [a, cos], name + ".ac"), self.op("Mul", [b, sin], name + ".bs")
        bc, as_ = self.op("Mul", [b, cos], name + ".bc"), self.op("Mul", [a, sin], name + ".as")
        halves = [self.op("Sub", [ac, bs], name + ".l"), self.op("Add", [bc, as_], name + ".r")]
        return self.op("Concat", halves, name + ".rotated", axis=-1)


def build(network: Decoder, int8: bool = False) -> onnx.GraphProto:
    """Returns the graph of one frame."""
    shape, g = network.shape, Graph(int8)
    heads, head, dim = shape.heads, shape.head, shape.dim
    state = {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}
    eps, two = (g.constant(name, np.array(value, dtype=np.float32)) for name, value in (("eps", 1e-5), ("two", 2)))
    scale = g.constant("scale", np.array(head ** -0.5, dtype=np.float32))
    row = g.constant("row", np.array([1, dim], dtype=np.int64))
    per_head = g.constant("per_head", np.array([3, heads, 1, head], dtype=np.int64))

    def norm(x: str, name: str) -> str:
        # ONNX Runtime fuses these six nodes into one, SimplifiedLayerNormalization.
        square = g.op("Pow", [x, two], name + ".square")
        mean = g.op("ReduceMean", [square, g.constant(name + ".axis", np.array([-1]))], name + ".mean")
        root = g.op("Sqrt", [g.op("Add", [mean, eps], name + ".add")], name + ".root")
        unit = g.op("Div", [x, root], name + ".unit")
        return g.op("Mul", [unit, g.weight(name + ".weight", state[name + ".weight"])], name + ".out")

    def linear(x: str, name: str) -> str:
        return g.product(x, name + ".weight", state[name + ".weight"].T, name + ".out")

    x = g.op("Add", [g.op("Gather", [g.weight("chord.weight", state["chord.weight"]), "chord"], "chord.row"),
                     g.op("Gather", [g.weight("melody.weight", state["melody.weight"]), "melody"], "melody.row")], "x")
    for part, heard in (("bar", shape.hears_bar), ("busy", shape.hears_busy)):
        if heard:
            table = g.weight(f"{part}.weight", state[f"{part}.weight"])
            x = g.op("Add", [x, g.op("Gather", [table, part], f"{part}.row")], f"x.{part}")
    new_keys, new_values = [], []
    zero = g.constant("axis0", np.array([0], dtype=np.int64))
    for i in range(shape.layers):
        name = f"blocks.{i}"
        qkv = g.op("Reshape", [linear(norm(x, f"{name}.norm1"), f"{name}.qkv"), per_head], f"{name}.heads")
        qk, v = g.cut(qkv, [f"{name}.qk", f"{name}.v"], [2, 1], axis=0)
        qk = g.rotate(qk, "cos", "sin", f"{name}.qk")
        q, k = g.split(qk, [f"{name}.q", f"{name}.k"], axis=0)  # as v, each [1, heads, 1, head]
        q = g.op("Mul", [q, scale], f"{name}.q.scaled")
        # Computes the scores of the ring and of the frame itself separately: joining scores is cheaper than joining
        # keys.
        turned = g.op("Transpose", [f"keys.{i}"], f"{name}.turned", perm=[0, 2, 1])
        past = g.op("Add", [g.op("MatMul", [q, turned], f"{name}.past.raw"), "mask"], f"{name}.past")
        own = g.op("ReduceSum", [g.op("Mul", [q, k], f"{name}.own.parts"), g.constant(f"{name}.last", np.array([-1]))],
                   f"{name}.own", keepdims=1)
        share = g.op("Softmax", [g.op("Concat", [past, own], f"{name}.scores", axis=-1)], f"{name}.share", axis=-1)
        share_past, share_own = g.cut(share, [f"{name}.share.past", f"{name}.share.own"], [shape.window, 1], axis=-1)
        seen = g.op("MatMul", [share_past, f"values.{i}"], f"{name}.seen.past")
        seen = g.op("Add", [seen, g.op("Mul", [share_own, v], f"{name}.seen.own")], f"{name}.seen")
        attended = linear(g.op("Reshape", [seen, row], f"{name}.joined"), f"{name}.out")
        x = g.op("Add", [x, attended], f"{name}.x1")
        up = linear(norm(x, f"{name}.norm2"), f"{name}.up")
        gate, value = g.split(up, [f"{name}.gate", f"{name}.value"], axis=-1)
        silu = g.op("Mul", [gate, g.op("Sigmoid", [gate], f"{name}.sigmoid")], f"{name}.silu")
        x = g.op("Add", [x, linear(g.op("Mul", [silu, value], f"{name}.gated"), f"{name}.down")], f"{name}.x2")
        new_keys.append(g.op("Squeeze", [k, g.constant(f"{name}.k.axis", np.array([2]))], f"{name}.new_key"))
        new_values.append(g.op("Squeeze", [v, g.constant(f"{name}.v.axis", np.array([2]))], f"{name}.new_value"))
    g.op("Squeeze", [linear(norm(x, "norm"), "head"), zero], "logits")
    g.op("Concat", new_keys, "new_key", axis=0)
    g.op("Concat", new_values, "new_value", axis=0)

    return helper.make_graph(g.nodes, "policy", *interface(sizes_of(network), shape.logits), g.weights)


def sizes_of(network: Decoder) -> Sizes:
    """Returns the sizes of one of our decoders."""
    shape = network.shape
    return Sizes(shape.window, shape.layers, shape.heads, shape.head, shape.rotary_base,
                 sum(p.numel() for p in network.parameters()), shape.hears_bar, shape.hears_busy)


def interface(sizes: Sizes, logits: int) -> tuple[list[onnx.ValueInfoProto], list[onnx.ValueInfoProto]]:
    """Returns the inputs and outputs of the contract."""
    def floats(name: str, *shape: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    ring = (sizes.heads, sizes.window, sizes.head)
    new = (sizes.layers, sizes.heads, sizes.head)
    heard = ["chord", "melody"] + ["bar"] * sizes.hears_bar + ["busy"] * sizes.hears_busy
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1]) for name in heard]
    inputs += [floats("cos", sizes.head // 2), floats("sin", sizes.head // 2), floats("mask", sizes.window)]
    inputs += [floats(f"{part}.{i}", *ring) for part in ("keys", "values") for i in range(sizes.layers)]
    return inputs, [floats("logits", logits), floats("new_key", *new), floats("new_value", *new)]


def write(graph: onnx.GraphProto, card: Card, vocabulary: list[str], sizes: Sizes, path: Path,
          plays: str = "chords") -> None:
    """Writes the policy file with its metadata, after ONNX's own checker has checked it."""
    domains = {"": OPSET} | ({RUNTIME: 1} if any(node.domain == RUNTIME for node in graph.node) else {})
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*domain) for domain in domains.items()],
                              ir_version=10, producer_name="jamd")
    helper.set_model_props(model, {
        "format": FORMAT, "name": card.name, "method": card.method, "licence": card.licence, "card": card.text,
        "plays": plays,
        "vocabulary": json.dumps(vocabulary), "frames_per_beat": str(FRAMES_PER_QUARTER),
        "window": str(sizes.window), "layers": str(sizes.layers), "heads": str(sizes.heads),
        "head_size": str(sizes.head), "rotary_base": repr(sizes.rotary_base), "parameters": str(sizes.parameters),
        "corpora": json.dumps(card.corpora), "figures": json.dumps(card.figures),
        **({"bar_places": str(bars.PLACES)} if sizes.hears_bar else {}),
        **({"busy_levels": str(busy.LEVELS)} if sizes.hears_busy else {}),
    })
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def export(network: Decoder, card: Card, path: Path, int8: bool = False) -> None:
    """Writes one of our policies, for chords or melodies."""
    write(build(network, int8), card, tokens.vocabulary(), sizes_of(network), path, network.shape.plays)
