"""PPO with coherence rewards, a KL to the anchor, and GAPT's adversary (ReaLchords, 3.3; GAPT, 4).

One step: the policy plays to windows of the data; reward models, penalties and the adversary judge what it played; the
critic's estimate turns that into advantages (GAE); policy and critic learn from them once, minibatch by minibatch; the
discriminator learns when its schedule says so. ReaLchords, GAPT without the adversary, GAPT and the melody agent differ
in their settings alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from train import metrics, penalties, processes, rollout
from train.adversary import Discriminator, Schedule
from train.anchor import Anchor
from train.contrastive import Contrastive
from train.corpora.dataset import Piece
from train.discriminative import Discriminative
from train.encoder import EncoderShape
from train.fit import descend, falling
from train.network import Decoder, by_part
from train.record import Record
from train.windows import Windows


@dataclass(frozen=True)
class Settings:
    """One run. windows of `length` frames are played a step and learnt from in minibatches. entropy weighs the bonus
    for a spread policy; kl the divergence from the anchor; adversary weighs GAPT's reward. Rates are of Adam. The
    critic learns returns of lambda critic_gae: 1 tells it at once what a window came to, which few steps need.
    Not of the paper: told, the parts of a window after each of which it is told how far the rewards of whole windows
    have grown (1: at the end, as in the paper).
    jumps: the share of windows that change their key on the way.
    bfloat16: matrix products in half the bits, but not where the policy plays."""

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
    critic_gae: float = 0.95
    kl: float = 0.001
    entropy: float = 0.01
    adversary: float = 1.0
    told: int = 1
    schedule: Schedule = Schedule()
    jumps: float = 0.5
    bfloat16: bool = False
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
        return self.value(rollout.features(self.decoder, own, heard))[..., 0].float()


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


def spread(rewards: Tensor, mask: Tensor) -> Tensor:
    """Rewards [batch, length] normalised so that the windows' sums have mean 0 and deviation 1 over the batch; what
    they have in common is taken off each window's last frame."""
    total = rewards.sum(dim=1)
    scale = total.std() + 1e-8
    last = mask.sum(dim=1, keepdim=True) - 1
    return (rewards / scale).scatter_add(1, last, (-total.mean() / scale).expand_as(last))


def by_frame(parts: Tensor, mask: Tensor) -> Tensor:
    """Rewards [batch, length] of parts [batch, n], the n equal parts of each window: on the last frame of a part, or on
    the window's last frame where that comes earlier."""
    n, length = parts.shape[1], mask.shape[1]
    ends = torch.arange(1, n + 1, device=mask.device) * (length // n) - 1
    ends = torch.minimum(ends[None], mask.sum(dim=1, keepdim=True) - 1)
    return torch.zeros(mask.shape, device=mask.device).scatter_add(1, ends, parts)


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """Of the frames in mask."""
    return (values * mask).sum() / mask.sum()


def policy_loss(new: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clip: float) -> Tensor:
    """PPO's clipped objective, to be minimised, over the frames in mask (Schulman et al. 2017, (7)); new and old are
    log probabilities of what was played."""
    ratio = (new - old).exp()
    gain = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    return -mean(gain, mask)


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """KL(p || q) [batch, length] of log probabilities [batch, length, tokens]; illegal tokens (-inf) count 0."""
    illegal = p.isinf()
    return (p.exp() * (p.masked_fill(illegal, 0) - q.masked_fill(illegal, 0))).sum(dim=-1)


def entropy_of(p: Tensor) -> Tensor:
    """Entropy [batch, length] in nats of log probabilities."""
    return -(p.exp() * p.masked_fill(p.isinf(), 0)).sum(dim=-1)


class Judges:
    """What judges windows as a whole, but for the adversary."""

    def __init__(self, plays: str, models: dict[str, Contrastive | Discriminative]) -> None:
        self.plays, self.models = plays, models

    def __call__(self, own: Tensor, heard: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Named rewards [batch]."""
        chords, melody = by_part(own, heard, self.plays)
        whole = {name: model(chords, melody, mask) for name, model in self.models.items()}
        return whole | {"repetition": penalties.repetition(own, rollout.VOICES[self.plays])}


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
                               settings.seed, apart=True, jumps=settings.jumps)
        self.random = torch.Generator().manual_seed(settings.seed)  # the same numbers on any device
        self.step = 0
        self.fooled: list[float] = []  # mean R_adv of each step

    def state(self) -> dict:
        """All that a resumed run needs."""
        return {"policy": self.policy.state_dict(), "critic": self.critic.state_dict(),
                "adversary": self.adversary.state_dict(),
                "optimisers": {name: o.state_dict() for name, o in self.optimisers.items()},
                "windows": self.windows.random.bit_generator.state, "random": self.random.get_state(),
                "step": self.step, "fooled": self.fooled}

    def restore(self, state: dict) -> None:
        """Goes on from a state."""
        self.policy.load_state_dict(state["policy"])
        self.critic.load_state_dict(state["critic"])
        self.adversary.load_state_dict(state["adversary"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        self.windows.random.bit_generator.state = state["windows"]
        self.random.set_state(state["random"].cpu())
        self.step, self.fooled = state["step"], list(state["fooled"])

    @torch.no_grad()
    def perform(self, heard: Tensor, mask: Tensor, uniform: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Plays to windows and has what it played judged: what there is of each frame [batch, length, ..] and each
        window [batch]: the rewards, as they are called."""
        s, n = self.settings, rollout.VOICES[self.policy.shape.plays]
        own = rollout.play(self.policy, heard, s.temperature, uniform) * mask  # silence beyond the song's end
        with self.halved():
            log_p = rollout.log_probabilities(self.policy, own, heard, s.temperature)
            before = rollout.late(own, 2 * n + 1)
            log_q = (rollout.masked(self.anchor(own, heard).float(), before, n) / s.temperature).log_softmax(dim=-1)
            # The same reward, told as it grows from part to part: the sums, and so the best policy, stay as they are
            # (potential-based shaping, Ng et al. 1999).
            ends = [mask.shape[1] * (i + 1) // s.told for i in range(s.told)]
            judged = [self.worth(own[:, :end], heard[:, :end], mask[:, :end]) for end in ends]
            values = self.critic(own, heard)
        worth, whole = torch.stack([paid for paid, _ in judged], dim=1), judged[-1][1]
        silence = penalties.silence(own, heard) * mask
        rewards = silence + by_frame(worth.diff(dim=1, prepend=torch.zeros_like(worth[:, :1])), mask)
        return {"own": own, "old": log_p.gather(2, own[..., None])[..., 0], "rewards": rewards, "silence": silence,
                "kl": divergence(log_p, log_q) * mask, "entropy": entropy_of(log_p) * mask, "values": values}, whole

    def worth(self, own: Tensor, heard: Tensor, mask: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """What windows are paid as a whole [batch], and the rewards [batch] that are judged of them, as they are
        called."""
        whole = self.judges(own, heard, mask)
        paid = torch.stack([of.float() for of in whole.values()]).sum(dim=0)
        whole["adversary"] = self.adversary(own)[:, 0]
        return paid + self.settings.adversary * whole["adversary"], whole

    @torch.no_grad()
    def play(self) -> tuple[Step, Tensor]:
        """A rollout with its advantages; and the same windows as the data has them, for the discriminator."""
        s, plays = self.settings, self.policy.shape.plays
        chords, melody, mask = (t.to(self.device) for t in self.windows.batch())
        data, heard = by_part(chords, melody, plays)
        uniform = torch.rand(heard.shape, generator=self.random).to(self.device)
        # Each process plays and judges its windows; then all hold all of them.
        performed = self.perform(*map(processes.mine, (heard, mask, uniform)))
        frames, whole = ({name: processes.gather(of) for name, of in each.items()} for each in performed)
        own, kl = frames["own"], frames["kl"]
        n = rollout.VOICES[plays]
        onsets = (own >= 1) & (own <= n)
        rewards = spread(frames["rewards"], mask) - s.kl * kl
        advantages, _ = advantages_of(rewards, frames["values"], mask, s.gamma, s.gae)
        _, returns = advantages_of(rewards, frames["values"], mask, s.gamma, s.critic_gae)
        played, listened = (part.cpu().numpy() for part in by_part(own, heard, plays))
        inside, both = metrics.note_in_chord(listened, played)
        figures = {name: float(of.mean()) for name, of in whole.items()} | {
            "silence": float(frames["silence"].sum(dim=1).mean()),
            "kl": float(kl.sum() / mask.sum()), "entropy": float(frames["entropy"].sum() / mask.sum()),
            "note_in_chord": inside / max(1, both),
            "onsets": float(onsets.sum() / mask.sum() * 16),
            "distinct": float(torch.tensor([metrics.distinct(row) for row in played]).float().mean()),
        }
        return Step(own, heard, mask, frames["old"], normalised(advantages, mask), returns, figures), data

    def learn(self, got: Step) -> dict[str, float]:
        """One epoch over the rollout."""
        s = self.settings
        order = torch.randperm(len(got.own), generator=self.random).to(self.device)
        losses = torch.zeros(2, device=self.device)
        for whole in order.split(s.minibatch):
            rows = processes.mine(whole)
            own, heard, mask = got.own[rows], got.heard[rows], got.mask[rows]
            share = processes.share(got.mask[whole])
            with self.halved():
                log_p = rollout.log_probabilities(self.policy, own, heard, s.temperature)
                values = self.critic(own, heard)
            new = log_p.gather(2, own[..., None])[..., 0]
            actor = policy_loss(new, got.old[rows], got.advantages[rows], mask, s.clip)
            bonus = mean(entropy_of(log_p), mask)
            self.update("actor", self.policy, (actor - s.entropy * bonus) * share)
            critic = mean((values - got.returns[rows]) ** 2, mask) / 2
            self.update("critic", self.critic, critic * share)
            losses += torch.stack((actor, critic)).detach() * share * len(whole) / len(order)
        return dict(zip(("actor_loss", "critic_loss"), processes.total(losses).tolist()))

    def discriminate(self, got: Step, data: Tensor) -> dict[str, float]:
        """One epoch of the discriminator, if it is due, over this rollout and the data's own windows."""
        s = self.settings
        if not (s.adversary and s.schedule.due(self.step + 1, self.fooled)):
            return {"adversary_right": float("nan")}
        self.adversary.train()
        sure = torch.zeros((), device=self.device)
        for played, true in zip(got.own.split(s.minibatch), data.split(s.minibatch)):
            with self.halved():
                loss, right = self.adversary.loss(played, true)
            self.update("adversary", self.adversary, loss)
            sure += right * len(played) / len(data)
        self.adversary.eval()
        return {"adversary_right": processes.total(sure).item()}

    def halved(self) -> torch.autocast:
        """In which matrix products have half the bits, if the settings say so."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.bfloat16)

    def update(self, name: str, network: nn.Module, loss: Tensor) -> None:
        """One step of a network down its loss, of which this process has its part."""
        s = self.settings
        descend(self.optimisers[name], network, loss, self.rates[name] * falling(self.step, s.warmup, s.steps))

    def once(self) -> dict[str, float]:
        """One whole step and its figures."""
        processes.seed(self.settings.seed, self.step)
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
        bar = tqdm(total=s.steps, initial=trainer.step, desc=run.name, unit=" steps",
                   disable=processes.rank() > 0)
        while trainer.step < min(s.steps, until or s.steps):
            figures = trainer.once()
            record.write(trainer.step, figures)
            bar.set_postfix(harmony=f"{figures['note_in_chord']:.3f}", distinct=f"{figures['distinct']:.1f}")
            bar.update()
            if record.due():
                record.save(trainer.state())
        record.save(trainer.state())
        bar.close()
        if trainer.step >= s.steps:
            record.keep("best.pt", {"network": trainer.policy.state_dict(), "step": trainer.step})
    return trainer.policy
