"""The stages in order, with what each needs and makes, and the pass through them that skips finished ones."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from train.data.corpora.song import CorpusError
from train.models import anchor, mle
from train.models.network import Shape
from train.runs import curves
from train.runs.errors import StageError
from train.runs.scales import Scale
from train.runs.trainings import (
    AnchorMle,
    Contrastive,
    Discriminative,
    Foresight,
    Gapt,
    GaptNoAdversary,
    Melody,
    Mle,
    RealChords,
    Training,
    Where,
    arguments_of,
)

TRAIN = Path(__file__).parents[1]  # the package: its kept weights and the policies' cards
POLICIES = ("online-mle", "realchords", "gapt-noadv", "gapt", "jamd")
MEASURED = ("evaluate", "pictures", "policy-")  # stages that measure the policies, or need the figures
BASELINES = ("rules-bar", "rules-half", "rules-beat", "chance")
JUDGES = {"contrastive": (Contrastive, False), "discriminative": (Discriminative, False),  # two of each
          "contrastive-rhythm": (Contrastive, True), "discriminative-rhythm": (Discriminative, True)}  # True: of rhythm


@dataclass(frozen=True)
class Stage:
    """One command of `python -m train`: the files that it needs and the file that shows it is finished. run: the folder
    of a training. kept: a network that can replace it."""

    name: str
    arguments: list[str]
    makes: Path
    needs: tuple[Path, ...] = ()
    run: Path | None = None
    kept: Path | None = None

    def state(self) -> str:
        """"done", "kept" (a network of train/weights replaces it), or "due": its file is missing or older than what it
        needs, or the training has steps left."""
        if self.kept and self.run and not self.run.exists():
            return "kept"
        if self.run:
            return "done" if self.makes.exists() and finished(self.run) else "due"
        if not self.makes.exists():
            return "due"
        made = self.makes.stat().st_mtime
        return "due" if any(n.exists() and n.stat().st_mtime > made for n in self.needs) else "done"


def finished(run: Path) -> bool:
    """Returns whether a run has taken all the steps of its settings."""
    try:
        steps = json.loads((run / "settings.json").read_text())["settings"]["steps"]
        return max(curves.read(run / "metrics.csv").get("step", [0])) >= steps
    except (OSError, ValueError, KeyError, CorpusError):
        return False


def plan(scale: Scale, runs: Path, cache: Path, data: Path | None = None, fresh: bool = False,
         named: Collection[str] = ()) -> list[Stage]:
    """Returns all stages at a scale, in order. data: the folder of corpora that prepare reads. No network of
    train/weights replaces a stage that is named, or any stage if fresh."""
    stages: list[Stage] = []
    weights: dict[str, Path] = {}  # the network of each training

    def train(name: str, training: Callable[[Where], Training], *needs: Path) -> None:
        run, kept = runs / name, TRAIN / "weights" / f"{name}.pt"
        stands = kept if scale.kept and not fresh and name not in named and kept.exists() else None
        weights[name] = stands if stands and not run.exists() else run / "best.pt"
        stages.append(Stage(name, arguments_of(training(replace(scale.where, run=run, cache=cache))), run / "best.pt",
                            (cache, *needs), run, stands))

    def go_on(name: str, kind: type[Mle] | type[AnchorMle], settings: mle.Settings | anchor.Settings, shape: Shape,
              begin: str) -> None:
        settings = replace(settings, begin=weights[begin])
        train(name, lambda where: kind(where, shape, settings), weights[begin])

    def strengthen(name: str, kind: type[Gapt], policy: str, of: str) -> None:
        rewards = tuple(weights[f"{judge}-{i}"] for judge in JUDGES for i in (1, 2))
        settings = scale.rl[name]
        train(name, lambda where: kind(where, weights[policy], weights[of], rewards, scale.discriminator, settings),
              weights[policy], weights[of], *rewards)

    def make(name: str, makes: Path, needs: Iterable[Path], *arguments: object) -> Path:
        stages.append(Stage(name, [str(a) for a in arguments], makes, tuple(needs)))
        return makes

    def export(stage: str, name: str, output: Path, *more: object, needs: Iterable[Path] = ()) -> Path:
        card = TRAIN / "cards" / f"{name}.json"
        return make(stage, output, (weights[name], card, *needs), "export", weights[name], "--card", card, "-o", output,
                    *more)

    make("prepare", cache, (), "prepare", "--cache", cache, *(["--data", data] if data else []))
    train("online-mle", lambda where: Mle(where, scale.policy, scale.mle))
    train("anchor", lambda where: AnchorMle(where, scale.anchor, scale.anchor_mle))
    for judge, (kind, rhythm) in JUDGES.items():
        shape, settings = (scale.rhythm, scale.rhythm_judging) if rhythm else (scale.judge, scale.judging[judge])
        for seed in (1, 2):
            train(f"{judge}-{seed}", partial(kind, shape=replace(shape, rhythm=rhythm), settings=replace(settings, seed=seed)))
    go_on("astray", Mle, scale.astray, scale.policy, "online-mle")
    go_on("anchor-astray", AnchorMle, scale.anchor_astray, scale.anchor, "anchor")
    for name, kind in (("realchords", RealChords), ("gapt-noadv", GaptNoAdversary), ("gapt", Gapt)):
        strengthen(name, kind, "astray", "anchor-astray")
    go_on("in-bars", Mle, scale.in_bars, replace(scale.policy, hears_bar=True, hears_busy=True), "astray")
    train("jamd", lambda where: Foresight(where, weights["in-bars"], weights["anchor-astray"], True, scale.foresight),
          weights["in-bars"], weights["anchor-astray"])
    train("melody-mle", lambda where: Mle(where, replace(scale.policy, plays="melody"), scale.mle))
    train("melody-anchor", lambda where: AnchorMle(where, replace(scale.anchor, plays="melody"), scale.anchor_mle))
    strengthen("melody", Melody, "melody-mle", "melody-anchor")

    exported = runs / "exported"
    policies = [export(f"export-{name}", name, exported / f"{name}.onnx") for name in POLICIES]
    agent = export("export-melody", "melody", exported / "melody.onnx")
    for name in (*POLICIES, "melody"):
        output = exported / f"{name}.parity.json"
        make(f"parity-{name}", output, [weights[name]], "parity", weights[name], "-o", output)
    encoders, folder = [weights["contrastive-1"], weights["contrastive-2"]], runs / "evaluation"
    figures = make("evaluate", folder / "figures.json", (cache, *policies, agent, *encoders), "evaluate", *policies,
                   *BASELINES, "--cache", cache, "-o", folder, "--encoder", *encoders, "--agent", agent)
    trained = [weights[name].parent for name in ("realchords", "gapt-noadv", "gapt", "jamd", "melody")
               if weights[name].parent == runs / name]
    make("pictures", runs / "pictures" / "harmony-diversity.png", (figures, encoders[0]), "pictures", folder,
         "-o", runs / "pictures", "--encoder", encoders[0], *(["--runs", *trained] if trained else []))
    for name in POLICIES:
        export(f"policy-{name}", name, runs / "policies" / f"{name}.onnx", "--figures", figures, needs=[figures])
    return stages


def go(stages: list[Stage], launch: Callable[[Stage], int], say: Callable[[str], None], dry: bool = False,
       minutes: float | None = None, now: Callable[[], float] = time.monotonic) -> None:
    """Launches the stages that are due, in order, and reports the result of each. A stage is also due if this pass
    makes something that it needs. dry: launch nothing. minutes: after this time trainings stop, and so does the pass.
    The first stage that fails raises StageError."""
    made: set[Path] = set()
    began = now() if minutes is not None else 0.0
    for stage in stages:
        state = stage.state()
        if state != "due" and (stage.run or not made.intersection(stage.needs)):
            say(f"{stage.name}: done" if state == "done" else f"{stage.name}: {stage.kept} stands in")
            continue
        if minutes is not None and stage.run:
            left = minutes - (now() - began) / 60
            if left <= 0:
                say(f"{minutes:g} minutes are over: the same command goes on with {stage.name}")
                return
            stage = replace(stage, arguments=[*stage.arguments, "--minutes", f"{left:.1f}"])
        say(f"{stage.name}: python -m train {shlex.join(stage.arguments)}")
        made.add(stage.makes)
        if dry:
            continue
        if missing := [str(path) for path in stage.needs if not path.exists()]:
            raise StageError(f"{stage.name} needs {', '.join(missing)}: run the stages before it first")
        if code := launch(stage):
            raise StageError(f"{stage.name} failed (exit {code}); the same command goes on from what is done")
        if minutes is not None and stage.run and not finished(stage.run):
            say(f"{minutes:g} minutes are over: the same command goes on with {stage.name}")
            return
