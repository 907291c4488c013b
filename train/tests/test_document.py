"""The tables of docs/evaluation.md are those of docs/figures.json."""

import json
from pathlib import Path

import pytest

from train.evaluation.document import MARK, TABLES, fill

DOCS = Path(__file__).parents[2] / "docs"


def test_document_has_the_figures():
    text = (DOCS / "evaluation.md").read_text()
    assert {mark[2] for mark in MARK.finditer(text)} == set(TABLES)
    assert fill(text, json.loads((DOCS / "figures.json").read_text())) == text, \
        "run python -m train document docs/figures.json docs/evaluation.md"


def test_fill_replaces_one_table_and_keeps_the_text():
    parts = {"first": [0.8, 0, 1], "second_half": [0.7, 0, 1], "last": [0.75, 0, 1], "difference": [-0.05, -0.1, 0.01]}
    figures = {"long": {name: {"note_in_chord": parts} for name in ("data", "chance", "jamd")}}
    text = "Before.\n\n<!-- table: long -->\n| old |\n| --- |\n\nAfter, | no table.\n"
    assert fill(text, figures) == """Before.

<!-- table: long -->
| long jams | note-in-chord: first minute | minutes 10 to 20 | first minute again, at the end | difference of that, in points |
| --- | --- | --- | --- | --- |
| the data | .800 | .700 | .750 | -5.0 (-10.0 to +1.0) |
| `jamd` | .800 | .700 | .750 | -5.0 (-10.0 to +1.0) |
| `chance` | .800 | .700 | .750 | -5.0 (-10.0 to +1.0) |

After, | no table.
"""


def test_an_unknown_mark_is_an_error():
    with pytest.raises(KeyError):
        fill("<!-- table: nothing -->\n", {})
