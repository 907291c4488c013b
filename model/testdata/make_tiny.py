"""Makes policies of the contract jamd.policy/1 with random weights, and what they compute: tiny.onnx, which plays
chords, with its logits; tiny-bar.onnx, which hears the bar too; tiny-busy.onnx, which is told besides how often chords
are to change; tiny-melody.onnx, which plays melodies of an octave,
with its logits and what a seed draws.

The logits do not come from the graph: a second implementation runs the whole sequence at once with banded attention,
so that a mistake in the ring, the mask, the positions or the graph shows. Run it in the repository's root, in the
environment of the package train: python -m model.testdata.make_tiny
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from train.evaluation.play import choose, generator

FOLDER = Path(__file__).parent
LAYERS, HEADS, HEAD, WINDOW, HIDDEN, BASE = 2, 2, 8, 16, 32, 100.0
DIM = HEADS * HEAD
VOCABULARY = ["C", "Dm", "Em7", "Fmaj7", "G7", "Am"]
CHORD_START = 2 * len(VOCABULARY) + 1
MELODY_START = 257
BAR_PLACES, BUSY_LEVELS = 41, 6
EPS = 1e-5
FRAMES = 64


def random_weights(rng: np.random.Generator, logits: int) -> dict:
    """float16 arrays, large enough that attention is far from even."""
    def matrix(rows: int, columns: int) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * 1.6 / np.sqrt(rows)).astype(np.float16)

    weights = {"chord": rng.standard_normal((CHORD_START + 1, DIM)).astype(np.float16),
               "melody": rng.standard_normal((MELODY_START + 1, DIM)).astype(np.float16),
               "norm": rng.uniform(0.5, 1.5, DIM).astype(np.float16), "head": matrix(DIM, logits)}
    for i in range(LAYERS):
        weights |= {f"{i}.norm1": rng.uniform(0.5, 1.5, DIM).astype(np.float16), f"{i}.qkv": matrix(DIM, 3 * DIM),
                    f"{i}.out": matrix(DIM, DIM), f"{i}.norm2": rng.uniform(0.5, 1.5, DIM).astype(np.float16),
                    f"{i}.up": matrix(DIM, 2 * HIDDEN), f"{i}.down": matrix(HIDDEN, DIM)}
    return weights


def reference(weights: dict, chord: np.ndarray, melody: np.ndarray, bar: np.ndarray | None = None,
              busy: np.ndarray | None = None) -> np.ndarray:
    """Logits [frames, logits], in float64, of the whole sequence at once."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    frames = len(chord)
    theta = np.arange(frames)[:, None] * BASE ** (-2 * np.arange(HEAD // 2) / HEAD)
    turn = np.exp(1j * theta)[:, None, :]  # rotary embedding as a complex factor (RoFormer, 3.2)
    gap = np.arange(frames)[:, None] - np.arange(frames)[None, :]
    band = np.where((gap >= 0) & (gap <= WINDOW), 0.0, -np.inf)

    def norm(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS) * scale

    def rotate(x: np.ndarray) -> np.ndarray:
        z = (x[..., :HEAD // 2] + 1j * x[..., HEAD // 2:]) * turn
        return np.concatenate([z.real, z.imag], axis=-1)

    x = w["chord"][chord] + w["melody"][melody] + (w["bar"][bar] if bar is not None else 0)
    x = x + (w["busy"][busy] if busy is not None else 0)
    for i in range(LAYERS):
        q, k, v = (norm(x, w[f"{i}.norm1"]) @ w[f"{i}.qkv"]).reshape(frames, 3, HEADS, HEAD).transpose(1, 0, 2, 3)
        scores = np.einsum("qhd,khd->hqk", rotate(q), rotate(k)) / np.sqrt(HEAD) + band
        share = np.exp(scores - scores.max(-1, keepdims=True))
        share /= share.sum(-1, keepdims=True)
        x = x + np.einsum("hqk,khd->qhd", share, v).reshape(frames, DIM) @ w[f"{i}.out"]
        gate, value = np.split(norm(x, w[f"{i}.norm2"]) @ w[f"{i}.up"], 2, axis=-1)
        x = x + (gate / (1 + np.exp(-gate)) * value) @ w[f"{i}.down"]
    return norm(x, w["norm"]) @ w["head"] + w.get("bias", 0)


def graph(weights: dict) -> onnx.GraphProto:
    """One frame: weights are stored in float16 and computed with in float32."""
    nodes, constants = [], []

    def constant(value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(value, f"constant{len(constants)}"))
        return constants[-1].name

    def op(kind: str, *inputs: str, to: str = "", **attributes) -> str:
        name = to or f"{kind}{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def split(x: str, parts: int, axis: int) -> list:
        names = [f"{x}.{axis}.{p}" for p in range(parts)]
        nodes.append(helper.make_node("Split", [x], names, name=names[0], axis=axis, num_outputs=parts))
        return names

    def weight(name: str) -> str:
        half = constant(weights[name])
        nodes.append(helper.make_node("Cast", [half], [f"weight.{name}"], name=f"weight.{name}", to=TensorProto.FLOAT))
        return f"weight.{name}"

    def norm(x: str, name: str) -> str:
        mean = op("ReduceMean", op("Mul", x, x), constant(np.array([-1])))
        return op("Mul", op("Div", x, op("Sqrt", op("Add", mean, constant(np.float32([EPS]))))), weight(name))

    def rotate(x: str) -> str:
        a, b = split(x, 2, -1)
        return op("Concat", op("Sub", op("Mul", a, "cos"), op("Mul", b, "sin")),
                  op("Add", op("Mul", b, "cos"), op("Mul", a, "sin")), axis=-1)

    x = op("Add", op("Gather", weight("chord"), "chord"), op("Gather", weight("melody"), "melody"))
    for told in [name for name in ("bar", "busy") if name in weights]:
        x = op("Add", x, op("Gather", weight(told), told))
    new_keys, new_values = [], []
    mask = op("Concat", "mask", constant(np.zeros(1, np.float32)), axis=0)
    for i in range(LAYERS):
        qkv = op("MatMul", norm(x, f"{i}.norm1"), weight(f"{i}.qkv"))
        qkv = op("Reshape", qkv, constant(np.array([3, HEADS, 1, HEAD])))
        q, k, v = split(qkv, 3, 0)
        q, k = rotate(q), rotate(k)
        keys, values = (op("Concat", f"{ring}.{i}", op("Squeeze", new, constant(np.array([0]))), axis=1)
                        for ring, new in (("keys", k), ("values", v)))
        q = op("Mul", q, constant(np.float32([HEAD ** -0.5])))
        scores = op("MatMul", q, op("Transpose", keys, perm=[0, 2, 1]))
        seen = op("MatMul", op("Softmax", op("Add", scores, mask), axis=-1), values)
        x = op("Add", x, op("MatMul", op("Reshape", seen, constant(np.array([1, DIM]))), weight(f"{i}.out")))
        gate, value = split(op("MatMul", norm(x, f"{i}.norm2"), weight(f"{i}.up")), 2, -1)
        silu = op("Mul", gate, op("Sigmoid", gate))
        x = op("Add", x, op("MatMul", op("Mul", silu, value), weight(f"{i}.down")))
        new_keys.append(op("Squeeze", k, constant(np.array([2]))))
        new_values.append(op("Squeeze", v, constant(np.array([2]))))
    x = op("MatMul", norm(x, "norm"), weight("head"))
    if "bias" in weights:
        x = op("Add", x, weight("bias"))
    op("Squeeze", x, constant(np.array([0])), to="logits")
    op("Concat", *new_keys, to="new_key", axis=0)
    op("Concat", *new_values, to="new_value", axis=0)

    def tensor(name: str, *sizes: int, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, sizes)

    inputs = [tensor("chord", 1, kind=TensorProto.INT64), tensor("melody", 1, kind=TensorProto.INT64),
              tensor("cos", HEAD // 2), tensor("sin", HEAD // 2), tensor("mask", WINDOW),
              *(tensor(f"{ring}.{i}", HEADS, WINDOW, HEAD) for ring in ("keys", "values") for i in range(LAYERS))]
    inputs += [tensor(told, 1, kind=TensorProto.INT64) for told in ("bar", "busy") if told in weights]
    outputs = [tensor("logits", weights["head"].shape[1]),
               tensor("new_key", LAYERS, HEADS, HEAD), tensor("new_value", LAYERS, HEADS, HEAD)]
    return helper.make_graph(nodes, "tiny", inputs, outputs, constants)


def write_policy(weights: dict, name: str, **more: str) -> None:
    model = helper.make_model(graph(weights), opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    helper.set_model_props(model, {
        "format": "jamd.policy/1", "name": name, "method": "random weights", "vocabulary": json.dumps(VOCABULARY),
        "frames_per_beat": "4", "window": str(WINDOW), "layers": str(LAYERS), "heads": str(HEADS),
        "head_size": str(HEAD), "rotary_base": str(BASE), "parameters": str(sum(w.size for w in weights.values())),
        "corpora": "[]", "licence": "MIT", "figures": json.dumps({"note_in_chord": 0.5}), "card": "For tests only.",
        **more})
    onnx.checker.check_model(model, full_check=True)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def write_parity(name: str, chord: np.ndarray, melody: np.ndarray, logits: np.ndarray, frames: range, **more) -> None:
    text = json.dumps({"chord": chord.tolist(), "melody": melody.tolist(), "frames": list(frames),
                       "logits": [[round(x, 6) for x in logits[t].tolist()] for t in frames], **more},
                      separators=(",", ":"))
    (FOLDER / f"{name}.parity.json").write_text(text + "\n", encoding="utf-8")


def random_frames(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Tokens of both parts that go in, the start tokens first."""
    chord, melody = rng.integers(0, CHORD_START, FRAMES), rng.integers(0, MELODY_START, FRAMES)
    chord[0], melody[0] = CHORD_START, MELODY_START
    return chord, melody


def chords_player() -> None:
    rng = np.random.default_rng(1)
    weights = random_weights(rng, CHORD_START)
    write_policy(weights, "tiny")
    chord, melody = random_frames(rng)
    write_parity("tiny", chord, melody, reference(weights, chord, melody), range(FRAMES))


def chords_player_that_hears_the_bar() -> None:
    rng = np.random.default_rng(4)
    weights = random_weights(rng, CHORD_START)
    weights["bar"] = rng.standard_normal((BAR_PLACES, DIM)).astype(np.float16)
    write_policy(weights, "tiny-bar", bar_places=str(BAR_PLACES))
    (chord, melody), bar = random_frames(rng), rng.integers(0, BAR_PLACES, FRAMES)
    bar[:2] = 0, BAR_PLACES - 1
    write_parity("tiny-bar", chord, melody, reference(weights, chord, melody, bar), range(FRAMES), bar=bar.tolist())


def chords_player_that_is_told_how_busy_to_be() -> None:
    rng = np.random.default_rng(5)
    weights = random_weights(rng, CHORD_START)
    weights["bar"] = rng.standard_normal((BAR_PLACES, DIM)).astype(np.float16)
    weights["busy"] = rng.standard_normal((BUSY_LEVELS, DIM)).astype(np.float16)
    write_policy(weights, "tiny-busy", bar_places=str(BAR_PLACES), busy_levels=str(BUSY_LEVELS))
    (chord, melody), bar = random_frames(rng), rng.integers(0, BAR_PLACES, FRAMES)
    busy = rng.integers(0, BUSY_LEVELS, FRAMES)
    write_parity("tiny-busy", chord, melody, reference(weights, chord, melody, bar, busy), range(FRAMES),
                 bar=bar.tolist(), busy=busy.tolist())


def melody_player() -> None:
    rng = np.random.default_rng(2)
    weights = random_weights(rng, MELODY_START)
    weights["bias"] = np.full(MELODY_START, -30, np.float16)
    weights["bias"][0], weights["bias"][1 + 60:1 + 73], weights["bias"][129 + 60:129 + 73] = 1, 0, 3
    write_policy(weights, "tiny-melody", plays="melody")
    (chord, melody), seed, temperature = random_frames(rng), 3, 0.99
    draw, sampled = generator(seed), []
    for t in range(FRAMES):
        logits = reference(weights, chord[:t + 1], melody[:t + 1])[t]
        sampled.append(choose(logits, int(melody[t]), draw(), temperature))
        melody[t + 1:t + 2] = sampled[t]
    write_parity("tiny-melody", chord, melody, reference(weights, chord, melody), range(0, FRAMES, 3),
                 seed=seed, temperature=temperature, sampled=sampled)


def main() -> None:
    chords_player()
    chords_player_that_hears_the_bar()
    chords_player_that_is_told_how_busy_to_be()
    melody_player()


if __name__ == "__main__":
    main()
