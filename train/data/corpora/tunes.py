"""Reads folk tunes of two ABC tune books (rjl20/abc-tunebook, jw35/tunebook-abc); abc_notation.py reads each file's one
tune."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from train.data.corpora import abc_notation
from train.data.corpora.groups import plain
from train.data.corpora.leadsheet import BROKEN, NOT_FOUND, to_song
from train.data.corpora.song import CorpusError, Skipped, Song


def read(root: Path) -> Iterator[Song | Skipped]:
    """Yields every tune under root, sorted by id (book and file); raises CorpusError if it cannot be read."""
    paths = sorted(root.glob("*/*.abc"))
    if not paths:
        raise CorpusError(f"{root}: no folders with .abc files {NOT_FOUND}")
    for path in paths:
        id = path.relative_to(root).with_suffix("").as_posix()
        try:
            read_tunes = abc_notation.read(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"{path}: {error}; {BROKEN}") from error
        if len(read_tunes) != 1 or read_tunes[0].problem:
            problem = read_tunes[0].problem if read_tunes else ""
            raise CorpusError(f"{path}: {problem or f'{len(read_tunes)} tunes instead of one'}; {BROKEN}")
        yield to_song("tunes", id, plain(read_tunes[0].title), read_tunes[0].played(), read_tunes[0].title)
