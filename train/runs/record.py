"""The folder of a run: settings, a table of figures, TensorBoard's log, checkpoints, a report."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from train.runs import processes, report

Network = TypeVar("Network", bound=nn.Module)


def load(path: Path, make: Callable[[dict], Network], device: str = "cpu") -> Network:
    """Returns the network of a checkpoint or of saved weights, in evaluation mode. make builds it from its shape."""
    state = torch.load(path, map_location=device, weights_only=True)
    network = make(state["shape"]).to(device)
    network.load_state_dict(state["network"])
    return network.eval()


def keep(checkpoint: Path, path: Path) -> None:
    """Writes the network of a checkpoint in float16, with its shape: enough to play it and to continue training from
    it."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    halves = {name: value.half() for name, value in state["network"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"network": halves, "shape": state["shape"]}, path)


class Record:
    """The folder of a run: settings.json, metrics.csv, tensorboard/, last.pt and, at the end, report.md. A run whose
    folder exists is resumed. Of several processes only the first writes."""

    def __init__(self, run: Path, described: dict, every: float = 180) -> None:
        self.run, self.every = run, every
        self.described = json.loads(json.dumps(described, default=str))
        self.writes = processes.rank() == 0
        if self.writes:
            run.mkdir(parents=True, exist_ok=True)
            (run / "settings.json").write_text(json.dumps(self.described, indent=2) + "\n")
        self.spent, self.began, self.step = 0.0, time.monotonic(), 0
        self.saved = self.began

    def __enter__(self) -> Record:
        if self.writes:
            self.file = open(self.run / "metrics.csv", "a", encoding="utf-8", newline="")
            self.board = SummaryWriter(str(self.run / "tensorboard"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self.writes:
            self.file.close()
            self.board.close()
            if error is None:
                report.write(self.run, self.step, self.seconds)
        if error is None:
            processes.wait()  # the next step may read what this run has written

    @property
    def seconds(self) -> float:
        """The seconds spent on the run so far, over all its stretches."""
        return self.spent + time.monotonic() - self.began

    def restore(self, device: str | torch.device) -> dict | None:
        """Returns the state that was saved last, or None at the beginning of a run."""
        last = self.run / "last.pt"
        if not last.exists():
            return None
        state = torch.load(last, map_location=device, weights_only=False)
        self.spent = state["spent"]
        return state

    def save(self, state: dict) -> None:
        """Saves the state under a temporary name and renames it, so that a killed run never leaves half a file.
        state["step"] is the number of steps taken."""
        if not self.writes:
            return
        torch.save({**state, "spent": self.seconds, **self.described}, self.run / "last.part")
        os.replace(self.run / "last.part", self.run / "last.pt")
        self.saved, self.step = time.monotonic(), state["step"]

    def due(self) -> bool:
        """Returns whether it is time for the next checkpoint."""
        return time.monotonic() - self.saved > self.every

    def keep(self, name: str, state: dict) -> None:
        """Writes a network beside the checkpoints, with its shape and settings."""
        if self.writes:
            torch.save({**state, **self.described}, self.run / name)

    def write(self, step: int, figures: dict[str, float]) -> None:
        """Writes a row of the table, and the same figures for TensorBoard. All rows have the names of the first row."""
        if not self.writes:
            return
        table = csv.writer(self.file)
        if self.file.tell() == 0:
            table.writerow(["step", "seconds", *figures])
        table.writerow([step, f"{self.seconds:.0f}", *(f"{f:.6g}" for f in figures.values())])
        self.file.flush()
        for name, figure in figures.items():
            self.board.add_scalar(name, figure, step)
