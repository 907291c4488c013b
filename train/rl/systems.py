"""The paper's systems that reinforcement learning trains: one method with different settings."""

from __future__ import annotations

from dataclasses import replace

from train.rl.ppo import Settings

GAPT = Settings()

SYSTEMS: dict[str, Settings] = {
    "realchords": replace(GAPT, entropy=0.0, adversary=0.0),
    "gapt-noadv": replace(GAPT, adversary=0.0),
    "gapt": GAPT,
    "melody": replace(GAPT, entropy=0.002),  # the agent that plays melodies to chords
}
