"""Exports the chord encoder of a contrastive reward model as an ONNX file of the contract jamd.encoder/1. jamd uses it
to measure the diversity of a jam as train does (diversity.py).

input   chords int64 [window]: our tokens of a window
output  vector float32 [dim]: of length 1
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from train.data import tokens
from train.evaluation.diversity import Encoder
from train.evaluation.places import WINDOW
from train.export.policy import OPSET, Graph
from train.models.network import Stack, angles

FORMAT = "jamd.encoder/1"


class Network:
    """Adds the parts of a network to a graph, with its weights: linear layers, norms and blocks, by their names."""

    def __init__(self, state: dict[str, np.ndarray]) -> None:
        self.g, self.state = Graph(), state
        self.eps = self.g.constant("eps", np.array(1e-5, dtype=np.float32))
        self.last = self.g.constant("last", np.array([-1]))

    def linear(self, x: str, name: str) -> str:
        out = self.g.op("MatMul", [x, self.g.weight(f"{name}.weight", self.state[f"{name}.weight"].T)], f"{name}.out")
        if f"{name}.bias" not in self.state:
            return out
        return self.g.op("Add", [out, self.g.weight(f"{name}.bias", self.state[f"{name}.bias"])], f"{name}.biased")

    def norm(self, x: str, name: str) -> str:
        square = self.g.op("ReduceMean", [self.g.op("Mul", [x, x], f"{name}.square"), self.last], f"{name}.mean")
        root = self.g.op("Sqrt", [self.g.op("Add", [square, self.eps], f"{name}.add")], f"{name}.root")
        unit = self.g.op("Div", [x, root], f"{name}.unit")
        return self.g.op("Mul", [unit, self.g.weight(f"{name}.weight", self.state[f"{name}.weight"])], f"{name}.out")

    def silu(self, x: str, name: str) -> str:
        return self.g.op("Mul", [x, self.g.op("Sigmoid", [x], f"{name}.sigmoid")], f"{name}.silu")

    def rotate(self, x: str, name: str) -> str:
        a, b = self.g.split(x, [f"{name}.a", f"{name}.b"], axis=-1)
        op = self.g.op
        left = op("Sub", [op("Mul", [a, "cos"], f"{name}.ac"), op("Mul", [b, "sin"], f"{name}.bs")], f"{name}.l")
        right = op("Add", [op("Mul", [b, "cos"], f"{name}.bc"), op("Mul", [a, "sin"], f"{name}.as")], f"{name}.r")
        return op("Concat", [left, right], f"{name}.rotated", axis=-1)

    def block(self, x: str, name: str, heads: int) -> str:
        """Adds one block of a Stack in which all positions attend to one another: x float32 [length, dim]."""
        g = self.g
        qkv = g.op("Reshape", [self.linear(self.norm(x, f"{name}.norm1"), f"{name}.qkv"), "heads"], f"{name}.heads")
        turned = g.op("Transpose", [qkv], f"{name}.turned", perm=[1, 2, 0, 3])  # [3, heads, length, head]
        q, k, v = g.split(turned, [f"{name}.q", f"{name}.k", f"{name}.v"], axis=0)
        q, k = self.rotate(q, f"{name}.q"), self.rotate(k, f"{name}.k")
        keys = g.op("Transpose", [k], f"{name}.keys", perm=[0, 1, 3, 2])
        scores = g.op("Mul", [g.op("MatMul", [q, keys], f"{name}.products"), "scale"], f"{name}.scores")
        seen = g.op("MatMul", [g.op("Softmax", [scores], f"{name}.share", axis=-1), v], f"{name}.seen")
        rows = g.op("Reshape", [g.op("Transpose", [seen], f"{name}.back", perm=[0, 2, 1, 3]), "rows"], f"{name}.rows")
        x = g.op("Add", [x, self.linear(rows, f"{name}.out")], f"{name}.x1")
        up = self.linear(self.norm(x, f"{name}.norm2"), f"{name}.up")
        gate, value = g.split(up, [f"{name}.gate", f"{name}.value"], axis=-1)
        gated = g.op("Mul", [self.silu(gate, f"{name}.gate"), value], f"{name}.gated")
        return g.op("Add", [x, self.linear(gated, f"{name}.down")], f"{name}.x2")

    def stack(self, x: str, name: str, stack: Stack, length: int) -> str:
        """Adds a Stack's run over x float32 [length, dim]."""
        shape, g = stack.shape, self.g
        cos, sin = angles(shape, torch.arange(length))
        g.constant("cos", cos.numpy())
        g.constant("sin", sin.numpy())
        g.constant("scale", np.array(shape.head ** -0.5, dtype=np.float32))
        g.constant("heads", np.array([length, 3, shape.heads, shape.head]))
        g.constant("rows", np.array([length, shape.dim]))
        for i in range(shape.layers):
            x = self.block(x, f"{name}.blocks.{i}", shape.heads)
        return self.norm(x, f"{name}.norm")


def build(encoder: Encoder) -> onnx.GraphProto:
    """Returns the graph of embed_chords (contrastive.py) for one window."""
    model = encoder.model
    state = {name: value.detach().cpu().numpy() for name, value in model.state_dict().items()}
    net, shape = Network(state), model.shape
    g, name, beats = net.g, "chords", WINDOW // shape.patch
    # A frame's embedding depends on its token alone, so one table holds it.
    frames = model.chords.frames["chords"]
    with torch.no_grad():
        table = frames(torch.arange(tokens.CHORD_TOKENS)[None])[0]
    x = g.op("Gather", [g.weight("table", table.numpy()), "chords"], "frames")
    x = net.silu(net.linear(x, f"{name}.mix"), f"{name}.mix")
    x = g.op("Reshape", [x, g.constant("patches", np.array([beats, -1]))], "beats")
    x = net.stack(net.linear(x, f"{name}.join"), f"{name}.stack", model.chords.stack, beats)
    x = g.op("ReduceMean", [x, g.constant("first", np.array([0]))], "mean", keepdims=0)
    x = g.op("Relu", [net.linear(x, "project.chords.0")], "project.chords.relu")
    x = net.linear(x, "project.chords.2")
    length = g.op("ReduceL2", [x, net.last], "length")
    g.op("Div", [x, length], "vector")
    inputs = [helper.make_tensor_value_info("chords", TensorProto.INT64, [WINDOW])]
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [shape.dim])]
    return helper.make_graph(g.nodes, "encoder", inputs, outputs, initializer=g.weights)


def export(checkpoint: Path, path: Path) -> None:
    """Writes the encoder file with float16 weights. Raises CorpusError if the checkpoint holds no chord encoder."""
    encoder = Encoder(checkpoint)
    graph = build(encoder)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10,
                              producer_name="jamd")
    helper.set_model_props(model, {
        "format": FORMAT, "name": path.stem, "licence": "MIT",
        "method": "chord encoder of a contrastive reward model (ReaLchords, 3.2)",
        "vocabulary": json.dumps(tokens.vocabulary()), "window": str(WINDOW), "dim": str(encoder.model.shape.dim),
        "checkpoint": sha256(checkpoint.read_bytes()).hexdigest(),
    })
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
