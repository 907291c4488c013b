"""Packs the policies that a slim build leaves out, for all systems alike: .deb, .rpm, .tar.gz and .zip of jamd-policies."""

import shutil
from pathlib import Path

import archives
import changelog
import version

HERE = Path(__file__).resolve().parent
DEFAULT = "jamd"  # the policy that every jamd carries


def pack(stage: Path, target: Path) -> None:
    """Packs the policies into the folder target. stage is an empty folder to work in."""
    folder = stage / "policies"
    folder.mkdir()
    for file in sorted((version.ROOT / "assets" / "policies").glob("*.onnx")):
        if file.stem != DEFAULT:
            shutil.copy(file, folder)
            shutil.copy(file.with_suffix(".md"), folder)
    archives.tar(target / f"jamd-policies-{archives.VERSION}.tar.gz", "policies", folder)
    archives.zip_(target / f"jamd-policies-{archives.VERSION}.zip", "policies", folder)
    for file in (HERE / "jamd-policies").iterdir():
        shutil.copy(file, stage)
    archives.compress(changelog.debian(archives.VERSION, archives.TIME, "jamd-policies").encode(), stage / "changelog.gz")
    archives.packages(HERE / "nfpm-policies.yaml", target, stage, STAGE=str(stage))
