"""Which songs are the same song, over all corpora, so that a song lies on one side of the split.

Two songs are the same where their corpus says so, where their titles are alike, or where their melodies share enough
turns: runs of intervals that few songs have, whatever the key and the rhythm.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import chain, combinations
from typing import TypeVar

from train.corpora.song import Song

TURN = 8  # intervals
LEAST_KINDS = 4  # different intervals in a turn: scales and repeated notes tell nothing
COMMON = 12  # a turn that more songs have is anybody's
LEAST_SHARED = 6  # turns
ALIKE = 0.15  # share of the shorter melody's turns that both have
PIECE = 5  # letters that two titles that are compared share in a row
LEAST_TITLE, TITLE = 8, 0.9  # letters of a title that may differ in some, and how like (difflib)
LEAST_PART = 10  # letters of a title that may be a part of another
UNTELLING = {"alternate", "take", "a", "an", "the", "variation", "variations", "version"}
T = TypeVar("T")


def plain(title: str) -> str:
    """A title's letters without what tells versions of it apart: articles, numbers, remarks in brackets, punctuation.

    Words may be run together with capitals: InAMellowTone is in-a-mellow-tone. Empty where no letter is left.
    """
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    text = re.sub(r"\(.*?\)|['`]", "", text)
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]", text)
    return "".join(w for w in map(str.lower, words) if w not in UNTELLING)


def turns(song: Song) -> set[tuple[int, ...]]:
    """The turns of a melody."""
    pitches = [note.pitch for note in song.notes]
    steps = [b - a for a, b in zip(pitches, pitches[1:])]
    runs = {tuple(steps[i:i + TURN]) for i in range(len(steps) - TURN + 1)}
    return {run for run in runs if len(set(run)) >= LEAST_KINDS}


def alike(songs: list[Song]) -> Iterator[tuple[int, int]]:
    """Index pairs of songs whose melodies are alike."""
    found = [turns(song) for song in songs]
    shared: Counter[tuple[int, int]] = Counter()
    for owners in _owners(found).values():
        if len(owners) <= COMMON:
            shared.update(combinations(owners, 2))
    for (a, b), count in shared.items():
        if count >= max(LEAST_SHARED, ALIKE * min(len(found[a]), len(found[b]))):
            yield a, b


def namesakes(songs: list[Song]) -> Iterator[tuple[int, int]]:
    """Index pairs of songs that one corpus calls the same, or whose titles are alike: but for a letter or two, or one
    within the other."""
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
    """Whether two plain titles are alike."""
    short, long = sorted((a, b), key=len)
    if len(short) >= LEAST_PART and short in long:
        return True
    both = SequenceMatcher(None, a, b)
    return len(short) >= LEAST_TITLE and both.real_quick_ratio() >= TITLE and both.ratio() >= TITLE


def _owners(sets: list[set[T]]) -> dict[T, list[int]]:
    """Which of the sets have each member, in order."""
    owners: defaultdict[T, list[int]] = defaultdict(list)
    for i, members in enumerate(sets):
        for member in members:
            owners[member].append(i)
    return owners


def gather(songs: list[Song]) -> list[list[int]]:
    """The groups of songs that are one song, as indices in order; each song is in one."""
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
