import math

import pytest
import torch

from train.data import metrics, tokens
from train.data.corpora.dataset import Piece
from train.models.anchor import Anchor
from train.models.encoder import EncoderShape
from train.models.network import Decoder, Shape
from train.rl import objective, ppo, reinforce, rollout
from train.rl.adversary import Adversary, Discriminator, Schedule
from train.rl.judges import Judges, auc, knowledge
from train.runs.stop import Stop
from train.tests.songs import made

SHAPE = Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0)
JUDGE = EncoderShape(dim=32, layers=1, heads=2, dropout=0.0)


def pieces() -> list[Piece]:
    return made(["train"] * 12 + ["valid"] * 4, 96)


def windows(batch: int = 3, length: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(2)
    return (torch.randint(0, tokens.MELODY_START, (batch, length), generator=draw),
            torch.randint(0, tokens.CHORD_LOGITS, (batch, length), generator=draw))


def trainer(plays: str = "chords", **settings) -> ppo.Trainer:
    torch.manual_seed(0)
    shape = Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0, plays=plays)
    sizes = {"steps": 6, "windows": 4, "minibatch": 2, "length": 32, "warmup": 2, "valid_every": 3}
    described = ppo.Settings(**sizes | settings)
    return ppo.Trainer(Decoder(shape), Anchor(shape), Judges(plays, {}), described, JUDGE, pieces())


# The rules of the discriminator's schedule.

@pytest.mark.parametrize("step, rewards, due", [
    (1, [], True),                          # the first step
    (2, [0.1], False), (5, [0.1] * 4, True), (10, [0.1] * 9, True), (11, [0.1] * 10, False),
    (7, [0.1] * 5 + [1.5], False),          # a mean of .57 over three
    (7, [0.1] * 3 + [1.2] * 3, True),       # already fooled in the first phase
    (195, [0.1] * 194, True), (200, [0.1] * 199, False), (205, [0.1] * 204, False),  # the phase changes at 200
    (300, [0.1] * 296 + [1.01] * 3, True), (300, [0.1] * 296 + [1.0] * 3, False),    # above, not at, the threshold
])
def test_when_the_discriminator_learns(step, rewards, due):
    assert Schedule(every=5, phase=200).due(step, rewards) is due


def test_the_discriminator_s_rate_rises_with_its_own_updates():
    torch.manual_seed(0)
    schedule = Schedule(every=2, phase=10, updates=3, batch=4, warmup_updates=9)
    adversary = Adversary(Discriminator(JUDGE, "chords"), pieces(), schedule, 0.9, 32, 0.5, seed=1)
    _, chords = windows(4, 32)
    rates = []
    for step in range(1, 9):
        adversary.learn(step, chords, 0.1, torch.autocast("cpu", enabled=False))
        rates.append(round(adversary.optimiser.param_groups[0]["lr"], 3))
    assert adversary.updates == 15  # steps 1, 2, 4, 6, 8
    assert rates == [0.3, 0.6, 0.6, 0.9, 0.9, 0.9, 0.9, 0.9]


def test_the_discriminator_tells_what_was_played_from_data():
    torch.manual_seed(0)
    schedule = Schedule(updates=20, batch=8, warmup_updates=1)
    adversary = Adversary(Discriminator(JUDGE, "chords"), pieces(), schedule, 3e-3, 32, 0.0, seed=1)
    chords = torch.zeros(8, 32, dtype=torch.long)
    figures = [adversary.learn(step, chords, 0.1, torch.autocast("cpu", enabled=False)) for step in (1, 2, 3)]
    assert figures[-1]["adversary_accuracy"] > 0.9 and figures[-1]["adversary_updates"] == 60


# What the judges know.

def test_area_under_the_curve():
    assert auc(torch.tensor([0.9, 0.8]), torch.tensor([0.1, 0.2])) == 1
    assert auc(torch.tensor([0.5, 0.5]), torch.tensor([0.5])) == 0.5
    assert auc(torch.tensor([0.3, 0.1]), torch.tensor([0.2])) == 0.5


def test_a_judge_is_paid_by_what_it_knows():
    class Knows(torch.nn.Module):
        shape = JUDGE

        def forward(self, chords, melody, mask):  # knows these songs, each with one chord at the pitch of its melody
            return -((chords - 1) % 12 != (melody - 1) % 128 % 12).float().mean(dim=1)

    class Guesses(Knows):
        def forward(self, chords, melody, mask):
            return torch.zeros(len(chords))

    songs = []
    for i in range(8):
        melody, chords = torch.full((96,), 129 + 60 + i), torch.full((96,), 1 + tokens.CHORDS + i)
        songs.append(Piece("made", str(i), "valid", melody.numpy(), chords.numpy(), pieces()[0].bars))
    assert knowledge(Knows(), songs, 32, "cpu") > 0.8 and knowledge(Guesses(), songs, 32, "cpu") == 0
    judges = Judges("chords", {"knows": Knows(), "guesses": Guesses()}, {"knows": 0.5, "guesses": 0.0})
    paid = judges.sum({"knows": torch.ones(2), "guesses": torch.ones(2), "repetition": torch.full((2,), -0.1)})
    torch.testing.assert_close(paid, torch.full((2,), 0.4))


def test_adversarial_reward_is_minus_log_of_one_minus_d():
    torch.manual_seed(0)
    judge = Discriminator(JUDGE, "chords").eval()
    _, chords = windows(length=32)
    with torch.no_grad():
        judge.head.bias.fill_(0.7)
        d = judge.logit(chords).sigmoid()
        torch.testing.assert_close(judge(chords), -(1 - d).log())
        assert judge(chords).shape == (3, 1)


def test_label_smoothing_pulls_the_best_answer_off_the_ends():
    judge = Discriminator(JUDGE, "chords").eval()
    _, chords = windows(length=32)
    with torch.no_grad():
        judge.head.weight.zero_()
        judge.head.bias.zero_()
        loss, _ = judge.loss(chords, chords)
        assert loss.item() == pytest.approx(math.log(2))
        judge.logit = lambda own: torch.cat((torch.full((3, 1), -math.log(19)), torch.full((3, 1), math.log(19))))
        best, right = judge.loss(chords, chords)
        judge.logit = lambda own: torch.cat((torch.full((3, 1), -9.0), torch.full((3, 1), 9.0)))
        surer, _ = judge.loss(chords, chords)
    assert right == 1 and best < surer  # 0.95 is the smoothed label: a surer guess costs more
    assert best.item() == pytest.approx(-(0.95 * math.log(0.95) + 0.05 * math.log(0.05)), rel=1e-5)


# The arithmetic of a step.

def test_gae_by_hand():
    rewards = torch.tensor([[1.0, 0.0, 2.0, 9.0]])
    values = torch.tensor([[0.5, 1.0, 1.5, 9.0]])
    mask = torch.tensor([[True, True, True, False]])
    advantages, returns = objective.advantages_of(rewards, values, mask, gamma=1.0, gae=0.5)
    # deltas: 1 + 1 - .5 = 1.5, 0 + 1.5 - 1 = .5, 2 + 0 - 1.5 = .5; backwards: .5, .5 + .25 = .75, 1.5 + .375 = 1.875
    torch.testing.assert_close(advantages, torch.tensor([[1.875, 0.75, 0.5, 0.0]]))
    torch.testing.assert_close(returns, torch.tensor([[2.375, 1.75, 2.0, 0.0]]))


def test_normalised_looks_at_the_mask_alone():
    mask = torch.tensor([[True, True, False], [True, False, False]])
    out = objective.normalised(torch.tensor([[1.0, 2.0, 99.0], [3.0, 99.0, 99.0]]), mask)
    torch.testing.assert_close(out, torch.tensor([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))


def test_rewards_are_scaled_by_the_sums_and_centred_part_by_part_and_frame_by_frame():
    mask = torch.tensor([[True] * 4, [True, True, False, False], [True] * 4])
    growth = torch.tensor([[1.0, 2.0], [3.0, 0.0], [5.0, 6.0]])
    frames = torch.zeros(3, 4)
    frames[0, 2] = -1.0
    rewards = objective.normalised_rewards(growth, frames, mask)
    scale = torch.tensor([2.0, 3.0, 11.0]).std()
    torch.testing.assert_close(rewards * scale, torch.tensor(
        [[0, -2.0, -0.5, -2.0], [0, 0, 0, 0], [0, 2.0, 0.5, 2.0]]))


def test_no_advantage_is_the_frame_s_number():
    """Measures the share of the advantages' second moment that the frame alone explains. This is the first step, and
    the critic says nothing yet."""
    class Grows(torch.nn.Module):
        def forward(self, chords, melody, mask):
            return mask.sum(dim=1) / 8 + ((chords == 0) & mask).float().mean(dim=1)

    made = trainer(windows=12, shaping_parts=4, kl=0.1)
    made.judges = Judges("chords", {"grows": Grows()})
    advantages, mask = (got := made.play()).advantages, got.mask
    usual = (advantages * mask).sum(dim=0) / mask.sum(dim=0)
    assert (mask.sum(dim=0) * usual ** 2).sum() / (advantages ** 2).sum() < 0.1
    assert mask.all(dim=1).sum() >= 6  # windows that end early end on different frames


def test_policy_loss_is_clipped():
    mask = torch.ones(1, 2, dtype=torch.bool)
    old = torch.zeros(1, 2)
    new = torch.tensor([[math.log(2.0), math.log(0.5)]])
    advantages = torch.tensor([[1.0, -1.0]])
    assert objective.policy_loss(new, old, advantages, mask, 0.2).item() == pytest.approx(-(1.2 - 0.8) / 2)
    assert objective.policy_loss(new, old, -advantages, mask, 0.2).item() == pytest.approx((2.0 - 0.5) / 2)


def test_divergence_and_entropy_leave_illegal_tokens_out():
    p = torch.tensor([[[0.5, 0.5, 0.0]]]).log()
    q = torch.tensor([[[0.25, 0.75, 0.0]]]).log()
    assert objective.divergence(p, q).item() == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    assert objective.divergence(p, p).item() == 0
    assert objective.entropy_of(p).item() == pytest.approx(math.log(2))


# Rollouts.

def test_tokens_are_drawn_by_their_shares():
    shares = torch.tensor([0.25, 0.0, 0.5, 0.25, 0.0])
    uniform = torch.tensor([0.0, 0.2499, 0.25, 0.7499, 0.75, 1 - 2 ** -24])
    assert rollout.draw(shares.expand(6, 5), uniform).tolist() == [0, 0, 2, 2, 3, 3]
    thirds = torch.full((1, 4), 1 / 3)
    thirds[:, 3] = 0.0  # rounding puts their sum above or below 1
    assert rollout.draw(thirds * 0.9999, torch.tensor([1 - 2 ** -24])).tolist() == [2]


@pytest.mark.parametrize("plays", ["chords", "melody"])
def test_rollouts_are_legal_and_hear_no_frame_early(plays):
    torch.manual_seed(1)
    policy = Decoder(Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0, plays=plays)).eval()
    for weight in policy.parameters():
        weight.data *= 5
    melody, chords = windows()
    heard = melody if plays == "chords" else chords
    changed = heard.clone()
    changed[:, 10:] = 0
    uniform = torch.rand(heard.shape, generator=torch.Generator().manual_seed(3))
    first = rollout.play(policy, heard, 1.0, uniform)
    other = rollout.play(policy, changed, 1.0, uniform)
    assert torch.equal(first[:, :11], other[:, :11]) and not torch.equal(first, other)
    n = rollout.VOICES[plays]
    for row in first.numpy():
        before = 0
        for token in row:
            assert token <= n or (1 <= before <= 2 * n and (before - 1) % n == (token - 1) % n)
            before = token


def test_log_probabilities_are_those_that_play_draws_by():
    policy = Decoder(SHAPE).eval()
    melody, _ = windows()
    own = rollout.play(policy, melody, 0.9, torch.rand(melody.shape, generator=torch.Generator().manual_seed(3)))
    log_p = rollout.log_probabilities(policy, own, melody, 0.9)
    torch.testing.assert_close(log_p.exp().sum(dim=-1), torch.ones(own.shape))
    assert bool(log_p.gather(2, own[..., None]).isfinite().all())


def test_anchor_hears_the_whole_melody_but_no_later_chord():
    torch.manual_seed(0)
    anchor = Anchor(SHAPE).eval()
    melody, chords = windows()
    before = anchor(chords, melody)
    later = chords.clone()
    later[:, 12:] = 1
    torch.testing.assert_close(anchor(later, melody)[:, :13], before[:, :13])
    heard = melody.clone()
    heard[:, 19] = (heard[:, 19] + 60) % tokens.MELODY_START
    assert not torch.allclose(anchor(chords, heard)[:, 0], before[:, 0])


# Whole runs.

@pytest.mark.parametrize("plays", ["chords", "melody"])
def test_a_resumed_run_is_the_run_it_would_have_been(plays, tmp_path):
    whole = reinforce.train(trainer(plays), tmp_path / "whole")
    reinforce.train(trainer(plays), tmp_path / "parts", Stop(3))
    parts = reinforce.train(trainer(plays), tmp_path / "parts")
    for a, b in zip(whole.parameters(), parts.parameters()):
        assert torch.equal(a, b)
    rows = (tmp_path / "parts" / "metrics.csv").read_text().splitlines()
    assert len(rows) == 7 and {"note_in_chord", "approximate_kl", "clip_fraction", "explained_variance",
                               "adversary_accuracy", "valid_loss"} <= set(rows[0].split(","))
    assert (tmp_path / "parts" / "best.pt").exists()


def test_the_policy_learns_what_it_is_paid_for(tmp_path):
    class LikesTheFirstHalf(torch.nn.Module):
        """Likes the first half of the vocabulary: about half of what an untrained policy plays."""

        def forward(self, chords, melody, mask):
            return ((chords - 1) % tokens.CHORDS < tokens.CHORDS // 2).float().mean(dim=1)

    made = trainer(steps=40, windows=12, minibatch=6, actor_rate=1e-2, entropy=0.0, adversary=False)
    made.judges = Judges("chords", {"liked": LikesTheFirstHalf()})
    reinforce.train(made, tmp_path)
    rows = [row.split(",") for row in (tmp_path / "metrics.csv").read_text().splitlines()]
    liked = [float(row[rows[0].index("liked")]) for row in rows[1:]]
    assert liked[0] < 0.6 and sum(liked[-5:]) / 5 > 0.75


def test_the_adversary_is_paid_only_where_it_is_on():
    figures = trainer(adversary=False).once()
    assert "adversary_accuracy" not in figures
    assert 0 <= trainer(adversary=True).once()["adversary_accuracy"] <= 1


def test_note_in_chord_of_a_batch_is_that_of_its_windows():
    melody, chords = (w.numpy() for w in windows())
    one_by_one = [metrics.note_in_chord(m, c) for m, c in zip(melody, chords)]
    assert metrics.note_in_chord(melody, chords) == tuple(map(sum, zip(*one_by_one)))


def test_rewards_of_parts_fall_on_their_last_frames():
    mask = torch.tensor([[True] * 8, [True] * 5 + [False] * 3])
    parts = torch.tensor([[2.0, 4.0], [2.0, 4.0]])
    torch.testing.assert_close(objective.by_frame(parts, mask), torch.tensor([
        [0, 0, 0, 2.0, 0, 0, 0, 4.0], [0, 0, 0, 2.0, 4.0, 0, 0, 0]]))
    torch.testing.assert_close(objective.by_frame(torch.tensor([[3.0], [3.0]]), mask), torch.tensor([
        [0.0] * 7 + [3.0], [0.0] * 4 + [3.0] + [0.0] * 3]))


def test_paid_earlier_the_reward_is_the_same_in_all():
    class LikesTheFirst(torch.nn.Module):
        def forward(self, chords, melody, mask):
            return ((chords == chords[:, :1]) & mask).float().sum(dim=1)

    made = {}
    for parts in (1, 4):
        one = trainer(shaping_parts=parts, adversary=0.5)
        one.judges = Judges("chords", {"liked": LikesTheFirst()})
        chords, melody, mask = one.windows.batch()
        made[parts] = one.perform(melody, mask, torch.rand(melody.shape, generator=one.random))
    early, late = made[4][0]["growth"], made[1][0]["growth"]
    assert torch.equal(made[4][0]["own"], made[1][0]["own"])
    assert early.shape == (4, 4) and late.shape == (4, 1)
    torch.testing.assert_close(early.sum(dim=1), late.sum(dim=1))
    assert bool((early[:, 0] > 0).all())


def test_how_far_an_update_has_moved_the_policy():
    mask = torch.tensor([[True, True, False]])
    old = torch.zeros(1, 3)
    new = torch.tensor([[math.log(1.5), 0.0, 9.0]])
    size, clipped = objective.step_size(new, old, mask, 0.2)
    assert size.item() == pytest.approx((0.5 - math.log(1.5)) / 2) and clipped.item() == 0.5


def test_explained_variance():
    mask, returns = torch.ones(1, 4, dtype=torch.bool), torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    assert objective.explained_variance(returns, returns, mask) == pytest.approx(1)
    assert objective.explained_variance(torch.zeros(1, 4), returns, mask) == pytest.approx(0, abs=1e-6)


def test_the_best_policy_is_that_of_the_lowest_validation_loss(tmp_path, monkeypatch):
    made, losses = trainer(steps=6, valid_every=2), iter([5.0, 3.0, 1.0, 2.0])
    monkeypatch.setattr(made, "validate", lambda: {"valid_loss": next(losses)})
    reinforce.train(made, tmp_path)
    best = torch.load(tmp_path / "best.pt", weights_only=True)
    assert best["step"] == 4 and best["valid"] == {"valid_loss": 1.0}
