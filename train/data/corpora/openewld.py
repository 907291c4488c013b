"""Reads OpenEWLD: lead sheets of songs in the public domain (compressed MusicXML, read by musicxml.py)."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

from train.data.corpora import musicxml
from train.data.corpora.leadsheet import BROKEN, NOT_FOUND, expand, to_song
from train.data.corpora.song import CorpusError, Skipped, Song


def read(root: pathlib.Path) -> Iterator[Song | Skipped]:
    """Yields every song of the checkout at root, sorted by id (folder/title); raises CorpusError if it cannot be read."""
    folder = root / "dataset"
    paths = {f"{path.parts[-3]}/{path.parts[-2]}": path for path in folder.glob("*/*/*.mxl")}
    if not paths:
        raise CorpusError(f"{folder}: no .mxl files {NOT_FOUND}")
    for id, path in sorted(paths.items()):
        try:
            measures = musicxml.read(path)
        except ValueError as error:
            raise CorpusError(f"{path}: {error}; {BROKEN}") from error
        yield to_song("openewld", id, id, expand(measures), path.parts[-2])
