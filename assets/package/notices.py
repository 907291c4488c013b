"""Collects the licences of all that a package holds besides jamd: Go and its modules, the page's npm packages, ONNX Runtime."""

import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LICENCE = re.compile(r"(licen[cs]e|copying|notice|patents)([.-].*)?", re.IGNORECASE)


def go(*args, **options) -> str:
    """Returns what a go command prints."""
    command = [os.environ.get("GO", "go"), *args]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def modules(binary: Path) -> list:
    """Returns path and version of each Go module that was linked into the binary."""
    lines = [line.split("\t")[1:] for line in go("version", "-m", str(binary)).splitlines()]
    return sorted((line[1], line[2]) for line in lines if line[:1] == ["dep"])


def packages(binary: Path, environment: dict) -> dict:
    """Returns for each linked module its folder and those of its linked packages, which may have licences of their own."""
    template = "{{with .Module}}{{.Path}}\t{{.Dir}}\t{{$.Dir}}{{end}}"
    said = go("list", "-deps", "-f", template, "./cmd/jamd", env=environment)
    linked, folders = dict(modules(binary)), {}
    for line in filter(None, said.splitlines()):
        path, top, folder = line.split("\t")
        if path in linked:
            folders.setdefault(path, set()).update([Path(top), Path(folder)])
    return folders


def texts(folders) -> list:
    """Returns the licence files in the folders."""
    files = [file for folder in sorted(folders) for file in sorted(folder.iterdir())]
    return [file for file in files if file.is_file() and LICENCE.fullmatch(file.name)]


def entry(title: str, files: list) -> str:
    if not files:
        raise SystemExit(f"notices: {title} has no licence file")
    rule = "=" * 100
    return "\n".join([rule, title, rule, *(f.read_text(encoding="utf-8", errors="replace").strip() + "\n" for f in files)])


def npm() -> list:
    """Returns name, version and licence of each npm package in the page, from its lock file."""
    lock = json.loads((ROOT / "ui" / "web" / "package-lock.json").read_text(encoding="utf-8"))
    return [(path.removeprefix("node_modules/"), p["version"], p["license"]) for path, p in sorted(lock["packages"].items())
            if path and not p.get("dev") and not p.get("optional")]


def write(target: Path, binary: Path, environment: dict, runtime: Path, extra: list) -> None:
    """Writes the notices of a binary. runtime is the folder with ONNX Runtime's licences; extra has the titles and files of what
    the compiler adds."""
    versions, goroot = dict(modules(binary)), Path(go("env", "GOROOT").strip())
    page = (ROOT / "ui" / "dist" / "licences.txt").read_text(encoding="utf-8")
    missing = [f"{name} {version}" for name, version, _ in npm() if f"{name} {version}" not in page]
    if missing:
        raise SystemExit(f"notices: ui/dist/licences.txt lacks {', '.join(missing)}: run make page")
    parts = ["This package holds jamd and the following works of others, each under its own licence.\n",
             entry("Go's standard library", [goroot / "LICENSE"])]
    for path, folders in sorted(packages(binary, environment).items()):
        parts.append(entry(f"{path} {versions[path]}", texts(folders)))
    parts += [entry(title, files) for title, files in extra]
    parts += [page, entry("ONNX Runtime", [runtime / "onnxruntime-LICENSE.txt", runtime / "onnxruntime-ThirdPartyNotices.txt"])]
    target.write_text("\n".join(parts), encoding="utf-8")
