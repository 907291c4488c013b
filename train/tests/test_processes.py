"""Compares two processes with one: the same batches, losses and weights."""

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.multiprocessing

from train.__main__ import main
from train.data.corpora import dataset
from train.models import anchor, mle, reward_models
from train.models.anchor import Anchor
from train.models.encoder import EncoderShape
from train.models.network import Decoder, Shape
from train.rl import ppo, reinforce
from train.rl.judges import Judges
from train.runs import processes
from train.runs.stop import Stop
from train.tests.songs import made

SHAPE = Shape(dim=32, layers=1, heads=2, window=32, dropout=0.0)
ENCODER = EncoderShape(dim=32, layers=1, heads=2, dropout=0.0)
SIZES = {"steps": 6, "batch": 4, "warmup": 2, "valid_every": 3}
JUDGING = reward_models.Settings(**SIZES | {"length": 64})
PIECES = made(["train"] * 12 + ["valid"] * 6, 160)


def train_mle(run: Path, until: int | None) -> None:
    mle.train(PIECES, SHAPE, mle.Settings(**SIZES, length=64, astray=0.7, jumps=0.5), run, stop=Stop(until))


def train_anchor(run: Path, until: int | None) -> None:
    anchor.train(PIECES, SHAPE, anchor.Settings(**SIZES | {"length": 32}), run, stop=Stop(until))


def train_contrastive(run: Path, until: int | None) -> None:
    reward_models.train("contrastive", PIECES, ENCODER, JUDGING, run, stop=Stop(until))


def train_discriminative(run: Path, until: int | None) -> None:
    reward_models.train("discriminative", PIECES, ENCODER, JUDGING, run, stop=Stop(until))


def train_rl(run: Path, until: int | None) -> None:
    torch.manual_seed(0)
    judges = {kind: model(ENCODER).eval() for kind, model in reward_models.KINDS.items()}
    settings = ppo.Settings(steps=6, windows=8, minibatch=4, length=32, warmup=2, actor_rate=1e-3,
                            valid_every=3)
    trainer = ppo.Trainer(Decoder(SHAPE), Anchor(SHAPE), Judges("chords", judges), settings, ENCODER, PIECES)
    reinforce.train(trainer, run, Stop(until))


RUNS = {"mle": train_mle, "anchor": train_anchor, "contrastive": train_contrastive,
        "discriminative": train_discriminative, "rl": train_rl}


def in_parts(rank: int, port: int, folder: Path) -> None:
    """Runs one of two processes: every run is interrupted in the middle and resumed."""
    os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    assert processes.join("cpu") == "cpu" and processes.world() == 2 and processes.rank() == rank
    for name, train in RUNS.items():
        train(folder / name, 3)
        train(folder / name, None)
    processes.leave()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("processes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(in_parts, (port, root / "two"), nprocs=2)
    return root


def tensors(state: object) -> list[torch.Tensor]:
    """Returns all floating tensors of the state of one network or several."""
    if isinstance(state, dict):
        return [t for value in state.values() for t in tensors(value)]
    return [state] if isinstance(state, torch.Tensor) and state.is_floating_point() else []


@pytest.mark.parametrize("name", RUNS)
def test_two_processes_are_one_to_rounding(name, folder):
    RUNS[name](folder / "one" / name, None)
    one, two = (folder / n / name for n in ("one", "two"))
    states = [torch.load(run / "last.pt", weights_only=False) for run in (one, two)]
    networks = ["policy", "critic", "adversary"] if name == "rl" else ["network"]
    weights = [[t for network in networks for t in tensors(state[network])] for state in states]
    assert len(weights[0]) == len(weights[1]) > 5
    for a, b in zip(*weights):
        torch.testing.assert_close(b, a, rtol=1e-5, atol=1e-5)
    rows = [list(csv.DictReader((run / "metrics.csv").read_text().splitlines())) for run in (one, two)]
    assert len(rows[0]) == len(rows[1]) == (6 if name == "rl" else 2)
    for a, b in zip(*rows):
        for figure in a.keys() - {"seconds"}:
            assert float(b[figure]) == pytest.approx(float(a[figure]), rel=1e-4, abs=1e-5, nan_ok=True), figure


def test_torchrun_trains_and_only_one_process_writes(tmp_path):
    dataset.write(PIECES, {}, tmp_path / "cache.npz")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "--"]
    command = [*torchrun, "train", "mle", "--cache", tmp_path / "cache.npz", "--run", tmp_path / "run", "--dim", 32,
               "--layers", 1, "--heads", 2, "--batch", 2, "--steps", 2]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "best.pt").exists()
    assert len(list((tmp_path / "run" / "tensorboard").iterdir())) == 1
    assert "torchrun --nproc-per-node 2 -m -- train mle" in (tmp_path / "run" / "report.md").read_text()


def test_windows_that_do_not_share_out_are_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(processes, "world", lambda: 3)
    with pytest.raises(SystemExit) as stopped:
        main(["mle", "--cache", str(tmp_path / "none.npz"), "--run", str(tmp_path / "run"), "--batch", "8"])
    assert stopped.value.code == 2
    assert "--batch 8 does not divide evenly among 3 processes" in capsys.readouterr().err


def test_one_process_is_the_whole_world():
    rows = torch.arange(6)
    assert processes.join("cpu") == "cpu" and (processes.world(), processes.rank()) == (1, 0)
    assert processes.local(rows) is rows and processes.gather(rows) is rows
    assert torch.equal(processes.total(rows), rows)
    processes.leave()
