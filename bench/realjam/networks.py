"""python -m bench.realjam.networks POLICY.onnx LIGHT.onnx: makes networks of the paper's size with random weights.

Both systems play with the same weights; speed does not depend on their values. The sizes are those of the authors'
configurations (github.com/lukewys/realchords-pytorch, configs/gen_models, as of 2026-05): width 512, 8 layers, 8 heads,
chords and melody interleaved. ReaLJam looks for its checkpoints below the home folder, which HOME names. The command
makes them if they are missing; to change the sizes, remove that folder first. The command always rewrites the policies:
POLICY.onnx is the same decoder, weight by weight, as a jamd policy; LIGHT.onnx has its matrices in int8.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from realjam import agent_interface
from realjam.core.gen_model import DecoderTransformer, EncoderDecoderTransformer

from train.export.policy import Card
from train.realchords import CHORD_HOLD
from train.realchords.convert import convert
from train.realchords.names import WRITTEN_KINDS, WRITTEN_ROOTS

ONLINE, OFFLINE = Path(agent_interface.ONLINE_MODEL_PATH), Path(agent_interface.OFFLINE_MODEL_PATH)
CHORDS = Path(agent_interface.REALJAM_CHECKPOINT_DIR) / "chord_names_augmented.json"
SEED = 1
DECODER = {"dim": 512, "depth": 8, "heads": 8, "max_seq_len": 514, "dropout": 0.1}
ENCODER_DECODER = {f"{side}_{name}": value for side in ("enc", "dec")
                   for name, value in {"dim": 512, "depth": 8, "heads": 8, "max_seq_len": 258}.items()} | {
    "dropout": 0.1,
    "attention_layer_configs": {"rel_pos_bias": True, "rotary_pos_emb": False, "attn_flash": False}}


def names() -> list[str]:
    """Returns every chord name that note-seq can write, in twelve keys. ReaLJam reads names with note-seq. The authors'
    own list comes with their weights."""
    return sorted(root + kind for root in WRITTEN_ROOTS for kind in WRITTEN_KINDS)


def write_args(network: str, sizes: dict, checkpoint: Path) -> None:
    """Writes the settings file that belongs beside each checkpoint. It is YAML; JSON is a subset of YAML."""
    (checkpoint.parent / "args.yml").write_text(json.dumps({f"{network}.{k}": v for k, v in sizes.items()}))


def save(state: dict, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, path)


def make() -> None:
    """Makes all checkpoints. It writes the chord names last, because ReaLJam takes their presence to mean that all is
    there."""
    torch.manual_seed(SEED)
    tokens = CHORD_HOLD + 2 * len(names())
    decoder = DecoderTransformer(num_tokens=tokens, **DECODER).state_dict()
    actor = {"model.module." + name: value for name, value in decoder.items()}
    for path in map(Path, agent_interface.MODEL_PATHS.values()):
        save(decoder if path == ONLINE else actor, path)
        write_args("DecoderTransformer", DECODER, path)
    encoder_decoder = EncoderDecoderTransformer(enc_num_tokens=tokens, dec_num_tokens=tokens, **ENCODER_DECODER)
    save(encoder_decoder.state_dict(), OFFLINE)
    write_args("EncoderDecoderTransformer", ENCODER_DECODER, OFFLINE)
    CHORDS.write_text(json.dumps(names()))


def main(policy: Path, light: Path) -> None:
    if not CHORDS.exists():
        make()
    for path in (policy, light):
        card = Card(name=path.stem, method="random weights of the paper's size, for measuring speed", corpora=[],
                    licence="MIT")
        convert(ONLINE, CHORDS, card, path, int8=path == light)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
