#!/usr/bin/env python3
"""Builds jamd for each system and packs it: .deb, .rpm and .tar.gz for Linux on amd64 and arm64, .zip for Windows on amd64.

The same commit gives the same bytes with the same Go and the same compilers: every date is the commit's, and no path of this
machine stays in a file. Beside the packages lie SHA256SUMS and an SBOM (CycloneDX) of each system. Run it with make packages.

usage: pack.py FOLDER [SYSTEM...]
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import changelog
import notices
import sbom
import version

ROOT = version.ROOT
HERE = Path(__file__).resolve().parent
NFPM = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0"
VERSION, TIME = version.version(), version.commit()[1]

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
        return {**os.environ, "GOOS": system, "GOARCH": processor, "CGO_ENABLED": "1", "CC": f"{self.compiler}gcc{self.suffix}",
                "CXX": f"{self.compiler}g++{self.suffix}", "SOURCE_DATE_EPOCH": str(TIME)}


SYSTEMS = (
    System("linux-amd64", "linux-x86_64", "x86_64-linux-gnu-", ""),
    System("linux-arm64", "linux-arm64", "aarch64-linux-gnu-", ""),
    System("windows-amd64", "windows-x86_64", "x86_64-w64-mingw32-", "-posix"),
)


def run(*args, **options) -> None:
    """Runs a command. What it prints is shown only if it fails."""
    done = subprocess.run([str(a) for a in args], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\npack: failed: {' '.join(map(str, args))}")


def go(*args, **options) -> None:
    run(os.environ.get("GO", "go"), *args, **options)


def build(system: System, stage: Path) -> Path:
    """Builds the program into the stage, with ONNX Runtime beside it."""
    windows = system.name.startswith("windows")
    program = stage / ("jamd.exe" if windows else "jamd")
    # -static: the Windows program needs none of the compiler's libraries. -s -w: neither symbols nor debugging data.
    # -z now: all symbols of libraries are bound at the start, and their table is then read-only.
    flags = f"-s -w -X main.version={VERSION} -extldflags=" + ("-static" if windows else "-Wl,-z,relro,-z,now")
    go("build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", program, "./cmd/jamd", env=system.environment())
    run(sys.executable, ROOT / "assets" / "fetch-onnxruntime", stage, "--machine", system.machine)
    return program


def check_oldest(file: Path) -> None:
    """Fails if a Linux program needs newer system libraries than promised."""
    said = subprocess.run(["readelf", "-VW", str(file)], capture_output=True, text=True, check=True).stdout
    for library, limit in OLDEST.items():
        for found in re.findall(rf"Name: {library}_([\d.]+)", said):
            if tuple(map(int, found.split("."))) > tuple(map(int, limit.split("."))):
                sys.exit(f"pack: {file.name} needs {library}_{found}, newer than {limit}: build on Debian 12 or Ubuntu 22.04")


def compress(data: bytes, target: Path) -> None:
    with open(target, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(data)


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

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime, member.mode = TIME, 0o755 if member.isdir() or member.name.endswith("/jamd") else 0o644
        return member
    with open(folder / f"{name}.tar.gz", "wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for file in [stage, *sorted(stage.rglob("*"))]:
            tar.add(file, f"{name}/{file.relative_to(stage)}".removesuffix("/."), recursive=False, filter=plain)
    extra = stage.with_name(f"{stage.name}-extra")
    shutil.copytree(HERE / "linux", extra)
    compress((stage / "notices.txt").read_bytes(), extra / "notices.txt.gz")
    compress((extra / "jamd.1").read_bytes(), extra / "jamd.1.gz")
    compress(changelog.debian(VERSION, TIME).encode(), extra / "changelog.gz")
    shutil.copy(ROOT / "ui" / "dist" / "icon.svg", extra / "jamd.svg")
    for file in [*extra.rglob("*"), *stage.rglob("*"), extra, stage]:
        os.utime(file, (TIME, TIME))
    for packager in ("deb", "rpm"):
        go("run", NFPM, "package", "--config", HERE / "nfpm.yaml", "--packager", packager, "--target", folder,
           env={**os.environ, "SOURCE_DATE_EPOCH": str(TIME), "VERSION": VERSION, "ARCH": system.name.split("-")[1],
                "STAGE": str(stage), "EXTRA": str(extra), "GCC": GCC,
                "MAINTAINER": changelog.MAINTAINER, **OLDEST})
    check_desktop(extra)
    run("lintian", "--fail-on", "error,warning", "--allow-root", *folder.glob(f"*_{system.name.split('-')[1]}.deb"))


def check_desktop(extra: Path) -> None:
    """Fails if a desktop would not take the menu entry or the description of the program."""
    run("desktop-file-validate", extra / "jamd.desktop")
    run("appstreamcli", "validate", "--no-net", extra / "jamd.metainfo.xml")


def archive_windows(system: System, stage: Path, folder: Path) -> None:
    """Packs the .zip."""
    for file in (HERE / "windows").iterdir():
        shutil.copy(file, stage)
    name = f"jamd-{VERSION}-{system.name}"
    with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in filter(Path.is_file, sorted(stage.rglob("*"))):
            member = zipfile.ZipInfo(f"{name}/{file.relative_to(stage).as_posix()}", time.gmtime(TIME)[:6])
            member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            packed.writestr(member, file.read_bytes())


def main() -> None:
    folder, asked = Path(sys.argv[1]).resolve(), sys.argv[2:] or [s.name for s in SYSTEMS]
    os.umask(0o022)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for system in [s for s in SYSTEMS if s.name in asked]:
        print(f"pack: {system.name}, version {VERSION}", file=sys.stderr)
        stage = folder / "stage" / system.name
        stage.mkdir(parents=True)
        describe(system, stage, build(system, stage))
        (archive_windows if system.name.startswith("windows") else archive_linux)(system, stage, folder)
        shutil.copy(stage / "sbom.cdx.json", folder / f"jamd-{VERSION}-{system.name}.cdx.json")
    shutil.rmtree(folder / "stage")
    (folder / "RELEASE-NOTES.md").write_text(changelog.notes(VERSION), encoding="utf-8")
    files = sorted(f for f in folder.iterdir())
    sums = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    for file in files:
        print(f"{file.stat().st_size / 1e6:6.1f} MB  {file}")


if __name__ == "__main__":
    main()
