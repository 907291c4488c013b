"""What a run has to say for itself at its end: report.md in its folder."""

from __future__ import annotations

import json
import math
import platform
import shlex
import sys
from pathlib import Path

import numpy as np
import torch

from train import curves, processes


def processor() -> str:
    """The processor's name, as well as the system tells it."""
    name = platform.processor() or platform.machine()
    if (cpuinfo := Path("/proc/cpuinfo")).is_file():
        models = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    return name


def machine() -> str:
    """The processor, what computes beside it, and the PyTorch that does."""
    parts = [processor(), f"CPU threads {torch.get_num_threads()}"]
    if torch.cuda.is_available():
        parts.append(f"{processes.world()} x {torch.cuda.get_device_name()}")
    return ", ".join([*parts, f"processes {processes.world()}", f"PyTorch {torch.__version__}"])


def flat(described: dict, prefix: str = "") -> dict[str, object]:
    """Settings within settings, named by their way: schedule.every."""
    out: dict[str, object] = {}
    for name, value in described.items():
        out |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return out


def table(columns: dict[str, np.ndarray]) -> list[str]:
    """First and last value of each figure, and the lowest and highest with their steps. A value that is not a number
    stands for none."""
    lines = ["| figure | first | last | lowest | highest |", "| --- | --- | --- | --- | --- |"]
    for name in [n for n in columns if n not in ("step", "seconds")]:
        known = [(value, int(step)) for value, step in zip(columns[name], columns["step"]) if not math.isnan(value)]
        if known:
            cells = [f"{known[0][0]:.4g}", f"{known[-1][0]:.4g}",
                     *("{:.4g} (step {})".format(*end(known)) for end in (min, max))]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def write(run: Path, step: int, seconds: float) -> None:
    """Writes the report of a run that is at this step after these seconds, from its settings.json and metrics.csv."""
    described = json.loads((run / "settings.json").read_text())
    columns = curves.read(run / "metrics.csv")  # of a step done again after a kill, the later row
    start = f"torchrun --nproc-per-node {processes.world()} -m --" if processes.world() > 1 else "python -m"
    steps = f"{step:,} of {described['settings']['steps']:,} steps"
    lines = [f"# {run.name}", "",
             f"{steps} in {seconds / 3600:.2f} hours ({seconds:.0f} seconds) on {machine()}.", "",
             *(table(columns) if columns else ["No figures were taken yet."]), "",
             "## To go on", "",
             "The same command goes on from the last checkpoint; with more `--steps` also when all are done:", "",
             f"    {start} train {shlex.join(sys.argv[1:])}", "",
             "`best.pt` is the network to go on with, to judge by or to export; `tensorboard --logdir` on this folder",
             "shows the curves of `metrics.csv`.", "",
             "## Settings", "", "| setting | value |", "| --- | --- |",
             *(f"| {name} | {value} |" for name, value in flat(described).items())]
    (run / "report.md").write_text("\n".join(lines) + "\n")
