"""Reads the table of figures of a run (record.py)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from train.data.corpora.song import CorpusError


def read(path: Path) -> dict[str, np.ndarray]:
    """Returns the columns of a metrics.csv in order of steps. If a resumed run did a step twice, the last row counts.
    Incomplete rows of a killed run are left out. The result is empty if there is no step yet. Raises CorpusError if the
    file is not the table of a run."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            names, *table = [*csv.reader(line for line in file if line.endswith("\n"))] or [["step"]]
        rows = {int(row[names.index("step")]): row for row in table if len(row) == len(names)}
        return {name: np.array([float(rows[step][i]) for step in sorted(rows)])
                for i, name in enumerate(names)} if rows else {}
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: not the table of a run ({error})") from error
