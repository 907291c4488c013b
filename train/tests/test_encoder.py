from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from train.data import tokens
from train.evaluation.diversity import Encoder
from train.evaluation.evaluate import ENCODERS
from train.export.encoder import export
from train.models.contrastive import Contrastive
from train.models.encoder import EncoderShape

SHIPPED = Path(__file__).parents[2] / "assets" / "encoders" / "chords.onnx"


def run(path: Path, windows: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.stack([session.run(None, {"chords": w})[0] for w in windows])


def test_onnx_embeds_as_pytorch_does(tmp_path):
    torch.manual_seed(1)
    model = Contrastive(EncoderShape(dim=32, layers=2, heads=2))
    for weight in model.parameters():  # larger than at the start of a training, so that every part matters
        weight.data = (weight.data * 3).half().float()
    torch.save({"network": model.state_dict(), "shape": {"kind": "contrastive", **model.shape.asdict()}},
               tmp_path / "c.pt")
    export(tmp_path / "c.pt", tmp_path / "c.onnx")
    windows = np.random.default_rng(0).integers(0, tokens.CHORD_LOGITS, (5, 256))
    np.testing.assert_allclose(run(tmp_path / "c.onnx", windows), Encoder(tmp_path / "c.pt").embed(windows), atol=2e-3)


def test_what_is_shipped_is_the_encoder_of_the_evaluation(tmp_path):
    export(ENCODERS[0], tmp_path / "chords.onnx")
    assert (tmp_path / "chords.onnx").read_bytes() == SHIPPED.read_bytes()
    metadata = {p.key: p.value for p in onnx.load(SHIPPED).metadata_props}
    assert metadata["format"] == "jamd.encoder/1" and metadata["window"] == "256"
    assert SHIPPED.stat().st_size < 2e6


@pytest.mark.parametrize("begin", [0, 7])
def test_what_is_shipped_embeds_as_the_checkpoint_does(begin):
    chords = np.zeros((3, 256), np.int64)
    for i, row in enumerate(chords):
        for t in range(begin, 256, 16):
            chord = (t // 16 * (5 + i)) % tokens.CHORDS
            row[t:t + 16], row[t] = 1 + tokens.CHORDS + chord, 1 + chord
    np.testing.assert_allclose(run(SHIPPED, chords), Encoder(ENCODERS[0]).embed(chords), atol=2e-3)
