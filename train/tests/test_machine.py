import sys

import pytest
import torch

from train.__main__ import main
from train.runs import machine


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's settings alone")
def test_what_is_freed_is_kept():
    if not machine.keep_memory():
        pytest.skip("the C library is not glibc")
    assert machine.keep_memory()


def test_halves_are_taken_where_they_pay(monkeypatch):
    took = {torch.bfloat16: 2.0, torch.float32: 1.0}
    monkeypatch.setattr(machine, "_product", took.__getitem__)
    assert not machine.halves_pay("cpu") and machine.halves_pay("cuda")
    took[torch.bfloat16] = 0.5
    assert machine.halves_pay("cpu")


def test_a_training_says_that_it_goes_without(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(machine, "halves_pay", lambda device: False)
    assert main(["mle", "--bfloat16", "--cache", str(tmp_path / "none.npz"), "--run", str(tmp_path / "run")]) == 2
    assert "float32: on this machine bfloat16 is slower" in capsys.readouterr().err
