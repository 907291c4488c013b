"""When a run ends before its last step, to be gone on with by the same command: where machines are lent by the half
hour, a training goes in stretches."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import torch

from train import processes


@dataclass(frozen=True)
class Stop:
    """until: at this step; minutes: after so many of them."""

    until: int | None = None
    minutes: float | None = None
    began: float = field(default_factory=time.monotonic)

    def reached(self, step: int, device: torch.device | str) -> bool:
        """Whether the run is to end after this many steps. All processes end with the first whose time is up."""
        if self.until is not None and step >= self.until:
            return True
        if self.minutes is None:
            return False
        up = time.monotonic() - self.began > 60 * self.minutes
        return bool(processes.total(torch.tensor(float(up), device=device)) > 0)


NEVER = Stop()
