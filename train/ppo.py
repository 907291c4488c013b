"""PPO with coherence rewards, a KL to the anchor, and GAPT's adversary (ReaLchords, 3.3; GAPT, 4).

One step: the policy plays to windows of the data; reward models, penalties and the adversary judge what it played; the
critic's estimate turns that into advantages (GAE); policy and critic learn from them once, minibatch by minibatch; the
discriminator learns when its schedule says so. ReaLchords, GAPT without the adversary, GAPT and the melody agent differ
in their settings alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from train import metrics, penalties, rollout
from train.adversary import Discriminator, Schedule
from train.anchor import Anchor
from train.contrastive import Contrastive
from train.corpora.dataset import Piece
from train.discriminative import Discriminative
from train.encoder import EncoderShape
from train.network import Decoder, by_part
from train.record import Record
from train.windows import Windows


@dataclass(frozen=True)
class Settings:
    """One run. windows of `length` frames are played a step and learnt from in minibatches. entropy weighs the bonus
    for a spread policy; kl the divergence from the anchor; adversary turns GAPT's reward on. Rates are of Adam."""

    steps: int = 500
    windows: int = 48
    minibatch: int = 24
    length: int = 256
    temperature: float = 0.99
    actor_rate: float = 5e-6
    critic_rate: float = 9e-5
    adversary_rate: float = 9e-5
    warmup: int = 20
    clip: float = 0.2
    gamma: float = 1.0
    gae: float = 0.95
    kl: float = 0.001
    entropy: float = 0.01
    adversary: bool = True
    schedule: Schedule = Schedule()
    seed: int = 1
    checkpoint_seconds: int = 180


class Critic(nn.Module):
    """The policy's network with a value head: what return a frame will bring, before it is played."""

    def __init__(self, policy: Decoder) -> None:
        super().__init__()
        self.decoder = deepcopy(policy)
        self.value = nn.Linear(policy.shape.dim, 1)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, own: Tensor, heard: Tensor) -> Tensor:
        """[batch, length]."""
        return self.value(rollout.features(self.decoder, own, heard))[..., 0]


def advantages_of(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, gae: float) -> tuple[Tensor, Tensor]:
    """Generalised advantage estimates and returns [batch, length] (Schulman et al. 2016, (16)); mask is True up to each
    window's last frame, beyond which nothing is worth anything."""
    values, rewards = values * mask, rewards * mask
    advantages, running = torch.zeros_like(values), torch.zeros_like(values[:, 0])
    for t in reversed(range(values.shape[1])):
        following = values[:, t + 1] if t + 1 < values.shape[1] else torch.zeros_like(running)
        delta = rewards[:, t] + gamma * following - values[:, t]
        running = (delta + gamma * gae * running) * mask[:, t]
        advantages[:, t] = running
    return advantages, (advantages + values) * mask


def normalised(values: Tensor, mask: Tensor) -> Tensor:
    """Mean 0 and deviation 1 over the mask, 0 outside it."""
    inside = values[mask]
    return torch.where(mask, (values - inside.mean()) / (inside.std() + 1e-8), torch.zeros_like(values))


def spread(whole: Tensor, frames: Tensor, mask: Tensor) -> Tensor:
    """Rewards [batch, length]: whole [batch] on each window's last frame, frames [batch, length] where they are, all
    normalised so that the windows' sums have mean 0 and deviation 1 over the batch."""
    total = whole + frames.sum(dim=1)
    scale = total.std() + 1e-8
    rewards = frames / scale
    last = mask.sum(dim=1) - 1
    return rewards.scatter_add(1, last[:, None], ((whole - total.mean()) / scale)[:, None])


def policy_loss(new: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clip: float) -> Tensor:
    """PPO's clipped objective, to be minimised, over the frames in mask (Schulman et al. 2017, (7)); new and old are
    log probabilities of what was played."""
    ratio = (new - old).exp()
    gain = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    return -(gain * mask).sum() / mask.sum()


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """KL(p || q) [batch, length] of log probabilities [batch, length, tokens]; illegal tokens (-inf) count 0."""
    illegal = p.isinf()
    return (p.exp() * (p.masked_fill(illegal, 0) - q.masked_fill(illegal, 0))).sum(dim=-1)


def entropy_of(p: Tensor) -> Tensor:
    """Entropy [batch, length] in nats of log probabilities."""
    return -(p.exp() * p.masked_fill(p.isinf(), 0)).sum(dim=-1)


class Judges:
    """All that a rollout is paid by, but the KL and the adversary."""

    def __init__(self, plays: str, models: dict[str, Contrastive | Discriminative]) -> None:
        self.plays, self.models = plays, models

    def __call__(self, own: Tensor, heard: Tensor, mask: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Named rewards [batch] of whole windows, and the silence penalty [batch, length] of frames."""
        chords, melody = by_part(own, heard, self.plays)
        whole = {name: model(chords, melody, mask) for name, model in self.models.items()}
        whole["repetition"] = penalties.repetition(own, rollout.VOICES[self.plays])
        return whole, penalties.silence(own, heard) * mask


@dataclass
class Step:
    """What one rollout brings to learn from; all but figures [windows, length]."""

    own: Tensor
    heard: Tensor
    mask: Tensor
    old: Tensor
    advantages: Tensor
    returns: Tensor
    figures: dict[str, float]


class Trainer:
    """All that changes in a run, and one method for each part of a step."""

    def __init__(self, policy: Decoder, anchor: Anchor, judges: Judges, settings: Settings, adversary: EncoderShape,
                 pieces: Sequence[Piece]) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.anchor, self.judges = settings, anchor.eval(), judges
        self.device = policy.head.weight.device
        self.policy = policy.eval()  # no dropout in reinforcement learning, so that old and new agree
        self.critic = Critic(policy).to(self.device).eval()
        self.adversary = Discriminator(adversary, policy.shape.plays).to(self.device)
        betas = (0.9, 0.95)
        self.optimisers = {
            "actor": torch.optim.Adam(self.policy.parameters(), settings.actor_rate, betas),
            "critic": torch.optim.Adam(self.critic.parameters(), settings.critic_rate, betas),
            "adversary": torch.optim.Adam(self.adversary.parameters(), settings.adversary_rate, betas),
        }
        self.rates = {name: o.param_groups[0]["lr"] for name, o in self.optimisers.items()}
        self.windows = Windows([p for p in pieces if p.split == "train"], settings.windows, settings.length,
                               settings.seed, apart=True)
        self.random = torch.Generator(self.device).manual_seed(settings.seed)
        self.step = 0
        self.fooled: list[float] = []  # mean R_adv of each step

    def state(self) -> dict:
        """All that a resumed run needs."""
        return {"policy": self.policy.state_dict(), "critic": self.critic.state_dict(),
                "adversary": self.adversary.state_dict(),
                "optimisers": {name: o.state_dict() for name, o in self.optimisers.items()},
                "windows": self.windows.random.bit_generator.state, "random": self.random.get_state(),
                "torch": torch.get_rng_state(), "step": self.step, "fooled": self.fooled}

    def restore(self, state: dict) -> None:
        """Goes on from a state."""
        self.policy.load_state_dict(state["policy"])
        self.critic.load_state_dict(state["critic"])
        self.adversary.load_state_dict(state["adversary"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        self.windows.random.bit_generator.state = state["windows"]
        self.random.set_state(state["random"].cpu())
        torch.set_rng_state(state["torch"].cpu())
        self.step, self.fooled = state["step"], list(state["fooled"])

    def rate(self) -> float:
        """The share of the full rates: linear warm-up, then a cosine down to a tenth."""
        s, step = self.settings, self.step
        if step < s.warmup:
            return (step + 1) / s.warmup
        done = (step - s.warmup) / max(1, s.steps - s.warmup)
        return 0.1 + 0.9 * (1 + math.cos(math.pi * min(1.0, done))) / 2

    @torch.no_grad()
    def play(self) -> tuple[Step, Tensor]:
        """A rollout with its advantages; and the same windows as the data has them, for the discriminator."""
        s, plays = self.settings, self.policy.shape.plays
        chords, melody, mask = (t.to(self.device) for t in self.windows.batch())
        data, heard = by_part(chords, melody, plays)
        own = rollout.play(self.policy, heard, s.temperature, self.random) * mask  # silence beyond the song's end
        log_p = rollout.log_probabilities(self.policy, own, heard, s.temperature)
        n = rollout.VOICES[plays]
        before = rollout.late(own, 2 * n + 1)
        log_q = (rollout.masked(self.anchor(own, heard), before, n) / s.temperature).log_softmax(dim=-1)
        kl = divergence(log_p, log_q) * mask
        whole, frames = self.judges(own, heard, mask)
        fooling = self.adversary(own)
        figures = {name: float(r.mean()) for name, r in whole.items()}
        if s.adversary:
            whole["adversary"] = fooling
        rewards = spread(torch.stack(list(whole.values())).sum(dim=0), frames, mask) - s.kl * kl
        values = self.critic(own, heard)
        advantages, returns = advantages_of(rewards, values, mask, s.gamma, s.gae)
        played, listened = by_part(own, heard, plays)
        inside, both = metrics.note_in_chord(listened.cpu().numpy(), played.cpu().numpy())
        figures |= {
            "adversary": float(fooling.mean()), "silence": float(frames.sum(dim=1).mean()),
            "kl": float(kl.sum() / mask.sum()), "entropy": float(entropy_of(log_p)[mask].mean()),
            "note_in_chord": inside / max(1, both),
            "onsets": float(((own >= 1) & (own <= n)).sum() / mask.sum() * 16),
            "distinct": float(torch.tensor([metrics.distinct(row) for row in played.cpu().numpy()]).float().mean()),
        }
        old = log_p.gather(2, own[..., None])[..., 0]
        return Step(own, heard, mask, old, normalised(advantages, mask), returns, figures), data

    def learn(self, got: Step) -> dict[str, float]:
        """One epoch over the rollout."""
        s = self.settings
        order = torch.randperm(len(got.own), generator=self.random, device=self.device)
        sums = {"actor_loss": 0.0, "critic_loss": 0.0}
        for rows in order.split(s.minibatch):
            own, heard, mask = got.own[rows], got.heard[rows], got.mask[rows]
            log_p = rollout.log_probabilities(self.policy, own, heard, s.temperature)
            new = log_p.gather(2, own[..., None])[..., 0]
            actor = policy_loss(new, got.old[rows], got.advantages[rows], mask, s.clip)
            bonus = (entropy_of(log_p) * mask).sum() / mask.sum()
            self.update("actor", self.policy, actor - s.entropy * bonus)
            missed = (self.critic(own, heard) - got.returns[rows]) ** 2
            critic = (missed * mask).sum() / mask.sum() / 2
            self.update("critic", self.critic, critic)
            sums["actor_loss"] += actor.item() * len(rows) / len(order)
            sums["critic_loss"] += critic.item() * len(rows) / len(order)
        return sums

    def discriminate(self, got: Step, data: Tensor) -> dict[str, float]:
        """One update of the discriminator, if it is due, on this rollout and the data's own windows."""
        s = self.settings
        if not (s.adversary and s.schedule.due(self.step + 1, self.fooled)):
            return {"adversary_right": float("nan")}
        self.adversary.train()
        loss, right = self.adversary.loss(got.own, data)
        self.update("adversary", self.adversary, loss)
        self.adversary.eval()
        return {"adversary_right": right.item()}

    def update(self, name: str, network: nn.Module, loss: Tensor) -> None:
        optimiser = self.optimisers[name]
        for group in optimiser.param_groups:
            group["lr"] = self.rates[name] * self.rate()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()

    def once(self) -> dict[str, float]:
        """One whole step and its figures."""
        got, data = self.play()
        figures = got.figures | self.learn(got) | self.discriminate(got, data)
        self.fooled.append(got.figures["adversary"])
        self.step += 1
        return figures


def train(trainer: Trainer, run: Path, until: int | None = None) -> Decoder:
    """Runs the trainer's steps in folder `run`, or goes on with them. The policy is kept as best.pt at the end."""
    s = trainer.settings
    shape = trainer.policy.shape.asdict()
    with Record(run, {"shape": shape, "settings": asdict(s)}, s.checkpoint_seconds) as record:
        state = record.restore(trainer.device)
        if state:
            trainer.restore(state)
        bar = tqdm(total=s.steps, initial=trainer.step, desc=run.name, unit=" steps")
        while trainer.step < min(s.steps, until or s.steps):
            figures = trainer.once()
            record.write(trainer.step, figures)
            bar.set_postfix(harmony=f"{figures['note_in_chord']:.3f}", distinct=f"{figures['distinct']:.1f}",
                            adversary=f"{figures['adversary']:.2f}")
            bar.update()
            if record.due():
                record.save(trainer.state())
        record.save(trainer.state())
        bar.close()
        if trainer.step >= s.steps:
            record.keep("best.pt", {"network": trainer.policy.state_dict(), "step": trainer.step})
    return trainer.policy
