"""Defines the trainings as commands: `python -m train NAME`. The fields of these dataclasses and of their settings are
the options. runs/scales.py and the recipe use the same dataclasses."""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import torch
import tyro

from train.data.corpora import dataset
from train.models import anchor, mle, reward_models
from train.models.encoder import EncoderShape
from train.models.network import Shape, deepened
from train.rl import foresight, judges, ppo, reinforce
from train.rl.systems import SYSTEMS
from train.runs import machine, processes
from train.runs.stop import Stop


@dataclass(frozen=True)
class Where:
    """run: the folder of the run; if it exists, the run resumes. cache: the file with the tokens of the corpora.
    device: cpu or cuda. threads: CPU threads, 0 for all. until, minutes: stop early, at this step or after this many
    minutes; the run can be resumed."""

    run: Path
    cache: Path = field(default_factory=dataset.default_cache)
    device: str = "cpu"
    threads: int = 0
    until: int | None = None
    minutes: float | None = None

    @property
    def stop(self) -> Stop:
        return Stop(self.until, self.minutes)


@dataclass(frozen=True)
class Mle:
    """Train the online policy on data, or resume a run."""

    where: Where
    shape: Shape = Shape()
    settings: mle.Settings = mle.Settings()

    def __call__(self) -> None:
        s, device = ready(self.where, self.settings)
        mle.train(pieces(self.where), self.shape, s, self.where.run, device, self.where.stop)


@dataclass(frozen=True)
class AnchorMle:
    """Train the offline anchor, or resume a run."""

    where: Where
    shape: Shape = Shape(layers=3)
    settings: anchor.Settings = anchor.Settings()

    def __call__(self) -> None:
        s, device = ready(self.where, self.settings)
        anchor.train(pieces(self.where), self.shape, s, self.where.run, device, self.where.stop)


@dataclass(frozen=True)
class Contrastive:
    """Train a contrastive reward model on pairs of the data, or resume a run."""

    kind: ClassVar[str] = "contrastive"
    where: Where
    shape: EncoderShape = EncoderShape()
    settings: reward_models.Settings = reward_models.Settings()

    def __call__(self) -> None:
        s, device = ready(self.where, self.settings)
        reward_models.train(self.kind, pieces(self.where), self.shape, s, self.where.run, device, self.where.stop)


@dataclass(frozen=True)
class Discriminative(Contrastive):
    """Train a discriminative reward model on pairs of the data, or resume a run."""

    kind: ClassVar[str] = "discriminative"


@dataclass(frozen=True)
class Gapt:
    """Train GAPT by reinforcement learning, or resume a run. policy: the checkpoint to start from. anchor: the anchor's
    checkpoint. rewards: the checkpoints of the reward models."""

    where: Where
    policy: Path
    anchor: Path
    rewards: tuple[Path, ...]
    discriminator: EncoderShape = EncoderShape()
    settings: ppo.Settings = SYSTEMS["gapt"]

    def __call__(self) -> None:
        s, device = ready(self.where, self.settings)
        songs, policy = pieces(self.where), mle.load(self.policy, device)
        # runs/contrastive-1/best.pt and weights/contrastive-1.pt are both named contrastive-1.
        models = {path.parent.name if path.stem in ("best", "last") else path.stem: reward_models.load(path, device)
                  for path in self.rewards}
        known = {name: judges.knowledge(model, songs, s.length, device) for name, model in models.items()}
        print("weights of the judges: " + ", ".join(f"{name} {weight:.2f}" for name, weight in known.items()),
              file=sys.stderr)
        trainer = ppo.Trainer(policy, anchor.load(self.anchor, device),
                              judges.Judges(policy.shape.plays, models, known), s, self.discriminator, songs)
        reinforce.train(trainer, self.where.run, self.where.stop)


@dataclass(frozen=True)
class GaptNoAdversary(Gapt):
    """Train GAPT without its adversary, as gapt."""

    settings: ppo.Settings = SYSTEMS["gapt-noadv"]


@dataclass(frozen=True)
class RealChords(Gapt):
    """Train ReaLchords, without adversary and entropy bonus, as gapt."""

    settings: ppo.Settings = SYSTEMS["realchords"]


@dataclass(frozen=True)
class Melody(Gapt):
    """Train the agent that plays melodies, as gapt."""

    settings: ppo.Settings = SYSTEMS["melody"]


@dataclass(frozen=True)
class Foresight:
    """Train a policy by the value of every chord that it could have played, or resume a run. policy: the checkpoint to
    start from. anchor: the anchor's checkpoint. hears_busy: add the rate of chord changes as an input. layers: deepen the
    network to this number of layers, a multiple of its own."""

    where: Where
    policy: Path
    anchor: Path
    hears_busy: bool = False
    layers: int | None = None
    settings: foresight.Settings = foresight.Settings()

    def __call__(self) -> None:
        s, device = ready(self.where, self.settings)
        policy = mle.load(self.policy, device, hears_bar=True, hears_busy=self.hears_busy)
        policy = policy if self.layers is None else deepened(policy, self.layers)
        trainer = foresight.Trainer(policy, anchor.load(self.anchor, device), s, pieces(self.where))
        reinforce.train(trainer, self.where.run, self.where.stop)


Training = Mle | AnchorMle | Contrastive | Gapt | Foresight
TRAININGS: dict[tuple[str, ...], type[Training]] = {
    ("mle",): Mle, ("anchor",): AnchorMle, ("reward", "contrastive"): Contrastive,
    ("reward", "discriminative"): Discriminative, ("rl", "realchords"): RealChords,
    ("rl", "gapt-noadv"): GaptNoAdversary, ("rl", "gapt"): Gapt, ("rl", "melody"): Melody, ("foresight",): Foresight,
}
CONFIG = (tyro.conf.OmitArgPrefixes, tyro.conf.OmitSubcommandPrefixes)


def read(arguments: list[str]) -> Training | None:
    """Returns the training that the command line's arguments describe, or None if they do not begin with a training's
    name. Exits if they are wrong or ask for help."""
    for name, training in TRAININGS.items():
        if tuple(arguments[:len(name)]) == name:
            return tyro.cli(training, prog=f"python -m train {' '.join(name)}", args=arguments[len(name):],
                            config=CONFIG)
    if arguments[:1] in ([name[0]] for name in TRAININGS):
        known = ", ".join(" ".join(name) for name in TRAININGS if name[0] == arguments[0])
        print(f"train: give one of: {known}", file=sys.stderr)
        sys.exit(2)
    return None


def arguments_of(training: Training) -> list[str]:
    """Returns the arguments that describe a training: its fields that differ from their defaults."""
    name = next(name for name, kind in TRAININGS.items() if kind is type(training))
    return [*name, *_options(training, None)]


def _options(of: Any, usual: Any) -> list[str]:
    """Returns the options of a dataclass that differ from `usual`. If usual is None, it returns the fields without a
    default and those that differ from their default."""
    found: list[str] = []
    for f in fields(of):
        value, option = getattr(of, f.name), "--" + f.name.replace("_", "-")
        known = getattr(usual, f.name) if usual is not None else _default(f)
        if is_dataclass(value):
            found += _options(value, known)
        elif value == known:
            continue
        elif isinstance(value, bool):
            found.append(option if value else option.replace("--", "--no-", 1))
        else:
            found += [option, *map(str, value if isinstance(value, tuple) else (value,))]
    return found


def _default(of: Field) -> Any:
    return of.default_factory() if of.default_factory is not MISSING else None if of.default is MISSING else of.default


def pieces(where: Where) -> list[dataset.Piece]:
    """Returns the songs of the cache."""
    return dataset.read(where.cache)[0]


def ready(where: Where, settings: Any) -> tuple[Any, str]:
    """Prepares PyTorch for a training: memory, threads, device, and other processes if torchrun started them. Returns
    the settings adapted to this machine, and the device."""
    machine.keep_memory()
    if where.threads:
        torch.set_num_threads(where.threads)
    if where.device == "cuda" and not torch.cuda.is_available():
        print("train: --device cuda: PyTorch finds no CUDA device here", file=sys.stderr)
        sys.exit(2)
    device = processes.join(where.device)
    if settings.bfloat16 and not machine.halves_pay(device):
        print("float32: on this machine bfloat16 is slower", file=sys.stderr)
        settings = replace(settings, bfloat16=False)
    for name in ("batch", "windows", "minibatch"):
        if (count := getattr(settings, name, 0)) % processes.world():
            print(f"train: --{name} {count} does not divide evenly among {processes.world()} processes",
                  file=sys.stderr)
            sys.exit(2)
    return settings, device
