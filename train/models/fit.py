"""The loop that trains every network by a loss on data: the policy, the anchor, the reward models.

The learning rate warms up, stays, and falls to zero over the last part of the steps, so that a run can be extended
without starting again. A run is a folder (record.py). A resumed run gives the same result as one without a stop.
best.pt has the network with the best validation figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from train.runs import processes
from train.runs.record import Record
from train.runs.stop import NEVER, Stop


@dataclass(frozen=True)
class Settings:
    """Settings of one run. batch counts windows, length counts frames. decay is the share of the steps over which the
    rate falls. bfloat16: compute matrix products in bfloat16, which is faster on a processor that supports it (2.3
    times on one EPYC)."""

    steps: int = 4000
    batch: int = 8
    length: int = 512
    rate: float = 1e-3
    warmup: int = 200
    decay: float = 0.2
    weight_decay: float = 0.05
    bfloat16: bool = False
    seed: int = 1
    valid_every: int = 250
    checkpoint_seconds: int = 180


def rate_at(step: int, settings: Settings) -> float:
    """Returns the learning rate of a step: a linear warm-up, a plateau, a linear fall to zero over the last part
    `decay`."""
    left = (settings.steps - step) / max(1, settings.decay * settings.steps)
    return settings.rate * min(1.0, (step + 1) / settings.warmup, max(0.0, left))


def falling(step: int, warmup: int, steps: int) -> float:
    """Returns the share of the full rate at a step of reinforcement learning: a linear warm-up, then a cosine down to a
    tenth."""
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return 0.1 + 0.9 * (1 + math.cos(math.pi * min(1.0, done))) / 2


def descend(optimiser: torch.optim.Optimizer, network: nn.Module, loss: Tensor, rate: float) -> None:
    """Takes one optimiser step on this process's part of the loss. Gradients are clipped to a norm of 1."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    processes.reduce_gradients(network)
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()


def adamw(network: nn.Module, settings: Settings) -> torch.optim.AdamW:
    """Returns AdamW with weight decay on matrices only."""
    decayed = [p for p in network.parameters() if p.dim() >= 2]
    plain = [p for p in network.parameters() if p.dim() < 2]
    return torch.optim.AdamW([{"params": decayed, "weight_decay": settings.weight_decay},
                              {"params": plain, "weight_decay": 0.0}], lr=settings.rate, betas=(0.9, 0.95), fused=True)


def nll(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    """Returns the mean negative log-likelihood of tokens [batch, length] given logits [batch, length, n], in nats per
    frame, over the frames in mask. It is 0 if the mask is empty: a whole window may be led astray."""
    loss = F.cross_entropy(logits.flatten(0, 1).float(), tokens.flatten(), reduction="none").view_as(mask)
    return (loss * mask).sum() / mask.sum().clamp(min=1)


def halved(device: torch.device, bfloat16: bool) -> torch.autocast:
    """Returns the context in which matrix products use bfloat16, if it is wanted."""
    return torch.autocast(device.type, torch.bfloat16, enabled=bfloat16)


def fit(network: nn.Module, loss: Callable[[], Tensor], valid: Callable[[], dict[str, Tensor]],
        random: np.random.Generator, settings: Settings, shape: dict, run: Path, stop: Stop = NEVER) -> None:
    """Trains the network in the run's folder, or resumes from its last checkpoint.

    loss draws a batch with `random` and returns its loss. valid returns figures of held-out data; the first is the one
    to minimise. Both return this process's part; the sum over all processes is the whole. stop ends the run early, to
    be resumed later.
    """
    optimiser, device = adamw(network, settings), next(network.parameters()).device
    step, best, recent = 0, float("inf"), float("nan")
    with Record(run, {"shape": shape, "settings": asdict(settings)}, settings.checkpoint_seconds) as record:
        state = record.restore(device)
        if state:
            network.load_state_dict(state["network"])
            optimiser.load_state_dict(state["optimiser"])
            random.bit_generator.state = state["random"]
            step, best, recent = state["step"], state["best"], state["recent"]

        def checkpoint() -> None:
            record.save({"network": network.state_dict(), "optimiser": optimiser.state_dict(),
                         "step": step, "best": best, "recent": recent, "random": random.bit_generator.state})

        network.train()
        bar = tqdm(total=settings.steps, initial=step, desc=run.name, unit=" steps",
                   disable=processes.rank() > 0)
        while step < settings.steps and not stop.reached(step, device):
            processes.seed(settings.seed, step)
            with halved(device, settings.bfloat16):
                value = loss()
            descend(optimiser, network, value, rate_at(step, settings))
            now = processes.total(value).item()
            recent = now if step == 0 else 0.98 * recent + 0.02 * now
            step += 1
            bar.update()
            if step % settings.valid_every == 0 or step == settings.steps:
                network.eval()
                with torch.no_grad():
                    figures = {name: processes.total(part).item() for name, part in valid().items()}
                network.train()
                record.write(step, {"rate": rate_at(step - 1, settings), "train_loss": recent, **figures})
                bar.set_postfix(train=f"{recent:.3f}", **{k: f"{v:.3f}" for k, v in figures.items()})
                if (aim := next(iter(figures.values()))) < best:
                    best = aim
                    record.keep("best.pt", {"network": network.state_dict(), "step": step, "valid": figures})
            if record.due():
                checkpoint()
        checkpoint()
        bar.close()
