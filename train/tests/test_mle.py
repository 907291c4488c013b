import numpy as np
import pytest
import torch

from train.data import metrics, tokens
from train.data.astray import lead_astray
from train.data.corpora import dataset
from train.data.corpora.dataset import Piece
from train.data.corpora.song import CorpusError
from train.data.windows import Windows
from train.models import fit, mle
from train.models.network import Decoder, Shape
from train.runs.stop import Stop
from train.tests.songs import made

SHAPE = Shape(dim=32, layers=1, heads=2, window=32)
SETTINGS = mle.Settings(steps=12, batch=2, length=64, warmup=2, valid_every=6, rate=1e-2)


def pieces() -> list[Piece]:
    return made(["valid"] + ["train"] * 5, 160)


def test_a_resumed_run_is_the_run_it_would_have_been(tmp_path):
    whole = mle.train(pieces(), SHAPE, SETTINGS, tmp_path / "whole")
    mle.train(pieces(), SHAPE, SETTINGS, tmp_path / "parts", stop=Stop(5))
    resumed = mle.train(pieces(), SHAPE, SETTINGS, tmp_path / "parts")
    for a, b in zip(whole.parameters(), resumed.parameters()):
        assert torch.equal(a, b)


def test_training_learns_and_leaves_its_record(tmp_path):
    settings = mle.Settings(steps=60, batch=4, length=64, warmup=5, valid_every=30, rate=1e-2)
    network = mle.train(pieces(), SHAPE, settings, tmp_path)
    assert mle.validate(network, pieces()[1:], 64, "cpu") < 3.0  # a uniform guess costs 5.9 nats
    rows = (tmp_path / "metrics.csv").read_text().splitlines()
    assert len(rows) == 3 and rows[0].startswith("step,seconds")
    assert mle.load(tmp_path / "best.pt").shape == SHAPE


def test_rate_warms_up_stays_and_falls_to_zero():
    s = fit.Settings(steps=100, warmup=10, decay=0.2, rate=1.0)
    assert fit.rate_at(0, s) == pytest.approx(0.1)
    assert fit.rate_at(50, s) == 1.0
    assert fit.rate_at(90, s) == pytest.approx(0.5)
    assert fit.rate_at(100, s) == 0.0


def test_loss_leaves_out_frames_past_the_end(tmp_path):
    torch.manual_seed(0)
    network = Decoder(SHAPE).eval()
    chords, melody = torch.randint(0, 100, (1, 40)), torch.randint(0, 200, (1, 40))
    mask = torch.ones(1, 40, dtype=torch.bool)
    mask[:, 30:] = False
    changed = chords.clone()
    changed[:, 30:] = 7
    assert torch.equal(mle.loss_of(network, chords, melody, mask), mle.loss_of(network, changed, melody, mask))


def test_cache_round_trip_and_clear_errors(tmp_path):
    path = tmp_path / "corpora.npz"
    with pytest.raises(CorpusError, match="python -m train prepare"):
        dataset.read(path)
    dataset.write(pieces(), {"made": {}}, path)
    read, _ = dataset.read(path)
    assert [(p.id, p.split, p.melody.tolist(), p.bars.tolist()) for p in read] == \
        [(p.id, p.split, p.melody.tolist(), p.bars.tolist()) for p in pieces()]
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(CorpusError, match="not a cache of corpora"):
        dataset.read(path)


def test_a_missing_corpus_is_named(tmp_path):
    with pytest.raises(CorpusError, match="pop909"):
        dataset.corpus_folder(tmp_path, "pop909")


def test_a_broken_archive_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "pop909.tar.xz").write_bytes(b"\xfd7zXZ\x00 broken")
    with pytest.raises(CorpusError, match="pop909.tar.xz"):
        dataset.corpus_folder(tmp_path, "pop909")


def test_split_is_by_group_and_stable():
    assert {dataset.split_of("pop909", str(i)) for i in range(100)} == {"train", "valid", "test"}
    assert dataset.split_of("openewld", "x") == "ood"
    assert [dataset.split_of("nottingham", g) for g in "abcdefgh"] == \
        ["train", "train", "train", "valid", "train", "train", "valid", "train"]


def test_too_few_songs_are_said():
    with pytest.raises(CorpusError, match="6 songs .* at least 8, "):
        Windows(pieces(), 8, 64, seed=1, distinct_songs=True)
    with pytest.raises(CorpusError, match="validate"):
        mle.validate(Decoder(SHAPE), [], 64, "cpu")


def test_shorter_windows_are_more_in_a_batch():
    windows = Windows(pieces(), 2, 64, seed=1, shorter=(0.25, 0.5))
    shapes = [tuple(windows.batch()[0].shape) for _ in range(40)]
    assert set(shapes) == {(2, 64), (4, 32), (8, 16)} and 10 < shapes.count((8, 16)) < 30


def test_histories_are_led_astray_and_come_back():
    windows = Windows(pieces(), 16, 64, seed=1)
    chords, _, mask = windows.batch()
    history, target, learnt = lead_astray(chords, mask, 0.7, np.random.default_rng(3))
    astray = 0
    for row in range(16):
        past, true, inside = history[row].numpy(), target[row].numpy(), learnt[row].numpy()
        out = np.flatnonzero(mask[row].numpy() & ~inside)
        assert metrics.legal(past)
        assert (past[inside] == true[inside]).all()  # learnt frames have the true past
        if len(out):
            astray += 1
            end = out[-1] + 1
            assert out[-1] - out[0] == len(out) - 1 and len(out) <= 32
            assert true[end] <= tokens.CHORDS  # a chord begins there
            assert (np.delete(true, end) == np.delete(chords[row].numpy(), end)).all()
    assert 7 <= astray <= 15
    same = lead_astray(chords, mask, 0.0, np.random.default_rng(3))
    assert same[0] is chords and same[1] is chords and same[2] is mask
