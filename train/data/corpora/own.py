"""Reads a user's own songs: every MIDI file with a chord track, MusicXML file and ABC file in a folder and its subfolders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from train.data.corpora import abc_notation, midi, musicxml
from train.data.corpora.dataset import Piece, piece_of, split_of
from train.data.corpora.leadsheet import expand, to_song
from train.data.corpora.song import CorpusError, Skipped, Song
from train.evaluation.places import WINDOW, starts

CORPUS = SPLIT = "own"
MIDI, MUSICXML, ABC = (".mid", ".midi"), (".musicxml", ".mxl", ".xml"), (".abc",)


def read(folder: Path) -> tuple[list[Piece], list[Skipped]]:
    """Returns the songs of a folder as pieces of the split "own", and each file or tune left out with its reason.

    Raises CorpusError if the folder has nothing to evaluate on.
    """
    pieces: list[Piece] = []
    skipped: list[Skipped] = []
    for song in songs(folder):
        if isinstance(song, Skipped):
            skipped.append(song)
        elif starts(piece := piece_of(song, SPLIT)):
            pieces.append(piece)
        else:
            skipped.append(Skipped(song.id, f"no {WINDOW} frames (sixteenths) from a bar line on in which melody and "
                                            "chords each sound for more than half of the time"))
    if not pieces:
        reasons = "".join(f"; {name}: {why}" for name, why in skipped[:3])
        raise CorpusError(f"{folder}: none of its {len(skipped)} songs can be evaluated on{reasons}")
    return pieces, skipped


def corpus(folder: Path) -> tuple[list[Piece], list[Skipped]]:
    """Returns the songs of a folder as a corpus to train on, each on its side by the hash of its path, and each file or
    tune left out with its reason. The songs are not compared with those of the other corpora. Raises CorpusError if
    there is nothing to learn from."""
    found = list(songs(folder))
    skipped = [song for song in found if isinstance(song, Skipped)]
    pieces = [piece_of(song, split_of(CORPUS, song.id)) for song in found if isinstance(song, Song)]
    if not any(piece.split == "train" for piece in pieces):
        reasons = "".join(f"; {name}: {why}" for name, why in skipped[:3])
        raise CorpusError(f"{folder}: none of its {len(found)} songs is for training{reasons}")
    return pieces, skipped


def songs(folder: Path) -> Iterator[Song | Skipped]:
    """Yields the songs of a folder, sorted by id (the file's path in the folder); raises CorpusError if there is no
    such file."""
    endings = MIDI + MUSICXML + ABC
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings and path.is_file())
    if not paths:
        raise CorpusError(f"{folder}: no songs in it, which are files *{', *'.join(endings)}")
    for path in paths:
        id = path.relative_to(folder).as_posix()
        try:
            for song in read_file(path, id):
                yield checked(song)
        except (OSError, ValueError, CorpusError) as error:
            yield Skipped(id, str(error))


def read_file(path: Path, id: str) -> list[Song | Skipped]:
    """Returns the songs of one file. If an ABC file has several tunes, each tune's place in the file follows its id."""
    if path.suffix.lower() in MIDI:
        return [midi.read(path, CORPUS, id)]
    if path.suffix.lower() in MUSICXML:
        return [to_song(CORPUS, id, id, expand(musicxml.read(path)))]
    tunes = abc_notation.read(path.read_text(encoding="utf-8", errors="replace"))
    if not tunes:
        return [Skipped(id, "no tune in it: no line begins with X:")]
    names = [id] if len(tunes) == 1 else [f"{id}#{i}" for i, _ in enumerate(tunes, 1)]
    return [Skipped(name, tune.problem) if tune.problem else to_song(CORPUS, name, name, tune.played())
            for name, tune in zip(names, tunes)]


def checked(song: Song | Skipped) -> Song | Skipped:
    """Returns the song, or the reason why it cannot be used."""
    if isinstance(song, Song):
        song.check()
        if song.frames > midi.LONGEST:
            return Skipped(song.id, f"{song.frames} frames long; a song has at most {midi.LONGEST}")
    return song
