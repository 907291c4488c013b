"""python -m bench.gpu -o FOLDER: all that waits for a machine with a GPU, in one command.

1. Every policy that comes with jamd, and one of the paper's size, plays on CUDA as on the CPU (providers.json, .log).
2. `--provider auto` chooses the device on which a step takes less time.
3. The recipe at the scale gpu (512 x 8, bfloat16), stage by stage (recipe.md, run).

Whatever was done is not done again, so that the same command goes on after --minutes. Without a GPU, --provider cpu tries
all parts on the CPU; with --steps and --windows the trainings are short.

Exit codes: 0 all is done and right; 1 the chords differ, or CUDA cannot be used; 2 wrong use; 3 there is no GPU;
4 auto chose the slower device; 5 a stage of the recipe failed; 6 the compiled test is missing; 75 the minutes are over,
and the same command goes on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench.gpu import paper, providers

DIFFERENT, NO_GPU, AUTO, RECIPE, NO_PROGRAM, UNFINISHED = 1, 3, 4, 5, 6, 75


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the results")
    parser.add_argument("--runs", type=Path, help="folder of the trainings (default: runs in the output)")
    parser.add_argument("--provider", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--minutes", type=float, default=25, help="stop after this time (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="folder of the corpora, where there is no cache of them yet")
    parser.add_argument("--cache", type=Path, help="file with the tokens of the corpora")
    parser.add_argument("--steps", type=int, help="largest number of steps of a training; leaves the evaluation out")
    parser.add_argument("--windows", type=int, help="largest number of windows at a time")
    parser.add_argument("--stages", nargs="+", metavar="STAGE", help="of the recipe, these alone")
    return parser.parse_args(given)


def agree(args: argparse.Namespace) -> int:
    """Does parts 1 and 2, unless their report is there, and returns the exit code."""
    report = args.output / "providers.json"
    if not report.is_file() or providers.read(report)["provider"] != args.provider:
        program = providers.compiled()
        if not program:
            print(f"{providers.PROGRAM} is missing, and so is Go: make it with "
                  f"`go test -c -ldflags '-s -w' -o {providers.PROGRAM} ./model` and bring it here")
            return NO_PROGRAM
        if not providers.compare(program, args.provider, paper.policies(args.runs / "paper"), report):
            print(f"the policies do not play the same on {args.provider} as on the CPU: see {report.with_suffix('.log')}")
            report.unlink(missing_ok=True)
            return DIFFERENT
    found = providers.read(report)
    print(providers.table(found))
    if wrong := providers.slower(found):
        print(f"auto chose the slower device for {', '.join(wrong)}: see {report}")
        return AUTO
    return 0


def train(args: argparse.Namespace, minutes: float) -> int:
    """Goes on with the recipe and returns the exit code."""
    command = [sys.executable, "-m", "train", "all", "--scale", "gpu", "--runs", str(args.runs), "--minutes",
               f"{max(minutes, 0):.2f}", "--device", args.provider]
    for name in ("data", "cache", "steps", "windows"):
        if (value := getattr(args, name)) is not None:
            command += [f"--{name}", str(value)]
    output = ""
    with subprocess.Popen([*command, *(args.stages or [])], stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            output = line
    (args.output / "recipe.md").write_text(reports(args.runs))
    if running.returncode:
        return RECIPE
    return UNFINISHED if "minutes are over" in output else 0


def reports(runs: Path) -> str:
    """Returns the steps, time, memory and machine of every run, from its report."""
    lines = ["| training | steps, time, machine |", "| --- | --- |"]
    for report in sorted(runs.glob("*/report.md"), key=lambda path: path.stat().st_mtime):
        lines.append(f"| `{report.parent.name}` | {report.read_text().splitlines()[2]} |")
    return "\n".join(lines) + "\n"


def gpu() -> str | None:
    """Returns the GPU's name, or None."""
    import torch
    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def main(given: list[str] | None = None) -> int:
    began, args = time.monotonic(), arguments(given)
    args.runs = args.runs or args.output / "runs"
    found = gpu()
    if args.provider == "cuda" and not found:
        print("there is no GPU here: PyTorch finds no CUDA device (--provider cpu tries all parts on the CPU)")
        return NO_GPU
    print(f"GPU: {found or 'none'}", flush=True)
    args.output.mkdir(parents=True, exist_ok=True)
    agreed = agree(args)
    trained = train(args, args.minutes - (time.monotonic() - began) / 60)
    return agreed or trained


if __name__ == "__main__":
    sys.exit(main())
