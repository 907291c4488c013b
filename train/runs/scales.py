"""The sizes of each stage's network and training, at each scale: arguments of `python -m train`.

A CPU's are what two slow hyperthreads train in a day or two. A GPU's are the paper's, from the authors' own
configurations (realchords-pytorch, configs; heads are 8 where theirs are 6 of 64, which our shape cannot be).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Arguments by kind of stage. everywhere: those of every training; kept: networks in train/weights have these sizes
    and stand in for stages that were not run."""

    everywhere: str
    mle: str
    astray: str
    in_bars: str
    anchor: str
    anchor_astray: str
    contrastive: str
    discriminative: str
    contrastive_rhythm: str
    discriminative_rhythm: str
    rl: str
    foresight: str
    kept: bool = False


SCALES = {
    "cpu": Scale(
        everywhere="--device cpu",
        mle="--dim 192 --layers 4 --heads 4 --batch 8 --steps 4350",
        astray="--batch 8 --steps 1450 --rate 8e-4 --seed 7",
        in_bars="--batch 8 --steps 300 --rate 1e-3 --seed 11",
        anchor="--dim 192 --layers 3 --heads 4 --batch 16 --steps 2000 --bfloat16",
        anchor_astray="--batch 16 --steps 600 --rate 7e-4 --seed 7 --bfloat16",
        contrastive="--dim 128 --layers 3 --heads 4 --batch 128 --steps 1000 --bfloat16",
        discriminative="--dim 128 --layers 3 --heads 4 --batch 128 --steps 800 --bfloat16",
        contrastive_rhythm="--dim 64 --layers 2 --heads 4 --batch 128 --steps 500 --bfloat16",
        discriminative_rhythm="--dim 64 --layers 2 --heads 4 --batch 128 --steps 500 --bfloat16",
        rl="--windows 48 --minibatch 12 --steps 300 --actor-rate 1e-4 --critic-rate 4e-4 --adversary-rate 4e-4 "
           "--phase 60 --told 8 --bfloat16",
        foresight="--windows 48 --minibatch 8 --steps 930 --rate 2e-4",
        kept=True,
    ),
    "gpu": Scale(
        everywhere="--device cuda",
        mle="--dim 512 --layers 8 --heads 8 --batch 64 --steps 11000 --rate 1e-4 --bfloat16",
        astray="--batch 64 --steps 3700 --rate 1e-4 --seed 7 --bfloat16",
        in_bars="--batch 64 --steps 800 --rate 1e-4 --seed 11 --bfloat16",
        anchor="--dim 512 --layers 8 --heads 8 --batch 64 --steps 13000 --rate 1e-4 --bfloat16",
        anchor_astray="--batch 64 --steps 4000 --rate 1e-4 --seed 7 --bfloat16",
        contrastive="--dim 512 --layers 6 --heads 8 --batch 196 --steps 8000 --rate 1e-4 --bfloat16",
        discriminative="--dim 512 --layers 6 --heads 8 --batch 128 --steps 3000 --rate 1e-4 --bfloat16",
        contrastive_rhythm="--dim 512 --layers 6 --heads 8 --batch 196 --steps 2500 --rate 1e-4 --bfloat16",
        discriminative_rhythm="--dim 512 --layers 6 --heads 8 --batch 64 --steps 3000 --rate 1e-4 --bfloat16",
        rl="--windows 384 --minibatch 48 --steps 1000 --actor-rate 5e-6 --warmup 100 --dim 512 --layers 8 --heads 8 "
           "--bfloat16",
        foresight="--windows 384 --minibatch 48 --steps 1000 --rate 3e-5 --bfloat16",
    ),
}
