"""Lead sheets of standards and songs (neonscribe/lilypond-lead-sheets as MusicXML, read by musicxml.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from train.data.corpora import musicxml
from train.data.corpora.groups import plain
from train.data.corpora.leadsheet import BROKEN, NOT_FOUND, expand, to_song
from train.data.corpora.song import CorpusError, Skipped, Song


def read(root: Path) -> Iterator[Song | Skipped]:
    """Yields every sheet of the folder at root, sorted by id (its file's name); raises CorpusError if it cannot be read."""
    paths = sorted(root.glob("*.musicxml"))
    if not paths:
        raise CorpusError(f"{root}: no .musicxml files {NOT_FOUND}")
    for path in paths:
        try:
            measures = musicxml.read(path)
        except ValueError as error:
            raise CorpusError(f"{path}: {error}; {BROKEN}") from error
        yield to_song("leadsheets", path.stem, plain(path.stem), expand(measures), path.stem)
