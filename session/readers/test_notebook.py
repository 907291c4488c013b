"""Runs docs/analysis.ipynb, from exported sessions to figures."""

import json
from pathlib import Path

import nbclient
import nbformat
import pytest

from readers.conftest import BARS, POLICIES, TUNES, run

NOTEBOOK = Path(__file__).parents[2] / "docs" / "analysis.ipynb"
ASK = """print(json.dumps({
    "harmony": figure3["mean"].to_dict(), "vendi": figure3.vendi.to_dict(), "windows": figure3.windows.to_dict(),
    "each": vectors.map(vendi).dropna().to_dict(),
    "ratings": int(rated.value.count()), "changes": changes.to_dict(),
}))"""


@pytest.mark.filterwarnings("ignore")
def test_notebook(exports, sessions, logs, offline, monkeypatch):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "the notebook in the repository has outputs"
    notebook.cells.append(nbformat.v4.new_code_cell(ASK))
    monkeypatch.setenv("JAMD_TABLES", str(exports / "parquet"))
    where = {"metadata": {"path": str(NOTEBOOK.parent)}}  # the folder in which an editor runs it
    nbclient.NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=where).execute()
    said = json.loads(notebook.cells[-1].outputs[0].text)
    pictures = [o for cell in notebook.cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
    assert len(pictures) == 4
    study = json.loads(run("sessions", "--session-dir", sessions, "report", "all", "--json"))
    policies = {policy["policy"]: policy for policy in study["policies"]}
    assert set(said["harmony"]) == set(policies) == set(POLICIES)
    assert said["harmony"] == pytest.approx({name: p["means"][0]["mean"] for name, p in policies.items()}, abs=0.01)
    assert said["windows"] == {name: p["vendi"]["n"] for name, p in policies.items()}
    assert said["vendi"] == pytest.approx({name: p["vendi"]["mean"] for name, p in policies.items()}, abs=1e-4)
    for session, score in said["each"].items():
        shown = json.loads(run("sessions", "show", sessions / session, "--json"))
        assert score == pytest.approx(shown["vendi"], abs=1e-4)
    assert offline <= set(said["each"])
    assert said["ratings"] == 3 * len(logs)
    changes = {session: at for session, at in said["changes"].items() if session in offline}
    assert len(changes) == TUNES * len(POLICIES)  # each tune modulates by a tritone halfway
    assert all(abs(at - BARS // 2 * 16) <= 32 for at in changes.values())
