"""How the policy `jamd` goes beyond the paper: it learns from the value of every chord that it could have played.

In PPO a policy learns from what it played, and a critic must estimate the return. Here the policy plays to windows of
the data as in PPO. But in every frame that it reaches, each chord has a known value (coherence.py), which depends on
the melody that follows. The policy moves its probabilities towards the better chords: the gradient of the expected
value over all actions, without variance from the actions drawn (Mean Actor-Critic, Allen et al. 2017; expected policy
gradients, Ciosek and Whiteson 2018). The policy still never hears what follows; what it cannot foresee averages out.

Three terms keep it near the music of the data: the divergence from the anchor, which sees the whole melody; the loss on
the data's own chords, with histories led astray; and the prices of onsets and of chords overused in their key.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from train.data import bars, busy, metrics, tokens
from train.data.astray import lead_astray
from train.data.corpora.dataset import Piece
from train.data.windows import Batch, Windows
from train.models.anchor import Anchor
from train.models.fit import descend, falling, halved
from train.models.network import Decoder
from train.rl import coherence, rollout
from train.rl.objective import divergence, entropy_of, mean
from train.runs import processes

LISTENING = (16, 64)  # frames; `jamd play` listens for 32 where nothing is set


@dataclass(frozen=True)
class Settings:
    """Settings of one run. In each step the policy plays `windows` windows of `length` frames and learns from them in
    minibatches. coherence weighs the expected value: a frame with the melody's note in the chord is worth 1, and each is
    worth `agreement` times its likeness to the data's chord more, which is 0 on average over all chords. kl weighs the
    divergence from the anchor, data the likelihood of the data's chords. astray is the share of the data's windows with a
    history led astray. rarity is the bonus of a chord for each e-fold that it is too rare in its key, beside songs of its
    kind. changes is the share of the data's onset rate to aim at. price is the gain of the prices of onsets. silence is
    the cost of a silent frame while the melody sounds; the first 8 frames are free. jumps is the share of windows that
    change key on the way. listening is the share of windows in which the policy is silent for the first 16 to 64 frames,
    as while jamd listens; it learns nothing from these frames. prices are the initial prices of onsets at bar lines, on
    other beats and off the beat. The rate is Adam's."""

    steps: int = 400
    windows: int = 48
    minibatch: int = 8
    length: int = 256
    temperature: float = 0.99
    rate: float = 2e-4
    warmup: int = 10
    coherence: float = 55.0
    agreement: float = 0.0
    kl: float = 0.3
    data: float = 0.2
    astray: float = 0.7
    rarity: float = 0.11
    changes: float = 0.92
    price: float = 0.06
    silence: float = 0.5
    jumps: float = 0.5
    listening: float = 0.0
    prices: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bfloat16: bool = False
    seed: int = 1
    valid_every: int = 25
    checkpoint_seconds: int = 180


class Step(NamedTuple):
    """A rollout to windows of the data, with everything to learn from it. [batch, length]: data, heard, mask, plays
    (mask without the frames in which the policy only listens), places, bar (the bar positions that the policy gets),
    history, target and learnt (astray.py), own (what it played). [batch]: jump, level. log_q [batch, length, tokens] is
    from the anchor, harmony [batch, length, chords] from coherence.py."""

    data: Tensor
    heard: Tensor
    mask: Tensor
    plays: Tensor
    places: Tensor
    jump: Tensor
    level: Tensor
    bar: Tensor
    history: Tensor
    target: Tensor
    learnt: Tensor
    own: Tensor
    log_q: Tensor
    harmony: Tensor


class Trainer:
    """Everything that changes in a run. The policy plays chords and hears the bar."""

    def __init__(self, policy: Decoder, anchor: Anchor, settings: Settings, pieces: Sequence[Piece]) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.policy, self.anchor = settings, policy.eval(), anchor.eval()
        self.device = policy.head.weight.device
        self.optimiser = torch.optim.Adam(self.policy.parameters(), settings.rate, betas=(0.9, 0.95))
        songs, self.held_out = ([p for p in pieces if p.split == split] for split in ("train", "valid"))
        self.windows = Windows(songs, settings.windows, settings.length, settings.seed, distinct_songs=True,
                               jumps=settings.jumps)
        self.random = torch.Generator().manual_seed(settings.seed)  # the same numbers on any device
        self.ends = coherence.ends(songs)
        begin = torch.tensor(settings.prices).repeat(busy.LEVELS, 1)
        self.prices, self.degrees = coherence.Prices(settings.price, begin), coherence.Degrees()
        self.step = 0

    def state(self) -> dict:
        """Returns everything that a resumed run needs."""
        return {"policy": self.policy.state_dict(), "optimiser": self.optimiser.state_dict(),
                "windows": self.windows.random.bit_generator.state, "random": self.random.get_state(),
                "prices": self.prices.integral, "own": self.degrees.own, "data": self.degrees.data, "step": self.step}

    def restore(self, state: dict) -> None:
        """Resumes from a state."""
        self.policy.load_state_dict(state["policy"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.windows.random.bit_generator.state = state["windows"]
        self.random.set_state(state["random"].cpu())
        self.prices.integral, self.step = state["prices"].cpu(), state["step"]
        self.degrees.own, self.degrees.data = state["own"].cpu(), state["data"].cpu()

    @torch.no_grad()
    def perform(self, data: Tensor, heard: Tensor, mask: Tensor, places: Tensor, jump: Tensor, bar: Tensor,
                level: Tensor, uniform: Tensor, listens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Plays to windows; in the first `listens` frames [batch] the policy is silent. Returns what it played [batch,
        length], the anchor's log probabilities given that [batch, length, tokens], and the values of all chords [batch,
        length, chords]."""
        s = self.settings
        own = rollout.play(self.policy, heard, s.temperature, uniform, bar, level, listens) * mask  # silent beyond the end
        with halved(self.device, self.settings.bfloat16):
            logits = self.anchor(own, heard)
        log_q = rollout.log_softmax(logits, own, s.temperature)
        beside = s.agreement * coherence.likeness(data) if s.agreement else None
        return own, log_q, coherence.values(heard, mask, places, self.ends, jump, beside)

    def actions(self, harmony: Tensor, heard: Tensor, prices: Tensor, rarity: Tensor) -> Tensor:
        """Returns the value of every token of a frame [batch, length, tokens]: silence, the onset of each chord, the
        hold of each chord. harmony and rarity are [batch, length, chords], prices of an onset [batch, length]."""
        s = self.settings
        silence = -s.silence * (heard != tokens.SILENCE).float()[..., None]
        silence[:, :8] = 0
        held = harmony + s.rarity * rarity
        return torch.cat((silence, held - prices[..., None], held), dim=-1)

    @torch.no_grad()
    def play(self, batch: Batch, level: Tensor, random: np.random.Generator, drawn: torch.Generator) -> Step:
        """Plays a rollout to a batch with the rate levels `level` [batch] (busy.py) as input."""
        s = self.settings
        data, heard, mask, places, jump, _ = (of.to(self.device) for of in batch)
        level = level.to(self.device)
        bar = bars.unsure(batch.places, random).to(self.device)
        history, target, learnt = (of.to(self.device) for of in lead_astray(batch.chords, batch.mask, s.astray, random))
        uniform = torch.rand(heard.shape, generator=drawn).to(self.device)
        listens = listening(len(heard), s.listening, random).to(self.device)
        plays = mask & (torch.arange(heard.shape[1], device=self.device) >= listens[:, None])
        # Each process plays its own windows; then all processes gather all windows.
        alone = map(processes.local, (data, heard, mask, places, jump, bar, level, uniform, listens))
        own, log_q, harmony = (processes.gather(of) for of in self.perform(*alone))
        return Step(data, heard, mask, plays, places, jump, level, bar, history, target, learnt, own, log_q, harmony)

    def rates(self, got: Step) -> tuple[Tensor, Tensor]:
        """Returns the onsets per bar of the policy and of the data (coherence.onsets). It leaves out the frame at which
        the key changes: the data's chord starts again there, on the beat or not, and should not count as a rate."""
        usual = got.plays & (torch.arange(got.mask.shape[1], device=self.device) != got.jump[:, None])
        own, data = (coherence.onsets(part, usual, got.places, got.level) for part in (got.own, got.data))
        return own, data

    def losses(self, got: Step, whole: Tensor, values: Tensor) -> Tensor:
        """Returns this process's part, for the windows `whole`, of: the loss, the expected value, the divergence from
        the anchor, the loss on data, the entropy."""
        s = self.settings
        rows = processes.local(whole)
        weight = processes.weight(got.plays[whole])
        with halved(self.device, self.settings.bfloat16):
            log_p = rollout.log_probabilities(self.policy, got.own[rows], got.heard[rows], s.temperature,
                                              got.bar[rows], got.level[rows])
        gain = mean((log_p.exp() * values[rows]).sum(dim=-1), got.plays[rows]) * weight
        kl = mean(divergence(log_p, got.log_q[rows]), got.plays[rows]) * weight
        some = whole[:(len(whole) + 1) // 2]  # half of the data is enough to stay near it
        half = processes.local(some)
        with halved(self.device, self.settings.bfloat16):
            likely = rollout.log_probabilities(self.policy, got.history[half], got.heard[half], 1.0, got.bar[half],
                                               got.level[half])
        likely = likely.gather(2, got.target[half][..., None])[..., 0].clamp(min=-20)  # bounds the weight of each frame
        nll = -(likely * got.learnt[half]).sum() / got.learnt[some].sum().clamp(min=1)
        entropy = mean(entropy_of(log_p), got.plays[rows]) * weight
        return torch.stack((-s.coherence * gain + s.kl * kl + s.data * nll, gain, kl, nll, entropy))

    def once(self) -> dict[str, float]:
        """Takes one whole step and returns its figures."""
        s = self.settings
        processes.seed(s.seed, self.step)
        batch, random = self.windows.drawn(), self.windows.random
        got = self.play(batch, busy.unsure(batch.busy, random), random, self.random)
        rates, given = self.rates(got)
        prices = self.prices.after(rates, s.changes * given).to(self.device)
        rarity = self.degrees.within(got.own, got.data * got.plays, got.heard, got.mask, got.jump)
        values = self.actions(got.harmony, got.heard, prices[got.level[:, None], coherence.levels(got.places)], rarity)
        totals = torch.zeros(5, device=self.device)
        for whole in torch.randperm(len(got.own), generator=self.random).to(self.device).split(s.minibatch):
            parts = self.losses(got, whole, values)
            descend(self.optimiser, self.policy, parts[0], s.rate * falling(self.step, s.warmup, s.steps))
            totals += parts.detach() * len(whole) / len(got.own)
        self.step += 1
        return dict(zip(("loss", "value", "kl", "data_loss", "entropy"), processes.total(totals).tolist())) | {
            **self.figures(got), "onsets": float(rates.nanmean(dim=0).sum()),
            "off_beat": float(rates[:, 2].nanmean()), "calm": float(rates[1].sum()), "busy": float(rates[-1].sum()),
            "calm_of_data": float(given[1].sum()), "busy_of_data": float(given[-1].sum()),
            **{f"price_{where}": float(price) for where, price in zip(("bar", "beat", "off"), prices.mean(dim=0))},
        }

    def figures(self, got: Step) -> dict[str, float]:
        """Returns the figures of what was played."""
        own, heard = got.own.cpu().numpy(), got.heard.cpu().numpy()
        inside, both = metrics.note_in_chord(heard, own)
        return {"note_in_chord": inside / max(1, both), "distinct": sum(map(metrics.distinct, own)) / len(own)}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Returns the loss on held-out windows, the same each time, at the present prices and rarities."""
        s = self.settings
        same = Windows(self.held_out, s.windows, s.length, seed=0, jumps=s.jumps)
        batch = same.drawn()
        got = self.play(batch, batch.busy, same.random, torch.Generator().manual_seed(0))
        prices = self.prices.integral.to(self.device)[got.level[:, None], coherence.levels(got.places)]
        degrees = deepcopy(self.degrees)  # validation must not change the counts
        rarity = degrees.within(got.own, got.data * got.plays, got.heard, got.mask, got.jump)
        parts = self.losses(got, torch.arange(len(got.own)), self.actions(got.harmony, got.heard, prices, rarity))
        rates, given = self.rates(got)
        return {"valid_loss": processes.total(parts[0]).item(),
                **{f"valid_{name}": figure for name, figure in self.figures(got).items()},
                "valid_onsets": float(rates.nanmean(dim=0).sum() / given.nanmean(dim=0).sum())}


def listening(windows: int, share: float, random: np.random.Generator) -> Tensor:
    """Returns int64 [windows]: for how many frames the policy only listens at the start of each window. It is 0 in all
    but about a share of the windows."""
    if share == 0:
        return torch.zeros(windows, dtype=torch.int64)
    frames = random.integers(*LISTENING, windows, endpoint=True)
    return torch.from_numpy(np.where(random.random(windows) < share, frames, 0))
