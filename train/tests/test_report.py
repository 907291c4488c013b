import json
import re

import pytest

from train.runs import report


def test_a_report_tells_first_last_lowest_and_highest(tmp_path, monkeypatch):
    run = tmp_path / "gapt"
    run.mkdir()
    (run / "settings.json").write_text(json.dumps({"settings": {"steps": 1000, "schedule": {"every": 5}}}))
    rows = ["step,seconds,harmony,right", "1,1,0.5,nan", "2,2,0.25,0.7", "3,3,0.9,0.8", "3,3,0.4,nan"]
    (run / "metrics.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.setattr("sys.argv", ["train", "rl", "gapt", "--run", "my runs/gapt"])
    report.write(run, 3, 7200)
    said = (run / "report.md").read_text()
    assert said.startswith("# gapt\n\n3 of 1,000 steps in 2.00 hours (7200 seconds) on ")
    assert 0 < float(re.search(r"at most ([\d.]+) GiB of memory", said)[1]) < 100
    assert "| harmony | 0.5 | 0.4 | 0.25 (step 2) | 0.5 (step 1) |" in said  # the first step 3 was lost and repeated
    assert "| right | 0.7 | 0.7 | 0.7 (step 2) | 0.7 (step 2) |" in said
    assert "    python -m train rl gapt --run 'my runs/gapt'\n" in said
    assert "| settings.schedule.every | 5 |" in said


@pytest.mark.parametrize("table", ["", "step,seconds,loss\n"])
def test_a_run_stopped_before_its_first_figure_says_so(table, tmp_path):
    (tmp_path / "settings.json").write_text('{"settings": {"steps": 10}}')
    (tmp_path / "metrics.csv").write_text(table)
    report.write(tmp_path, 2, 60)
    assert "2 of 10 steps" in (tmp_path / "report.md").read_text()
    assert "There are no figures yet." in (tmp_path / "report.md").read_text()
