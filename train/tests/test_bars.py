import numpy as np
import pytest
import torch

from train.data import bars
from train.data.windows import Windows
from train.export import parity
from train.models.network import Decoder, Shape, Stepper, shifted
from train.tests.songs import made


@pytest.mark.parametrize("lines, frames, expected", [
    ([[0, 4, 4], [16, 4, 4]], 20, [*range(1, 17), 1, 2, 3, 4]),
    ([[0, 3, 4]], 14, [*range(17, 29), 17, 18]),                       # the last bar's metre continues
    ([[0, 6, 8], [12, 2, 4]], 16, [*range(29, 41), 1, 2, 3, 4]),
    ([[0, 4, 4], [4, 4, 4]], 8, [13, 14, 15, 16, 1, 2, 3, 4]),         # an upbeat
    ([[2, 12, 8]], 28, [0, 0, *range(29, 41), *range(29, 41), 29, 30]),
    ([[0, 9, 8]], 18, [*range(29, 35)] * 3),
    ([[0, 5, 4], [20, 4, 4]], 22, [0] * 20 + [1, 2]),
    ([], 3, [0, 0, 0]),
])
def test_places(lines, frames, expected):
    assert bars.places(np.array(lines, int).reshape(-1, 3), frames).tolist() == expected


def test_beats_and_bar_lines():
    assert np.flatnonzero(bars.downbeats()).tolist() == [1, 17, 29]
    assert np.flatnonzero(bars.on_beats()).tolist() == [1, 5, 9, 13, 17, 21, 25, 29, 35]


def test_now_and_then_a_window_is_told_nothing_or_another_first_beat():
    given = torch.from_numpy(bars.places(np.array([[0, 4, 4]]), 32)).expand(2000, -1)
    unsure = bars.unsure(given, np.random.default_rng(1))
    nothing, same = (unsure == 0).all(dim=1), (unsure == given).all(dim=1)
    assert 0.05 < nothing.float().mean() < 0.11
    wrong = unsure[~nothing & ~same]
    assert 0.03 < len(wrong) / 2000 < 0.09 and bool(((wrong - given[0]) % 4 == 0).all() and (wrong >= 1).all())
    three = torch.from_numpy(bars.places(np.array([[0, 3, 4]]), 32)).expand(200, -1)
    assert set(bars.unsure(three, np.random.default_rng(1))[:, 0].tolist()) == {0, 17}


def test_windows_know_where_in_their_bars_they_lie():
    windows = Windows(made(["train"] * 3, 96), 32, 64, seed=1)
    chords, _, mask, places, *_ = windows.drawn()
    changes = (chords >= 1) & (chords < 181) & mask
    changes[:, 0] = False  # the first chord of a window may be cut
    assert set(places[changes].tolist()) == {1} and set(places[mask].tolist()) == set(range(1, 17))
    assert (places[~mask] == 0).all()


def test_a_network_that_hears_the_bar_steps_as_it_sees_the_whole():
    torch.manual_seed(2)
    network = Decoder(Shape(dim=32, layers=2, heads=2, window=16, dropout=0.0, hears_bar=True)).eval()
    torch.nn.init.normal_(network.bar.weight)
    places = torch.from_numpy(parity.places(40))[None]
    chords, melody = shifted(torch.randint(0, 361, (1, 40)), torch.randint(0, 257, (1, 40)))
    whole, stepper = network(chords, melody, places), Stepper(network, 1)
    for t in range(40):
        torch.testing.assert_close(stepper.step(chords[:, t], melody[:, t], places[:, t]), whole[:, t],
                                   atol=1e-4, rtol=1e-4)
    assert not torch.allclose(network(chords, melody), whole)
