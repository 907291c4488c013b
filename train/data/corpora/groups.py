"""Groups the versions of one song over all corpora, so that each song lies on one side of the split.

Two songs count as one if their corpus says so, if their titles are alike, or if their melodies share enough turns. A
turn is a run of intervals that few songs have; key and rhythm do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import chain, combinations
from typing import TypeVar

from train.data.corpora.song import Song

TURN = 8  # intervals
LEAST_KINDS = 4  # different intervals in a turn: scales and repeated notes identify nothing
COMMON = 12  # a turn that more songs have identifies none
LEAST_SHARED = 6  # turns
ALIKE = 0.15  # share of the shorter melody's turns that both have
PIECE = 5  # letters in a row that two titles must share to be compared
LEAST_TITLE, TITLE = 8, 0.9  # letters in a title that may differ slightly, and the likeness it needs (difflib)
LEAST_PART = 10  # letters in a title that may be part of another
UNTELLING = {"alternate", "take", "a", "an", "the", "variation", "variations", "version"}
T = TypeVar("T")


def plain(title: str) -> str:
    """Returns a title's letters without what distinguishes versions: articles, numbers, remarks in brackets,
    punctuation.

    Capitals separate words that are run together: InAMellowTone is in-a-mellow-tone. The result is empty if no letter
    is left.
    """
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    text = re.sub(r"\(.*?\)|['`]", "", text)
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]", text)
    return "".join(w for w in map(str.lower, words) if w not in UNTELLING)


def turns(song: Song) -> set[tuple[int, ...]]:
    """Returns the turns of a melody."""
    pitches = [note.pitch for note in song.notes]
    steps = [b - a for a, b in zip(pitches, pitches[1:])]
    runs = {tuple(steps[i:i + TURN]) for i in range(len(steps) - TURN + 1)}
    return {run for run in runs if len(set(run)) >= LEAST_KINDS}


def alike(songs: list[Song]) -> Iterator[tuple[int, int]]:
    """Yields index pairs of songs whose melodies are alike."""
    found = [turns(song) for song in songs]
    shared: Counter[tuple[int, int]] = Counter()
    for owners in _owners(found).values():
        if len(owners) <= COMMON:
            shared.update(combinations(owners, 2))
    for (a, b), count in shared.items():
        if count >= max(LEAST_SHARED, ALIKE * min(len(found[a]), len(found[b]))):
            yield a, b


def namesakes(songs: list[Song]) -> Iterator[tuple[int, int]]:
    """Yields index pairs of songs that one corpus calls the same, or whose titles are alike: they differ in a letter or
    two, or one contains the other."""
    first: dict[tuple[str, str], int] = {}
    for i, song in enumerate(songs):
        for name in ((song.corpus, song.group), ("", plain(song.title))):
            if name[1]:
                yield first.setdefault(name, i), i
    titles = sorted({name for corpus, name in first if not corpus})
    pieces = [{title[i:i + PIECE] for i in range(len(title) - PIECE + 1)} for title in titles]
    for a, b in sorted({pair for owners in _owners(pieces).values() for pair in combinations(owners, 2)}):
        if similar(titles[a], titles[b]):
            yield first["", titles[a]], first["", titles[b]]


def similar(a: str, b: str) -> bool:
    """Reports whether two plain titles are alike."""
    short, long = sorted((a, b), key=len)
    if len(short) >= LEAST_PART and short in long:
        return True
    both = SequenceMatcher(None, a, b)
    return len(short) >= LEAST_TITLE and both.real_quick_ratio() >= TITLE and both.ratio() >= TITLE


def _owners(sets: list[set[T]]) -> dict[T, list[int]]:
    """Returns, for each member, the sets that have it, in order."""
    owners: defaultdict[T, list[int]] = defaultdict(list)
    for i, members in enumerate(sets):
        for member in members:
            owners[member].append(i)
    return owners


def gather(songs: list[Song]) -> list[list[int]]:
    """Returns the groups of songs that are one song, as indices in order; each song is in exactly one group."""
    leader = list(range(len(songs)))

    def of(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for a, b in chain(namesakes(songs), alike(songs)):
        a, b = sorted((of(a), of(b)))
        leader[b] = a
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i in range(len(songs)):
        groups[of(i)].append(i)
    return list(groups.values())
