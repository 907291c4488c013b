"""Reads the checkpoints of realchords-pytorch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from train.realchords import ImportFailure


@dataclass(frozen=True)
class Weights:
    """The decoder's sizes, and its float32 weights under x-transformers' names."""

    vocabulary: int
    dim: int
    layers: int
    heads: int
    head: int
    hidden: int
    state: dict[str, np.ndarray]

    def layer(self, i: int, name: str) -> np.ndarray:
        """Returns a weight of block i. x-transformers counts attention (2i) and feed-forward (2i+1) as layers."""
        return self.state[f"attn_layers.layers.{2 * i + name.startswith('ff')}.1.{name}"]


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise ImportFailure(f"{path}: there is no such file")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # unpickling another kind of file, or a truncated one, can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0][:90]
        raise ImportFailure(f"{path}: not a PyTorch checkpoint ({reason})") from None
    if isinstance(content, dict):
        content = content.get("state_dict", content)
    if not isinstance(content, dict) or not any(isinstance(value, torch.Tensor) for value in content.values()):
        raise ImportFailure(f"{path}: a PyTorch file, but no checkpoint of a network")
    return {str(name): value for name, value in content.items() if isinstance(value, torch.Tensor)}


def read_checkpoint(path: Path) -> Weights:
    """Reads the decoder from actor.pth (names begin with model.module.decoder), from a Lightning checkpoint
    (model.decoder, in state_dict) or from a checkpoint made for ReaLJam (decoder), also if torch.compile put _orig_mod
    into the names. Raises ImportFailure if the file has no such decoder."""
    state = {re.sub(r"_orig_mod\.", "", name): value for name, value in _tensors(path).items()}
    entrance = "decoder.token_emb.emb.weight"
    prefixes = [name.removesuffix(entrance) for name in state if name.endswith(entrance)]
    if len(prefixes) != 1:
        raise ImportFailure(f"{path}: not the online decoder of realchords-pytorch "
                            f"(it has {len(state)} tensors, the first is {min(state)})")
    prefix = prefixes[0] + "decoder."
    if other := sorted(name for name in state if not name.startswith(prefix)):
        raise ImportFailure(f"{path}: beside the decoder it has {other[0]}, which is not known")
    # Always float32, whatever the precision in training: actor.pth is bfloat16, including its buffers.
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
    """Raises ImportFailure if the checkpoint plays the melody. The weights do not show it; the authors' args.yml beside
    the checkpoint does."""
    try:
        settings = (path.parent / "args.yml").read_text()
    except (OSError, UnicodeDecodeError):
        return
    if re.search(r"""^(?:\w+\.)?model_part:\s*['"]?melody""", settings, re.MULTILINE):
        raise ImportFailure(f"{path}: plays the melody, not the chords (model_part in args.yml beside it)")
