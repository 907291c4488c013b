"""The loop of every training by playing: takes steps in a run's folder, or resumes from its last checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
from tqdm import tqdm

from train.models.network import Decoder
from train.runs import processes
from train.runs.record import Record
from train.runs.stop import NEVER, Stop


class Trainer(Protocol):
    """The interface of ppo.Trainer and foresight.Trainer for the loop. settings has steps, valid_every and
    checkpoint_seconds."""

    policy: Decoder
    settings: Any
    device: torch.device
    step: int

    def once(self) -> dict[str, float]:
        """Takes one whole step and returns its figures."""

    def validate(self) -> dict[str, float]:
        """Returns figures of held-out songs, from the same windows each time. valid_loss is the one to minimise."""

    def state(self) -> dict:
        """Returns everything that a resumed run needs."""

    def restore(self, state: dict) -> None:
        """Resumes from a state."""


def train(trainer: Trainer, run: Path, stop: Stop = NEVER) -> Decoder:
    """Runs the trainer's steps in folder `run`, or resumes them. best.pt has the policy with the lowest valid_loss,
    last.pt the newest state."""
    s = trainer.settings
    best, known = float("inf"), {}
    with Record(run, {"shape": trainer.policy.shape.asdict(), "settings": asdict(s)}, s.checkpoint_seconds) as record:
        state = record.restore(trainer.device)
        if state:
            trainer.restore(state)
            best, known = state["best"], state["valid"]
        bar = tqdm(total=s.steps, initial=trainer.step, desc=run.name, unit=" steps",
                   disable=processes.rank() > 0)
        while trainer.step < s.steps and not stop.reached(trainer.step, trainer.device):
            figures = trainer.once()
            if trainer.step % s.valid_every == 0 or trainer.step in (1, s.steps):
                known = trainer.validate()
                if known["valid_loss"] < best:
                    best = known["valid_loss"]
                    record.keep("best.pt", {"network": trainer.policy.state_dict(), "step": trainer.step,
                                            "valid": known})
            record.write(trainer.step, figures | known)
            bar.set_postfix(harmony=f"{figures['note_in_chord']:.3f}", distinct=f"{figures['distinct']:.1f}")
            bar.update()
            if record.due():
                record.save(trainer.state() | {"best": best, "valid": known})
        record.save(trainer.state() | {"best": best, "valid": known})
        bar.close()
    return trainer.policy
