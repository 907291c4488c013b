#!/usr/bin/env python3
"""Reads CHANGELOG.md. Run as a program it prints the notes of the newest version, in Markdown: the text for a release page.

A heading is "## 0.1.0 (unreleased)" or "## 0.1.0 (2026-12-01)"; below it is a list with one item for each change that a user
notices.
"""

import re
import textwrap
from datetime import UTC, datetime
from email.utils import format_datetime

import version

MAINTAINER = "jamd authors <jamd@localhost.localdomain>"


def versions() -> list:
    """Returns number, date ("" if unreleased) and list of changes for each version, the newest first."""
    text = (version.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\d+\.\d+\.\d+) \((unreleased|\d{4}-\d\d-\d\d)\)$", text, flags=re.MULTILINE)[1:]
    return [(number, "" if date == "unreleased" else date, changes(body))
            for number, date, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)]


def changes(body: str) -> list:
    """Returns the items of a list, each on one line."""
    items = re.findall(r"^- (.*(?:\n  .*)*)", body, flags=re.MULTILINE)
    return [" ".join(item.split()) for item in items]


def debian(built: str, time: int, package: str = "jamd") -> str:
    """Returns the changelog of a package in Debian's format. The newest entry has the version and time of this build."""
    entries = []
    for i, (number, date, items) in enumerate(versions()):
        at = datetime.fromtimestamp(time, UTC) if i == 0 or not date else datetime.fromisoformat(date).replace(tzinfo=UTC)
        name = built.replace("-", "~", 1) if i == 0 else number
        lines = [textwrap.fill(item, 78, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False,
                               break_long_words=False) for item in items]
        head, foot = f"{package} ({name}) unstable; urgency=medium", f" -- {MAINTAINER}  {format_datetime(at)}"
        entries.append(head + "\n\n" + "\n".join(lines) + f"\n\n{foot}\n")
    return "\n".join(entries)


def notes(built: str) -> str:
    """Returns the notes of the newest version, for a release page."""
    items = versions()[0][2]
    return f"# jamd {built}\n\n" + "".join(f"- {item}\n" for item in items) + (
        "\nCheck what you download with `sha256sum -c --ignore-missing SHA256SUMS`. "
        "The `.cdx.json` files list every part of a package, with its licence.\n")


if __name__ == "__main__":
    print(notes(version.version()), end="")
