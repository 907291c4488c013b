"""Learns the follower's tables: the distance to the next onset, by the place in the bar and by the previous step, and
the interval between two notes, by the place of the second.

The tables are counts over the training songs, for each class of metre and feel. All corpora of a class have the same
weight, however many songs they have. The file holds one byte per entry: -20 times the natural logarithm of the
probability, in the order of follow/tables.go. Each class has the first onset's place, any onset's place,
steps[context][place][1..96 ticks, more], and motions[context][place][motion]. An entry of motions is how much likelier
a motion is at the place than anywhere: 128 plus 20 times the logarithm of the ratio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from train.follow.songs import BEATS, TICKS, Tune

FARTHEST = 96  # ticks to the next onset; all longer distances share one entry
CONTEXTS = 7  # 0 if the previous step is unknown, else its length by LIMITS
LIMITS = (3, 5, 7, 9, 12)
SCALE = 20  # a byte holds up to 12.75 nats
PRIOR = 20.0  # weight of a coarser table in a finer one, in counts
MOTION_PRIOR = 600.0  # the same for motions
WRITTEN = ("pop909", "leadsheets", "nottingham")
INTERVALS = (1, 2, 4, 7)  # semitones; the largest of each kind of interval, up or down, but for leaps beyond the last
SIMPLE = 0.8  # share of onsets on beats from which a tune is simple
MOTIONS = 3 * 11  # kinds of the interval before (down, none, up) times kinds of interval
UNMOVED = 16  # a repeated note after a repeated note


def contexts(steps: np.ndarray) -> np.ndarray:
    """Returns the context that each step makes for the next one."""
    return 1 + np.searchsorted(LIMITS, steps, side="left")


def motions(pitches: np.ndarray) -> np.ndarray:
    """Returns the motion to each note, as an index: the interval to it, and the direction of the interval before. The
    first note, which has none, counts as a repeated one."""
    interval = np.diff(pitches, prepend=pitches[0])
    direction = np.sign(interval)
    kind = direction * (1 + np.searchsorted(INTERVALS, np.abs(interval)))
    before = np.concatenate([[0], direction[:-1]])
    return (before + 1) * 11 + kind + 5


def swung(ticks: np.ndarray) -> np.ndarray:
    """Returns the same rhythm with its eighths swung two to one; sixteenths keep their order."""
    return ticks // TICKS * TICKS + np.interp(ticks % TICKS, (0, 6, TICKS), (0, 8, TICKS)).round().astype(ticks.dtype)


def every(_: Tune) -> bool:
    """Takes every tune."""
    return True


def simple(tune: Tune) -> bool:
    """Reports whether a tune is mostly on beats, as what beginners play."""
    return bool(np.mean(tune.ticks % TICKS == 0) >= SIMPLE)


CLASSES: dict[str, tuple[str, tuple[str, ...], Callable[[np.ndarray], np.ndarray], Callable[[Tune], bool]]] = {
    "4/4": ("4/4", ("leadsheets",), np.asarray, every),
    "4/4 folk": ("4/4", ("nottingham",), np.asarray, every),
    "4/4 sung": ("4/4", ("pop909",), np.asarray, every),
    "4/4 swung": ("4/4", ("leadsheets",), swung, every),
    "4/4 jazz": ("4/4", ("weimar",), np.asarray, every),
    "4/4 simple": ("4/4", ("leadsheets", "nottingham"), np.asarray, simple),
    "3/4": ("3/4", ("pop909", "leadsheets", "nottingham"), np.asarray, every),
    "6/8": ("6/8", ("nottingham",), np.asarray, every),
}


def learn(tunes: list[Tune]) -> bytes:
    """Returns the tables of all classes, from the tunes of the training split."""
    out = b""
    for metre, corpora, feel, which in CLASSES.values():
        own, written = of(filter(which, tunes), metre, corpora), of(tunes, metre, WRITTEN)
        out += b"".join(bytes_of(t) for t in tables(own, metre, feel))
        out += ratio_bytes(melody(own, written, metre, feel))
    return out


def of(tunes: Iterable[Tune], metre: str, corpora: tuple[str, ...]) -> list[list[Tune]]:
    """Returns the training songs of a metre, by corpus, without the corpora that have none."""
    tunes = list(tunes)
    found = ([t for t in tunes if t.split == "train" and t.metre == metre and t.corpus == c] for c in corpora)
    return [f for f in found if f]


def tables(corpora: list[list[Tune]], metre: str, feel: Callable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns probabilities: of the first onset's place, of an onset's place, and of steps [contexts, bar, FARTHEST + 1]."""
    bar = TICKS * BEATS[metre]
    first, onset = np.zeros(bar), np.zeros(bar)
    steps = np.zeros((CONTEXTS, bar, FARTHEST + 1))
    for tunes in corpora:
        weight = 30_000 / sum(len(t.ticks) for t in tunes)
        for tune in tunes:
            ticks = np.unique(feel(tune.ticks))
            place, step = ticks % bar, np.diff(ticks)
            first[place[0]] += weight
            np.add.at(onset, place, weight)
            far = np.minimum(step, FARTHEST + 1) - 1
            np.add.at(steps[0], (place[:-1], far), weight)
            np.add.at(steps, (contexts(step[:-1]), place[1:-1], far[1:]), weight)
    onset = (onset + PRIOR / bar) / (onset.sum() + PRIOR)
    return (first + 0.1 * onset * first.sum()) / (1.1 * first.sum()), onset, smoothed(steps, onset)


def melody(corpora: list[list[Tune]], written: list[list[Tune]], metre: str, feel: Callable) -> np.ndarray:
    """Returns log ratios [contexts, bar, MOTIONS]: how much likelier a motion is at a place than at any, after a step of
    that length. Leaps and turns fall on beats, repeated notes and steps between them. Where the corpora of the class have
    few notes, the table leans on all written songs of the metre."""
    own, all_written = (motion_counts(c, metre, feel) for c in (corpora, written))

    def lean(count: np.ndarray, on: np.ndarray) -> np.ndarray:
        return (count + MOTION_PRIOR * on) / (count.sum(-1, keepdims=True) + MOTION_PRIOR)

    def in_bar(counts: np.ndarray, on: np.ndarray) -> np.ndarray:
        in_beat = lean(counts.reshape(CONTEXTS, -1, TICKS, MOTIONS).sum(1), on)
        return lean(counts, np.tile(in_beat, (1, counts.shape[1] // TICKS, 1)))

    anywhere = lean(all_written.sum(1), (all_written.sum((0, 1)) + 1) / (all_written.sum() + MOTIONS))[:, None]
    own_anywhere = lean(own.sum(1), anywhere[:, 0])[:, None]
    there = in_bar(all_written, anywhere) / anywhere * own_anywhere
    ratios = np.log(lean(own, there / there.sum(-1, keepdims=True)) / own_anywhere)
    ratios[..., UNMOVED] = 0  # so that whoever plays on one key is followed by the rhythm alone
    return ratios


def motion_counts(corpora: list[list[Tune]], metre: str, feel: Callable) -> np.ndarray:
    """Counts motions by context and place."""
    counts = np.zeros((CONTEXTS, TICKS * BEATS[metre], MOTIONS))
    for tunes in corpora:
        weight = 30_000 / sum(len(t.ticks) for t in tunes)
        for tune in tunes:
            ticks, first = np.unique(feel(tune.ticks), return_index=True)
            context = contexts(np.diff(ticks))
            place = ticks[1:] % counts.shape[1]
            np.add.at(counts, (context, place, motions(tune.pitches[first])[1:]), weight)
    if metre != "4/4":  # few songs: they tell the place in the beat, not that in the bar
        counts = np.tile(counts.reshape(CONTEXTS, -1, TICKS, MOTIONS).mean(1), (1, BEATS[metre], 1))
    return counts


def smoothed(counts: np.ndarray, onset: np.ndarray) -> np.ndarray:
    """Returns steps as probabilities. A table with few counts leans on the table without the context, and that one on
    the lengths of steps and the places of onsets. From a place without onsets, most steps lead back to places with
    onsets. Without this, a follower that is off the grid would never find its position unlikely."""
    def lean(count: np.ndarray, on: np.ndarray) -> np.ndarray:
        return (count + PRIOR * on) / (count.sum(-1, keepdims=True) + PRIOR)

    bar = len(onset)
    alone = counts[0].sum(0) + 1
    beat = onset.reshape(-1, TICKS).sum(0)
    there = (np.arange(bar)[:, None] + np.arange(1, FARTHEST + 2)) % bar
    expected = alone / alone.sum() * np.where(np.arange(FARTHEST + 1) < FARTHEST, onset[there] * bar, 1)
    expected_in_beat = alone / alone.sum() * np.where(np.arange(FARTHEST + 1) < FARTHEST, beat[there % TICKS] * TICKS, 1)
    expected = np.sqrt(expected * expected_in_beat)
    in_bar = lean(counts[0], expected / expected.sum(-1, keepdims=True))
    return np.concatenate([in_bar[None], lean(counts[1:], in_bar)])


def bytes_of(probabilities: np.ndarray) -> bytes:
    """Returns one byte per entry."""
    return np.clip(np.round(-SCALE * np.log(probabilities)), 0, 255).astype(np.uint8).tobytes()


def ratio_bytes(ratios: np.ndarray) -> bytes:
    """Returns one byte per log ratio."""
    return np.clip(np.round(128 + SCALE * ratios), 0, 255).astype(np.uint8).tobytes()


def write(tunes: list[Tune], path: Path, command: str) -> None:
    """Writes the tables to path, and their card beside them."""
    path.write_bytes(learn(tunes))
    path.with_suffix(".json").write_text(json.dumps(card(tunes, command, path.stat().st_size), indent=2) + "\n")


def card(tunes: list[Tune], command: str, size: int) -> dict:
    """Returns what the tables are and what they were learned from."""
    used = sorted({c for _, corpora, _, _ in CLASSES.values() for c in corpora})
    return {
        "name": "follow",
        "text": "What the follower of the player's time expects of a melody: counts over training songs. The file "
                "holds the classes one after the other, each with the tables below in this order, in one byte an entry, "
                "the last index fastest. Places are ticks after the bar line, twelve a beat.",
        "bytes": size,
        "classes": [{"name": name, "metre": metre, "bar": TICKS * BEATS[metre], "corpora": list(corpora),
                     "feel": "eighths swung two to one" if feel is swung else "as written or played",
                     "songs": f"those with {SIMPLE:.0%} of their onsets on beats" if which is simple else "all"}
                    for name, (metre, corpora, feel, which) in CLASSES.items()],
        "tables": [
            {"name": "first", "shape": ["bar"], "text": "probability of the place of a song's first onset"},
            {"name": "onset", "shape": ["bar"], "text": "probability of the place of any onset"},
            {"name": "steps", "shape": [CONTEXTS, "bar", FARTHEST + 1],
             "text": "probability of the step to the next onset, 1 to 96 ticks or more, by the context and the place of the "
                     "onset that it goes from"},
            {"name": "motions", "shape": [CONTEXTS, "bar", MOTIONS],
             "text": "how much likelier a melody's motion is at a place than anywhere, by the context of the step to it. A "
                     "motion is the interval to the note (down by more than 7, 5 to 7, 3 to 4, 2 or 1 semitones; none; up by the "
                     "same) within the direction of the interval before (down, none, up). Those of 3/4 and 6/8, and of classes "
                     "with few notes, lean on all written songs"},
        ],
        "entries": {"first, onset, steps": f"-{SCALE} times the natural logarithm of the probability, at most 255",
                    "motions": f"128 plus {SCALE} times the natural logarithm of the ratio"},
        "contexts": ["not known", *(f"a step of {low + 1} to {high} ticks" for low, high in zip((0, *LIMITS), LIMITS)),
                     f"a step of more than {LIMITS[-1]} ticks"],
        "songs": {c: sum(t.split == "train" and t.corpus == c for t in tunes) for c in used},
        "licence": "MIT",
        "sources": "Counts of training songs alone. POP909 is MIT, Nottingham GPL-3, the lead sheets' engravings are in the "
                   "public domain, and the Weimar Jazz Database is ODbL.",
        "date": datetime.now(UTC).date().isoformat(), "command": command,
    }
