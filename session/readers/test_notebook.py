"""docs/analysis.ipynb goes from exported sessions to figures."""

import json
from pathlib import Path

import nbclient
import nbformat
import pytest

from readers.conftest import BARS, POLICIES, TUNES

NOTEBOOK = Path(__file__).parents[2] / "docs" / "analysis.ipynb"
ASK = """import json
print(json.dumps({
    "harmony": figure3["mean"].to_dict(), "vendi": figure3.vendi.to_dict(),
    "ratings": int(rated.value.count()), "changes": changes.to_dict(),
}))"""


@pytest.mark.filterwarnings("ignore")
def test_notebook(exports, sessions, monkeypatch):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "outputs are not kept in the repository"
    notebook.cells.append(nbformat.v4.new_code_cell(ASK))
    monkeypatch.setenv("JAMD_TABLES", str(exports / "parquet"))
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    said = json.loads(notebook.cells[-1].outputs[0].text)
    pictures = [o for cell in notebook.cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
    assert len(pictures) == 4
    assert set(said["harmony"]) == set(said["vendi"]) == set(POLICIES)
    assert all(0 < share < 1 for share in said["harmony"].values()) and all(v >= 1 for v in said["vendi"].values())
    assert said["ratings"] == 3 * TUNES * len(POLICIES)
    assert len(said["changes"]) == TUNES * len(POLICIES)  # each tune goes a tritone away halfway
    assert all(abs(at - BARS // 2 * 16) <= 32 for at in said["changes"].values())
