"""How the policy `jamd` goes beyond the paper: it learns from what every chord would have been worth.

PPO tells a policy of what it played, and a critic must guess what that brought. Here the policy plays to windows of the
data as in PPO; but in every frame that it came to, each chord is told its worth (coherence.py), which the melody that
follows decides, and the policy moves its probabilities towards the worthier ones: the gradient of the expected worth
over all actions, with no variance from those drawn (Mean Actor-Critic, Allen et al. 2017; expected policy gradients,
Ciosek and Whiteson 2018). The policy still never hears what follows; what it cannot foresee averages out.

Three things keep it near the music of the data: the divergence from the anchor, which hears the whole melody; the loss
on the data's own chords, behind histories led astray; and the prices of onsets and of chords overused in their key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from train import bars, busy, coherence, metrics, processes, rollout, tokens
from train.anchor import Anchor
from train.astray import lead_astray
from train.corpora.dataset import Piece
from train.fit import descend, falling
from train.network import Decoder, late
from train.ppo import divergence, entropy_of, mean
from train.windows import Windows


@dataclass(frozen=True)
class Settings:
    """One run. windows of `length` frames are played a step and learnt from in minibatches. coherence weighs the
    expected worth, kl the divergence from the anchor, data the likelihood of the data's chords, of which swap are
    behind histories led astray; rarity is what a chord is worth for each e-fold that it is too rare in its key; changes
    the share of the data's onsets to aim at; price the gain of the prices of onsets; silence what a silent frame
    against a sounding melody costs, but for the first 8; jumps the share of windows that change their key on the way.
    prices: of onsets at bar lines, on other beats and off the beat, to begin with. The rate is Adam's."""

    steps: int = 400
    windows: int = 48
    minibatch: int = 8
    length: int = 256
    temperature: float = 0.99
    rate: float = 2e-4
    warmup: int = 10
    coherence: float = 55.0
    kl: float = 0.3
    data: float = 0.2
    swap: float = 0.7
    rarity: float = 0.11
    changes: float = 0.92
    price: float = 0.06
    silence: float = 0.5
    jumps: float = 0.5
    prices: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bfloat16: bool = False
    seed: int = 1
    checkpoint_seconds: int = 180


class Trainer:
    """All that changes in a run. The policy plays chords and hears the bar."""

    def __init__(self, policy: Decoder, anchor: Anchor, settings: Settings, pieces: Sequence[Piece]) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.policy, self.anchor = settings, policy.eval(), anchor.eval()
        self.device = policy.head.weight.device
        self.optimiser = torch.optim.Adam(self.policy.parameters(), settings.rate, betas=(0.9, 0.95))
        songs = [p for p in pieces if p.split == "train"]
        self.windows = Windows(songs, settings.windows, settings.length, settings.seed, apart=True,
                               jumps=settings.jumps)
        self.random = torch.Generator().manual_seed(settings.seed)  # the same numbers on any device
        self.ends = coherence.ends(songs)
        begin = torch.tensor(settings.prices).repeat(busy.LEVELS, 1)
        self.prices, self.degrees = coherence.Prices(settings.price, begin), coherence.Degrees()
        self.step = 0

    def state(self) -> dict:
        """All that a resumed run needs."""
        return {"policy": self.policy.state_dict(), "optimiser": self.optimiser.state_dict(),
                "windows": self.windows.random.bit_generator.state, "random": self.random.get_state(),
                "prices": self.prices.integral, "own": self.degrees.own, "data": self.degrees.data, "step": self.step}

    def restore(self, state: dict) -> None:
        """Goes on from a state."""
        self.policy.load_state_dict(state["policy"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.windows.random.bit_generator.state = state["windows"]
        self.random.set_state(state["random"].cpu())
        self.prices.integral, self.step = state["prices"].cpu(), state["step"]
        self.degrees.own, self.degrees.data = state["own"].cpu(), state["data"].cpu()

    @torch.no_grad()
    def perform(self, heard: Tensor, mask: Tensor, places: Tensor, jump: Tensor, told: Tensor, level: Tensor,
                uniform: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Plays to windows: what it played [batch, length], the anchor's log probabilities after that [batch, length,
        tokens], and what the chords would have been worth [batch, length, chords]."""
        s, n = self.settings, tokens.CHORDS
        own = rollout.play(self.policy, heard, s.temperature, uniform, told, level) * mask  # silence beyond the song's end
        with self.halved():
            logits = self.anchor(own, heard).float()
        log_q = (rollout.masked(logits, late(own, 2 * n + 1), n) / s.temperature).log_softmax(dim=-1)
        return own, log_q, coherence.worth(heard, mask, places, self.ends, jump)

    def actions(self, worth: Tensor, heard: Tensor, prices: Tensor, rarity: Tensor) -> Tensor:
        """What every token of a frame is worth [batch, length, tokens]: silence, each chord begun, each held. worth
        and rarity are [batch, length, chords], prices of an onset [batch, length]."""
        s = self.settings
        silence = -s.silence * (heard != tokens.SILENCE).float()[..., None]
        silence[:, :8] = 0
        held = worth + s.rarity * rarity
        return torch.cat((silence, held - prices[..., None], held), dim=-1)

    def once(self) -> dict[str, float]:
        """One whole step and its figures."""
        s = self.settings
        processes.seed(s.seed, self.step)
        data, heard, mask, places, jump, level = (of.to(self.device) for of in self.windows.drawn())
        told = bars.unsure(places, self.windows.random)
        level = busy.unsure(level.cpu(), self.windows.random).to(self.device)
        history, target, learnt = lead_astray(data, mask, s.swap, self.windows.random)
        uniform = torch.rand(heard.shape, generator=self.random).to(self.device)
        # Each process plays its windows; then all hold all of them.
        own, log_q, worth = (processes.gather(of) for of in
                             self.perform(*map(processes.mine, (heard, mask, places, jump, told, level, uniform))))
        # Where the key changes the data begins anew, on the beat or not, which is no rate to be held to.
        usual = mask & (torch.arange(mask.shape[1], device=self.device) != jump[:, None])
        rates, given = (coherence.onsets(part, usual, places, level) for part in (own, data))
        prices = self.prices.after(rates, s.changes * given).to(self.device)
        rarity = self.degrees.within(own, data, heard, mask, jump)
        values = self.actions(worth, heard, prices[level[:, None], coherence.levels(places)], rarity)
        totals = torch.zeros(4, device=self.device)
        for whole in torch.randperm(len(own), generator=self.random).to(self.device).split(s.minibatch):
            rows = processes.mine(whole)
            share = processes.share(mask[whole])
            with self.halved():
                log_p = rollout.log_probabilities(self.policy, own[rows], heard[rows], s.temperature, told[rows], level[rows])
            gain = mean((log_p.exp() * values[rows]).sum(dim=-1), mask[rows])
            apart = mean(divergence(log_p, log_q[rows]), mask[rows])
            some = whole[:(len(whole) + 1) // 2]  # enough of the data to stay near it
            half = processes.mine(some)
            with self.halved():
                likely = rollout.log_probabilities(self.policy, history[half], heard[half], 1.0, told[half], level[half])
            likely = likely.gather(2, target[half][..., None])[..., 0].clamp(min=-20)  # none may weigh without bounds
            unlike = -(likely * learnt[half]).sum() / learnt[some].sum().clamp(min=1)
            loss = (-s.coherence * gain + s.kl * apart) * share + s.data * unlike
            descend(self.optimiser, self.policy, loss, s.rate * falling(self.step, s.warmup, s.steps))
            spread = mean(entropy_of(log_p), mask[rows])
            parts = torch.stack((gain * share, apart * share, unlike, spread * share))
            totals += parts.detach() * len(whole) / len(own)
        self.step += 1
        inside, both = metrics.note_in_chord(heard.cpu().numpy(), own.cpu().numpy())
        return dict(zip(("worth", "kl", "data_loss", "entropy"), processes.total(totals).tolist())) | {
            "note_in_chord": inside / max(1, both), "onsets": float(rates.nanmean(dim=0).sum()),
            "off_beat": float(rates[:, 2].nanmean()), "calm": float(rates[1].sum()), "busy": float(rates[-1].sum()),
            "calm_of_data": float(given[1].sum()), "busy_of_data": float(given[-1].sum()),
            "distinct": sum(metrics.distinct(row) for row in own.cpu().numpy()) / len(own),
            **{f"price_{where}": float(price) for where, price in zip(("bar", "beat", "off"), prices.mean(dim=0))},
        }

    def halved(self) -> torch.autocast:
        """In which matrix products have half the bits, if the settings say so."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.bfloat16)
