import numpy as np
import pytest
import torch

from train.data.corpora.song import CorpusError
from train.evaluation.bootstrap import jackknife
from train.evaluation.diversity import Encoder, vendi_scores
from train.models.contrastive import Contrastive
from train.models.discriminative import Discriminative
from train.models.encoder import EncoderShape

SHAPE = EncoderShape(dim=32, layers=1, heads=2, dropout=0.0)


def test_alike_is_one_and_orthogonal_is_as_many_as_there_are():
    same, apart = np.repeat(np.eye(5)[:1], 5, axis=0), np.eye(5)
    songs = list("abcde")
    assert vendi_scores([same], [songs])[:, 0] == pytest.approx(np.ones(6))
    assert vendi_scores([apart], [songs])[:, 0] == pytest.approx([5, 4, 4, 4, 4, 4])
    assert vendi_scores([same, apart], [songs, songs])[0].tolist() == pytest.approx([1, 5])  # one score per draw
    assert jackknife(vendi_scores([same], [songs])[:, 0]) == [1, 1, 1]


def test_songs_are_left_out_whole():
    vectors = np.eye(3)[[0, 0, 1, 2]]  # half are of one kind, a quarter of each other: exp(1.5 ln 2)
    assert vendi_scores([vectors], [["a", "a", "b", "c"]])[:, 0] == pytest.approx([2 ** 1.5, 2, 3 / 2 ** (2 / 3),
                                                                                   3 / 2 ** (2 / 3)])
    assert len(vendi_scores([vectors], [["a"] * 4])) == 1


def test_draws_of_other_songs_lose_those_that_they_have():
    found = vendi_scores([np.eye(3), np.eye(3)], [["a", "b", "c"], ["b", "c", "d"]])
    assert found == pytest.approx(np.array([[3, 3], [2, 3], [2, 2], [2, 2], [3, 2]]))


def test_many_songs_are_left_out_in_groups():
    found = vendi_scores([np.eye(60)], [[str(i) for i in range(60)]])
    assert found[:, 0] == pytest.approx([60] + [57] * 20)


def save(network: torch.nn.Module, kind: str, path) -> None:
    torch.save({"network": network.state_dict(), "shape": {"kind": kind, **SHAPE.asdict()}}, path)


def test_the_encoder_embeds_windows_alone_or_in_batches(tmp_path):
    save(Contrastive(SHAPE), "contrastive", tmp_path / "c.pt")
    chords = np.random.default_rng(0).integers(0, 361, (2, 70, 16)).astype(np.int16)
    encoder = Encoder(tmp_path / "c.pt")
    vectors = encoder.embed(chords)
    assert vectors.shape == (2, 70, 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[1, 3], encoder.embed(chords[1, 3]), atol=1e-5)


def test_another_file_is_said_to_be_one(tmp_path):
    save(Discriminative(SHAPE), "discriminative", tmp_path / "d.pt")
    with pytest.raises(CorpusError, match="d.pt: not a contrastive"):
        Encoder(tmp_path / "d.pt")
    (tmp_path / "x.pt").write_bytes(b"nothing")
    for name in ("x.pt", "none.pt"):
        with pytest.raises(CorpusError, match=f"{name}: not the checkpoint"):
            Encoder(tmp_path / name)
