"""Ends a run before its last step; the same command resumes it. If a machine is lent by the half hour, a training runs
in stretches."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import torch

from train.runs import processes


@dataclass(frozen=True)
class Stop:
    """When to stop: at step `until`, or after `minutes`."""

    until: int | None = None
    minutes: float | None = None
    began: float = field(default_factory=time.monotonic)

    def reached(self, step: int, device: torch.device | str) -> bool:
        """Returns whether the run should end after `step` steps. All processes end with the first whose time is up."""
        if self.until is not None and step >= self.until:
            return True
        if self.minutes is None:
            return False
        up = time.monotonic() - self.began > 60 * self.minutes
        return bool(processes.total(torch.tensor(float(up), device=device)) > 0)


NEVER = Stop()
