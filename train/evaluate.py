"""How well exported policies accompany songs that they never saw: the same windows for every system and seed.

A folder holds an evaluation: played.npz, what was played (played.py), and figures.json, what it came to. A system that
is there already is not played again; everything is measured anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

from train import adaptation, figures
from train.bootstrap import jackknife
from train.corpora.dataset import Piece
from train.corpora.sessions import SPLIT as LIVE
from train.corpora.sessions import Jam
from train.corpora.song import FRAMES_PER_QUARTER, CorpusError
from train.diversity import Encoder, vendi_scores
from train.performers import Performance, Performer
from train.places import OPENING, WINDOW, Window, medleys, moved, song_of, throughout, windows
from train.played import Played
from train.report import processor
from train.vocabulary import OURS, Vocabulary

SONGS = ("test", "ood", "own")
PLAYED_LIVE = "{}, as played"  # beside what systems play to recorded jams: what this policy played in them
MINUTE = 120 * FRAMES_PER_QUARTER  # in frames, at 120 BPM
LONG_JAMS = 4
BAR = 16  # frames; the jams with the agent have no bars of their own
ENCODER = Path(__file__).parent / "weights" / "contrastive-1.pt"  # shipped, as the agent is
AGENT = Path(__file__).parents[1] / "assets" / "agents" / "melody.onnx"
RESERVED = ("data", "melody")  # names that played.npz has for its own


@dataclass(frozen=True)
class Settings:
    """seeds: how many, 1 and up; adaptation and long jams are under the first alone. minutes: of the long jams, at
    120 BPM; 0: none. per_song: windows a song, at most."""

    seeds: int = 3
    temperature: float = 0.99
    per_song: int = 1
    minutes: int = 20


def places(pieces: list[Piece], settings: Settings) -> dict[str, tuple[list[Window], list[int]]]:
    """The windows and seeds of every place where there are songs. CorpusError where there are none to test on."""
    seeds = list(range(1, settings.seeds + 1))
    found = {split: (windows(pieces, split, settings.per_song), seeds) for split in SONGS}
    found[LIVE] = ([w for p in pieces if p.split == LIVE for w in throughout(p)], seeds)
    for name, semitones in adaptation.JUMPS.items():
        found[name] = ([moved(w, adaptation.JUMP_FRAME, semitones) for w in found["test"][0]], seeds[:1])
    if settings.minutes:
        found["long"] = (medleys(pieces, "test", LONG_JAMS, settings.minutes * MINUTE), seeds[:1])
    if not found["test"][0]:
        raise CorpusError(f"no song of the test split has {WINDOW} frames; prepare more corpora")
    return {name: place for name, place in found.items() if place[0]}


def evaluate(systems: list[Performer], pieces: list[Piece], folder: Path, settings: Settings,
             encoder: Path | None = None, agent: Performer | None = None, workers: int = 2) -> dict:
    """Plays what is not in the folder yet, measures all that is, and writes and returns figures.json. Among the pieces
    may be recorded jams.

    CorpusError where systems or agent are not what they should be, or the folder is of another evaluation."""
    check(systems, agent)
    model = Encoder(encoder) if encoder else None
    where = places(pieces, settings)
    seeds = where["test"][1]
    played = Played(folder / "played.npz", {"window": WINDOW, "opening": OPENING, "seeds": seeds,
                                            "temperature": settings.temperature, "per_song": settings.per_song,
                                            "minutes": settings.minutes})
    played.forget_others(systems, agent)
    for place, (windows_, _) in where.items():
        played.over(place, windows_)
    for system in systems:
        with Performance(system, agent, settings.temperature, workers) as performance:
            for place, (windows_, place_seeds) in where.items():
                if not played.has(place, system):
                    played.keep(place, system, performance.accompany(place, windows_, place_seeds))
            if agent and not played.has("agent", system):
                melody, chords = performance.jam(where["test"][0], seeds)
                played.keep("agent", system, chords, agent, melody)
    result = {"settings": {**played.header["settings"], "encoder": digest(encoder), "agent": played.agent(),
                           "systems": played.digests()},
              **measured(played, {name: place[0] for name, place in where.items()}, pieces, model),
              "machine": f"{processor()}, {os.cpu_count()} threads", "date": date.today().isoformat()}
    (folder / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    return result


def check(systems: list[Performer], agent: Performer | None) -> None:
    """CorpusError where names clash, or something is to play what it does not."""
    names = [s.name for s in systems]
    for system in systems:
        if system.plays != "chords":
            raise CorpusError(f"{system.path}: plays the melody; give it as --agent")
        if system.name in RESERVED or names.count(system.name) > 1:
            raise CorpusError(f"{system.path or system.name}: another is called {system.name!r} too; rename the file")
    if agent and (agent.plays != "melody" or not agent.vocabulary.is_ours):
        raise CorpusError(f"{agent.path or agent.name}: no melody agent of jamd's chords; give another --agent")


def measured(played: Played, where: dict[str, list[Window]], pieces: list[Piece], model: Encoder | None) -> dict:
    """places, adaptation and long of figures.json."""
    out: dict = {"places": {}, "adaptation": {}, "long": {}}
    policies = {song_of(p): p.policy for p in pieces if isinstance(p, Jam)}
    for place in SONGS:
        if place in where:
            out["places"][place] = of_songs(played, place, where[place], model)
    if LIVE in where:
        out["places"][LIVE] = of_sessions(played, where[LIVE], policies, model)
    if played.systems("agent"):
        out["places"]["agent"] = of_jams(played, [w.song for w in where["test"]], model)
    for jump in adaptation.JUMPS:
        out["adaptation"][jump] = {name: adaptation.adaptation(where[jump], *who)
                                   for name, who in everyone(played, jump).items()}
    if "long" in where:
        out["long"] = {name: figures.long_jam(where["long"], *who, MINUTE)
                       for name, who in everyone(played, "long").items()}
    return out


def everyone(played: Played, place: str) -> dict[str, tuple[np.ndarray, Vocabulary]]:
    """Chords [seeds, windows, frames] and vocabulary of the data and of every system that played at a place."""
    return {"data": (played.ours(place, "data"), OURS),
            **{name: played.chords(place, name) for name in played.systems(place)}}


def of_songs(played: Played, place: str, windows_: list[Window], model: Encoder | None) -> dict:
    """The figures of a place with songs."""
    found = figures.of_place(windows_, everyone(played, place))
    songs = [w.song for w in windows_]
    if model:
        scores = {name: vendi_scores(model.embed(played.ours(place, name)), songs) for name in found}
        for name, score in scores.items():
            found[name] |= {"vendi": jackknife(score), "vendi_share": jackknife(score / scores["data"])}
    return {"windows": len(windows_), "songs": len(set(songs)), "systems": found}


def of_sessions(played: Played, windows_: list[Window], policies: dict[str, str], model: Encoder | None) -> dict:
    """The figures of recorded jams: of what every system plays to them now, and of what each policy played in its own
    of them at the time. policies: who played, by song."""
    songs = [w.song for w in windows_]
    them = {name: (list(range(len(songs))), *played.chords(LIVE, name)) for name in played.systems(LIVE)}
    for policy in sorted({policies[song] for song in songs}):
        own = [i for i, song in enumerate(songs) if policies[song] == policy]
        them[PLAYED_LIVE.format(policy)] = own, played.ours(LIVE, "data")[:, own], OURS
    systems: dict = {}
    for name, (at, chords, vocabulary) in them.items():
        systems |= figures.of_place([windows_[i] for i in at], {name: (chords, vocabulary)})
        if model:
            vectors = model.embed(vocabulary.folded[chords])
            systems[name]["vendi"] = jackknife(vendi_scores(vectors, [songs[i] for i in at]))
    return {"windows": len(windows_), "songs": len(set(songs)), "systems": systems}


def of_jams(played: Played, songs: list[str], model: Encoder | None) -> dict:
    """The figures of the jams with the agent, which began as these songs do. Each has its own melody, so that there is
    no data beside them; bars are taken to be of four beats."""
    systems: dict = {}
    lines = np.array([[f, 4, 4] for f in range(0, WINDOW, BAR)])
    for name in played.systems("agent"):
        chords, vocabulary = played.chords("agent", name)
        jams = [Window(song, melody, row, lines) for seed, rows in zip(played.tokens[f"agent/{name}/melody"], chords)
                for song, melody, row in zip(songs, seed, rows)]
        systems |= figures.of_place(jams, {name: (chords.reshape(1, -1, WINDOW), vocabulary)})
        if model:
            systems[name]["vendi"] = jackknife(vendi_scores(model.embed(played.ours("agent", name)), songs))
    return {"windows": len(jams), "songs": len(set(songs)), "systems": systems}


def digest(path: Path | None) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path else None


def figures_of(policy: str, result: dict) -> dict[str, list[float]]:
    """What a policy's file says of its evaluation: the figures that matter most, the data's beside them. CorpusError
    where it was not evaluated."""
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
