"""A policy of the paper's size with random weights, made as an import of its authors' checkpoint. What a step costs, and
whether two devices compute the same, does not depend on the weights' values."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from train.realchords import CHORD_HOLD
from train.realchords.__main__ import main as import_checkpoint
from train.realchords.names import WRITTEN_KINDS, WRITTEN_ROOTS

DIM, LAYERS, HEADS = 512, 8, 8


def state(chords: int, dim: int = DIM, layers: int = LAYERS, heads: int = HEADS) -> dict[str, Tensor]:
    """Returns random weights under the names of actor.pth, for this number of chords."""
    random = torch.Generator().manual_seed(1)
    head, hidden = dim // heads, 4 * dim

    def matrix(rows: int, columns: int) -> Tensor:
        return torch.randn(rows, columns, generator=random) / columns ** 0.5

    tokens = CHORD_HOLD + 2 * chords
    found = {"token_emb.emb.weight": torch.randn(tokens, dim, generator=random), "to_logits.weight": 3 * matrix(tokens, dim),
             "attn_layers.rotary_pos_emb.inv_freq": 1e4 ** (-torch.arange(0, head // 2, 2) / (head // 2))}
    for i in range(layers):
        attention, feed = f"attn_layers.layers.{2 * i}.1.", f"attn_layers.layers.{2 * i + 1}.1.ff."
        found |= {attention + f"to_{x}.weight": matrix(dim, dim) for x in ("q", "k", "v", "out")}
        found |= {attention + f"qk_norm_{x}_scale": torch.ones(heads, 1, head) for x in "qk"}
        found |= {feed + "0.proj.weight": matrix(2 * hidden, dim), feed + "0.proj.bias": torch.zeros(2 * hidden),
                  feed + "2.weight": matrix(dim, hidden), feed + "2.bias": torch.zeros(dim)}
    return {"model.module.decoder." + name: value for name, value in found.items()}


def policies(folder: Path) -> list[Path]:
    """Makes the policy in folder in float16 and in int8, where it is not yet, and returns the two files."""
    made = [folder / "paper.onnx", folder / "paper-int8.onnx"]
    if all(path.is_file() for path in made):
        return made
    names = sorted(root + kind for root in WRITTEN_ROOTS for kind in WRITTEN_KINDS)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "names.json").write_text(json.dumps(names))
    torch.save(state(len(names)), folder / "actor.pth")
    for path in made:
        light = ["--int8"] if path.stem.endswith("int8") else []
        if import_checkpoint([str(folder / "actor.pth"), str(folder / "names.json"), "-o", str(path), *light]):
            raise RuntimeError(f"{path} could not be made from random weights")
    return made
