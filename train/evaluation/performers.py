"""The players of an evaluation and the playing itself: a few worker processes play many windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from tqdm import tqdm

from train.data import bars, busy, tokens
from train.data.corpora.song import CorpusError
from train.data.vocabulary import OURS, Vocabulary
from train.evaluation import baselines, batched
from train.evaluation.baselines import BASELINES
from train.evaluation.places import OPENING, WINDOW, Window, seed_of
from train.evaluation.play import Chooser, Player, PolicyFile, as_heard, begin, follow, free, together

AGENT_SEEDS = 1_000_000  # added to the seeds of the other system to make the agent's


@dataclass(frozen=True)
class Performer:
    """A policy file, or a baseline if path is None. digest is of the file, or of the baselines' source."""

    name: str
    path: Path | None
    digest: str
    vocabulary: Vocabulary = OURS
    plays: str = "chords"

    def open(self, temperature: float) -> Callable[..., Player]:
        """What begins a jam, given its seed, and a policy's also its opening and whether it plays as the player has it.
        A baseline plays as ever."""
        if self.path is None:
            baseline = BASELINES[self.name]
            return lambda seed, opening=(), heard=False: baseline.begin(seed)
        policy = PolicyFile(self.path)
        return lambda seed, opening=(), heard=False: begin(policy, self.chooser(seed, temperature, opening, heard),
                                                               level_of(seed, heard))

    def chooser(self, seed: int, temperature: float, opening: Sequence[int] = (), heard: bool = False) -> Chooser:
        """Returns the function that chooses a policy's tokens in one jam."""
        start = tokens.MELODY_START if self.plays == "melody" else 2 * self.vocabulary.chords + 1
        return as_heard(start, seed, temperature) if heard else free(start, seed, temperature, opening=opening)


def level_of(seed: int, heard: bool = False) -> int:
    """Returns a jam's rate of chord changes: drawn by the seed or, as the player has it, that of the default settings."""
    return busy.DEFAULT if heard else busy.drawn(seed)


def performer(given: str) -> Performer:
    """Returns the performer for a baseline's name or a policy file's path. Raises CorpusError if it is neither."""
    if given in BASELINES:
        return Performer(given, None, sha256(Path(baselines.__file__).read_bytes()).hexdigest())
    path = Path(given)
    try:
        policy = PolicyFile(path)
        vocabulary = Vocabulary(tuple(policy.vocabulary))
    except Exception as error:  # ONNX Runtime's errors share no class of their own
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


def _heard(job: tuple[Window, int]) -> np.ndarray:
    window, seed = job
    return follow(_begin(seed, heard=True), window.melody, bars.places(window.lines, len(window.melody)))


def _with_agent(job: tuple[Window, int]) -> tuple[np.ndarray, np.ndarray]:
    window, seed = job
    agent = _begin_agent(AGENT_SEEDS + seed, window.melody[:OPENING])
    places = bars.places(window.lines[:1], OPENING + WINDOW)  # both continue in the metre of the opening
    chords, melody = together(_begin(seed), agent, places, _vocabulary.folded)
    return tokens.cut(melody, chords, OPENING, WINDOW, _vocabulary.chords)


class Performance:
    """A system, and the melody agent where there is one: policies of our own layout many windows at once (batched.py),
    others in worker processes; a context, which they end with."""

    def __init__(self, system: Performer, agent: Performer | None, temperature: float, workers: int) -> None:
        self.name, self.system, self.agent, self.temperature = system.name, system, agent, temperature
        self.network, self.agents_network = (batched.network_of(p.path) if p and p.path else None for p in (system, agent))
        self.pool = ProcessPoolExecutor(workers, initializer=_open, initargs=(system, agent, temperature))

    def __enter__(self) -> Performance:
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def accompany(self, place: str, draws: list[list[Window]], heard: bool = False) -> np.ndarray:
        """Returns chords [draws, windows, frames] to the windows' melodies, in the system's own tokens. heard: with the
        defaults of `jamd play`."""
        if self.network:
            return np.stack([self._batch(place, seed, draw, heard) for seed, draw in enumerate(draws, 1)])
        return _stacked(self._each(place, _heard if heard else _accompany, _jobs(draws)), len(draws))

    def jam(self, draws: list[list[Window]]) -> tuple[np.ndarray, np.ndarray]:
        """Returns melodies and chords [draws, windows, frames] of jams with the agent. The agent begins each jam with
        the OPENING of a window's melody; the result leaves it out. Each hears the other's frame when it is over."""
        if self.network and self.agents_network:
            return tuple(np.stack(of) for of in zip(*[self._jams(seed, draw) for seed, draw in enumerate(draws, 1)]))
        melodies, chords = zip(*self._each("agent", _with_agent, _jobs(draws)))
        return _stacked(melodies, len(draws)), _stacked(chords, len(draws))

    def _batch(self, place: str, seed: int, draw: list[Window], heard: bool) -> np.ndarray:
        """Returns the chords [windows, frames] of one draw."""
        places = np.stack([bars.places(w.lines, len(w.melody)) for w in draw])
        choosers = [self.system.chooser(s, self.temperature, heard=heard) for _, s in _jobs([draw], seed)]
        levels = [level_of(s, heard) for _, s in _jobs([draw], seed)]
        return batched.follow(self.network, choosers, np.stack([w.melody for w in draw]), places, levels,
                              f"{self.name}, {place}, draw {seed}")

    def _jams(self, seed: int, draw: list[Window]) -> tuple[np.ndarray, np.ndarray]:
        """Returns melodies and chords [windows, frames] of the jams of one draw."""
        jobs = _jobs([draw], seed)
        places = np.stack([bars.places(w.lines[:1], OPENING + WINDOW) for w in draw])
        melody, chords = batched.together(
            self.network, [self.system.chooser(s, self.temperature) for _, s in jobs], self.agents_network,
            [self.agent.chooser(AGENT_SEEDS + s, self.temperature, w.melody[:OPENING]) for w, s in jobs], places,
            self.system.vocabulary.folded, [level_of(s) for _, s in jobs], f"{self.name}, agent, draw {seed}")
        cuts = [tokens.cut(*pair, OPENING, WINDOW, self.system.vocabulary.chords) for pair in zip(melody, chords)]
        return tuple(np.stack(of) for of in zip(*cuts))

    def _each(self, place: str, function: Callable, jobs: list) -> Iterable:
        return tqdm(self.pool.map(function, jobs, chunksize=1 + len(jobs) // 100), total=len(jobs),
                    desc=f"{self.name}, {place}", unit=" windows")


def _jobs(draws: list[list[Window]], first: int = 1) -> list[tuple[Window, int]]:
    """Returns (window, seed) for every window of each draw; the first draw has this number, from 1."""
    return [(window, seed_of(d - 1, i)) for d, draw in enumerate(draws, first) for i, window in enumerate(draw)]


def _stacked(rows: Iterable[np.ndarray], draws: int) -> np.ndarray:
    """[draws, windows, frames]."""
    stack = np.stack(list(rows))
    return stack.reshape(draws, -1, stack.shape[-1])
