"""Tests the recipes: their order, what they skip, and a whole pass at toy size."""

import json
import os
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import get_origin, get_type_hints

import pytest
import torch

from train.__main__ import main, parser
from train.data.corpora import dataset
from train.evaluation.play import PolicyFile
from train.models import anchor, mle, reward_models
from train.models.encoder import EncoderShape
from train.models.network import Shape
from train.rl import foresight
from train.rl.adversary import Schedule
from train.runs import trainings
from train.runs.errors import StageError
from train.runs.scales import SCALES, Scale, limited, systems
from train.runs.stages import POLICIES, Stage, go, plan
from train.runs.trainings import Where
from train.tests.songs import made

SMALL, STEPS = {"dim": 16, "layers": 1, "heads": 2}, {"steps": 2, "batch": 2}
TOY = Scale(
    where=Where(Path(), threads=1), policy=Shape(**SMALL), mle=mle.Settings(**STEPS), astray=mle.Settings(**STEPS),
    in_bars=mle.Settings(**STEPS), anchor=Shape(**SMALL), anchor_mle=anchor.Settings(**STEPS),
    anchor_astray=anchor.Settings(**STEPS), judge=EncoderShape(**SMALL), rhythm=EncoderShape(**SMALL),
    judging={kind: reward_models.Settings(steps=2, batch=4) for kind in ("contrastive", "discriminative")},
    rhythm_judging=reward_models.Settings(steps=2, batch=4), discriminator=EncoderShape(**SMALL),
    rl=systems(steps=2, windows=4, minibatch=2, schedule=Schedule(updates=1, batch=4)),
    foresight=foresight.Settings(steps=2, windows=4, minibatch=2))
TRAININGS = ["online-mle", "anchor", *(f"{kind}-{i}" for kind in (
    "contrastive", "discriminative", "contrastive-rhythm", "discriminative-rhythm") for i in (1, 2)),
    "astray", "anchor-astray", "realchords", "gapt-noadv", "gapt", "in-bars", "jamd",
    "melody-mle", "melody-anchor", "melody"]


def fake(stage: Stage) -> int:
    """Writes what a stage leaves behind, without its work."""
    stage.makes.parent.mkdir(parents=True, exist_ok=True)
    stage.makes.touch()
    if stage.run:
        (stage.run / "settings.json").write_text('{"settings": {"steps": 3}}')
        (stage.run / "metrics.csv").write_text("step,seconds\n3,1\n")
    return 0


def launched(stages: list[Stage], **options) -> list[str]:
    """Returns the stages that a pass launches."""
    names: list[str] = []
    go(stages, lambda stage: names.append(stage.name) or fake(stage), lambda line: None, **options)
    return names


def toy(root: Path, scale: Scale = TOY, **options) -> list[Stage]:
    return plan(scale, root / "runs", root / "cache.npz", root, **options)


def test_every_stage_comes_after_what_it_needs():
    for name, scale in SCALES.items():
        there: set[Path] = set()
        for stage in plan(scale, Path("runs"), Path("cache.npz"), fresh=True):
            assert all(n in there or "cards" in n.parts for n in stage.needs), (name, stage.name)
            there.add(stage.makes)
        assert [s.name for s in plan(scale, Path("runs"), Path("cache.npz")) if s.run] == TRAININGS


@pytest.mark.parametrize("scale", SCALES)
def test_every_stage_is_a_command_that_there_is(scale):
    for stage in plan(SCALES[scale], Path("runs"), Path("cache.npz"), Path("corpora")):
        if stage.run:
            training = trainings.read(stage.arguments)
            assert training.where.run in stage.makes.parents and trainings.arguments_of(training) == stage.arguments
            continue
        args = parser().parse_args(stage.arguments)
        made_by = getattr(args, "output", None) or args.cache
        assert stage.makes == made_by or made_by in stage.makes.parents


def test_judges_of_rhythm_see_rhythm_alone():
    for scale in (*SCALES.values(), TOY):
        trained = {stage.name: stage.arguments for stage in plan(scale, Path("runs"), Path("cache.npz")) if stage.run}
        assert {name for name, arguments in trained.items() if "--rhythm" in arguments} == {
            "contrastive-rhythm-1", "contrastive-rhythm-2", "discriminative-rhythm-1", "discriminative-rhythm-2"}


def test_kept_networks_have_the_shapes_of_the_recipe():
    checked = []
    for stage in plan(SCALES["cpu"], Path("runs"), Path("cache.npz")):
        shape = getattr(trainings.read(stage.arguments), "shape", None) if stage.kept and stage.kept.exists() else None
        if shape:
            kept = torch.load(stage.kept, map_location="cpu", weights_only=True)["shape"]
            kept.pop("kind", None)  # of a reward model
            assert type(shape)(**kept) == shape, stage.name
            checked.append(stage.name)
    assert "discriminative-rhythm-2" in checked


def test_every_setting_of_a_training_can_be_given():
    """Checks each field of each command: a value other than the default becomes an argument that reads back as that value."""
    for kind in trainings.TRAININGS.values():
        given = trainings.arguments_of(changed(kind))
        assert trainings.arguments_of(trainings.read(given)) == given


def changed(kind: type) -> object:
    """Returns a dataclass in which no field has its default."""
    values = {}
    hints = get_type_hints(kind)
    for f in fields(kind):
        name, hint, usual = f.name, hints[f.name], f.default
        if is_dataclass(usual) or is_dataclass(hint):
            values[name] = changed(type(usual) if is_dataclass(usual) else hint)
        elif isinstance(usual, (bool, int, float)):
            values[name] = not usual if isinstance(usual, bool) else usual + 1
        elif isinstance(usual, tuple) or get_origin(hint) is tuple:
            values[name] = tuple(u + 1 for u in usual) if isinstance(usual, tuple) else (Path("a"), Path("b"))
        else:
            values[name] = {"plays": "melody", "device": "cuda", "until": 3, "minutes": 1.5, "layers": 8}.get(name, Path("x"))
    return kind(**values)


def test_a_pass_skips_what_is_done(tmp_path):
    names = [stage.name for stage in toy(tmp_path)]
    assert launched(toy(tmp_path), dry=True) == [] and launched(toy(tmp_path)) == names
    assert launched(toy(tmp_path)) == []


def test_a_run_with_steps_to_go_is_gone_on_with_and_what_it_feeds_made_anew(tmp_path):
    launched(toy(tmp_path))
    (tmp_path / "runs" / "gapt" / "settings.json").write_text('{"settings": {"steps": 4}}')
    assert launched(toy(tmp_path)) == ["gapt", "export-gapt", "parity-gapt", "evaluate", "pictures",
                                       *(f"policy-{name}" for name in POLICIES)]


def test_what_is_older_than_what_it_was_made_from_is_made_anew(tmp_path):
    launched(toy(tmp_path))
    newest = max(stage.makes.stat().st_mtime for stage in toy(tmp_path))
    os.utime(tmp_path / "runs" / "evaluation" / "figures.json", (newest + 5, newest + 5))
    assert launched(toy(tmp_path)) == ["pictures", *(f"policy-{name}" for name in POLICIES)]


def test_kept_networks_stand_in_for_runs_that_are_not_there(tmp_path):
    scale = replace(TOY, kept=True)
    stages = {stage.name: stage for stage in toy(tmp_path, scale)}
    kept = stages["astray"].kept
    assert kept and kept.name == "astray.pt" and kept in stages["gapt"].needs
    assert str(kept) in stages["gapt"].arguments and str(kept) in stages["in-bars"].arguments
    assert "online-mle" not in launched(list(stages.values()))
    assert all(stage.kept is None for stage in toy(tmp_path, scale, fresh=True))
    named = {stage.name: stage for stage in toy(tmp_path, scale, named=["gapt", "export-gapt"])}
    assert named["gapt"].kept is None and named["gapt"].makes in named["export-gapt"].needs
    assert kept in named["gapt"].needs and named["astray"].kept == kept
    (tmp_path / "runs" / "online-mle").mkdir()
    assert launched(toy(tmp_path, scale))[0] == "online-mle"  # its run has begun, so the kept one is not used


def test_a_stage_that_fails_ends_the_pass(tmp_path):
    with pytest.raises(StageError, match="prepare failed .exit 3"):
        go(toy(tmp_path), lambda stage: 3, lambda line: None)
    gapt = [stage for stage in toy(tmp_path) if stage.name == "gapt"]
    with pytest.raises(StageError, match="gapt needs .*astray"):
        go(gapt, fake, lambda line: None)


def test_a_pass_with_no_time_left_launches_no_training(tmp_path):
    launched(toy(tmp_path))
    for name in ("anchor", "gapt"):
        (tmp_path / "runs" / name / "metrics.csv").write_text("step,seconds\n1,1\n")
    clock = iter([0.0, 0.0, 25.5 * 60])
    given, said = [], []
    go(toy(tmp_path), lambda stage: given.append(stage.arguments) or fake(stage), said.append, minutes=25,
       now=lambda: next(clock))
    assert [arguments[0] for arguments in given] == ["anchor"] and given[0][-2:] == ["--minutes", "25.0"]
    assert said[-1] == "25 minutes are over: the same command goes on with gapt"


def test_a_training_that_was_stopped_ends_the_pass(tmp_path):
    said = []
    (tmp_path / "cache.npz").touch()
    go(toy(tmp_path)[1:3], lambda stage: 0, said.append, minutes=25, now=lambda: 0.0)
    assert said[-1] == "25 minutes are over: the same command goes on with online-mle"


def test_stages_by_name_and_a_wrong_one(tmp_path, capsys):
    everywhere = ["all", "--scale", "gpu", "--runs", str(tmp_path), "--cache", str(tmp_path / "c.npz"), "--dry-run"]
    assert main([*everywhere, "gapt"]) == 0
    assert capsys.readouterr().out.startswith("gapt: python -m train rl gapt ")
    assert main([*everywhere, "gap"]) == 2
    assert capsys.readouterr().err.startswith("train: no stage gap; the stages are prepare, online-mle, ")


def test_a_recipe_is_tried_with_few_steps_of_few_windows():
    tried = limited(SCALES["gpu"], steps=10, windows=2, minibatch=2, batch=3)
    assert tried.policy == SCALES["gpu"].policy and tried.where == SCALES["gpu"].where
    assert (tried.mle.steps, tried.mle.batch, tried.mle.bfloat16) == (10, 3, True)
    assert {(s.steps, s.windows, s.minibatch, s.schedule.batch) for s in tried.rl.values()} == {(10, 2, 2, 3)}
    assert limited(TOY, steps=1000, windows=None) == TOY


def test_the_policies_of_a_tried_recipe_are_not_evaluated(tmp_path, capsys):
    everywhere = ["all", "--scale", "gpu", "--runs", str(tmp_path), "--cache", str(tmp_path / "c.npz"), "--dry-run"]
    assert main([*everywhere, "--steps", "10", "--windows", "2", "--device", "cpu"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said if "train rl" in line] == ["realchords", "gapt-noadv", "gapt", "melody"]
    assert all("--steps 10 " in line and "--windows 2 --minibatch 2 " in line and "cuda" not in line for line in said
               if "train rl" in line)
    assert said[-1].startswith("parity-melody: ")


def test_a_whole_pass_at_toy_size(tmp_path):
    """Checks the way from a cache of songs to policy files. Measuring and drawing take minutes and have their own tests."""
    dataset.write(made(["train"] * 8 + ["valid"] * 4 + ["test"] * 2, 320), {}, tmp_path / "cache.npz")

    def launch(stage: Stage) -> int:
        if stage.name in ("evaluate", "pictures"):
            return fake(stage)
        arguments = stage.arguments
        if "--figures" in arguments:  # of an evaluation that was not made
            arguments = arguments[:arguments.index("--figures")]
        return main(arguments)

    said: list[str] = []
    go(toy(tmp_path), launch, said.append)
    assert said[0] == "prepare: done"
    for name in TRAININGS:
        report = (tmp_path / "runs" / name / "report.md").read_text()
        assert report.startswith(f"# {name}\n\n2 of 2 steps in ")
    for name in POLICIES:
        assert PolicyFile(tmp_path / "runs" / "policies" / f"{name}.onnx").metadata["name"] == name
    parity = json.loads((tmp_path / "runs" / "exported" / "melody.parity.json").read_text())
    assert len(parity["logits"][0]) == 257
    assert launched(toy(tmp_path)) == []
