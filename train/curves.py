"""The table of figures that a run leaves behind (record.py), read back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from train.corpora.song import CorpusError


def read(path: Path) -> dict[str, np.ndarray]:
    """The columns of a metrics.csv, by rising step; of a step done twice, by a run resumed, the last. None where it has
    no step yet; CorpusError where it is no table of a run."""
    try:
        with open(path, newline="") as file:
            rows = {int(row["step"]): row for row in csv.DictReader(file)}
        return {name: np.array([float(rows[step][name]) for step in sorted(rows)])
                for name in next(iter(rows.values()), {})}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{path}: not the table of a run ({error})") from error
