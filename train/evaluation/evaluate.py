"""Evaluates how well exported policies accompany songs that they never saw, with the same windows for every system.

A draw has one window of each song, at any place in which the melody plays, and a seed for the system's own draws.
Figures are of all draws together; each share of the data's value also has its value in each draw.

An evaluation is a folder with played.npz, what was played (played.py), and figures.json, the results. A system that is
there already is not played again; everything is measured again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from train.data.corpora.dataset import Piece
from train.data.corpora.sessions import SPLIT as LIVE
from train.data.corpora.song import FRAMES_PER_QUARTER, CorpusError
from train.evaluation import adaptation
from train.evaluation.diversity import Encoder
from train.evaluation.measured import PLAYER, SONGS, measured
from train.evaluation.performers import Performance, Performer
from train.evaluation.places import OPENING, WINDOW, Window, drawn, medleys, place_of, throughout, twice
from train.evaluation.played import Played
from train.runs.report import processor

MINUTE = 120 * FRAMES_PER_QUARTER  # in frames, at 120 BPM
LONG_JAMS = 20
WEIGHTS = Path(__file__).parents[1] / "weights"  # shipped, as the agent is
ENCODERS = (WEIGHTS / "contrastive-1.pt", WEIGHTS / "contrastive-2.pt")
AGENT = Path(__file__).parents[2] / "assets" / "agents" / "melody.onnx"
RESERVED = ("data", "melody")  # names that played.npz uses itself


@dataclass(frozen=True)
class Settings:
    """draws: the number of draws of windows and seeds. songs, player, jumps, agents: the largest number of songs in a
    draw, at places with songs, with the player's defaults, for jumps, and for jams with the agent. jump_draws: the
    number of draws for jumps, of which each interval has only some windows. minutes: the length of the long jams at
    120 BPM, which have one draw; 0: no long jams."""

    draws: int = 3
    jump_draws: int = 12
    temperature: float = 0.99
    songs: int = 75
    player: int = 25
    jumps: int = 55
    agents: int = 20
    minutes: int = 20


def places(pieces: list[Piece], s: Settings) -> dict[str, list[list[Window]]]:
    """Returns the draws of windows of every place that has songs. Raises CorpusError if there are no songs to test
    on."""
    by_place = {place: [p for p in pieces if place_of(p) == place] for place in (*SONGS, LIVE)}
    found = {place: drawn(by_place[place], s.draws, s.songs) for place in SONGS}
    test = by_place["test"]
    found[PLAYER] = drawn(test, s.draws, s.player)
    found["jumps"] = adaptation.jumps(drawn(test, s.jump_draws, s.jumps))
    found["twice"] = [[twice(w) for w in draw] for draw in found["test"]]
    found[LIVE] = [[w for p in by_place[LIVE] for w in throughout(p)]] * s.draws
    if s.minutes:
        found["long"] = [medleys(test, LONG_JAMS, s.minutes * MINUTE, again=MINUTE if s.minutes > 1 else 0)]
    if not found["test"][0]:
        raise CorpusError(f"no song of the test split has {WINDOW} frames; prepare more corpora")
    return {place: draws for place, draws in found.items() if draws[0]}


def evaluate(systems: list[Performer], pieces: list[Piece], folder: Path, settings: Settings,
             encoders: Sequence[Path] = (), agent: Performer | None = None, workers: int = 2) -> dict:
    """Plays what is not in the folder yet, measures everything, and writes and returns figures.json. The pieces may
    include recorded jams.

    Raises CorpusError if a system or the agent is not usable, or if the folder is of another evaluation."""
    check(systems, agent)
    models = [Encoder(path) for path in encoders]
    where = places(pieces, settings)
    jams = drawn([p for p in pieces if place_of(p) == "test"], settings.draws, settings.agents)
    played = Played(folder / "played.npz", {"window": WINDOW, "opening": OPENING, **asdict(settings)})
    played.forget_others(systems, agent)
    for place, draws in where.items():
        played.over(place, draws)
    for system in systems:
        with Performance(system, agent, settings.temperature, workers) as performance:
            for place, draws in where.items():
                if not played.has(place, system):
                    played.keep(place, system, performance.accompany(place, draws, heard=place == PLAYER))
            if agent and not played.has("agent", system):
                melody, chords = performance.jam(jams)
                played.keep("agent", system, chords, agent, melody)
    result = {"settings": {**played.header["settings"], "encoders": [digest(path) for path in encoders],
                           "agent": played.agent(), "systems": played.digests()},
              **measured(played, where, jams, pieces, models, MINUTE),
              "machine": f"{processor()}, {os.cpu_count()} threads", "date": date.today().isoformat()}
    (folder / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    return result


def check(systems: list[Performer], agent: Performer | None) -> None:
    """Raises CorpusError if names clash, or if a policy does not play the part that it should."""
    names = [s.name for s in systems]
    for system in systems:
        if system.plays != "chords":
            raise CorpusError(f"{system.path}: plays the melody; give it as --agent")
        if system.name in RESERVED or names.count(system.name) > 1:
            raise CorpusError(f"{system.path or system.name}: another is called {system.name!r} too; rename the file")
    if agent and (agent.plays != "melody" or not agent.vocabulary.is_ours):
        raise CorpusError(f"{agent.path or agent.name}: no melody agent of jamd's chords; give another --agent")


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def figures_of(policy: str, result: dict) -> dict[str, list[float]]:
    """Returns the main figures for a policy's file, with the data's beside them. Raises CorpusError if the policy was
    not evaluated."""
    kept = {}
    for place in SONGS:
        systems = result.get("places", {}).get(place, {}).get("systems", {})
        for figure in ("note_in_chord", "changes_per_bar", "vendi"):
            for system, whose in ((policy, ""), ("data", "_of_data")):
                if figure in systems.get(system, {}):
                    kept[f"{place}_{figure}{whose}"] = systems[system][figure]
    if "test_note_in_chord" not in kept:
        raise CorpusError(f"the evaluation has no figures of {policy!r}; add it with: python -m train evaluate")
    return kept
