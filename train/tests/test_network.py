import json
from copy import deepcopy
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch

from train.data import tokens
from train.evaluation.play import PolicyFile, accompany, choose, generator
from train.export import parity
from train.export.policy import Card, export
from train.models.network import Decoder, Shape, Stepper, deepened, shifted

SMALL = Shape(dim=32, layers=3, heads=2, window=24)


def sharp(shape: Shape) -> Decoder:
    torch.manual_seed(3)
    decoder = Decoder(shape).eval()
    for weight in decoder.parameters():
        weight.data = (weight.data * 4).half().float()  # larger than at the start, and exact in a policy file
    return decoder


@pytest.fixture
def network() -> Decoder:
    return sharp(SMALL)


@pytest.fixture(params=["chords", "melody"])
def player(request) -> Decoder:
    """Returns a network of either part."""
    return sharp(replace(SMALL, plays=request.param))


def random_tokens(frames: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator_ = torch.Generator().manual_seed(1)
    return (torch.randint(0, tokens.CHORD_LOGITS, (2, frames), generator=generator_),
            torch.randint(0, tokens.MELODY_START, (2, frames), generator=generator_))


def test_stepping_equals_the_whole_sequence_beyond_the_window(network):
    chords, melody = random_tokens(3 * SMALL.window)
    whole = network(*shifted(chords, melody))
    stepper, (c, m) = Stepper(network, 2), shifted(chords, melody)
    for t in range(chords.shape[1]):
        torch.testing.assert_close(stepper.step(c[:, t], m[:, t]), whole[:, t], atol=1e-4, rtol=1e-4)


def test_no_frame_sees_the_frames_after_it(network):
    chords, melody = random_tokens(60)
    before = network(*shifted(chords, melody))
    for cut in (1, 20, 45):
        changed = melody.clone()
        changed[:, cut:] = (changed[:, cut:] + 7) % tokens.MELODY_START
        after = network(*shifted(chords, changed))
        torch.testing.assert_close(after[:, :cut + 1], before[:, :cut + 1])
        assert not torch.allclose(after[:, cut + 1], before[:, cut + 1])


def test_policy_file_computes_what_pytorch_does(player, tmp_path):
    path = tmp_path / "small.onnx"
    export(player, Card("small", "random", [], "MIT"), path)
    policy = PolicyFile(path)
    assert policy.metadata["plays"] == player.shape.plays
    chords, melody = random_tokens(3 * SMALL.window)
    whole = player(*shifted(chords, melody)).detach().numpy()
    assert whole.shape[2] == (tokens.CHORD_LOGITS if player.shape.plays == "chords" else 257)
    c, m = shifted(chords, melody)
    for t in range(chords.shape[1]):
        np.testing.assert_allclose(policy.step(int(c[0, t]), int(m[0, t])), whole[0, t], atol=1e-4)


def test_policy_file_plays_legally_and_the_same_for_a_seed(network, tmp_path):
    path = tmp_path / "small.onnx"
    export(network, Card("small", "random", [], "MIT"), path)
    melody = parity.tune(100, seed=2).astype(np.int16)
    first, again, other = (accompany(PolicyFile(path), melody, seed) for seed in (5, 5, 6))
    assert (first == again).all() and (first != other).any()
    from train.data.metrics import legal
    assert legal(first)


def test_parity_file_agrees_with_the_policy_file(player, tmp_path):
    path, file = tmp_path / "p.onnx", tmp_path / "p.json"
    export(player, Card("p", "random", [], "MIT"), path)
    parity.write(deepcopy(player), file)
    kept = json.loads(file.read_text())
    policy, draw = PolicyFile(path), generator(kept["seed"])
    own = kept["chord" if player.shape.plays == "chords" else "melody"]
    assert kept["chord"][0] == tokens.CHORD_START and kept["melody"][0] == tokens.MELODY_START
    assert own[1:] == kept["sampled"][:-1] and len(own) == len(kept["sampled"]) > 2 * SMALL.window
    logits = dict(zip(kept["frames"], kept["logits"]))
    for t, (chord, melody) in enumerate(zip(kept["chord"], kept["melody"])):
        found = policy.step(chord, melody)
        if t in logits:
            np.testing.assert_allclose(found, logits[t], atol=1e-4)
        assert choose(found, own[t], draw(), kept["temperature"]) == kept["sampled"][t]


@pytest.mark.parametrize(("make", "n"), [(parity.tune, 128), (parity.changes, tokens.CHORDS)])
def test_what_parity_plays_against_is_music(make, n):
    made = make(500, seed=1)
    onsets, holds = (made >= 1) & (made <= n), made > n
    assert len(made) == 500 and (made == 0).any() and onsets.sum() > 10 and holds.sum() > 250
    for t in np.flatnonzero(holds):
        assert t > 0 and made[t - 1] in (made[t], made[t] - n)


def test_foreign_onnx_is_refused(tmp_path):
    path = tmp_path / "foreign.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf):
        PolicyFile(path)



def test_choose_keeps_to_legal_tokens():
    logits = np.zeros(7)  # three chords: 0 none, 1..3 begin, 4..6 hold
    logits[[4, 5, 6]] = 50.0
    assert {choose(logits, 7, u, 1.0) for u in np.linspace(0, 0.999, 50)} == {0, 1, 2, 3}
    assert choose(logits, 2, 0.5, 1.0) == 5
    assert choose(logits, 6, 0.5, 1.0) == 6
    assert choose(np.array([0, 3.0, 1, 2, 9, 9, 9]), 0, 0.7, 0) == 1


def test_choose_top_p_drops_the_tail():
    logits = np.log([0.5, 0.3, 0.15, 0.05, 1e-9, 1e-9, 1e-9])
    assert {choose(logits, 0, u, 1.0, 0.75) for u in np.linspace(0, 0.999, 99)} == {0, 1}
    assert {choose(logits, 0, u, 1.0, 0.9) for u in np.linspace(0, 0.999, 99)} == {0, 1, 2}


def test_generator_is_gos_pcg():
    # rand.New(rand.NewPCG(1, 0)).Float64() of math/rand/v2, go1.26
    draw = generator(1)
    assert [draw() for _ in range(3)] == pytest.approx(GO_PCG_1_0, abs=0)


GO_PCG_1_0 = [0.23842319087387442, 0.50092138792624996, 0.049999111807066621]


def test_a_deepened_network_computes_the_same_and_can_learn_more():
    torch.manual_seed(3)
    network = Decoder(Shape(dim=32, layers=2, heads=2, window=16, dropout=0.0, hears_bar=True))
    deep = deepened(network, 6)
    chords, melody = torch.randint(0, 360, (2, 20)), torch.randint(0, 256, (2, 20))
    torch.testing.assert_close(deep(chords, melody), network(chords, melody))
    deep(chords, melody).square().mean().backward()
    assert all(bool(block.down.weight.grad.any()) for block in deep.blocks)
    with pytest.raises(ValueError, match="5 layers"):
        deepened(network, 5)
