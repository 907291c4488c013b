import pytest
import torch

from train.data import tokens
from train.models import mle
from train.models.anchor import Anchor
from train.models.network import Decoder, Shape
from train.rl import coherence, foresight, reinforce
from train.runs.stop import Stop
from train.tests.songs import made

SHAPE = Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0, hears_bar=True, hears_busy=True)
C, E, F = 60, 64, 65


def trainer(**settings) -> foresight.Trainer:
    torch.manual_seed(0)
    described = {"steps": 6, "windows": 4, "minibatch": 2, "length": 32, "warmup": 2, "valid_every": 3, **settings}
    return foresight.Trainer(Decoder(SHAPE), Anchor(Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0)),
                             foresight.Settings(**described), made(["train"] * 12 + ["valid"] * 4, 96))


def test_the_data_s_chords_end_at_bar_lines():
    ends = coherence.ends(made(["train"] * 40, 320))
    assert ends[1] > 0.8 and bool((ends[2:17] < 0.01).all())


def test_the_harmony_of_chords_by_hand():
    melody = torch.tensor([[1 + E, 129 + E, 0, 1 + F, 1 + C]])
    mask = torch.tensor([[True, True, True, True, False]])
    places = torch.tensor([[15, 16, 1, 2, 3]])
    ends = torch.full((41,), 0.0)
    ends[1] = 0.5  # half of the chords end at a bar line
    harmony = coherence.values(melody, mask, places, ends, torch.tensor([5]))[0] / coherence.USUAL
    major, minor7 = 0, 12 * tokens.NAMES.index("m7") + 9  # C and Am7: three notes of a key's seven, and four
    torch.testing.assert_close(harmony[:, major],
                               torch.tensor([2 - 6 / 7 - 1.5 / 7, 1 - 3 / 7 - 1.5 / 7, -3 / 7, -3 / 7, 0]))
    torch.testing.assert_close(harmony[:2, minor7], torch.tensor([2 - 8 / 7 - 2 / 7, 1 - 4 / 7 - 2 / 7]))


def test_how_much_of_the_data_s_chord_a_chord_has():
    seventh = 1 + 12 * tokens.NAMES.index("m7") + 9  # Am7, held in the second frame
    like = coherence.likeness(torch.tensor([[seventh, seventh + tokens.CHORDS, tokens.NO_CHORD]]))[0]
    c_major, f_sharp, itself = 0, 6, seventh - 1
    torch.testing.assert_close(like[:, [c_major, itself]] - like[:, [f_sharp]],
                               torch.tensor([[3 / 4, 1], [3 / 4, 1], [0, 0]]))
    torch.testing.assert_close(like.mean(dim=-1), torch.zeros(3))  # a guess is worth nothing
    assert not like[2].any()


def test_the_data_s_chord_has_value_beside_the_melody_s_notes():
    silent = torch.full((1, 3), tokens.SILENCE)
    mask, places, ends = torch.ones(1, 3, dtype=torch.bool), torch.tensor([[1, 2, 3]]), torch.zeros(41)
    beside = torch.zeros(1, 3, tokens.CHORDS)
    beside[0, 1, 5] = 0.5
    found = coherence.values(silent, mask, places, ends, torch.tensor([3]), beside)[0] / coherence.USUAL
    torch.testing.assert_close(found[:, 5], torch.tensor([0.5, 0.5, 0]))
    assert not found[:, :5].any()


def test_prices_rise_where_there_are_too_many_onsets():
    prices = coherence.Prices(gain=0.08, integral=torch.tensor([[0.5, 0.0, 0.0]]))
    found = prices.after(torch.tensor([[3.0, 0.0, 0.5]]), torch.tensor([[1.0, 1.0, 0.0]]))
    torch.testing.assert_close(prices.integral, torch.tensor([[0.54, -0.02, 0.02]]))
    torch.testing.assert_close(found, torch.tensor([[0.70, -0.10, 0.10]]))


def test_every_level_of_busyness_has_its_own_prices_and_those_of_all():
    prices, nan = coherence.Prices(gain=0.08, integral=torch.zeros(3, 3)), torch.full((3,), torch.nan)
    own, data = (torch.stack((nan, torch.full((3,), calm), torch.full((3,), hurried)))
                 for calm, hurried in ((1.0, 3.0), (1.0, 1.0)))
    found = prices.after(own, data)[:, 0]  # too many by none, 0 and 2; 1 on average
    torch.testing.assert_close(found, 1.25 * 0.08 * torch.tensor([0.5, 0.5, 1.5]))


def test_onsets_are_counted_by_level():
    places = torch.tensor([[1, 2, 5, 6, 17, 35, 40, 0]])
    chords = torch.tensor([[3, 3, 3, 3 + tokens.CHORDS, 0, 7, 7, 9]])
    mask = torch.tensor([[True] * 7 + [False]])
    found = coherence.onsets(chords.repeat(2, 1), mask.repeat(2, 1), places.repeat(2, 1), torch.tensor([2, 3]))
    assert found.shape == (6, 3) and bool(found[[0, 1, 4, 5]].isnan().all())
    torch.testing.assert_close(found[2], torch.tensor([1, 2, 2]) / 7 * 16)
    torch.testing.assert_close(found[3], found[2])


def test_chords_that_are_overused_in_their_key_have_less_value():
    degrees, minor = coherence.Degrees(), 1 + 12
    c_major = torch.tensor([0])
    data = torch.tensor([[1] * 9 + [minor]])  # C nine times, C minor once
    for _ in range(300):
        rarity = degrees.after(torch.tensor([[1] * 5 + [minor] * 5]), data, c_major, torch.tensor([1]))[0]
    assert rarity[0] == pytest.approx(torch.tensor(0.9005 / 0.5005).log().item(), abs=1e-3) and rarity[12] < -1
    assert rarity[11] == 0 and rarity[24] == 0


def test_a_chord_is_rare_beside_songs_of_its_kind():
    seventh = 12 * tokens.NAMES.index("maj7")
    plain, full = torch.ones(1, 8, dtype=torch.int64), torch.full((1, 8), 1 + seventh)
    half = torch.cat((plain[:, :6], full[:, :2], torch.zeros(1, 8, dtype=torch.int64)), dim=1)
    assert [int(coherence.kinds(of)) for of in (plain, half, full, torch.zeros(1, 8, dtype=torch.int64))] == [0, 1, 2, 0]
    degrees, both = coherence.Degrees(), torch.cat((plain, full))
    for _ in range(50):  # the policy plays some sevenths in all songs alike
        found = degrees.after(half[:, 2:10].repeat(2, 1), both, torch.tensor([0, 0]), coherence.kinds(both))
    assert found[0, seventh] < 0 < found[0, 0] and found[1, 0] < 0 < found[1, seventh]


def test_a_degree_is_the_same_in_every_key_of_its_mode():
    degrees = coherence.Degrees()
    d, d_minor, g = 2, 14, 7
    own, data = torch.tensor([[1 + d], [1 + g], [1 + 4]]), torch.tensor([[1 + d + 5], [1 + (g + 7) % 12], [1 + 4]])
    # In the keys of D and G the policy plays the tonic. The data plays the fourth in one and the fifth in the other.
    found = degrees.after(own, data, torch.tensor([d, g, d_minor]), torch.zeros(3, dtype=torch.int64))
    assert found[0, d] == found[1, g] < 0 < found[0, d + 5] == found[1, (g + 5) % 12]
    assert found[0, d + 7] == found[1, (g + 7) % 12] > 0
    assert bool((found[2] == 0).all())


def test_the_key_of_a_melody():
    scale = torch.tensor([0, 2, 4, 5, 7, 9, 11, 0, 4, 7, 0])
    minor = torch.tensor([9, 11, 0, 2, 4, 5, 8, 9, 0, 4, 9])
    melody = 1 + 60 + torch.stack([scale, scale + 3, minor])
    assert coherence.keys(melody, torch.ones_like(melody, dtype=torch.bool)).tolist() == [0, 3, 12 + 9]


def test_only_what_begins_pays_and_silence_costs_after_a_while():
    made_ = trainer(rarity=0.0)
    melody = torch.ones(1, 32, dtype=torch.long)
    prices, none = torch.full((1, 32), 0.3), torch.zeros(1, 32, tokens.CHORDS)
    values = made_.actions(torch.zeros(1, 32, tokens.CHORDS), melody, prices, none)
    assert values.shape == (1, 32, tokens.CHORD_LOGITS)
    assert values[0, 9, 0] == -0.5 and values[0, 7, 0] == 0
    assert bool((values[..., 1:181] == -0.3).all()) and bool((values[..., 181:] == 0).all())


def test_a_resumed_run_is_the_run_it_would_have_been(tmp_path):
    whole = reinforce.train(trainer(), tmp_path / "whole")
    reinforce.train(trainer(), tmp_path / "parts", Stop(3))
    parts = reinforce.train(trainer(), tmp_path / "parts")
    for a, b in zip(whole.parameters(), parts.parameters()):
        assert torch.equal(a, b)
    assert len((tmp_path / "parts" / "metrics.csv").read_text().splitlines()) == 7


def test_the_policy_learns_which_chords_have_more_value():
    made_ = trainer(steps=40, windows=12, minibatch=6, rate=1e-2, kl=0.0, data=0.0, price=0.0)
    value = [made_.once()["value"] for _ in range(40)]
    assert sum(value[-5:]) / 5 > sum(value[:5]) / 5 + 0.03


def test_the_more_the_anchor_counts_the_nearer_it_stays():
    made_ = trainer(steps=30, windows=6, minibatch=6, rate=1e-2, coherence=0.0, data=0.0, kl=1.0)
    fond = torch.zeros(tokens.CHORD_LOGITS)
    fond[[1, 1 + tokens.CHORDS]] = 8.0  # prefers one chord
    made_.anchor = lambda own, heard: fond.expand(*own.shape, -1)
    kl = [made_.once()["kl"] for _ in range(30)]
    assert sum(kl[-3:]) < 0.5 * sum(kl[:3])


def test_a_network_learns_to_hear_the_bar_from_one_that_did_not(tmp_path):
    deaf = Decoder(Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0))
    torch.save({"network": deaf.state_dict(), "shape": deaf.shape.asdict()}, tmp_path / "deaf.pt")
    hearing = mle.load(tmp_path / "deaf.pt", hears_bar=True)
    assert hearing.shape.hears_bar and mle.load(tmp_path / "deaf.pt").bar is None
    assert torch.equal(hearing.chord.weight, deaf.chord.weight)


def test_a_jump_parts_a_window_in_two():
    before, after = coherence.sides(torch.tensor([2, 4]), 4)
    assert before.tolist() == [[True, True, False, False], [True] * 4]
    assert after.tolist() == [[False, False, True, True], [False] * 4]


def test_a_chord_counts_only_what_sounds_before_the_jump():
    melody = torch.tensor([[1 + E, 129 + E, 1 + F, 1 + E]])
    mask, places = torch.ones(1, 4, dtype=torch.bool), torch.tensor([[1, 2, 3, 4]])
    harmony = coherence.values(melody, mask, places, torch.full((41,), 0.0), torch.tensor([2]))
    major = harmony[0, :, 0] / coherence.USUAL
    torch.testing.assert_close(major, torch.tensor([2 - 6 / 7, 1 - 3 / 7, 1 - 6 / 7, 1 - 3 / 7]))


def test_degrees_are_counted_on_each_side_of_a_jump():
    """Checks that I in two keys, one for each half of a window, is as common as I in one key."""
    scale = torch.tensor([0, 2, 4, 5, 7, 9, 11, 0, 4, 7, 0, 0])
    melody = 1 + 60 + torch.cat((scale, scale + 6))[None]
    chords = torch.cat((torch.full((12,), 1), torch.full((12,), 1 + 6)))[None]
    mask = torch.ones_like(melody, dtype=torch.bool)
    degrees, wrong = coherence.Degrees(), torch.full_like(chords, 1 + 6)
    for _ in range(50):
        rarity = degrees.within(wrong, chords, melody, mask, torch.tensor([12]))
    assert rarity.shape == (1, 24, tokens.CHORDS)
    assert torch.count_nonzero(degrees.data[0, 0]) == 1 and torch.count_nonzero(degrees.own[0, 0]) == 2
    assert rarity[0, 0, 0] > 0 > rarity[0, 0, 6] and rarity[0, 23, 6] > 0 > rarity[0, 23, 0]


def test_the_data_s_onset_at_a_jump_is_no_rate_to_be_held_to(monkeypatch):
    counted, drawn = [], []
    monkeypatch.setattr(coherence, "onsets", lambda chords, mask, *rest: counted.append(mask) or torch.zeros(6, 3))
    made_ = trainer(jumps=1.0)
    draw = made_.windows.drawn
    monkeypatch.setattr(made_.windows, "drawn", lambda: drawn.append(draw()) or drawn[0])
    made_.once()
    for mask in counted:
        assert torch.equal((drawn[0].mask & ~mask).nonzero()[:, 1], drawn[0].jump)


def test_a_policy_that_listens_plays_nothing_and_learns_nothing_there():
    one = trainer(listening=1.0, length=96)
    batch = one.windows.drawn()
    got = one.play(batch, batch.busy, one.windows.random, one.random)
    assert not got.plays[:, :16].any() and bool(got.plays[:, 64:].eq(got.mask[:, 64:]).all())
    assert not got.own[~got.plays].any()
    values = torch.randn(len(got.own), 96, 2 * tokens.CHORDS + 1)
    whole = torch.arange(len(got.own))
    gain = one.losses(got, whole, values)[1]
    values[~got.plays] = 100
    torch.testing.assert_close(one.losses(got, whole, values)[1], gain)
    assert bool(trainer().play(batch, batch.busy, one.windows.random, one.random).plays.eq(batch.mask).all())
