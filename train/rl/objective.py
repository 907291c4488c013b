"""The arithmetic of reinforcement learning: from rewards to advantages, from advantages to a loss, and the diagnostics
of an update. Tensors are [windows, frames] unless stated otherwise; mask is True up to each window's last frame."""

from __future__ import annotations

import torch
from torch import Tensor


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """Returns the mean over the frames in mask."""
    return (values * mask).sum() / mask.sum()


def by_frame(parts: Tensor, mask: Tensor) -> Tensor:
    """Places the rewards of parts [windows, n], the n equal parts of each window, on frames: on the last frame of the
    part, or on the window's last frame if that comes earlier."""
    n, length = parts.shape[1], mask.shape[1]
    ends = torch.arange(1, n + 1, device=mask.device) * (length // n) - 1
    ends = torch.minimum(ends[None], mask.sum(dim=1, keepdim=True) - 1)
    return torch.zeros(mask.shape, device=mask.device).scatter_add(1, ends, parts)


def centred(values: Tensor, mask: Tensor) -> Tensor:
    """Subtracts from each column its mean over the windows in the mask; 0 outside the mask."""
    usual = (values * mask).sum(dim=0) / mask.sum(dim=0).clamp(min=1)
    return (values - usual) * mask


def normalised_rewards(growth: Tensor, frames: Tensor, mask: Tensor) -> Tensor:
    """Returns the rewards of every frame from those of parts [windows, n] and those of frames, scaled so that the
    windows' sums have a standard deviation of 1 over the batch.

    The mean over the windows is subtracted for each part and each frame. Subtracted only from the sum, on the last
    frame, it would leave rewards that depend on the frame's number, and they would make up two thirds of the
    advantages."""
    scale = (growth.sum(dim=1) + (frames * mask).sum(dim=1)).std() + 1e-8
    begins = torch.arange(growth.shape[1], device=mask.device) * (mask.shape[1] // growth.shape[1])
    reached = mask[:, begins]
    growth = torch.where(reached, centred(growth, reached), growth)
    return (by_frame(growth, mask) + centred(frames, mask)) / scale


def advantages_of(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, gae: float) -> tuple[Tensor, Tensor]:
    """Returns generalised advantage estimates and returns (Schulman et al. 2016, (16)). After a window's last frame all
    values and rewards are 0."""
    values, rewards = values * mask, rewards * mask
    advantages, running = torch.zeros_like(values), torch.zeros_like(values[:, 0])
    for t in reversed(range(values.shape[1])):
        following = values[:, t + 1] if t + 1 < values.shape[1] else torch.zeros_like(running)
        delta = rewards[:, t] + gamma * following - values[:, t]
        running = (delta + gamma * gae * running) * mask[:, t]
        advantages[:, t] = running
    return advantages, (advantages + values) * mask


def normalised(values: Tensor, mask: Tensor) -> Tensor:
    """Scales values to mean 0 and standard deviation 1 over the mask; 0 outside it."""
    inside = values[mask]
    return torch.where(mask, (values - inside.mean()) / (inside.std() + 1e-8), torch.zeros_like(values))


def explained_variance(values: Tensor, returns: Tensor, mask: Tensor) -> float:
    """Returns the share of the returns' variance that the critic's values explain; 0 or below means none."""
    left, whole = (returns - values)[mask].var(), returns[mask].var()
    return float(1 - left / (whole + 1e-8))


def policy_loss(new: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clip: float) -> Tensor:
    """Returns PPO's clipped objective as a loss (Schulman et al. 2017, (7)). new and old are log probabilities of the
    tokens played."""
    ratio = (new - old).exp()
    gain = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    return -mean(gain, mask)


def step_size(new: Tensor, old: Tensor, mask: Tensor, clip: float) -> tuple[Tensor, Tensor]:
    """Returns how far an update has moved the policy: the approximate divergence of old from new, E[r - 1 - log r], and
    the share of frames with a clipped ratio r."""
    log_ratio = new.detach() - old
    ratio = log_ratio.exp()
    return mean(ratio - 1 - log_ratio, mask), mean(((ratio - 1).abs() > clip).float(), mask)


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """Returns KL(p || q) of log probabilities [windows, frames, tokens]; illegal tokens (-inf) count 0."""
    illegal = p.isinf()
    return (p.exp() * (p.masked_fill(illegal, 0) - q.masked_fill(illegal, 0))).sum(dim=-1)


def entropy_of(p: Tensor) -> Tensor:
    """Returns the entropy in nats of log probabilities [windows, frames, tokens]."""
    return -(p.exp() * p.masked_fill(p.isinf(), 0)).sum(dim=-1)
