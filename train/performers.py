"""Who plays in an evaluation, and the playing itself: many windows by a few worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from tqdm import tqdm

from train import bars, baselines, tokens
from train.baselines import BASELINES
from train.corpora.song import CorpusError
from train.places import OPENING, WINDOW, Window
from train.play import Player, PolicyFile, begin, follow, together
from train.vocabulary import OURS, Vocabulary

AGENT_SEEDS = 1_000_000  # the agent's seeds lie this far above those of the system that it plays with


@dataclass(frozen=True)
class Performer:
    """A policy file, or a baseline where path is None. digest: of the file, or of the baselines' source."""

    name: str
    path: Path | None
    digest: str
    vocabulary: Vocabulary = OURS
    plays: str = "chords"

    def open(self, temperature: float) -> Callable[..., Player]:
        """What begins a jam, given its seed, and a policy's also its opening."""
        if self.path is None:
            return BASELINES[self.name].begin
        policy = PolicyFile(self.path)
        return lambda seed, opening=(): begin(policy, seed, temperature, opening=opening)


def performer(given: str) -> Performer:
    """By a baseline's name or a policy file's path. CorpusError where it is neither."""
    if given in BASELINES:
        return Performer(given, None, sha256(Path(baselines.__file__).read_bytes()).hexdigest())
    path = Path(given)
    try:
        policy = PolicyFile(path)
        vocabulary = Vocabulary(tuple(policy.vocabulary))
    except Exception as error:  # ONNX Runtime's errors have no class of their own in common
        raise CorpusError(f"{path}: neither a policy file ({error}) nor one of {', '.join(BASELINES)}") from error
    return Performer(path.stem, path, sha256(path.read_bytes()).hexdigest(), vocabulary, policy.plays)


_begin: Callable[..., Player]  # these three are a worker process's own
_begin_agent: Callable[..., Player]
_vocabulary: Vocabulary


def _open(system: Performer, agent: Performer | None, temperature: float) -> None:
    global _begin, _begin_agent, _vocabulary
    _begin, _vocabulary = system.open(temperature), system.vocabulary
    if agent:
        _begin_agent = agent.open(temperature)


def _accompany(job: tuple[Window, int]) -> np.ndarray:
    window, seed = job
    return follow(_begin(seed), window.melody, bars.places(window.lines, len(window.melody)))


def _with_agent(job: tuple[Window, int]) -> tuple[np.ndarray, np.ndarray]:
    window, seed = job
    agent = _begin_agent(AGENT_SEEDS + seed, window.melody[:OPENING])
    places = bars.places(window.lines[:1], OPENING + WINDOW)  # both go on in the metre of the opening
    chords, melody = together(_begin(seed), agent, places, _vocabulary.folded)
    return tokens.cut(melody, chords, OPENING, WINDOW, _vocabulary.chords)


class Performance:
    """A system, and the melody agent where there is one, in worker processes; a context, which they end with."""

    def __init__(self, system: Performer, agent: Performer | None, temperature: float, workers: int) -> None:
        self.name = system.name
        self.pool = ProcessPoolExecutor(workers, initializer=_open, initargs=(system, agent, temperature))

    def __enter__(self) -> Performance:
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def accompany(self, place: str, windows: list[Window], seeds: list[int]) -> np.ndarray:
        """Chords [seeds, windows, frames] to the windows' melodies, in the system's own tokens."""
        return _stacked(self._each(place, _accompany, _jobs(windows, seeds)), len(seeds))

    def jam(self, windows: list[Window], seeds: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Melodies and chords [seeds, windows, frames] of jams with the agent, who begins each with the OPENING of a
        window's melody: of what follows, in which each hears the other's frame when it is over."""
        melodies, chords = zip(*self._each("agent", _with_agent, _jobs(windows, seeds)))
        return _stacked(melodies, len(seeds)), _stacked(chords, len(seeds))

    def _each(self, place: str, function: Callable, jobs: list) -> Iterable:
        return tqdm(self.pool.map(function, jobs, chunksize=1 + len(jobs) // 100), total=len(jobs),
                    desc=f"{self.name}, {place}", unit=" windows")


def _jobs(windows: list[Window], seeds: list[int]) -> list[tuple[Window, int]]:
    """(window, the seed to draw by) of every window under each seed."""
    return [(window, 1000 * seed + i) for seed in seeds for i, window in enumerate(windows)]


def _stacked(rows: Iterable[np.ndarray], seeds: int) -> np.ndarray:
    """[seeds, windows, frames]."""
    stack = np.stack(list(rows))
    return stack.reshape(seeds, -1, stack.shape[-1])
