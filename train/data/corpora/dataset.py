"""All corpora as token arrays in one compressed file, made once and read in a second.

The split is by song, over all corpora (groups.py): `side` has the rule.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from train.data import tokens
from train.data.corpora import billboard, groups, leadsheets, nottingham, openewld, pop909, tunes, weimar
from train.data.corpora.song import CorpusError, Skipped, Song

Reader = Callable[[Path], Iterator[Song | Skipped]]
READERS: dict[str, Reader] = {
    "pop909": pop909.read, "nottingham": nottingham.read, "billboard": billboard.read, "openewld": openewld.read,
    "leadsheets": leadsheets.read, "tunes": tunes.read, "weimar": weimar.read,
}
OUT_OF_DISTRIBUTION = "openewld"
FIRST = ("pop909", "nottingham", "billboard")  # the corpora that the shipped networks learned from
SIDES = ("train", "valid", "test")
FORMAT = 3


@dataclass(frozen=True)
class Piece:
    """One song as tokens: melody and chords int16 [frames]; bars int32 [n, 3]: frame, beats, unit."""

    corpus: str
    id: str
    split: str
    melody: np.ndarray
    chords: np.ndarray
    bars: np.ndarray


def piece_of(song: Song, split: str) -> Piece:
    """A song as tokens."""
    melody, chords = tokens.encode(song)
    return Piece(song.corpus, song.id, split, melody, chords, np.array(song.bars, dtype=np.int32).reshape(-1, 3))


def split_of(corpus: str, group: str) -> str:
    """train (80 %), valid (10 %) or test (10 %) by the song's hash; OpenEWLD is ood, never trained on."""
    if corpus == OUT_OF_DISTRIBUTION:
        return "ood"
    digest = int.from_bytes(hashlib.sha256(f"{corpus}/{group}".encode()).digest()[:4], "big") % 10
    return "test" if digest == 0 else "valid" if digest == 1 else "train"


def side(group: list[Song]) -> str | None:
    """Returns the side of a group of songs that count as the same song: that of its first song by `split_of`.

    If a song of FIRST is in the group, networks from which training continues may have seen it. So the group is for
    training if one of those songs was, otherwise for validation if one was. Returns None if the group has a song of
    OpenEWLD: no other corpus may have that song.
    """
    if any(song.corpus == OUT_OF_DISTRIBUTION for song in group):
        return None
    first = [song for song in group if song.corpus in FIRST] or group[:1]
    return min((split_of(song.corpus, song.group) for song in first), key=SIDES.index)


def split(songs: list[Song]) -> tuple[list[tuple[Song, str]], list[tuple[str, Skipped]]]:
    """Returns each song with its side, and the songs left out as songs of OpenEWLD, with their corpus."""
    sides: dict[int, str] = {}
    left_out = []
    for members in groups.gather(songs):
        group = [songs[i] for i in members]
        chosen = side(group)
        for i, song in zip(members, group):
            if song.corpus == OUT_OF_DISTRIBUTION:
                sides[i] = "ood"
            elif chosen:
                sides[i] = chosen
            else:
                left_out.append((song.corpus, Skipped(song.id, f"a song of {OUT_OF_DISTRIBUTION}")))
    return [(songs[i], sides[i]) for i in sorted(sides)], left_out


def corpus_folder(data: Path, name: str) -> Path:
    """Returns the corpus's folder in data; if data has it as NAME.tar.xz, unpacks it beside the cache."""
    folder, archive = data / name, data / f"{name}.tar.xz"
    if folder.is_dir():
        return folder
    if not archive.is_file():
        raise CorpusError(f"{folder}: not found, nor {archive.name} beside it; train/README.md says where to get it")
    target = cache_folder() / "corpora"
    unpacked = target / name
    if not unpacked.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(target / f"{name}.part", filter="data")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise CorpusError(f"{archive}: cannot be unpacked ({error}); fetch it again") from error
        (target / f"{name}.part" / name).rename(unpacked)
    return unpacked


def cache_folder() -> Path:
    """Returns the folder for files that jamd's training can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jamd"


def default_cache() -> Path:
    """Returns the file that `prepare` writes by default."""
    return cache_folder() / "corpora.npz"


def read_songs(data: Path, corpora: Iterable[str]) -> tuple[list[Song], dict[str, list[Skipped]]]:
    """Reads every song of the corpora under data, with a progress bar. Returns the songs and what was left out of
    each."""
    songs: list[Song] = []
    skipped: dict[str, list[Skipped]] = {}
    for name in corpora:
        skipped[name] = []
        for song in tqdm(READERS[name](corpus_folder(data, name)), desc=f"reading {name}", unit=" songs"):
            if isinstance(song, Skipped):
                skipped[name].append(song)
            else:
                song.check()
                songs.append(song)
    return songs, skipped


def write(pieces: list[Piece], folding: dict, path: Path) -> None:
    """Writes the cache under a temporary name and renames it, so that a killed run never leaves half a file."""
    header = {"format": FORMAT, "vocabulary": tokens.vocabulary(), "folding": folding,
              "pieces": [[p.corpus, p.id, p.split, len(p.melody), len(p.bars)] for p in pieces]}
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part.npz")
    np.savez_compressed(aside, header=np.array(json.dumps(header)),
                        melody=np.concatenate([p.melody for p in pieces]),
                        chords=np.concatenate([p.chords for p in pieces]),
                        bars=np.concatenate([p.bars for p in pieces]))
    aside.rename(path)


def read(path: Path) -> tuple[list[Piece], dict]:
    """Returns the pieces of a cache file and its folding table. Raises CorpusError if it is missing, broken or of
    another version."""
    try:
        with np.load(path) as file:
            header = json.loads(str(file["header"]))
            melody, chords, bars = file["melody"], file["chords"], file["bars"]
    except FileNotFoundError as error:
        raise CorpusError(f"{path}: not found; make it with: python -m train prepare --data FOLDER") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CorpusError(f"{path}: not a cache of corpora ({error}); delete it and make it anew") from error
    if header["format"] != FORMAT or header["vocabulary"] != tokens.vocabulary():
        raise CorpusError(f"{path}: made by another version; delete it and run: python -m train prepare")
    pieces, frame, bar = [], 0, 0
    for corpus, id_, split, frames, n_bars in header["pieces"]:
        pieces.append(Piece(corpus, id_, split, melody[frame:frame + frames], chords[frame:frame + frames],
                            bars[bar:bar + n_bars]))
        frame, bar = frame + frames, bar + n_bars
    return pieces, header["folding"]


def prepare(data: Path, path: Path, corpora: Iterable[str] = READERS) -> None:
    """Reads the corpora under data and writes the cache file."""
    songs, skipped = read_songs(data, corpora)
    sided, left_out = split(songs)
    for corpus, song in left_out:
        skipped[corpus].append(song)
    pieces, folding = [], {name: {"skipped": [s._asdict() for s in left], "chords": {}} for name, left in skipped.items()}
    for song, chosen in sided:
        pieces.append(piece_of(song, chosen))
        counts = folding[song.corpus]["chords"]
        for chord in song.chords:
            counts[str(chord.intervals)] = counts.get(str(chord.intervals), 0) + chord.end - chord.start
    write(pieces, folding, path)


def add(corpus: str, pieces: list[Piece], skipped: list[Skipped], path: Path) -> None:
    """Puts the pieces of the user's own corpus into the cache file, in place of those that it had; if there is no file, into
    a new one."""
    others, folding = read(path) if path.exists() else ([], {})
    folding[corpus] = {"skipped": [s._asdict() for s in skipped], "chords": {}}
    write([p for p in others if p.corpus != corpus] + pieces, folding, path)
