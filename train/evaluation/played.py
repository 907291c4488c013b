"""The file played.npz with everything that the systems played, so that it can be measured again without playing again.

It has our tokens, int16: "place/system" [draws, windows, frames], "place/melody" and "place/data" alike; for jams with
the melody agent "agent/system/melody" [draws, jams, frames]. If a policy has other chords than ours, "place/system/own"
has its own tokens. "header" is JSON: the settings, who played each entry (system, its digest, the agent's digest), and
the chord symbols of own tokens.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np

from train.data.corpora.song import CorpusError
from train.data.vocabulary import OURS, Vocabulary
from train.evaluation.performers import Performer
from train.evaluation.places import Window


class Played:
    """The file of an evaluation, created if it does not exist. Raises CorpusError if its systems were played with other
    settings or windows, because new results could not be compared with them."""

    def __init__(self, path: Path, settings: dict) -> None:
        self.path = path
        self.tokens: dict[str, np.ndarray] = {}
        self.header: dict = {"settings": settings, "by": {}, "vocabularies": {}}
        if path.is_file():
            self._read(settings)

    def _read(self, settings: dict) -> None:
        try:
            with np.load(self.path) as file:
                self.tokens = {name: file[name] for name in file.files}
            self.header = json.loads(str(self.tokens.pop("header")))
            other = self.header["settings"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise CorpusError(f"{self.path}: not what an evaluation played ({error}); delete it or use another folder"
                              ) from error
        if other != settings:
            raise CorpusError(f"{self.path}: played under other settings ({_said(other, settings)}, not "
                              f"{_said(settings, other)}); give the same ones or use another folder")

    def over(self, place: str, draws: list[list[Window]]) -> None:
        """Sets the windows of a place; their melodies and chords are stored too."""
        melody, data = (np.stack([[getattr(w, field) for w in draw] for draw in draws]) for field in ("melody", "chords"))
        if not np.array_equal(self.tokens.setdefault(f"{place}/melody", melody), melody):
            raise CorpusError(f"{self.path}: played over other windows, as the corpora were others; use another folder")
        self.tokens[f"{place}/data"] = data

    def forget_others(self, systems: list[Performer], agent: Performer | None) -> None:
        """Drops the results of older files of these systems, and jams with any other agent."""
        digests = {s.name: s.digest for s in systems}
        for entry, (system, by, with_) in list(self.header["by"].items()):
            if digests.get(system, by) != by or agent and with_ not in (None, agent.digest):
                del self.header["by"][entry]
                for name in (entry, f"{entry}/own", f"{entry}/melody"):
                    self.tokens.pop(name, None)

    def has(self, place: str, system: Performer) -> bool:
        return f"{place}/{system.name}" in self.header["by"]

    def keep(self, place: str, system: Performer, chords: np.ndarray, agent: Performer | None = None,
             melody: np.ndarray | None = None) -> None:
        """Adds what a system played, in its own tokens. It writes the file under a temporary name and renames it, so
        that a killed run keeps all earlier results."""
        entry = f"{place}/{system.name}"
        self.tokens[entry] = system.vocabulary.folded[chords]
        if not system.vocabulary.is_ours:
            self.tokens[f"{entry}/own"] = chords
            self.header["vocabularies"][entry] = system.vocabulary.symbols
        if melody is not None:
            self.tokens[f"{entry}/melody"] = melody
        self.header["by"][entry] = [system.name, system.digest, agent.digest if agent else None]
        self.write()

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_suffix(".part.npz")
        np.savez_compressed(aside, header=np.array(json.dumps(self.header)), **self.tokens)
        aside.rename(self.path)

    def systems(self, place: str) -> list[str]:
        """Returns the systems that played at a place, in order."""
        return [system for entry, (system, _, _) in self.header["by"].items() if entry == f"{place}/{system}"]

    def digests(self) -> dict[str, str]:
        """Returns the digest of each system's file."""
        return {system: digest for system, digest, _ in self.header["by"].values()}

    def agent(self) -> str | None:
        """Returns the digest of the melody agent's file, if there were jams with one."""
        return next((agent for *_, agent in self.header["by"].values() if agent), None)

    def ours(self, place: str, system: str) -> np.ndarray:
        """Returns the tokens [draws, windows, frames] of the data or of a system, in our vocabulary."""
        return self.tokens[f"{place}/{system}"]

    def chords(self, place: str, system: str) -> tuple[np.ndarray, Vocabulary]:
        """Returns the system's own tokens [draws, windows, frames], and its vocabulary."""
        entry = f"{place}/{system}"
        if f"{entry}/own" in self.tokens:
            return self.tokens[f"{entry}/own"], Vocabulary(tuple(self.header["vocabularies"][entry]))
        return self.tokens[entry], OURS


def _said(settings: dict, other: dict) -> str:
    """Returns the settings that differ between the two."""
    return ", ".join(f"{name} {value}" for name, value in settings.items() if other.get(name) != value)
