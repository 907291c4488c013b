"""The table of figures that a run leaves behind (record.py), read back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from train.corpora.song import CorpusError


def read(path: Path) -> dict[str, np.ndarray]:
    """The columns of a metrics.csv, by rising step; of a step done twice, by a run resumed, the last. Rows that are not
    whole, as their run was killed, do not count. None where it has no step yet; CorpusError where it is no table of a
    run."""
    try:
        with open(path, newline="") as file:
            names, *table = [*csv.reader(line for line in file if line.endswith("\n"))] or [["step"]]
        rows = {int(row[names.index("step")]): row for row in table if len(row) == len(names)}
        return {name: np.array([float(rows[step][i]) for step in sorted(rows)])
                for i, name in enumerate(names)} if rows else {}
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: not the table of a run ({error})") from error
