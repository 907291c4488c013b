"""The systems that are trained by reinforcement learning: one method, other settings. `jamd` is not of the paper."""

from __future__ import annotations

from dataclasses import replace

from train.ppo import Settings

GAPT = Settings()

SYSTEMS: dict[str, Settings] = {
    "realchords": replace(GAPT, entropy=0.0, adversary=0.0),
    "gapt-noadv": replace(GAPT, adversary=0.0),
    "gapt": GAPT,
    "jamd": replace(GAPT, entropy=0.0, by_beat=True, harmony=6.0, price=0.03, distil=0.05, gamma=0.97,
                    schedule=replace(GAPT.schedule, every=1)),
    "melody": replace(GAPT, entropy=0.002),  # the agent that plays melodies to chords
}
