"""Measures what the systems of an evaluation played: the figures of figures.json."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.data import busy, metrics
from train.data.corpora.dataset import Piece
from train.data.corpora.sessions import SPLIT as LIVE
from train.data.corpora.sessions import Jam
from train.data.vocabulary import OURS, Vocabulary
from train.evaluation import adaptation, figures
from train.evaluation.bootstrap import Interval, jackknife
from train.evaluation.diversity import Encoder, vendi_scores
from train.evaluation.places import BAR, WINDOW, Window, seed_of, song_of
from train.evaluation.played import Played

SONGS = ("test", "ood", "jazz", "own")
PLAYER = "player"  # test songs played with the defaults of `jamd play`
UNKNOWN = 32  # frames at the start of a tune in which no system can know it yet
LISTENED = 48  # frames of a window in which the system listens, in every metre with beats
PLAYED_LIVE = "{}, as played"  # what this policy itself played in the recorded jams

Draws = Sequence[Sequence[Window]]
Chords = dict[str, tuple[np.ndarray, Vocabulary]]  # by system, [draws, windows, frames]


def measured(played: Played, where: dict[str, list[list[Window]]], jams: Draws, pieces: list[Piece],
             models: Sequence[Encoder], minute: int) -> dict:
    """Returns places, adaptation, twice and long of figures.json. jams: the windows with which the jams with the agent
    began."""
    out: dict = {"places": {}, "adaptation": {}, "twice": {}, "long": {}}
    policies = {song_of(p): p.policy for p in pieces if isinstance(p, Jam)}
    for place in SONGS:
        if place in where:
            out["places"][place] = of_songs(where[place], everyone(played, place), models)
            for name in played.systems(place):
                out["places"][place]["systems"][name]["busy"] = by_level(where[place], *played.chords(place, name))
    if PLAYER in where:
        heard = [[figures.part(w, LISTENED, WINDOW) for w in draw] for draw in where[PLAYER]]
        out["places"][PLAYER] = of_songs(heard, {name: (chords[..., LISTENED:], v) for name, (chords, v) in
                                                 everyone(played, PLAYER).items()}, ())
    if LIVE in where:
        out["places"][LIVE] = of_sessions(played, where[LIVE], policies, models)
    if played.systems("agent"):
        out["places"]["agent"] = of_jams(played, [[w.song for w in draw] for draw in jams], models)
    for name, who in everyone(played, "jumps").items() if "jumps" in where else ():
        for interval, found in adaptation.by_interval(where["jumps"], *who).items():
            out["adaptation"].setdefault(interval, {})[name] = found
    if "twice" in where:
        windows, who = together(where["twice"], everyone(played, "twice"))
        out["twice"] = {name: figures.again(windows, *of, WINDOW // 2, UNKNOWN) for name, of in who.items()}
    if "long" in where:
        out["long"] = {name: figures.long_jam(where["long"][0], *who, minute)
                       for name, who in everyone(played, "long").items()}
    return out


def everyone(played: Played, place: str) -> Chords:
    """Returns the chords of the data and of every system that played at a place."""
    return {"data": (played.ours(place, "data"), OURS),
            **{name: played.chords(place, name) for name in played.systems(place)}}


def of_songs(draws: Draws, who: Chords, models: Sequence[Encoder]) -> dict:
    """Returns the figures of a place with songs, beside the data's. "draws" has each draw's shares of the data's figures."""
    found = pooled(draws, who)
    harmony = {name: [of_draw(draw, chords[d], v) for d, draw in enumerate(draws)] for name, (chords, v) in who.items()}
    for name in who:
        found[name]["draws"] = {"note_in_chord_share": shares(harmony[name], harmony["data"])}
    if models:
        songs = [[w.song for w in draw] for draw in draws]
        scores = {name: diversity(v.folded[chords], songs, models) for name, (chords, v) in who.items()}
        for name, score in scores.items():
            share = score / scores["data"]
            found[name] |= vendis(score) | {"vendi_share": jackknife(share.mean(axis=(0, 2)))} | {
                f"vendi_share_{i}": jackknife(one.mean(axis=1)) for i, one in enumerate(share, 1) if len(models) > 1}
            found[name]["draws"]["vendi_share"] = [round(float(s), 4) for s in share[:, 0].mean(axis=0)]
    return described(draws, found)


def by_level(draws: Draws, chords: np.ndarray, vocabulary: Vocabulary) -> dict[str, dict[str, float | None]]:
    """Returns, for each rate of chord changes that the seeds drew (busy.py): the windows, note-in-chord, the share of the
    note-in-chord that the data has in them, and the changes in 16 frames. Policies without this input ignore the rate."""
    rows: dict[int, list[np.ndarray]] = {}
    for d, draw in enumerate(draws):
        for i, (w, row) in enumerate(zip(draw, chords[d])):
            own, data = (metrics.note_in_chord(w.melody, *of) for of in ((row, vocabulary.pitch_classes), (w.chords,)))
            per_bar = metrics.changes(row, vocabulary.chords) * 16 / len(row)
            rows.setdefault(busy.drawn(seed_of(d, i)), []).append(np.array([*own, *data, per_bar]))
    found = {}
    for level, those in sorted(rows.items()):
        inside, both, data_inside, data_both, per_bar = np.sum(those, axis=0)
        harmony = inside / both if both else float("nan")
        found[str(level)] = {"windows": len(those), "note_in_chord": round(float(harmony), 4),
                             "note_in_chord_share": shares([harmony], [data_inside / max(1, data_both)])[0],
                             "changes": round(float(per_bar / len(those)), 4)}
    return found


def of_draw(windows: Sequence[Window], chords: np.ndarray, vocabulary: Vocabulary) -> float:
    """Returns note-in-chord of one draw."""
    inside, both = figures.count("note_in_chord", list(windows), chords[None], vocabulary).sum(axis=0)
    return inside / both if both else float("nan")


def shares(values: list[float], of: list[float]) -> list[float | None]:
    return [round(v / o, 4) if o and v == v else None for v, o in zip(values, of)]


def pooled(draws: Draws, who: Chords) -> dict[str, dict]:
    """Returns the figures of all draws together."""
    return figures.of_place(*together(draws, who))


def together(draws: Draws, who: Chords) -> tuple[list[Window], Chords]:
    """Returns the windows of all draws, and what each system played to them, [1, windows, frames]."""
    return [w for draw in draws for w in draw], {name: (chords.reshape(1, -1, chords.shape[-1]), v)
                                                 for name, (chords, v) in who.items()}


def described(draws: Draws, systems: dict) -> dict:
    return {"windows": sum(map(len, draws)), "songs": len({w.song for draw in draws for w in draw}), "systems": systems}


def diversity(chords: np.ndarray, songs: Sequence[Sequence[str]], models: Sequence[Encoder]) -> np.ndarray:
    """Returns vendi_scores [encoders, 1 + groups, draws] of our chord tokens [draws, windows, frames]."""
    return np.stack([vendi_scores(model.embed(chords), songs) for model in models])


def vendis(scores: np.ndarray) -> dict[str, Interval]:
    """Returns vendi, the mean over the encoders, and the score of each encoder if there are several; means over draws."""
    each = {f"vendi_{i}": jackknife(score.mean(axis=1)) for i, score in enumerate(scores, 1)} if len(scores) > 1 else {}
    return {"vendi": jackknife(scores.mean(axis=(0, 2))), **each}


def of_sessions(played: Played, draws: Draws, policies: dict[str, str], models: Sequence[Encoder]) -> dict:
    """Returns the figures of recorded jams: of what every system plays to them now, and of what each policy played at
    the time in its own jams. policies: the policy of each song."""
    songs = [w.song for w in draws[0]]
    them = {name: (list(range(len(songs))), *played.chords(LIVE, name)) for name in played.systems(LIVE)}
    for policy in sorted({policies[song] for song in songs}):
        own = [i for i, song in enumerate(songs) if policies[song] == policy]
        them[PLAYED_LIVE.format(policy)] = own, played.ours(LIVE, "data")[:1, own], OURS
    systems: dict = {}
    for name, (at, chords, vocabulary) in them.items():
        own_draws = [[draw[i] for i in at] for draw in draws[:len(chords)]]
        systems |= pooled(own_draws, {name: (chords, vocabulary)})
        if models:
            systems[name] |= vendis(diversity(vocabulary.folded[chords], [[songs[i] for i in at]] * len(chords), models))
    return {**described(draws[:1], systems), "windows": len(songs)}


def of_jams(played: Played, songs: Sequence[Sequence[str]], models: Sequence[Encoder]) -> dict:
    """Returns the figures of the jams with the agent, which began as these songs do. Each jam has its own melody, so
    there is no data to compare with. Bars count as four beats."""
    systems: dict = {}
    lines = np.array([[f, 4, 4] for f in range(0, WINDOW, BAR)])
    for name in played.systems("agent"):
        chords, vocabulary = played.chords("agent", name)
        melodies = played.tokens[f"agent/{name}/melody"]
        jams = [[Window(song, melody, row, lines) for song, melody, row in zip(*of)]
                for of in zip(songs, melodies, chords)]
        systems |= pooled(jams, {name: (chords, vocabulary)})
        if models:
            systems[name] |= vendis(diversity(played.ours("agent", name), songs, models))
    return described(jams, systems)
