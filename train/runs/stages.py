"""The stages in their order, what each of them needs and makes, and the pass through them that skips what is done."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from train import curves
from train.corpora.song import CorpusError
from train.runs.scales import Scale

TRAIN = Path(__file__).parents[1]  # the package: its kept weights and the policies' cards
POLICIES = ("online-mle", "realchords", "gapt-noadv", "gapt", "jamd")
BASELINES = ("rules-bar", "rules-half", "rules-beat", "chance")
JUDGES = ("contrastive", "discriminative", "contrastive-rhythm", "discriminative-rhythm")  # two of each


class StageError(Exception):
    """A stage that cannot be run, or that failed."""


@dataclass(frozen=True)
class Stage:
    """One command of `python -m train`: the files that it needs and the one by which it is known to be done. run: the
    folder of a training; kept: a network that stands in for it."""

    name: str
    arguments: list[str]
    makes: Path
    needs: tuple[Path, ...] = ()
    run: Path | None = None
    kept: Path | None = None

    def state(self) -> str:
        """"done", "kept" (a kept network stands in), or "due": what it makes is not there, or is older than what it
        needs; or the training has steps to go."""
        if self.kept and self.run and not self.run.exists():
            return "kept"
        if self.run:
            return "done" if self.makes.exists() and finished(self.run) else "due"
        if not self.makes.exists():
            return "due"
        made = self.makes.stat().st_mtime
        return "due" if any(n.exists() and n.stat().st_mtime > made for n in self.needs) else "done"


def finished(run: Path) -> bool:
    """Whether a run has taken all the steps of its settings."""
    try:
        steps = json.loads((run / "settings.json").read_text())["settings"]["steps"]
        return max(curves.read(run / "metrics.csv").get("step", [0])) >= steps
    except (OSError, ValueError, KeyError, CorpusError):
        return False


def plan(scale: Scale, runs: Path, cache: Path, data: Path | None = None, fresh: bool = False) -> list[Stage]:
    """All stages at a scale, in order. data: the folder of corpora that prepare reads; fresh: no kept network stands in
    for anything."""
    stages: list[Stage] = []
    weights: dict[str, Path] = {}  # the network of each training

    def train(name: str, arguments: str, needs: Iterable[Path] = ()) -> None:
        run, kept = runs / name, TRAIN / "weights" / f"{name}.pt"
        stands = kept if scale.kept and not fresh and kept.exists() else None
        weights[name] = stands if stands and not run.exists() else run / "best.pt"
        stages.append(Stage(name, [*arguments.split(), "--cache", str(cache), "--run", str(run),
                                   *scale.everywhere.split()], run / "best.pt", (cache, *needs), run, stands))

    def lead(name: str, arguments: str, begin: str) -> None:
        train(name, f"{arguments} --swap 0.7 --jumps 0.5", [weights[begin]])
        stages[-1].arguments.extend(["--begin", str(weights[begin])])

    def strengthen(name: str, system: str, policy: str, anchor: str) -> None:
        judges = [weights[f"{kind}-{i}"] for kind in JUDGES for i in (1, 2)]
        train(name, f"rl {system} {scale.rl}", (weights[policy], weights[anchor], *judges))
        stages[-1].arguments.extend(["--policy", str(weights[policy]), "--anchor", str(weights[anchor]),
                                     "--rewards", *map(str, judges)])

    def make(name: str, makes: Path, needs: Iterable[Path], *arguments: object) -> Path:
        stages.append(Stage(name, [str(a) for a in arguments], makes, tuple(needs)))
        return makes

    def export(stage: str, name: str, output: Path, *more: object, needs: Iterable[Path] = ()) -> Path:
        card = TRAIN / "cards" / f"{name}.json"
        return make(stage, output, (weights[name], card, *needs), "export", weights[name], "--card", card, "-o", output,
                    *more)

    make("prepare", cache, (), "prepare", "--cache", cache, *(["--data", data] if data else []))
    train("online-mle", f"mle {scale.mle}")
    train("anchor", f"anchor {scale.anchor}")
    for kind in JUDGES:
        command, sizes = f"reward {kind.replace('-', ' --')}", getattr(scale, kind.replace("-", "_"))
        for seed in (1, 2):
            train(f"{kind}-{seed}", f"{command} {sizes} --seed {seed}")
    for system in ("realchords", "gapt-noadv", "gapt"):
        strengthen(system, system, "online-mle", "anchor")
    lead("astray", f"mle {scale.astray}", "online-mle")
    lead("in-bars", f"mle --hears-bar {scale.in_bars}", "astray")
    lead("anchor-astray", f"anchor {scale.anchor_astray}", "anchor")
    train("jamd", f"foresight {scale.foresight}", (weights["in-bars"], weights["anchor-astray"]))
    stages[-1].arguments.extend(["--policy", str(weights["in-bars"]), "--anchor", str(weights["anchor-astray"])])
    train("melody-mle", f"mle --plays melody {scale.mle}")
    train("melody-anchor", f"anchor --plays melody {scale.anchor}")
    strengthen("melody", "melody", "melody-mle", "melody-anchor")

    exported = runs / "exported"
    policies = [export(f"export-{name}", name, exported / f"{name}.onnx") for name in POLICIES]
    agent = export("export-melody", "melody", exported / "melody.onnx")
    for name in (*POLICIES, "melody"):
        output = exported / f"{name}.parity.json"
        make(f"parity-{name}", output, [weights[name]], "parity", weights[name], "-o", output)
    encoder, folder = weights["contrastive-1"], runs / "evaluation"
    figures = make("evaluate", folder / "figures.json", (cache, *policies, agent, encoder), "evaluate", *policies,
                   *BASELINES, "--cache", cache, "-o", folder, "--encoder", encoder, "--agent", agent)
    trained = [weights[name].parent for name in ("realchords", "gapt-noadv", "gapt", "jamd", "melody")
               if weights[name].parent == runs / name]
    make("pictures", runs / "pictures" / "harmony-diversity.png", (figures, encoder), "pictures", folder,
         "-o", runs / "pictures", "--encoder", encoder, *(["--runs", *trained] if trained else []))
    for name in POLICIES:
        export(f"policy-{name}", name, runs / "policies" / f"{name}.onnx", "--figures", figures, needs=[figures])
    return stages


def go(stages: list[Stage], launch: Callable[[Stage], int], say: Callable[[str], None], dry: bool = False) -> None:
    """Launches the stages that are due, in order, and says what becomes of each. A stage is also due where this pass
    makes what it needs. dry: nothing is launched. The first one that fails raises StageError."""
    made: set[Path] = set()
    for stage in stages:
        state = stage.state()
        if state != "due" and (stage.run or not made.intersection(stage.needs)):
            say(f"{stage.name}: done" if state == "done" else f"{stage.name}: {stage.kept} stands in")
            continue
        say(f"{stage.name}: python -m train {shlex.join(stage.arguments)}")
        made.add(stage.makes)
        if dry:
            continue
        if missing := [str(path) for path in stage.needs if not path.exists()]:
            raise StageError(f"{stage.name} needs {', '.join(missing)}: run the stages before it first")
        if code := launch(stage):
            raise StageError(f"{stage.name} failed (exit {code}); the same command goes on from what is done")
