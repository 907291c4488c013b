#!/usr/bin/env python3
"""Prints jamd's version, or with --time the time of its commit, in seconds since 1970: the date of all files in a package.

The number is that of the newest heading in CHANGELOG.md. A heading with a date is a release, if the commit has the release's tag
or if nothing tells the commit. All other versions name their commit: 0.2.0-dev.20261130+1a2b3c4d5. Git tells the commit, or in an
archive made by git the file beside this one.
"""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def heading() -> tuple:
    """Returns the number of the newest heading, and its date or "unreleased"."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## (\d+\.\d+\.\d+) \((unreleased|\d{4}-\d\d-\d\d)\)$", text, re.MULTILINE)
    if not found:
        sys.exit('version: CHANGELOG.md has no heading such as "## 0.1.0 (unreleased)"')
    return found.groups()


def git(*args) -> str:
    """Returns what git says about this checkout; "" without git or outside a checkout of its own."""
    try:
        return subprocess.run(["git", "-C", str(ROOT), *args], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def commit() -> tuple:
    """Returns the commit's name, time and tags, and whether files were changed since. The name is "" if nothing tells it."""
    top, changed = git("rev-parse", "--show-toplevel"), False
    if top and Path(top).resolve() == ROOT:
        line = git("log", "-1", "--format=%H %ct %D")
        changed = git("status", "--porcelain", "--untracked-files=no") != ""
    else:
        line = (ROOT / "assets" / "package" / "commit").read_text(encoding="utf-8").strip()
    found = re.fullmatch(r"([0-9a-f]{40,64}) (\d+) ?(.*)", line)
    if not found:
        return "", int((ROOT / "CHANGELOG.md").stat().st_mtime), [], False
    return found[1], int(found[2]), re.findall(r"tag: ([^,]+)", found[3]), changed


def version() -> str:
    number, date = heading()
    name, time, tags, changed = commit()
    tagged = name == "" or f"v{number}" in tags
    if date != "unreleased" and tagged and not changed:
        return number
    text = number
    if date == "unreleased":
        text += "-dev"
        if name:
            text += "." + datetime.fromtimestamp(time, UTC).strftime("%Y%m%d")
    if name:
        text += "+" + name[:9] + (".changed" if changed else "")
    return text


if __name__ == "__main__":
    print(commit()[1] if sys.argv[1:] == ["--time"] else version())
