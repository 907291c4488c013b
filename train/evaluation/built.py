"""Lets the built jamd accompany a melody."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import mido

from train.data.corpora.song import CorpusError


def accompany(binary: Path, melody: mido.MidiFile, flags: Sequence[str]) -> dict:
    """Returns what `jamd accompany --json` prints for a melody. Raises CorpusError if jamd refuses it or the flags."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "melody.mid"
        melody.save(path)
        done = subprocess.run([binary, "accompany", path, "--json", *flags], capture_output=True, text=True)
    if done.returncode:
        raise CorpusError(f"{binary} accompany {' '.join(flags)}: {done.stderr.strip()}")
    return json.loads(done.stdout)
