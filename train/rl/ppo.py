"""PPO with coherence rewards, a KL penalty towards the anchor, and GAPT's adversary (ReaLchords, 3.3; GAPT, 4).

In one step the policy plays to windows of the data. Reward models, penalties and the adversary judge what it played.
The critic's estimate turns the rewards into advantages (GAE). Policy and critic learn from them in one pass of
minibatches. The discriminator learns when its schedule says so. ReaLchords, GAPT without the adversary, GAPT and the
melody agent differ only in their settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from train.data import metrics
from train.data.corpora.dataset import Piece
from train.data.windows import Windows
from train.models.anchor import Anchor
from train.models.encoder import EncoderShape
from train.models.fit import descend, falling, halved
from train.models.network import Decoder, by_part
from train.rl import penalties, rollout
from train.rl.adversary import Adversary, Discriminator, Schedule
from train.rl.judges import Judges
from train.rl.objective import (
    advantages_of,
    centred,
    divergence,
    entropy_of,
    explained_variance,
    mean,
    normalised,
    normalised_rewards,
    policy_loss,
    step_size,
)
from train.runs import processes


@dataclass(frozen=True)
class Settings:
    """Settings of one run. In each step the policy plays `windows` windows of `length` frames and learns from them in
    minibatches. entropy weighs the entropy bonus, kl the divergence from the anchor, adversary GAPT's reward. The rates
    are Adam's. The critic learns returns with lambda critic_gae; at 1 it learns at once what a whole window earned,
    which a run of few steps needs. Two settings are not from the paper: shaping_parts divides a window into parts and
    pays the growth of the whole-window rewards after each (1: at the end, as in the paper); jumps is the share of
    windows that change key on the way. bfloat16: compute matrix products in bfloat16, except when the policy plays."""

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
    entropy: float = 0.003
    adversary: float = 1.0
    shaping_parts: int = 1
    schedule: Schedule = Schedule()
    jumps: float = 0.5
    bfloat16: bool = False
    seed: int = 1
    valid_every: int = 25
    checkpoint_seconds: int = 180


class Critic(nn.Module):
    """The policy's network with a value head, which estimates the return of a frame before it is played."""

    def __init__(self, policy: Decoder) -> None:
        super().__init__()
        self.decoder = deepcopy(policy)
        self.value = nn.Linear(policy.shape.dim, 1)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, own: Tensor, heard: Tensor) -> Tensor:
        """Returns the values [batch, length]."""
        return self.value(rollout.features(self.decoder, own, heard))[..., 0].float()


@dataclass
class Step:
    """The data of one rollout to learn from; all but figures are [windows, length]."""

    own: Tensor
    heard: Tensor
    mask: Tensor
    old: Tensor
    advantages: Tensor
    returns: Tensor
    figures: dict[str, float]


class Trainer:
    """Everything that changes in a run, with one method for each part of a step."""

    def __init__(self, policy: Decoder, anchor: Anchor, judges: Judges, settings: Settings, adversary: EncoderShape,
                 pieces: Sequence[Piece]) -> None:
        torch.manual_seed(settings.seed)
        s = self.settings = settings
        self.anchor, self.judges = anchor.eval(), judges
        self.device = policy.head.weight.device
        self.policy = policy.eval()  # no dropout, so that old and new probabilities are comparable
        self.critic = Critic(policy).to(self.device).eval()
        betas = (0.9, 0.95)
        self.optimisers = {
            "actor": torch.optim.Adam(self.policy.parameters(), s.actor_rate, betas),
            "critic": torch.optim.Adam(self.critic.parameters(), s.critic_rate, betas),
        }
        self.rates = {name: o.param_groups[0]["lr"] for name, o in self.optimisers.items()}
        songs, self.held_out = ([p for p in pieces if p.split == split] for split in ("train", "valid"))
        self.windows = Windows(songs, s.windows, s.length, s.seed, distinct_songs=True, jumps=s.jumps)
        self.adversary = Adversary(Discriminator(adversary, policy.shape.plays).to(self.device), songs, s.schedule,
                                   s.adversary_rate, s.length, s.jumps, s.seed + 1000)
        self.random = torch.Generator().manual_seed(s.seed)  # the same numbers on any device
        self.step = 0

    def state(self) -> dict:
        """Returns everything that a resumed run needs."""
        return {"policy": self.policy.state_dict(), "critic": self.critic.state_dict(),
                "adversary": self.adversary.state(),
                "optimisers": {name: o.state_dict() for name, o in self.optimisers.items()},
                "windows": self.windows.random.bit_generator.state, "random": self.random.get_state(),
                "step": self.step}

    def restore(self, state: dict) -> None:
        """Resumes from a state."""
        self.policy.load_state_dict(state["policy"])
        self.critic.load_state_dict(state["critic"])
        self.adversary.restore(state["adversary"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        self.windows.random.bit_generator.state = state["windows"]
        self.random.set_state(state["random"].cpu())
        self.step = state["step"]

    @torch.no_grad()
    def perform(self, heard: Tensor, mask: Tensor, uniform: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Plays to windows and judges what was played. Returns the values of each frame [batch, length] with the growth
        of the rewards in each part [batch, parts], and the rewards of each window [batch] by name."""
        s = self.settings
        own = rollout.play(self.policy, heard, s.temperature, uniform) * mask  # silence beyond the song's end
        with halved(self.device, self.settings.bfloat16):
            log_p = rollout.log_probabilities(self.policy, own, heard, s.temperature)
            log_q = rollout.log_softmax(self.anchor(own, heard), own, s.temperature)
            # Pays the same reward as it grows from part to part. The sums, and so the best policy, stay the same
            # (potential-based shaping, Ng et al. 1999).
            ends = [mask.shape[1] * (i + 1) // s.shaping_parts for i in range(s.shaping_parts)]
            judged = [self.judge(own[:, :end], heard[:, :end], mask[:, :end]) for end in ends]
            values = self.critic(own, heard)
        paid, whole = torch.stack([paid for paid, _ in judged], dim=1), judged[-1][1]
        return {"own": own, "old": log_p.gather(2, own[..., None])[..., 0],
                "growth": paid.diff(dim=1, prepend=torch.zeros_like(paid[:, :1])),
                "silence": penalties.silence(own, heard) * mask, "kl": divergence(log_p, log_q) * mask,
                "entropy": entropy_of(log_p) * mask, "values": values}, whole

    def judge(self, own: Tensor, heard: Tensor, mask: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Returns the total reward of each window [batch], and its rewards [batch] by name."""
        whole = self.judges(own, heard, mask)
        paid = self.judges.sum(whole)
        whole["adversary"] = self.adversary.network(own)[:, 0]
        return paid + self.settings.adversary * whole["adversary"], whole

    def gathered(self, heard: Tensor, mask: Tensor, uniform: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Returns the results of perform for all windows. Each process plays and judges its own; then all are
        gathered."""
        performed = self.perform(*map(processes.local, (heard, mask, uniform)))
        return tuple({name: processes.gather(of) for name, of in each.items()} for each in performed)

    @torch.no_grad()
    def play(self) -> Step:
        """Plays a rollout and computes its advantages."""
        s, plays = self.settings, self.policy.shape.plays
        chords, melody, mask = (t.to(self.device) for t in self.windows.batch())
        _, heard = by_part(chords, melody, plays)
        uniform = torch.rand(heard.shape, generator=self.random).to(self.device)
        frames, whole = self.gathered(heard, mask, uniform)
        rewards = normalised_rewards(frames["growth"], frames["silence"], mask) - s.kl * centred(frames["kl"], mask)
        advantages, _ = advantages_of(rewards, frames["values"], mask, s.gamma, s.gae)
        _, returns = advantages_of(rewards, frames["values"], mask, s.gamma, s.critic_gae)
        figures = self.figures(frames, whole, heard, mask) | {
            "explained_variance": explained_variance(frames["values"], returns, mask)}
        return Step(frames["own"], heard, mask, frames["old"], normalised(advantages, mask), returns, figures)

    def figures(self, frames: dict[str, Tensor], whole: dict[str, Tensor], heard: Tensor,
                mask: Tensor) -> dict[str, float]:
        """Returns the figures of a rollout."""
        own = frames["own"]
        onsets = (own >= 1) & (own <= rollout.VOICES[self.policy.shape.plays])
        played, listened = (part.cpu().numpy() for part in by_part(own, heard, self.policy.shape.plays))
        inside, both = metrics.note_in_chord(listened, played)
        return {name: float(of.mean()) for name, of in whole.items()} | {
            "silence": float(frames["silence"].sum(dim=1).mean()),
            "kl": float(frames["kl"].sum() / mask.sum()), "entropy": float(frames["entropy"].sum() / mask.sum()),
            "note_in_chord": inside / max(1, both), "onsets": float(onsets.sum() / mask.sum() * 16),
            "distinct": float(torch.tensor([metrics.distinct(row) for row in played]).float().mean())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Returns figures of held-out windows, the same each time. They leave out the adversary's reward, because the
        adversary changes."""
        s = self.settings
        same = Windows(self.held_out, s.windows, s.length, seed=0, jumps=s.jumps)
        chords, melody, mask = (t.to(self.device) for t in same.batch())
        _, heard = by_part(chords, melody, self.policy.shape.plays)
        uniform = torch.rand(heard.shape, generator=torch.Generator().manual_seed(0)).to(self.device)
        frames, whole = self.gathered(heard, mask, uniform)
        paid = frames["growth"].sum(dim=1) - s.adversary * whole["adversary"] + frames["silence"].sum(dim=1)
        figures = self.figures(frames, whole, heard, mask)
        return {"valid_loss": float(s.kl * frames["kl"].sum(dim=1).mean() - paid.mean()),
                **{f"valid_{name}": figures[name] for name in ("note_in_chord", "onsets", "distinct", "entropy")}}

    def learn(self, got: Step) -> dict[str, float]:
        """Learns from the rollout in one epoch."""
        s = self.settings
        order = torch.randperm(len(got.own), generator=self.random).to(self.device)
        sums = torch.zeros(4, device=self.device)
        for whole in order.split(s.minibatch):
            rows = processes.local(whole)
            own, heard, mask = got.own[rows], got.heard[rows], got.mask[rows]
            weight = processes.weight(got.mask[whole])
            with halved(self.device, self.settings.bfloat16):
                log_p = rollout.log_probabilities(self.policy, own, heard, s.temperature)
                values = self.critic(own, heard)
            new = log_p.gather(2, own[..., None])[..., 0]
            actor = policy_loss(new, got.old[rows], got.advantages[rows], mask, s.clip)
            bonus = mean(entropy_of(log_p), mask)
            self.update("actor", self.policy, (actor - s.entropy * bonus) * weight)
            critic = mean((values - got.returns[rows]) ** 2, mask) / 2
            self.update("critic", self.critic, critic * weight)
            parts = torch.stack((actor, critic, *step_size(new, got.old[rows], mask, s.clip)))
            sums += parts.detach() * weight * len(whole) / len(order)
        return dict(zip(("actor_loss", "critic_loss", "approximate_kl", "clip_fraction"),
                        processes.total(sums).tolist()))

    def update(self, name: str, network: nn.Module, loss: Tensor) -> None:
        """Takes one optimiser step on this process's part of the loss."""
        s = self.settings
        descend(self.optimisers[name], network, loss, self.rates[name] * falling(self.step, s.warmup, s.steps))

    def once(self) -> dict[str, float]:
        """Takes one whole step and returns its figures."""
        processes.seed(self.settings.seed, self.step)
        got = self.play()
        figures = got.figures | self.learn(got)
        self.step += 1
        if self.settings.adversary:
            context = halved(self.device, self.settings.bfloat16)
            figures |= self.adversary.learn(self.step, got.own, got.figures["adversary"], context)
        return figures
