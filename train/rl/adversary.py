"""GAPT's adversarial reward: a discriminator that evolves with the policy (GAPT, arXiv 2511.17879, section 4).

D hears only what the policy plays, not what it plays to, and tells data from the policy's own rollouts. The policy's
reward is R_adv = -log(1 - D(y)), which is high if D takes its playing for data. So D exposes a policy that plays only a
few safe chords.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import nan

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.data.corpora.dataset import Piece
from train.data.windows import Windows
from train.models.encoder import Encoder, EncoderShape
from train.models.fit import descend
from train.models.network import by_part
from train.runs import processes

SMOOTHING = 0.1


@dataclass(frozen=True)
class Schedule:
    """When D learns, counted in policy steps from 1. In the first phase it learns at the first step and at every
    `every` steps. From step `phase` on it learns only if the mean R_adv of the last `recent` steps is above
    `threshold`, that is, if the policy fools it. It also learns then in the first phase (the authors' rl_trainer.py,
    strategy "average").

    Each time D takes `updates` updates. One update uses `batch` windows of the newest `rollouts` and as many of the
    data. D's rate rises over its first `warmup_updates`. The authors' D takes 8 updates at each 5th of 200 steps, 320
    in the first phase, each with 48 and 48 windows of the 384 just played, and warms up over 800 updates. Its rate
    stays below 40 % until the policy has to fool it, too low to disturb the policy. Our schedule has as many updates of
    as many windows in fewer and smaller steps: 5 at each of 64, from the last 4 rollouts of 48."""

    every: int = 1
    phase: int = 65
    recent: int = 3
    threshold: float = 1.0
    updates: int = 5
    batch: int = 48
    rollouts: int = 4
    warmup_updates: int = 800

    def due(self, step: int, rewards: list[float]) -> bool:
        """Returns whether D learns at this step, given the mean R_adv of the steps before it, oldest first."""
        last = rewards[-self.recent:]
        fooled = bool(last) and sum(last) / len(last) > self.threshold
        return fooled or step < self.phase and (step == 1 or step % self.every == 0)


class Discriminator(nn.Module):
    """D for windows of one kind of token, "chords" or "melody"."""

    def __init__(self, shape: EncoderShape, kind: str) -> None:
        super().__init__()
        self.shape, self.kind = shape, kind
        self.encoder = Encoder(shape, kind)
        self.head = nn.Linear(shape.dim, 1)

    def logit(self, own: Tensor) -> Tensor:
        """Returns logits [batch, 1] of windows [batch, length], above 0 for data."""
        everywhere = torch.ones_like(own, dtype=torch.bool)
        return self.head(self.encoder(everywhere, **{self.kind: own})).float()

    def forward(self, own: Tensor) -> Tensor:
        """Returns R_adv [batch, 1] = -log(1 - D(y)) = softplus of the logit."""
        return F.softplus(self.logit(own))

    def loss(self, played: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the cross-entropy with smoothed labels (0.05 and 0.95: a smoothing of 0.1 over two classes) and the
        accuracy, both as this process's part."""
        played, data = processes.local(played), processes.local(data)
        logits = self.logit(torch.cat((played, data)))
        true = torch.cat((torch.zeros(len(played)), torch.ones(len(data)))).to(logits.device)[:, None].expand_as(logits)
        smooth = true * (1 - SMOOTHING) + SMOOTHING / 2
        right = ((logits > 0) == (true > 0.5)).float().mean()
        return F.binary_cross_entropy_with_logits(logits, smooth) / processes.world(), right / processes.world()


class Adversary:
    """A discriminator that learns alongside the policy, from its newest rollouts and from the data."""

    def __init__(self, network: Discriminator, songs: Sequence[Piece], schedule: Schedule, rate: float, length: int,
                 jumps: float, seed: int) -> None:
        self.network, self.schedule, self.rate = network.eval(), schedule, rate
        self.device = network.head.weight.device
        self.optimiser = torch.optim.Adam(network.parameters(), rate, betas=(0.9, 0.95))
        self.windows = Windows(list(songs), schedule.batch, length, seed, jumps=jumps)
        self.random = torch.Generator().manual_seed(seed)
        self.rewards: list[float] = []  # mean R_adv of each step
        self.rollouts: list[Tensor] = []
        self.updates = 0

    def state(self) -> dict:
        """Returns everything that a resumed run needs."""
        return {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(),
                "windows": self.windows.random.bit_generator.state, "random": self.random.get_state(),
                "rewards": self.rewards, "rollouts": [own.short() for own in self.rollouts], "updates": self.updates}

    def restore(self, state: dict) -> None:
        """Resumes from a state."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.windows.random.bit_generator.state = state["windows"]
        self.random.set_state(state["random"].cpu())
        self.rewards, self.updates = list(state["rewards"]), state["updates"]
        self.rollouts = [own.long().to(self.device) for own in state["rollouts"]]

    def learn(self, step: int, own: Tensor, reward: float, halved: AbstractContextManager) -> dict[str, float]:
        """Takes the updates of a policy step (counted from 1) if they are due, and returns figures. own is what the
        policy played in the step, reward its mean R_adv, halved the context for forward passes."""
        schedule, accuracy = self.schedule, torch.zeros((), device=self.device)
        self.rollouts = [*self.rollouts, own][-schedule.rollouts:]
        due = schedule.due(step, self.rewards)
        self.rewards.append(reward)
        if due:
            self.network.train()
            for _ in range(schedule.updates):
                accuracy += self._update(torch.cat(self.rollouts), halved) / schedule.updates
            self.network.eval()
        return {"adversary_accuracy": processes.total(accuracy).item() if due else nan,
                "adversary_updates": self.updates}

    def _update(self, pool: Tensor, halved: AbstractContextManager) -> Tensor:
        played = pool[torch.randperm(len(pool), generator=self.random)[:self.schedule.batch].to(self.device)]
        chords, melody, _ = (t.to(self.device) for t in self.windows.batch())
        with halved:
            loss, right = self.network.loss(played, by_part(chords, melody, self.network.kind)[0])
        self.updates += 1
        descend(self.optimiser, self.network, loss, self.rate * min(1.0, self.updates / self.schedule.warmup_updates))
        return right
