"""python -m bench.realjam: plays jamd and ReaLJam over the same melody and writes the figures of docs/comparison.md.

Each system plays alone: first ReaLJam's two servers, one after the other, then jamd. Exit codes: 0 success, 1 failure,
2 usage.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import onnx
import psutil

from bench.realjam import figures, jamd, melody
from bench.realjam.figures import Arm
from bench.realjam.page import Page, Setting, jam
from bench.realjam.server import Server, ServerFailure, serving

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "comparison.md"
PAPER, LIGHT, SHIPPED = "jamd, the paper's size", "jamd, the paper's size in int8", "jamd, as shipped"
SETTINGS = [Setting(4, 4), Setting(1, 0)]
TEMPI, QUICK_TEMPI = [80, 120, 150], [120]
SECONDS, QUICK_SECONDS = 45.0, 20.0
TAIL = 8.0  # seconds: notes in the last seconds of an arm are left out, because their chords may come after its end
BUSY = 5.0  # percent of all cores that other processes may use just before the run


def realjam(server: Server, path: str, setting: Setting, bpm: float, tune: list[melody.Event], seconds: float) -> Arm:
    """Plays one arm with ReaLJam."""
    page = Page(tune, setting, bpm, server.models()[0])
    began = time.perf_counter()
    jam(page, server.play, lambda: time.perf_counter() - began, time.sleep, seconds)
    took = {intro: [a.came - a.asked for a in page.answers if a.introduction == intro] for intro in (False, True)}
    return Arm(f"ReaLJam, {path}, {setting}", bpm, took[False], page.missed(seconds), page.reactions(seconds - TAIL),
               *took[True][:1])


def ours(name: str, policy: str, bpm: float, file: Path, seconds: float, folder: Path) -> Arm:
    """Plays one arm with jamd."""
    played = jamd.read(jamd.play(ROOT / "bin" / "jamd", policy, file, seconds, folder), seconds - TAIL)
    return Arm(name, bpm, played.steps, played.missed, played.reactions)


def processor() -> str:
    """Returns the processor's name as the system gives it."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def parameters(policy: Path) -> int:
    return int(next(p.value for p in onnx.load(policy).metadata_props if p.key == "parameters"))


def conditions(others: float, seconds: float, weights: int) -> list[str]:
    """Returns machine, date and versions, one line each."""
    own = subprocess.run([ROOT / "bin" / "jamd", "version"], capture_output=True, text=True, check=True).stdout
    lines = [
        f"{datetime.date.today()}, {processor()}, {os.cpu_count()} hardware threads, {platform.system()}",
        f"ReaLJam {version('realjam')}: Python {platform.python_version()}, PyTorch {version('torch')}, "
        f"ONNX Runtime {version('onnxruntime')}",
        ", ".join(own.strip().splitlines()),
        f"{seconds:g} s per arm; the network of the paper's size has {weights / 1e6:.1f} million weights, the "
        "same random ones on both sides",
    ]
    if others > BUSY:
        lines.insert(0, f"**The machine was busy** (other processes used {others:.0f} % of it just before the run): "
                        "do not quote these figures")
    return lines


def run(tempi: list[float], seconds: float, policies: dict[str, Path], home: Path, work: Path) -> list[Arm]:
    tunes = [melody.read(path) for path in melody.TUNES]
    tune = {bpm: melody.medley(tunes, seconds * bpm / 60) for bpm in tempi}
    arms = []

    def add(arm: Arm) -> None:
        arms.append(arm)
        print(figures.measured([arm])[-1], file=sys.stderr, flush=True)

    for path in ("PyTorch", "ONNX"):
        with serving(home, path == "ONNX", work / f"{path}.log") as server:
            for setting in SETTINGS:
                server.warm(setting)
            for bpm in tempi:
                for setting in SETTINGS:
                    add(realjam(server, path, setting, bpm, tune[bpm], seconds))
    for bpm in tempi:
        file = work / f"{bpm:g}.mid"
        melody.write(tune[bpm], bpm, file)
        for name, policy in (policies | {SHIPPED: "jamd"}).items():
            add(ours(name, str(policy), bpm, file, seconds, work / f"{bpm:g}" / name))
    return sorted(arms, key=lambda arm: arm.bpm)


def prepare(home: Path) -> dict[str, Path]:
    """Makes the networks of the paper's size and returns their policy files for jamd, by name."""
    policies = {PAPER: home / "paper-size.onnx", LIGHT: home / "paper-size-int8.onnx"}
    home.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "bench.realjam.networks", *policies.values()], cwd=ROOT, check=True,
                   env=os.environ | {"HOME": str(home)})
    return policies


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.realjam", description="Compare jamd with ReaLJam.")
    parser.add_argument("--home", type=Path, required=True, help="folder for ReaLJam's checkpoints, kept between runs")
    parser.add_argument("--quick", action="store_true", help=f"play one tempo, {QUICK_SECONDS:g} s per arm, and only "
                                                             "print; docs/comparison.md does not change")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    args = parse(arguments)
    work = Path(tempfile.mkdtemp(prefix="jamd-realjam-"))
    tempi, seconds = (QUICK_TEMPI, QUICK_SECONDS) if args.quick else (TEMPI, SECONDS)
    try:
        home = args.home.resolve()
        policies = prepare(home)
        others = psutil.cpu_percent(interval=5)
        arms = run(tempi, seconds, policies, home, work)
        text = figures.section(arms, [PAPER, LIGHT, SHIPPED],
                               conditions(others, seconds, parameters(policies[PAPER])))
    except (ServerFailure, jamd.JamdFailure, subprocess.CalledProcessError, OSError, ValueError) as error:
        print(f"bench.realjam: {error}\nbench.realjam: logs and sessions are in {work}", file=sys.stderr)
        return 1
    shutil.rmtree(work)
    if args.quick:
        print(text)
    else:
        figures.put(DOCUMENT, text)
        print(f"wrote {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
