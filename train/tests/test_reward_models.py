import numpy as np
import pytest
import torch

from train.data import tokens
from train.data.corpora.dataset import Piece
from train.models import fit, reward_models
from train.models.contrastive import Contrastive
from train.models.discriminative import Discriminative
from train.models.encoder import Encoder, EncoderShape
from train.runs.stop import Stop

SHAPE = EncoderShape(dim=32, layers=1, heads=2, dropout=0.0)
RHYTHM = EncoderShape(dim=32, layers=1, heads=2, rhythm=True, dropout=0.0)


def windows(count: int = 6, length: int = 32) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(1)
    chords = torch.randint(0, tokens.CHORD_LOGITS, (count, length), generator=draw)
    melody = torch.randint(0, tokens.MELODY_START, (count, length), generator=draw)
    return chords, melody, torch.ones(count, length, dtype=torch.bool)


def pieces(count: int = 40) -> list[Piece]:
    """Returns songs on one chord each; the melody stays on the chord's root."""
    made = []
    for i in range(count):
        chords = np.full(128, 1 + tokens.CHORDS + i % 12, np.int16)
        melody = np.full(128, 129 + 60 + i % 12, np.int16)
        melody[::8] -= 128
        chords[0] -= tokens.CHORDS
        bars = np.array([[f, 4, 4] for f in range(0, 128, 16)], np.int32)
        made.append(Piece("made", str(i), "valid" if i >= count - 12 else "train", melody, chords, bars))
    return made


def test_encoder_hears_nothing_past_the_mask_and_everything_before_it():
    torch.manual_seed(0)
    encoder = Encoder(SHAPE, "melody", "chords").eval()
    chords, melody, mask = windows()
    mask[:, 20:] = False
    heard = encoder(mask, melody=melody, chords=chords)
    later = melody.clone()
    later[:, 20:] = 7
    torch.testing.assert_close(encoder(mask, melody=later, chords=chords), heard)
    earlier = melody.clone()
    earlier[:, 19] = (earlier[:, 19] + 60) % tokens.MELODY_START
    assert not torch.allclose(encoder(mask, melody=earlier, chords=chords), heard)


def test_rhythm_hears_neither_pitch_nor_chord():
    torch.manual_seed(0)
    chords, melody, mask = windows()
    up = torch.from_numpy(tokens.TRANSPOSE_MELODY[9].astype(np.int64))[melody]
    other = torch.from_numpy(tokens.TRANSPOSE_CHORDS[2].astype(np.int64))[chords]
    for network in (Contrastive(RHYTHM).eval(), Discriminative(RHYTHM).eval()):
        torch.testing.assert_close(network(other, up, mask), network(chords, melody, mask))
        shifted = torch.roll(chords, 1, dims=1)
        assert not torch.allclose(network(shifted, melody, mask), network(chords, melody, mask))


def test_contrastive_is_a_cosine():
    network = Contrastive(SHAPE).eval()
    chords, melody, mask = windows()
    reward = network(chords, melody, mask)
    assert reward.shape == (6,) and bool((reward.abs() <= 1 + 1e-5).all())
    torch.testing.assert_close(network.embed_chords(chords, mask).norm(dim=-1), torch.ones(6))


def test_discriminative_is_a_probability():
    reward = Discriminative(SHAPE).eval()(*windows())
    assert reward.shape == (6,) and bool(((reward > 0) & (reward < 1)).all())


@pytest.mark.parametrize("kind, right", [("contrastive", 0.5), ("discriminative", 0.85)])
def test_training_tells_pairs_apart(kind, right, tmp_path):
    settings = fit.Settings(steps=120, batch=12, length=64, rate=3e-3, warmup=5, valid_every=60)
    network = reward_models.train(kind, pieces(), SHAPE, settings, tmp_path)
    rows = (tmp_path / "metrics.csv").read_text().splitlines()
    assert rows[0] == "step,seconds,rate,train_loss,valid_loss,valid_right"
    assert float(rows[-1].split(",")[-1]) > right
    loaded = reward_models.load(tmp_path / "best.pt")
    assert type(loaded) is type(network) and loaded.shape == SHAPE


def test_a_resumed_reward_model_is_the_one_it_would_have_been(tmp_path):
    settings = fit.Settings(steps=8, batch=4, length=32, warmup=2, valid_every=4)
    shape = EncoderShape(dim=32, layers=1, heads=2)
    whole = reward_models.train("contrastive", pieces(), shape, settings, tmp_path / "whole")
    reward_models.train("contrastive", pieces(), shape, settings, tmp_path / "parts", stop=Stop(3))
    parts = reward_models.train("contrastive", pieces(), shape, settings, tmp_path / "parts")
    for a, b in zip(whole.parameters(), parts.parameters()):
        assert torch.equal(a, b)
