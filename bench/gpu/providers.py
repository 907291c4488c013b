"""Chords and times of all policies on CUDA, beside the CPU: runs the Go test TestProvidersAgree and judges its report."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

PROGRAM = Path("bin/model.test")  # the compiled test, for a machine without Go
LIBRARIES = ("bin/cuda/onnxruntime/capi/libonnxruntime.so.*", "bin/libonnxruntime.so")
SLOWER = 1.25  # Auto's choice is wrong if its p99 is this many times the other's


def library() -> Path | None:
    """Returns ONNX Runtime's library: that of `make cuda`, else of a Python package with CUDA, else of `make build`."""
    places = [Path().glob(LIBRARIES[0])]
    package = importlib.util.find_spec("onnxruntime")
    for root in package.submodule_search_locations or [] if package else []:
        capi = Path(root) / "capi"
        if any(capi.glob("libonnxruntime_providers_cuda*")):
            places.append(capi.glob("libonnxruntime.so.*"))
    places.append(Path().glob(LIBRARIES[1]))
    return next((path.resolve() for found in places for path in sorted(found)), None)


def compiled() -> Path | None:
    """Compiles the test where there is Go, and returns it; without Go it returns what was compiled before, or None."""
    if shutil.which("go"):
        subprocess.run(["go", "test", "-c", "-ldflags", "-s -w", "-o", str(PROGRAM), "./model"], check=True)
    return PROGRAM.resolve() if PROGRAM.is_file() else None


def compare(program: Path, provider: str, more: list[Path], report: Path) -> bool:
    """Runs the test and returns whether the chords are the same. The report is written in either case, unless the
    provider cannot be used."""
    environment = dict(os.environ)
    if "JAMD_ORT_LIB" not in environment and (found := library()):
        environment["JAMD_ORT_LIB"] = str(found)
    report.unlink(missing_ok=True)
    done = subprocess.run([program, "-test.run", "^TestProvidersAgree$", "-test.v", "-provider", provider, "-policies",
                           ",".join(str(path.resolve()) for path in more), "-report", report.resolve()],
                          cwd="model", env=environment, capture_output=True, text=True)
    report.with_suffix(".log").write_text(done.stdout + done.stderr)
    return done.returncode == 0 and report.is_file()


def slower(report: dict) -> list[str]:
    """Returns the policies for which Auto chose the device whose steps take clearly longer. On the CPU alone it has no
    choice."""
    found = []
    if report["provider"] == "cpu":
        return found
    for policy in report["policies"]:
        chosen, other = (policy["cpu"], policy["other"])[::1 if policy["auto"] == "cpu" else -1]
        if chosen["p99"] > SLOWER * other["p99"]:
            found.append(policy["policy"])
    return found


def table(report: dict) -> str:
    """Returns the report as a Markdown table."""
    rows = [f"| `{p['policy']}` | {p['different']} of {p['frames']} | {p['largest']:.1e} | {p['cpu']['p50']:.2f}, "
            f"{p['cpu']['p99']:.2f} | {p['other']['p50']:.2f}, {p['other']['p99']:.2f} | {p['auto']} |"
            for p in report["policies"]]
    return "\n".join([f"| policy | frames with another chord | largest difference of logits | CPU p50, p99, ms | "
                      f"{report['provider']} p50, p99, ms | `auto` chose |", "| --- | --- | --- | --- | --- | --- |", *rows])


def read(report: Path) -> dict:
    return json.loads(report.read_text(encoding="utf-8"))
