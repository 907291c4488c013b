#!/usr/bin/env python3
"""Builds jamd for each system and packs it: .deb, .rpm and .tar.gz for Linux on amd64 and arm64, .zip for Windows on amd64.

The same commit gives the same bytes with the same Go and the same compilers: every date is the commit's, and no path of this
machine stays in a file. The program carries the default policy; the others are packages of their own, the same for every system.
Beside the packages lie SHA256SUMS and an SBOM (CycloneDX) of each system. Run it with make packages.

usage: pack.py FOLDER [SYSTEM|policies ...]
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import archives
import changelog
import notices
import policies
import sbom
import version
from archives import TIME, VERSION

ROOT = version.ROOT
HERE = Path(__file__).resolve().parent

# The oldest systems that the Linux packages promise to run on: Debian 12, Ubuntu 22.04, Fedora 35, RHEL 9.
OLDEST = {"GLIBC": "2.34", "GLIBCXX": "3.4.29"}
GCC = "11"  # whose libstdc++ has GLIBCXX_3.4.29


@dataclass(frozen=True)
class System:
    name: str      # of Go: the system and the processor
    machine: str   # as fetch-onnxruntime names it
    compiler: str  # what stands before gcc and g++
    suffix: str    # what stands behind them

    def environment(self) -> dict:
        system, processor = self.name.split("-")
        # The compiler's name is part of the key in Go's build cache: with the plain name, jamd and the tools share it.
        compiler = "" if self.machine == f"linux-{platform.machine()}" else self.compiler
        return {**os.environ, "GOOS": system, "GOARCH": processor, "CGO_ENABLED": "1", "CC": f"{compiler}gcc{self.suffix}",
                "CXX": f"{compiler}g++{self.suffix}", "SOURCE_DATE_EPOCH": str(TIME)}


SYSTEMS = (
    System("linux-amd64", "linux-x86_64", "x86_64-linux-gnu-", ""),
    System("linux-arm64", "linux-arm64", "aarch64-linux-gnu-", ""),
    System("windows-amd64", "windows-x86_64", "x86_64-w64-mingw32-", "-posix"),
)


def build(system: System, stage: Path) -> Path:
    """Builds the program into the stage, with ONNX Runtime beside it."""
    windows = system.name.startswith("windows")
    program = stage / ("jamd.exe" if windows else "jamd")
    # -static: the Windows program needs none of the compiler's libraries. -s -w: neither symbols nor debugging data.
    # -z now: all symbols of libraries are bound at the start, and their table is then read-only.
    flags = f"-s -w -X main.version={VERSION} -extldflags=" + ("-static" if windows else "-Wl,-z,relro,-z,now")
    archives.go("build", "-tags", "slim", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", program, "./cmd/jamd",
                env=system.environment())
    archives.run(sys.executable, ROOT / "assets" / "fetch-onnxruntime", stage, "--machine", system.machine)
    return program


def check_oldest(file: Path) -> None:
    """Fails if a Linux program needs newer system libraries than promised."""
    said = subprocess.run(["readelf", "-VW", str(file)], capture_output=True, text=True, check=True).stdout
    for library, limit in OLDEST.items():
        for found in re.findall(rf"Name: {library}_([\d.]+)", said):
            if tuple(map(int, found.split("."))) > tuple(map(int, limit.split("."))):
                sys.exit(f"pack: {file.name} needs {library}_{found}, newer than {limit}: build on Debian 12 or Ubuntu 22.04")


def describe(system: System, stage: Path, program: Path) -> None:
    """Writes what goes with the program: licences, changelog, SBOM."""
    shutil.copy(ROOT / "LICENSE", stage / "LICENSE.txt")
    shutil.copy(ROOT / "README.md", stage)
    shutil.copytree(ROOT / "docs", stage / "docs")
    notices.write(stage / "notices.txt", program, system.environment(), stage, compiler_notices(system))
    sbom.write(stage / "sbom.cdx.json", program, VERSION, TIME, system.machine)


def compiler_notices(system: System) -> list:
    """What the compiler itself adds to a program that is linked with -static."""
    if not system.name.startswith("windows"):
        return []
    documents = Path("/usr/share/doc")
    return [("MinGW-w64 runtime", [documents / "mingw-w64-x86-64-dev" / "copyright"]),
            ("GCC runtime libraries", [documents / "gcc-mingw-w64-x86-64-posix-runtime" / "copyright"])]


def archive_linux(system: System, stage: Path, folder: Path) -> None:
    """Packs the .tar.gz, the .deb and the .rpm."""
    check_oldest(stage / "jamd")
    check_oldest(stage / "libonnxruntime.so")
    name = f"jamd-{VERSION}-{system.name}"
    archives.tar(folder / f"{name}.tar.gz", name, stage)
    extra = stage.with_name(f"{stage.name}-extra")
    shutil.copytree(HERE / "linux", extra)
    archives.compress((stage / "notices.txt").read_bytes(), extra / "notices.txt.gz")
    archives.compress((extra / "jamd.1").read_bytes(), extra / "jamd.1.gz")
    archives.compress(changelog.debian(VERSION, TIME).encode(), extra / "changelog.gz")
    shutil.copy(ROOT / "ui" / "dist" / "icon.svg", extra / "jamd.svg")
    processor = system.name.split("-")[1]
    archives.packages(HERE / "nfpm.yaml", folder, extra, stage, ARCH=processor, STAGE=str(stage), EXTRA=str(extra), GCC=GCC,
                      **OLDEST)
    check_desktop(extra)


def check_desktop(extra: Path) -> None:
    """Fails if a desktop would not take the menu entry or the description of the program."""
    archives.run("desktop-file-validate", extra / "jamd.desktop")
    archives.run("appstreamcli", "validate", "--no-net", extra / "jamd.metainfo.xml")


def archive_windows(system: System, stage: Path, folder: Path) -> None:
    """Packs the .zip."""
    for file in (HERE / "windows").iterdir():
        shutil.copy(file, stage)
    name = f"jamd-{VERSION}-{system.name}"
    archives.zip_(folder / f"{name}.zip", name, stage)


def main() -> None:
    folder, asked = Path(sys.argv[1]).resolve(), sys.argv[2:] or [*(s.name for s in SYSTEMS), "policies"]
    os.umask(0o022)
    archives.fresh(folder)
    systems = [s for s in SYSTEMS if s.name in asked]
    stages = [archives.fresh(folder / "stage" / s.name) for s in systems]
    print(f"pack: building version {VERSION}", file=sys.stderr)
    with ThreadPoolExecutor() as pool:  # one build waits for its linker and its C++ compiler while the others use the processor
        programs = list(pool.map(build, systems, stages))
    for system, stage, program in zip(systems, stages, programs, strict=True):
        print(f"pack: {system.name}", file=sys.stderr)
        describe(system, stage, program)
        (archive_windows if system.name.startswith("windows") else archive_linux)(system, stage, folder)
        shutil.copy(stage / "sbom.cdx.json", folder / f"jamd-{VERSION}-{system.name}.cdx.json")
    if "policies" in asked:
        print("pack: policies", file=sys.stderr)
        policies.pack(archives.fresh(folder / "stage" / "policies"), folder)
    shutil.rmtree(folder / "stage")
    if debs := sorted(folder.glob("*.deb")):
        archives.lint(debs)
    (folder / "RELEASE-NOTES.md").write_text(changelog.notes(VERSION), encoding="utf-8")
    files = sorted(f for f in folder.iterdir())
    sums = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    for file in files:
        print(f"{file.stat().st_size / 1e6:6.1f} MB  {file}")


if __name__ == "__main__":
    main()
