import numpy as np
import onnxruntime
import pytest
import torch

from train.data import busy, tokens
from train.data.windows import Windows
from train.export.policy import Card, export
from train.models import mle
from train.models.network import Decoder, Shape, Stepper, shifted
from train.tests.songs import made

SHAPE = Shape(dim=32, layers=2, heads=2, window=16, dropout=0.0)


@pytest.mark.parametrize("bars, level", [(0, 1), (2, 1), (1, 2)])
def test_levels_go_by_the_changes_in_a_bar(bars, level):
    """Plays a window of eight bars whose chord changes every `bars` bars; 0 means never."""
    chords = np.full(128, 1 + tokens.CHORDS)
    for i, start in enumerate(range(0, 128, 16 * bars) if bars else [0]):
        chords[start:start + 16 * (bars or 8)] = 1 + tokens.CHORDS + i % 2
        chords[start] = 1 + i % 2
    assert busy.level(chords) == level


def test_the_busiest_change_every_beat_or_two():
    chords = 1 + np.arange(128) // 4 % 2
    assert busy.level(chords) == busy.LEVELS - 1


def test_a_jump_of_key_is_no_change_of_chord():
    still = made(["train"] * 2, 160)
    for piece in still:
        piece.chords[:] = 1 + tokens.CHORDS
        piece.chords[0] = 1
    batch = Windows(still, 20, 64, seed=1, jumps=1.0).drawn()
    assert bool((batch.busy == 1).all())


def test_some_windows_are_told_nothing():
    levels = torch.full((2000,), 4)
    levels = busy.unsure(levels, np.random.default_rng(1))
    assert set(levels.tolist()) == {0, 4} and 0.2 < (levels == 0).float().mean() < 0.3


def test_a_network_learns_to_be_told_without_forgetting(tmp_path):
    torch.manual_seed(3)
    deaf = Decoder(SHAPE).eval()
    torch.save({"network": deaf.state_dict(), "shape": SHAPE.asdict()}, tmp_path / "deaf.pt")
    hearing = mle.load(tmp_path / "deaf.pt", hears_busy=True)
    chords, melody = shifted(torch.randint(0, 361, (2, 20)), torch.randint(0, 257, (2, 20)))
    assert torch.equal(hearing(chords, melody), deaf(chords, melody))  # with the rate unknown, it stays as it was
    calm, hurried = (hearing(chords, melody, level=torch.tensor([n, n])) for n in (1, 5))
    assert not torch.allclose(calm, hurried, atol=1e-4)


def test_steps_are_the_whole():
    torch.manual_seed(2)
    network = Decoder(Shape(dim=32, layers=2, heads=2, window=16, dropout=0.0, hears_bar=True, hears_busy=True)).eval()
    chords, melody = shifted(torch.randint(0, 361, (2, 40)), torch.randint(0, 257, (2, 40)))
    places, level = torch.randint(0, 41, (2, 40)), torch.tensor([1, 5])
    whole, stepper = network(chords, melody, places, level), Stepper(network, 2)
    for t in range(40):
        torch.testing.assert_close(stepper.step(chords[:, t], melody[:, t], places[:, t], level), whole[:, t],
                                   atol=1e-4, rtol=1e-4)


def test_what_nobody_can_tell_any_more_plays_as_where_it_is_unknown(tmp_path):
    torch.manual_seed(2)
    hearing = Decoder(Shape(dim=32, layers=2, heads=2, window=16, dropout=0.0, hears_busy=True)).eval()
    torch.nn.init.normal_(hearing.busy.weight)
    deaf = mle.without_busy(hearing)
    assert not deaf.shape.hears_busy and mle.without_busy(deaf) is deaf
    chords, melody = shifted(torch.randint(0, 361, (2, 20)), torch.randint(0, 257, (2, 20)))
    torch.testing.assert_close(deaf(chords, melody), hearing(chords, melody))


def test_a_policy_file_is_told_by_an_input_of_its_own(tmp_path):
    torch.manual_seed(2)
    network = Decoder(Shape(dim=32, layers=1, heads=2, window=16, dropout=0.0, hears_busy=True)).eval()
    torch.nn.init.normal_(network.busy.weight)
    export(network, Card("hearing", "random", [], "MIT"), tmp_path / "hearing.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "hearing.onnx"), providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map["busy_levels"] == str(busy.LEVELS)
    ring = {f"{part}.0": np.zeros((2, 16, 16), np.float32) for part in ("keys", "values")}
    for level in (0, 5):
        logits = session.run(["logits"], ring | {
            "chord": np.array([361]), "melody": np.array([257]), "busy": np.array([level]),
            "cos": np.ones(8, np.float32), "sin": np.zeros(8, np.float32), "mask": np.full(16, -np.inf, np.float32)})[0]
        with torch.no_grad():
            whole = network(torch.tensor([[361]]), torch.tensor([[257]]), level=torch.tensor([level]))[0, 0]
        torch.testing.assert_close(torch.from_numpy(logits), whole, atol=2e-3, rtol=2e-3)


def test_a_seed_draws_the_level_that_package_jam_draws():
    assert [busy.drawn(seed) for seed in range(12)] == [2, 1, 2, 1, 4, 3, 3, 5, 2, 3, 4, 1]
    assert [busy.drawn(1000 * seed + 7) for seed in range(6)] == [5, 1, 5, 2, 4, 3]
