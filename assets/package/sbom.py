"""Writes the SBOM of a binary, in CycloneDX: cyclonedx-gomod lists the Go modules with their licences, and the parts that Go does
not know are added here: ONNX Runtime, RtMidi and the page's npm packages."""

import json
import os
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import notices

GOMOD = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"


def write(target: Path, binary: Path, version: str, time: int, machine: str) -> None:
    """Writes the SBOM of the binary to target. time is the date that it gets, in seconds since 1970."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sbom.json"
        command = [os.environ.get("GO", "go"), "run", "-trimpath", GOMOD, "bin", "-json", "-licenses", "-noserial",
                   "-notimestamp", "-std", "-version", version, "-output", str(file), str(binary)]
        done = subprocess.run(command, cwd=notices.ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{done.stderr}\nsbom: cyclonedx-gomod failed")
        document = json.loads(file.read_text(encoding="utf-8"))
    main = document["metadata"]["component"]
    main["licenses"] = licences("MIT")
    next(c for c in document["components"] if c["name"] == "std")["licenses"] = licences("BSD-3-Clause")
    document["metadata"]["timestamp"] = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    # The tool's own checksums depend on the machine that compiled it.
    for tool in document["metadata"]["tools"]:
        tool.pop("hashes", None)
    added = [component("pypi", "onnxruntime", runtime_version(), "MIT", [f"?platform={machine}"]),
             component("github", "thestk/rtmidi", rtmidi_version(), "MIT"),
             *(component("npm", name.replace("@", "%40"), number, licence) for name, number, licence in notices.npm())]
    document["components"] += added
    for dependency in document["dependencies"]:
        if dependency["ref"] == main["bom-ref"]:
            dependency["dependsOn"] = dependency.get("dependsOn", []) + [c["bom-ref"] for c in added]
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def component(kind: str, name: str, version: str, licence: str, qualifiers=()) -> dict:
    address = f"pkg:{kind}/{name}@{version}{''.join(qualifiers)}"
    return {"bom-ref": address, "type": "library", "name": name.replace("%40", "@"), "version": version, "scope": "required",
            "purl": address, "licenses": licences(licence)}


def licences(licence: str) -> list:
    """Returns a licence of SPDX as CycloneDX has it, which takes the name of one licence apart from an expression such as (MIT OR
    GPL-3.0-or-later)."""
    return [{"expression": licence} if " " in licence else {"license": {"id": licence}}]


def runtime_version() -> str:
    lock = (notices.ROOT / "assets" / "onnxruntime.lock").read_text(encoding="utf-8")
    return re.search(r"^onnxruntime==(\S+)", lock, re.MULTILINE)[1]


def rtmidi_version() -> str:
    """Returns the version of the RtMidi inside gomidi, as its header says it."""
    folder = Path(notices.go("list", "-m", "-f", "{{.Dir}}", "gitlab.com/gomidi/midi/v2").strip())
    header = (folder / "drivers" / "rtmididrv" / "imported" / "rtmidi" / "RtMidi.h").read_text(encoding="utf-8", errors="replace")
    return ".".join(re.search(rf"#define RTMIDI_VERSION_{part} (\d+)", header)[1] for part in ("MAJOR", "MINOR", "PATCH"))
