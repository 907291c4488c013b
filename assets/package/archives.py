"""Writes archives and packages with the same bytes each time: dates are the commit's, owners are root, files are in order."""

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import changelog
import version

NFPM = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0"
VERSION, TIME = version.version(), version.commit()[1]


def run(*args, **options) -> None:
    """Runs a command. What it prints is shown only if it fails."""
    done = subprocess.run([str(a) for a in args], cwd=version.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\npack: failed: {' '.join(map(str, args))}")


def go(*args, **options) -> None:
    run(os.environ.get("GO", "go"), *args, **options)


def compress(data: bytes, target: Path) -> None:
    with open(target, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(data)


def tar(target: Path, top: str, folder: Path) -> None:
    """Packs a folder as .tar.gz, under the name top. Only a file named jamd can be run."""
    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime, member.mode = TIME, 0o755 if member.isdir() or member.name.endswith("/jamd") else 0o644
        return member
    with open(target, "wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for file in [folder, *sorted(folder.rglob("*"))]:
            archive.add(file, f"{top}/{file.relative_to(folder)}".removesuffix("/."), recursive=False, filter=plain)


def zip_(target: Path, top: str, folder: Path) -> None:
    """Packs a folder as .zip, under the name top."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in filter(Path.is_file, sorted(folder.rglob("*"))):
            member = zipfile.ZipInfo(f"{top}/{file.relative_to(folder).as_posix()}", time.gmtime(TIME)[:6])
            member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            packed.writestr(member, file.read_bytes())


def packages(config: Path, target: Path, *folders: Path, **variables: str) -> None:
    """Packs a .deb and a .rpm into the folder target, as nfpm's configuration says, which may use the variables. The files in the
    folders get the commit's date."""
    for folder in folders:
        for file in [*folder.rglob("*"), folder]:
            os.utime(file, (TIME, TIME))
    # -trimpath is for the build cache: jamd is built with it, and Go's library is then compiled once for both.
    own = {"SOURCE_DATE_EPOCH": str(TIME), "VERSION": VERSION, "MAINTAINER": changelog.MAINTAINER}
    for packager in ("deb", "rpm"):
        go("run", "-trimpath", NFPM, "package", "--config", config, "--packager", packager, "--target", target,
            env={**os.environ, **own, **variables})


def lint(debs: list) -> None:
    """Fails if lintian finds an error or a warning in a package."""
    run("lintian", "--fail-on", "error,warning", "--allow-root", *debs)


def fresh(folder: Path) -> Path:
    """Makes an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
