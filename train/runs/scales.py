"""The sizes of each stage's network and training, at each scale.

Two slow hyperthreads train the CPU sizes in a day or two. The GPU sizes are the paper's, from the authors' own
configurations (realchords-pytorch, configs). One differs: the authors have 6 heads of 64, which our shape cannot have,
so ours has 8 heads.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from train.models import anchor, mle, reward_models
from train.models.encoder import EncoderShape
from train.models.network import Shape
from train.rl import foresight, ppo
from train.rl.adversary import Schedule
from train.rl.systems import SYSTEMS
from train.runs.trainings import Where


@dataclass(frozen=True)
class Scale:
    """Shapes and settings of the stages. where: the device of every training. kept: whether networks in train/weights
    have these sizes and stand in for stages that were not run."""

    where: Where
    policy: Shape
    mle: mle.Settings
    astray: mle.Settings
    in_bars: mle.Settings
    anchor: Shape
    anchor_mle: anchor.Settings
    anchor_astray: anchor.Settings
    judge: EncoderShape
    judging: dict[str, reward_models.Settings]
    rhythm: EncoderShape
    rhythm_judging: reward_models.Settings
    discriminator: EncoderShape
    rl: dict[str, ppo.Settings]
    foresight: foresight.Settings
    kept: bool = False


def systems(**settings: object) -> dict[str, ppo.Settings]:
    """Returns the paper's systems, which differ only in the settings that define them."""
    return {name: replace(system, **settings) for name, system in SYSTEMS.items()}


FORESIGHT: dict[str, Any] = {"coherence": 400.0, "agreement": 0.5, "listening": 0.33, "changes": 1.25, "kl": 0.5,
                             "bfloat16": True}

CPU = Scale(
    where=Where(Path()),
    policy=Shape(),
    mle=mle.Settings(steps=4350),
    astray=mle.Settings(steps=1450, rate=8e-4, seed=7, astray=0.7, jumps=0.5, bfloat16=True),
    in_bars=mle.Settings(steps=300, seed=11, astray=0.7, jumps=0.5, bfloat16=True),
    anchor=Shape(layers=3),
    anchor_mle=anchor.Settings(steps=2000, bfloat16=True),
    anchor_astray=anchor.Settings(steps=900, rate=7e-4, seed=7, astray=0.7, jumps=0.5, bfloat16=True),
    judge=EncoderShape(layers=3),
    judging={"contrastive": reward_models.Settings(steps=1000, bfloat16=True),
             "discriminative": reward_models.Settings(steps=800, bfloat16=True)},
    rhythm=EncoderShape(dim=64, layers=2),
    rhythm_judging=reward_models.Settings(steps=500, bfloat16=True),
    discriminator=EncoderShape(),
    rl=systems(steps=300, minibatch=12, actor_rate=1e-4, critic_rate=4e-4, adversary_rate=4e-4, shaping_parts=8,
               bfloat16=True),
    foresight=foresight.Settings(steps=930, **FORESIGHT),
    kept=True,
)

# The authors' discriminator: 8 updates at every 5th of 200 steps, on what was just played.
AUTHORS = Schedule(every=5, phase=200, updates=8, rollouts=1)

GPU = Scale(
    where=Where(Path(), device="cuda"),
    policy=Shape(dim=512, layers=8, heads=8),
    mle=mle.Settings(steps=11000, batch=64, rate=1e-4, bfloat16=True),
    astray=mle.Settings(steps=3700, batch=64, rate=1e-4, seed=7, astray=0.7, jumps=0.5, bfloat16=True),
    in_bars=mle.Settings(steps=800, batch=64, rate=1e-4, seed=11, astray=0.7, jumps=0.5, bfloat16=True),
    anchor=Shape(dim=512, layers=8, heads=8),
    anchor_mle=anchor.Settings(steps=13000, batch=64, rate=1e-4, bfloat16=True),
    anchor_astray=anchor.Settings(steps=4000, batch=64, rate=1e-4, seed=7, astray=0.7, jumps=0.5, bfloat16=True),
    judge=EncoderShape(dim=512, layers=6, heads=8),
    judging={"contrastive": reward_models.Settings(steps=8000, batch=196, rate=1e-4, bfloat16=True),
             "discriminative": reward_models.Settings(steps=3000, rate=1e-4, bfloat16=True)},
    rhythm=EncoderShape(dim=512, layers=6, heads=8),
    rhythm_judging=reward_models.Settings(steps=3000, rate=1e-4, bfloat16=True),
    discriminator=EncoderShape(dim=512, layers=8, heads=8),
    rl=systems(steps=1000, windows=384, minibatch=48, actor_rate=5e-6, warmup=100, schedule=AUTHORS, bfloat16=True),
    foresight=foresight.Settings(steps=1000, windows=384, minibatch=48, rate=3e-5, **FORESIGHT),
)

SCALES = {"cpu": CPU, "gpu": GPU}


def limited(scale: Any, **limits: int | None) -> Any:
    """Returns the scale with no field of its settings above the limit for the field's name. It is for trying a recipe:
    steps=10, windows=2."""
    if isinstance(scale, dict):
        return {name: limited(value, **limits) for name, value in scale.items()}
    if not is_dataclass(scale):
        return scale
    changed = {}
    for f in fields(scale):
        value, limit = getattr(scale, f.name), limits.get(f.name)
        changed[f.name] = limited(value, **limits) if limit is None else min(value, limit)
    return replace(scale, **changed)
