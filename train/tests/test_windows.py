from dataclasses import replace

import numpy as np
import torch

from train.data import metrics, tokens
from train.data.corpora import sampling
from train.data.windows import Windows
from train.tests.songs import made

LENGTH = 64


def drawn(jumps: float, count: int = 400, **options) -> tuple[Windows, tuple]:
    windows = Windows(made(["train"] * 4, 160), count, LENGTH, seed=1, jumps=jumps, transpose=False, **options)
    return windows, windows.drawn()


def test_half_of_the_windows_move_to_another_key():
    _, batch = drawn(0.5)
    jumped = batch.jump < LENGTH
    assert 0.4 < jumped.float().mean() < 0.6
    assert int(batch.jump[jumped].min()) >= LENGTH // 8 and int(batch.jump[jumped].max()) <= LENGTH * 3 // 4
    assert len(set(batch.jump[jumped].tolist())) > 30  # at many places
    assert bool((drawn(0.0)[1].jump == LENGTH).all())


def test_a_jump_moves_melody_and_chords_alike_by_every_interval():
    """Compares with the same windows, drawn without jumps by a generator in the same state."""
    _, batch = drawn(1.0, 300)
    found = set()
    for chords, melody, mask, _, jump, _ in zip(*batch):
        frame = int(jump)
        if not mask[frame:].all():
            continue
        pitches, roots = metrics.melody_pitch(melody.numpy()), metrics.chord_index(chords.numpy()) % 12
        same = [(int(p), int(r)) for p, r in zip(pitches, roots)]
        for piece in made(["train"] * 4, 160):
            own = list(zip(metrics.melody_pitch(piece.melody).tolist(),
                           (metrics.chord_index(piece.chords) % 12).tolist()))
            for start in range(160 - LENGTH + 1):
                if own[start:start + frame] == same[:frame]:
                    by = same[frame][0] - own[start + frame][0]
                    assert [(p - by, (r - by) % 12) for p, r in same[frame:]] == own[start + frame:start + LENGTH]
                    found.add(by)
    assert found == set(range(-6, 7)) - {0}


def test_what_is_held_over_a_jump_begins_anew_there():
    _, batch = drawn(1.0)
    for chords, melody, mask, _, jump, _ in zip(*batch):
        frame = int(jump)
        assert metrics.legal(chords.numpy())
        if mask[frame]:
            assert 1 <= chords[frame] <= tokens.CHORDS and 1 <= melody[frame] <= 128
        before, after = metrics.melody_pitch(melody.numpy())[:-1], melody.numpy()[1:]
        held = after >= 129
        assert (before[held] == after[held] - 129).all()


def test_jumps_scale_with_shorter_windows():
    windows = Windows(made(["train"] * 4, 160), 8, LENGTH, seed=1, shorter=(0.5, 0.5), jumps=1.0)
    for _ in range(20):
        batch = windows.drawn()
        length = batch.chords.shape[1]
        assert length < LENGTH and bool(((batch.jump >= length // 8) & (batch.jump <= length * 3 // 4)).all())


def test_same_seed_same_windows():
    for a, b in zip(drawn(0.5)[1], drawn(0.5)[1]):
        assert torch.equal(a, b)
    assert np.array_equal(tokens.TRANSPOSE_CHORDS[0], tokens.TRANSPOSE_CHORDS[12])  # a tritone down and up


def test_no_window_begins_where_the_melody_is_silent():
    song = made(["train"], 640)[0]
    song.melody[:480] = 0
    batch = Windows([song], 100, LENGTH, seed=1).drawn()
    sounds = ((batch.melody != 0) & batch.mask).sum(dim=1) / batch.mask.sum(dim=1)
    assert float(sounds.min()) >= 0.25


def test_corpora_are_drawn_by_their_weights(monkeypatch):
    monkeypatch.setitem(sampling.WEIGHTS, "rare", 0.1)
    common, rare = made(["train"], 160)[0], replace(made(["train"], 160)[0], corpus="rare")
    rare.melody[rare.melody > 0] = 200  # all hold one pitch
    batch = Windows([common, rare], 600, LENGTH, seed=1, transpose=False).drawn()
    assert 0.05 < (batch.melody[:, 5] == 200).float().mean() < 0.14
