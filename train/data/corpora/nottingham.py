"""The Nottingham folk tunes (jukedeck's cleaned ABC files, read by abc_notation.py)."""

from __future__ import annotations

import pathlib
import re
import unicodedata
from collections.abc import Iterator

from train.data.corpora import abc_notation
from train.data.corpora.leadsheet import BROKEN, NOT_FOUND, to_song
from train.data.corpora.song import CorpusError, Skipped, Song

UNTELLING = {"a", "an", "the", "variation", "variations", "version"}


def normalised(title: str) -> str:
    """Returns a title without what distinguishes versions of a tune: articles, numbers, remarks in brackets, punctuation."""
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"\(.*?\)|'", "", text)
    words = [w for w in re.findall(r"[a-z]+", text) if w not in UNTELLING]
    return " ".join(words) or title


def read(root: pathlib.Path) -> Iterator[Song | Skipped]:
    """Yields every tune of the checkout at root, sorted by id (file and tune number); raises CorpusError if it cannot
    be read."""
    folder = root / "ABC_cleaned"
    paths = sorted(folder.glob("*.abc"))
    if not paths:
        raise CorpusError(f"{folder}: no .abc files {NOT_FOUND}")
    for path in paths:
        yield from _read_file(path)


def _read_file(path: pathlib.Path) -> list[Song | Skipped]:
    """Returns the tunes of one file, by number."""
    try:
        read_tunes = abc_notation.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: {error}; {BROKEN}") from error
    tunes: dict[int, abc_notation.Tune] = {}
    for tune in read_tunes:
        if tune.number in tunes:
            raise CorpusError(f"{path}: tune {tune.number}, line {tune.line}: a second tune of this number; {BROKEN}")
        if tune.problem:
            raise CorpusError(f"{path}: {tune.problem}; {BROKEN}")
        tunes[tune.number] = tune
    if not tunes:
        raise CorpusError(f"{path}: no tune in it; {BROKEN}")
    return [
        to_song("nottingham", f"{path.stem}/{number:03d}", normalised(tune.title), tune.played(), tune.title)
        for number, tune in sorted(tunes.items())
    ]
