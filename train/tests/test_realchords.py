"""Tests the import of the authors' checkpoints against x-transformers itself, the network of their training."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from train.data import tokens
from train.data.vocabulary import QUALITIES
from train.evaluation.play import PolicyFile
from train.realchords.__main__ import main
from train.realchords.checkpoint import read_checkpoint
from train.realchords.names import WRITTEN_ROOTS, map_chords, read_name

KINDS = ["", "m", "7", "maj7", "sus", "o", "11", "(add9)", "ped", "maj7/D"]
NAMES = sorted(root + kind for root in WRITTEN_ROOTS for kind in KINDS)
FRAMES = 300


@pytest.fixture(scope="module")
def network():
    """Returns a small decoder of theirs, with random weights that float16 holds exactly and rotary frequencies rounded
    to bfloat16."""
    x_transformers = pytest.importorskip("x_transformers")
    torch.manual_seed(1)
    # realchords/nn/transformers.py and DecoderTransformer in realchords/model/gen_model.py
    layers = x_transformers.Decoder(dim=64, depth=2, heads=2, attn_dropout=0.1, ff_dropout=0.1, cross_attend=False,
                                    rotary_pos_emb=True, use_simple_rmsnorm=True, attn_qk_norm=True,
                                    attn_qk_norm_dim_scale=True, ff_swish=True, ff_glu=True, attn_flash=True)
    decoder = x_transformers.TransformerWrapper(num_tokens=260 + 2 * len(NAMES), max_seq_len=514, attn_layers=layers)
    with torch.no_grad():
        for name, weight in decoder.named_parameters():
            if "qk_norm" in name:
                weight.mul_(1 + 0.3 * torch.randn_like(weight))
            elif "token_emb" in name:
                weight.normal_()
            weight.copy_(weight.half())
        rates = decoder.attn_layers.rotary_pos_emb.inv_freq
        rates.copy_(rates.bfloat16())
    return decoder.eval()


def save(network: torch.nn.Module, folder: Path, layout: str) -> Path:
    """Saves a checkpoint as their code does: from reinforcement learning, from Lightning, or for ReaLJam."""
    prefix = {"actor.pth": "model.module.decoder.", "step=1.ckpt": "model._orig_mod.decoder.", "jam.ckpt": "decoder."}
    state = {prefix[layout] + name: value for name, value in network.state_dict().items()}
    path = folder / layout
    torch.save({"epoch": 0, "global_step": 1, "state_dict": state} if layout == "step=1.ckpt" else state, path)
    return path


@pytest.fixture(scope="module")
def policy_file(network, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    names, output = folder / "names.json", folder / "paper.onnx"
    names.write_text(json.dumps(NAMES))
    assert main([str(save(network, folder, "actor.pth")), str(names), "-o", str(output)]) == 0
    return output


@pytest.fixture(scope="module")
def song() -> tuple[np.ndarray, np.ndarray]:
    """Returns chord and melody tokens of jam; each token occurs somewhere."""
    random, chords = np.random.default_rng(2), map_chords(NAMES)
    return random.integers(0, 2 * len(chords.symbols) + 1, FRAMES), random.integers(0, 257, FRAMES)


@pytest.fixture(scope="module")
def played(policy_file, song) -> np.ndarray:
    return play(PolicyFile(policy_file), song, FRAMES)


def play(policy: PolicyFile, song: tuple[np.ndarray, np.ndarray], frames: int) -> np.ndarray:
    """Returns the logits of frames 0..frames-1 with the song as history."""
    chords = [2 * len(policy.vocabulary) + 1, *song[0]]
    melody = [tokens.MELODY_START, *song[1]]
    return np.stack([policy.step(int(chords[t]), int(melody[t])) for t in range(frames)])


def theirs(song: tuple[np.ndarray, np.ndarray]) -> list[int]:
    """Returns the song as their sequence, by their tokenizer's rules: BOS, then chord and melody of each frame."""
    chords = map_chords(NAMES)
    ids = {"none": 3} | {f"NOTE_{p}": 4 + p for p in range(128)} | {f"NOTE_ON_{p}": 132 + p for p in range(128)}
    ids |= {f"CHORD_{name}": 260 + i for i, name in enumerate(NAMES)}
    ids |= {f"CHORD_ON_{name}": 260 + len(NAMES) + i for i, name in enumerate(NAMES)}
    plain = [NAMES[i] for i in chords.stands]
    of_chord = ["none", *("CHORD_ON_" + name for name in plain), *("CHORD_" + name for name in plain)]
    of_melody = ["none", *(f"NOTE_ON_{p}" for p in range(128)), *(f"NOTE_{p}" for p in range(128))]
    return [1] + [ids[name] for c, m in zip(*song) for name in (of_chord[c], of_melody[m])]


def ours(logits: torch.Tensor) -> np.ndarray:
    """Returns their logits [.., vocabulary] as jam's tokens: any name of a group may begin, only the plain one is held."""
    chords, x = map_chords(NAMES), logits.double().numpy()
    hold, begin = x[..., 260:260 + len(NAMES)], x[..., 260 + len(NAMES):]
    begins = [np.logaddexp.reduce(begin[..., group], axis=-1) for group in chords.groups]
    return np.concatenate([x[..., 3:4], np.stack(begins, axis=-1), hold[..., chords.stands]], axis=-1)


@torch.no_grad()
def test_the_logits_are_theirs_for_a_whole_sequence(network, song, played):
    # BOS and 256 frames: the full length of their training, and one logit more.
    logits = ours(network(torch.tensor([theirs(song)[:513]]))[0, ::2])
    assert logits.std() > 0.3
    np.testing.assert_allclose(played[:257], logits, atol=1e-3)


@torch.no_grad()
def test_after_the_window_they_are_those_of_their_own_cache_with_the_oldest_frames_taken_out(network, song, played):
    sequence, cache, found = theirs(song), None, []
    for t in range(FRAMES):
        if cache is None:
            logits, cache = network(torch.tensor([[1]]), return_intermediates=True)
        else:
            # BOS and the 255 frames before this one. Keys are rotated by their place in the cache.
            for layer in cache.attn_intermediates:
                layer.cached_kv = [torch.cat((x[..., :1, :], x[..., 1:, :][..., -510:, :]), dim=-2)
                                   for x in layer.cached_kv]
            length = cache.attn_intermediates[0].cached_kv[0].shape[-2]
            inputs = torch.tensor([[0] * length + sequence[2 * t - 1:2 * t + 1]])
            logits, cache = network(inputs, return_intermediates=True, cache=cache, cache_age=2)
        found.append(ours(logits[0, -1]))
    np.testing.assert_allclose(played, np.stack(found), atol=1e-3)


def test_in_int8_the_logits_are_nearly_theirs(network, song, played, tmp_path):
    names, output = tmp_path / "chord_names_augmented.json", tmp_path / "light.onnx"
    names.write_text(json.dumps(NAMES))
    assert main([str(save(network, tmp_path, "actor.pth")), str(names), "--int8", "-o", str(output)]) == 0
    light = play(PolicyFile(output), song, FRAMES)
    worst = np.abs(light - played).max()
    assert 0 < worst < 0.1 * played.std()  # rounded, and nothing worse


def test_the_file_says_what_it_is(policy_file):
    policy = PolicyFile(policy_file)
    assert policy.metadata["name"] == "paper" and policy.metadata["method"].endswith("/actor.pth")
    assert (policy.metadata["heads"], policy.metadata["layers"], policy.window) == ("4", "2", 255)
    assert policy.vocabulary == map_chords(NAMES).symbols


def test_the_millionth_frame_is_as_the_first(policy_file, song, played):
    policy = PolicyFile(policy_file)
    policy.frame = 255 * 4000
    np.testing.assert_allclose(play(policy, song, 20), played[:20], atol=1e-5)


def test_a_jam_may_begin_in_any_slot(policy_file, song, played):
    policy = PolicyFile(policy_file)
    policy.frame = 250
    np.testing.assert_allclose(play(policy, song, 20), played[:20], atol=1e-4)


@pytest.mark.parametrize("layout", ["step=1.ckpt", "jam.ckpt"])
def test_every_layout_holds_the_same_weights(network, tmp_path, layout):
    first = read_checkpoint(save(network, tmp_path, "actor.pth"))
    other = read_checkpoint(save(network, tmp_path, layout))
    assert first.state.keys() == other.state.keys()
    assert all(np.array_equal(first.state[name], other.state[name]) for name in first.state)


def test_weights_in_bfloat16_are_read(network, tmp_path):
    state = {"decoder." + name: value.bfloat16() for name, value in network.state_dict().items()}
    torch.save(state, tmp_path / "actor.pth")
    assert all(value.dtype == np.float32 for value in read_checkpoint(tmp_path / "actor.pth").state.values())


# --- names of chords -------------------------------------------------------------------------------------------------


def test_qualities_are_those_that_jam_can_write():
    source = (Path(__file__).parents[2] / "jam" / "chord.go").read_text()
    written = re.findall(r'\{"(\w*)", \[\]uint8\{([\d, ]+)\}\}', source)
    assert {symbol: tuple(map(int, text.split(","))) for symbol, text in written} == QUALITIES


@pytest.mark.parametrize("name, root, semitones, bass", [
    ("C", 0, {0, 4, 7}, 0),
    ("Bbm7b5", 10, {0, 3, 6, 10}, 10),
    ("F#o7", 6, {0, 3, 6, 9}, 6),
    ("Ebsus7/Db", 3, {0, 5, 7, 10}, 1),
    ("G/B", 7, {0, 4, 7}, 11),
    ("C6/9", 0, {0, 2, 4, 7, 9}, 0),
    ("Db13", 1, {0, 2, 4, 5, 7, 9, 10}, 1),
    ("Am(maj7)", 9, {0, 3, 7, 11}, 9),
    ("A7(b9)(no3)", 9, {0, 1, 7, 10}, 9),
    ("Eped(add3)(add7)", 4, {0, 4, 11}, 4),
    ("E5(b13)(addb7)", 4, {0, 7, 8, 10}, 4),
    ("Cb", 11, {0, 4, 7}, 11),
])
def test_reads_names(name, root, semitones, bass):
    named = read_name(name)
    assert (named.root, {i for i in range(12) if named.intervals >> i & 1}, named.bass) == (root, semitones, bass)


@pytest.mark.parametrize("name", ["", "N.C.", "H", "Cfoo", "C(add)", "C/", "cm"])
def test_does_not_guess_names(name):
    assert read_name(name) is None


def test_chords_that_jam_cannot_write_begin_as_the_nearest_and_are_never_written():
    names = ["C/E", "C#", "Db", "C", "Csus4", "Csus", "C13", "C7", "Gm/D", "A13", "nonsense"]
    chords = map_chords(names)
    assert chords.symbols == ["C", "Db", "Gm", "C7", "Csus4"]
    assert [names[i] for i in chords.stands] == ["C", "Db", "Gm/D", "C7", "Csus"]
    assert [[names[i] for i in group] for group in chords.groups] == [
        ["C", "C/E"], ["Db", "C#"], ["Gm/D"], ["C7", "C13"], ["Csus", "Csus4"]]
    assert chords.exact == 8 and chords.folded == {"13 -> 7": 1} and chords.unread == ["A13", "nonsense"]
    assert "11 chord names: 5 are chords that jam can write; 3 are" in chords.report()


# --- what cannot be imported -----------------------------------------------------------------------------------------


def state(vocabulary: int = 264, **changes: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Returns a decoder of one block for two names; some of its tensors have another shape."""
    attention, feed = "attn_layers.layers.0.1.", "attn_layers.layers.1.1.ff."
    shapes = {"token_emb.emb.weight": (vocabulary, 8), "to_logits.weight": (vocabulary, 8),
              "attn_layers.rotary_pos_emb.inv_freq": (2,), attention + "to_out.weight": (8, 8),
              feed + "0.proj.weight": (64, 8), feed + "0.proj.bias": (64,), feed + "2.weight": (8, 32),
              feed + "2.bias": (8,)}
    shapes |= {attention + f"to_{x}.weight": (8, 8) for x in "qkv"}
    shapes |= {attention + f"qk_norm_{x}_scale": (1, 1, 8) for x in "qk"} | changes
    return {"model.module.decoder." + name: torch.zeros(shape) for name, shape in shapes.items() if shape}


def test_a_plain_decoder_is_read(tmp_path):
    torch.save(state(), tmp_path / "actor.pth")
    weights = read_checkpoint(tmp_path / "actor.pth")
    assert (weights.dim, weights.layers, weights.heads, weights.head, weights.hidden) == (8, 1, 1, 8, 32)


@pytest.mark.parametrize("content, names, expected", [
    (None, '["C", "Am"]', "actor.pth: there is no such file"),
    (b"version https://git-lfs.github.com/spec/v1\n", '["C", "Am"]', "actor.pth: not a PyTorch checkpoint"),
    (b"", '["C", "Am"]', "actor.pth: not a PyTorch checkpoint"),
    ([1, 2], '["C", "Am"]', "actor.pth: a PyTorch file, but no checkpoint"),
    ({"a.weight": torch.zeros(2)}, '["C", "Am"]', "actor.pth: not the online decoder"),
    ({**state(), "model.module.encoder.x": torch.zeros(1)}, '["C", "Am"]', "it has model.module.encoder.x, which is"),
    (state(**{"attn_layers.rotary_pos_emb.inv_freq": ()}), '["C", "Am"]', "inv_freq: found none"),
    (state(**{"to_logits.weight": (1, 8)}), '["C", "Am"]', "to_logits.weight: found (1, 8), expected (264, 8)"),
    (state(**{"attn_layers.layers.0.0.0.gamma": (8,)}), '["C", "Am"]', "gamma: found (8,), expected none"),
    (state(), '["C", "Am", "G"]', "3 chord names make 266 tokens, but"),
    (state(), '["C", "C"]', "names.json: the chord name 'C' occurs twice"),
    (state(), '{"C": 1}', "names.json: not a JSON list of chord names"),
    (state(), "[", "names.json: not a JSON list of chord names"),
    (state(), '["H", "N"]', "names.json: jam can play none of these chords"),
])
def test_says_in_one_line_what_is_wrong_and_in_which_file(tmp_path, capsys, content, names, expected):
    checkpoint, names_path = tmp_path / "actor.pth", tmp_path / "names.json"
    names_path.write_text(names)
    if isinstance(content, bytes):
        checkpoint.write_bytes(content)
    elif content is not None:
        torch.save(content, checkpoint)
    assert main([str(checkpoint), str(names_path), "-o", str(tmp_path / "out.onnx")]) == 2
    error = capsys.readouterr().err
    assert expected in error and error.startswith("realchords: ") and error.count("\n") == 1
    assert not (tmp_path / "out.onnx").exists()


def test_a_melody_agent_is_not_imported_as_chords(tmp_path, capsys):
    torch.save(state(), tmp_path / "actor.pth")
    (tmp_path / "args.yml").write_text("seed: 42\nmodel_part: melody\n")
    (tmp_path / "names.json").write_text('["C", "Am"]')
    assert main([str(tmp_path / x) for x in ("actor.pth", "names.json")] + ["-o", str(tmp_path / "out.onnx")]) == 2
    assert "actor.pth: plays the melody, not the chords" in capsys.readouterr().err
