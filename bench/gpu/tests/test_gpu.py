"""Tests the command of the GPU on the CPU: its parts, what it says, its exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.gpu import __main__ as gpu
from bench.gpu import paper, providers
from train.data.corpora import dataset
from train.evaluation.play import PolicyFile
from train.tests.songs import made


def report(auto: str, cpu: float, other: float) -> dict:
    """Returns a report of one policy with these p99."""
    policy = {"policy": "jamd", "frames": 1000, "different": 1, "largest": 3e-5, "cpu": {"p50": 0.5, "p99": cpu},
              "other": {"p50": 0.3, "p99": other}, "auto": auto, "note": ""}
    return {"provider": "cuda", "policies": [policy]}


@pytest.fixture
def without_go(monkeypatch, tmp_path) -> Path:
    """Returns the file of a program that stands in for the compiled Go test: it writes the report that lies beside it, if
    there is one."""
    program = tmp_path / "model.test"
    program.write_text(f"#!{sys.executable}\nimport pathlib, shutil, sys\nhere = pathlib.Path(__file__).parent / 'answer.json'\n"
                       "assert sys.argv[1:4] == ['-test.run', '^TestProvidersAgree$', '-test.v'], sys.argv\n"
                       "shutil.copy(here, sys.argv[sys.argv.index('-report') + 1])\n")
    program.chmod(0o755)
    monkeypatch.setattr(providers, "compiled", lambda: program)
    monkeypatch.setattr(paper, "policies", lambda folder: [])
    monkeypatch.setattr(gpu, "gpu", lambda: "a GPU")
    return program


def test_without_a_gpu_one_line_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gpu, "gpu", lambda: None)
    assert gpu.main(["-o", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().out
    assert said.startswith("there is no GPU here") and said.count("\n") == 1 and not (tmp_path / "out").exists()


@pytest.mark.parametrize(("auto", "cpu", "other", "code"), [("cpu", 1, 2, 0), ("cpu", 1, 0.9, 0), ("cuda", 2, 1, 0),
                                                            ("cpu", 2, 1, 4), ("cuda", 1, 2, 4)])
def test_the_choice_of_auto_is_judged(without_go, tmp_path, monkeypatch, capsys, auto, cpu, other, code):
    without_go.with_name("answer.json").write_text(json.dumps(report(auto, cpu, other)))
    monkeypatch.setattr(gpu, "train", lambda args, minutes: 0)
    assert gpu.main(["-o", str(tmp_path / "out")]) == code
    said = capsys.readouterr().out
    assert f"| `jamd` | 1 of 1000 | 3.0e-05 | 0.50, {cpu:.2f} | 0.30, {other:.2f} | {auto} |" in said
    without_go.unlink()
    assert gpu.main(["-o", str(tmp_path / "out")]) == code  # the report is there, so that nothing is compared again


def test_other_chords_and_a_missing_program_have_codes_of_their_own(without_go, tmp_path, monkeypatch, capsys):
    went_on = []
    monkeypatch.setattr(gpu, "train", lambda args, minutes: went_on.append(minutes) or 0)
    assert gpu.main(["-o", str(tmp_path / "out")]) == 1  # the program ends with an error
    assert "see " in capsys.readouterr().out and "answer.json" in (tmp_path / "out" / "providers.log").read_text()
    monkeypatch.setattr(providers, "compiled", lambda: None)
    assert gpu.main(["-o", str(tmp_path / "out")]) == 6
    assert "go test -c" in capsys.readouterr().out and len(went_on) == 2  # the recipe goes on all the same


def test_the_recipe_in_stretches(without_go, tmp_path, capfd):
    """Trains a stage of the recipe at its full size, for one step on a window, beside a stage that cannot begin."""
    without_go.with_name("answer.json").write_text(json.dumps(report("cpu", 2, 1) | {"provider": "cpu"}))
    cache, out = tmp_path / "cache.npz", tmp_path / "out"
    dataset.write(made(["train"] * 3 + ["valid"], 64), {}, cache)
    command = ["-o", str(out), "--provider", "cpu", "--cache", str(cache), "--steps", "1", "--windows", "1", "--stages"]
    assert gpu.main([*command, "online-mle", "--minutes", "0"]) == 75
    assert not (out / "runs" / "online-mle").exists()
    assert gpu.main([*command, "online-mle"]) == 0
    assert "| `online-mle` | 1 of 1 steps in " in (out / "recipe.md").read_text()
    shape = json.loads((out / "runs" / "online-mle" / "settings.json").read_text())["shape"]
    assert (shape["dim"], shape["layers"]) == (512, 8)
    assert gpu.main([*command, "gapt"]) == 5
    assert "gapt needs " in capfd.readouterr().err


def test_a_policy_of_the_authors_layout_plays(monkeypatch, tmp_path):
    small = paper.state
    monkeypatch.setattr(paper, "state", lambda chords: small(chords, dim=64, layers=2, heads=2))
    made = paper.policies(tmp_path)
    assert [path.name for path in made] == ["paper.onnx", "paper-int8.onnx"]
    exact, light = (PolicyFile(path).step(5, 7) for path in made)
    assert 0 < np.abs(exact - light).max() < np.abs(exact).max() / 4
    assert paper.policies(tmp_path) == made


def test_the_library_with_cuda_goes_first(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(providers.importlib.util, "find_spec", lambda name: None)
    assert providers.library() is None
    for file in ("bin/libonnxruntime.so", "bin/cuda/onnxruntime/capi/libonnxruntime.so.1.27.0"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
        assert providers.library() == tmp_path / file
