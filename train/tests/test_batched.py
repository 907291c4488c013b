import numpy as np
import pytest
import torch

from train.data import bars, tokens
from train.evaluation import batched
from train.evaluation.play import PolicyFile, as_heard, begin, follow, free, together
from train.export import parity
from train.export.policy import Card, build, sizes_of, write
from train.models.network import Decoder, Shape


def saved(path, int8: bool = False, **shape) -> None:
    """Writes a policy file of a small random network."""
    torch.manual_seed(5)
    network = Decoder(Shape(**({"dim": 32, "layers": 2, "heads": 2, "window": 16} | shape))).eval()
    for weight in network.parameters():
        weight.data *= 4
    write(build(network, int8), Card("a", "random", [], "MIT"), tokens.vocabulary(), sizes_of(network), path,
          network.shape.plays)


@pytest.mark.parametrize("hears_bar", [False, True])
@pytest.mark.parametrize("chooser", [free, as_heard])
def test_many_windows_are_played_as_each_alone(tmp_path, chooser, hears_bar):
    path = tmp_path / "p.onnx"
    saved(path, hears_bar=hears_bar)
    network, policy = batched.network_of(path), PolicyFile(path)
    assert network.shape.hears_bar is hears_bar and network.shape.window == 16
    melodies = np.stack([parity.tune(80, seed) for seed in range(5)])
    places = np.stack([np.roll(parity.places(80), 16 * i) for i in range(5)])
    played = batched.follow(network, [chooser(tokens.CHORD_START, seed) for seed in range(5)], melodies, places)
    for seed, row in enumerate(played):
        alone = follow(begin(policy, chooser(policy.start, seed)), melodies[seed], places[seed])
        assert (row == alone).all()
    assert len({tuple(row) for row in played}) == 5


def test_jams_with_an_agent_are_played_as_each_alone(tmp_path):
    saved(tmp_path / "p.onnx")
    saved(tmp_path / "m.onnx", plays="melody")
    policy, agent = (PolicyFile(tmp_path / name) for name in ("p.onnx", "m.onnx"))
    openings = [parity.tune(8, seed) for seed in (1, 2)]
    folded = np.arange(tokens.CHORD_TOKENS)
    places = np.stack([bars.FOUR + np.arange(48) % 16] * 2)
    melody, chords = batched.together(
        batched.network_of(tmp_path / "p.onnx"), [free(policy.start, seed) for seed in (1, 2)],
        batched.network_of(tmp_path / "m.onnx"), [free(agent.start, 9 + seed, opening=opening) for seed, opening in
                                                  zip((1, 2), openings)], places, folded)
    for i, seed in enumerate((1, 2)):
        alone = together(begin(policy, free(policy.start, seed)),
                         begin(agent, free(agent.start, 9 + seed, opening=openings[i])), places[i], folded)
        assert (chords[i] == alone[0]).all() and (melody[i] == alone[1]).all()
        assert (melody[i, :8] == openings[i]).all()


def test_files_of_another_layout_are_left_to_onnx_runtime(tmp_path):
    saved(tmp_path / "int8.onnx", int8=True)
    assert batched.network_of(tmp_path / "int8.onnx") is None
