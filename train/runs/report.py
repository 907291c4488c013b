"""Writes the report of a run at its end: report.md in its folder."""

from __future__ import annotations

import json
import math
import platform
import shlex
import sys
from pathlib import Path

import numpy as np
import torch

from train.runs import curves, processes
from train.runs.machine import most_memory


def processor() -> str:
    """Returns the processor's name as far as the system gives it."""
    name = platform.processor() or platform.machine()
    if (cpuinfo := Path("/proc/cpuinfo")).is_file():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
        name = models[0] if models else name
    return name


def machine() -> str:
    """Returns the processor, the GPUs, the most memory of this process so far, the number of processes and the version of
    PyTorch."""
    parts = [processor(), f"CPU threads {torch.get_num_threads()}"]
    if used := most_memory():
        parts.append(f"at most {used:.1f} GiB of memory")
    if torch.cuda.is_available():
        parts.append(f"{processes.world()} x {torch.cuda.get_device_name()}, at most "
                     f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB of its memory")
    return ", ".join([*parts, f"processes {processes.world()}", f"PyTorch {torch.__version__}"])


def flat(described: dict, prefix: str = "") -> dict[str, object]:
    """Flattens nested settings, with dotted names: schedule.every."""
    out: dict[str, object] = {}
    for name, value in described.items():
        out |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return out


def table(columns: dict[str, np.ndarray]) -> list[str]:
    """Returns a table with the first and last value of each figure, and the lowest and highest with their steps. NaN
    means that a value is missing."""
    lines = ["| figure | first | last | lowest | highest |", "| --- | --- | --- | --- | --- |"]
    for name in [n for n in columns if n not in ("step", "seconds")]:
        known = [(value, int(step)) for value, step in zip(columns[name], columns["step"]) if not math.isnan(value)]
        if known:
            cells = [f"{known[0][0]:.4g}", f"{known[-1][0]:.4g}",
                     *("{:.4g} (step {})".format(*end(known)) for end in (min, max))]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def write(run: Path, step: int, seconds: float) -> None:
    """Writes the report of a run at `step` after `seconds`, from its settings.json and metrics.csv."""
    described = json.loads((run / "settings.json").read_text())
    columns = curves.read(run / "metrics.csv")  # if a step was done again after a kill, the later row counts
    start = f"torchrun --nproc-per-node {processes.world()} -m --" if processes.world() > 1 else "python -m"
    steps = f"{step:,} of {described['settings']['steps']:,} steps"
    lines = [f"# {run.name}", "",
             f"{steps} in {seconds / 3600:.2f} hours ({seconds:.0f} seconds) on {machine()}.", "",
             *(table(columns) if columns else ["There are no figures yet."]), "",
             "## To continue", "",
             "The same command continues from the last checkpoint. A finished run needs more `--steps`:", "",
             f"    {start} train {shlex.join(sys.argv[1:])}", "",
             "`best.pt` is the network to train on from, to judge with or to export. `tensorboard --logdir` on this",
             "folder shows the curves of `metrics.csv`.", "",
             "## Settings", "", "| setting | value |", "| --- | --- |",
             *(f"| {name} | {value} |" for name, value in flat(described).items())]
    (run / "report.md").write_text("\n".join(lines) + "\n")
