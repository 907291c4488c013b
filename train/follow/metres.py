"""Judges how well the follower finds the metre of a player who does not tell it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from train.follow.playing import How, Performance, follow, perform
from train.follow.songs import BEATS, Tune
from train.follow.yardstick import chosen

CORPORA = ("nottingham", "leadsheets", "pop909")
GIVEN = {"count": "counted in", "told": "told the tempo within 5 %", "nothing": "told nothing"}


def found(played: Performance, said: dict) -> tuple[str, float]:
    """Returns the metre that the follower was sure of at the end ("" if none), and how many beats the player had played
    when it first was; infinity if it never was."""
    sure = [b for b in said["beats"] if b.get("meter")]
    if not sure:
        return "", float("inf")
    return sure[-1]["meter"], float((played.beats < sure[0]["at"]).sum())


def judge(tunes: list[Tune], binary: Path, split: str, songs: int) -> Iterator[str]:
    """Yields a Markdown table, line by line: of the songs of each metre, the share whose metre is found, the share for which
    another is taken, and the beats until it is found (median and 90th percentile over the songs)."""
    yield "| songs, metre not told | given | n | metre found | another | beats until found |"
    yield "|---|---|---:|---:|---:|---:|"
    for corpus in CORPORA:
        for metre in BEATS:
            for given, name in GIVEN.items():
                played = [perform(t, How(given, metre=False), np.random.default_rng([zlib.crc32(t.id.encode()), 99]))
                          for t in chosen(tunes, f"{corpus} {metre}", split, songs)]
                if not played:
                    continue
                results = [found(p, s) for p, s in zip(played, follow(binary, played))]
                right = np.mean([m == metre for m, _ in results])
                wrong = np.mean([m not in ("", metre) for m, _ in results])
                beats = np.quantile([b for _, b in results], (0.5, 0.9), method="higher")
                yield (f"| {corpus}, {metre} | {name} | {len(played)} | {right:.2f} | {wrong:.2f} "
                       f"| {beats[0]:.0f}, {beats[1]:.0f} |")
