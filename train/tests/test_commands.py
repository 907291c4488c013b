"""Tests the whole way from a cache of corpora to a policy file and its figures, with the commands of a user."""

import json

import pytest
import torch

from train.__main__ import main
from train.data.corpora import dataset
from train.evaluation.play import PolicyFile
from train.models.mle import load
from train.tests.songs import made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Returns a folder with a cache of made-up songs."""
    root = tmp_path_factory.mktemp("train")
    splits = ["train"] * 8 + ["valid"] * 4 + ["test"] * 2 + ["ood"]
    dataset.write(made(splits, 320), {}, root / "cache.npz")
    return root


def run(folder, *arguments: object) -> None:
    assert main([str(a) for a in arguments]) == 0


def small(folder, name: str) -> list:
    return ["--cache", folder / "cache.npz", "--run", folder / name, "--dim", 32, "--layers", 1, "--heads", 2,
            "--steps", 2, "--threads", 1]


@pytest.mark.parametrize("plays", ["chords", "melody"])
def test_from_corpora_to_policies(folder, plays, capsys):
    mle, anchor = f"mle-{plays}", f"anchor-{plays}"
    run(folder, "mle", *small(folder, mle), "--batch", 2, "--plays", plays)
    run(folder, "anchor", *small(folder, anchor), "--batch", 2, "--plays", plays)
    if plays == "chords":
        run(folder, "mle", *small(folder, "astray"), "--batch", 4, "--begin", folder / mle / "best.pt",
            "--astray", 0.7, "--jumps", 0.5)
    weights = folder / "weights" / f"{plays}.pt"
    run(folder, "keep", folder / mle / "best.pt", "-o", weights)
    kept, whole = load(weights), load(folder / mle / "best.pt")
    for a, b in zip(kept.parameters(), whole.parameters()):
        assert a.dtype == torch.float32 and torch.equal(a, b.half().float())
    judges = []
    for kind in ("contrastive", "discriminative"):
        for rhythm in ([], ["--rhythm"]):
            name = f"{kind}-{plays}{'-rhythm' if rhythm else ''}"
            run(folder, "reward", kind, *small(folder, name), "--batch", 4, *rhythm)
            judges.append(folder / name / "best.pt")
    systems = ["realchords", "gapt-noadv", "gapt"] if plays == "chords" else ["melody"]
    for system in systems:
        run(folder, "rl", system, "--cache", folder / "cache.npz", "--run", folder / system, "--steps", 2,
            "--windows", 4, "--minibatch", 2, "--updates", 1, "--batch", 4, "--threads", 1,
            "--policy", folder / mle / "best.pt", "--anchor", folder / anchor / "best.pt", "--rewards", *judges)
        header = (folder / system / "metrics.csv").read_text().splitlines()[0]
        assert all(judge.parent.name in header for judge in judges)
    if plays == "melody":
        return
    card = folder / "card.json"
    card.write_text(json.dumps({"name": "gapt", "method": "GAPT", "corpora": ["made"], "licence": "MIT"}))
    export = ("export", folder / "gapt" / "best.pt", "--card", card, "-o", folder / "gapt.onnx")
    run(folder, *export)
    run(folder, "evaluate", folder / "gapt.onnx", "rules-bar", "--cache", folder / "cache.npz", "--draws", 2,
        "--workers", 1, "--minutes", 1, "--encoder", judges[0], "-o", folder / "evaluation")
    table = capsys.readouterr().out
    assert "| test songs | gapt |" in table and "| OpenEWLD (out of distribution) | rules-bar |" in table
    figures = json.loads((folder / "evaluation" / "figures.json").read_text())
    places = {name: place["systems"] for name, place in figures["places"].items()}
    assert places["test"]["gapt"]["legal_share"] == [1.0, 1.0, 1.0] and figures["places"]["test"]["windows"] == 4
    run(folder, *export, "--figures", folder / "evaluation" / "figures.json")
    kept = json.loads(PolicyFile(folder / "gapt.onnx").metadata["figures"])
    assert kept["test_note_in_chord"] == places["test"]["gapt"]["note_in_chord"]
    assert kept["ood_changes_per_bar_of_data"] == places["ood"]["data"]["changes_per_bar"]
    run(folder, "stats", "--cache", folder / "cache.npz")


def test_sessions_are_added_to_a_cache_and_evaluated(tmp_path, kept, capsys):
    cache = tmp_path / "cache.npz"
    dataset.write(made(["train", "test"], 320), {"made": {"skipped": [], "chords": {}}}, cache)
    run(tmp_path, "prepare", "--sessions", kept, "--cache", cache)
    run(tmp_path, "prepare", "--sessions", kept, "--cache", cache)  # again: they replace the old ones
    pieces, _ = dataset.read(cache)
    assert [(p.corpus, p.split, len(p.melody)) for p in pieces[2:]] == [("sessions", "train", 320)] * 2
    run(tmp_path, "stats", "--cache", cache)
    assert "sessions: 2 songs {'train': 2}" in capsys.readouterr().out
    run(tmp_path, "evaluate", "chance", "--sessions", kept, "--cache", cache, "--draws", 1, "--workers", 1,
        "--minutes", 0, "-o", tmp_path / "out")
    assert "| recorded jams | chance |" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["prepare", "--cache", str(cache)])


def test_a_missing_cache_is_said_in_one_line(tmp_path, capsys):
    assert main(["stats", "--cache", str(tmp_path / "none.npz")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("train: ") and "python -m train prepare" in said and said.count("\n") == 1


def test_a_missing_corpus_is_said_in_one_line(tmp_path, capsys):
    assert main(["prepare", "--data", str(tmp_path), "--cache", str(tmp_path / "c.npz")]) == 2
    assert "pop909" in capsys.readouterr().err
