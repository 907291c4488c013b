"""Plays exported policies frame by frame through ONNX Runtime: the same steps as jamd's own, for evaluation.

A player of one jam is a function. Its arguments are the other part's token of the frame before (the start token at
frame 0) and the bar position of the next frame (bars.py); it returns its own token of the next frame. Policies and
baselines begin each jam with such a player.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from train.data import bars, busy, tokens
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.data.draws import words
from train.export.policy import FORMAT
from train.models.network import by_part

Player = Callable[[int, int], int]
Chooser = Callable[[np.ndarray, int], int]  # from logits and bar position to the token of a frame
ON_BEATS = bars.on_beats()


class PolicyFile:
    """One .onnx policy and its memory of one jam. Raises ValueError if the file does not follow the contract.

    plays: "chords" (the default if the file does not say) or "melody".
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.metadata = self.session.get_modelmeta().custom_metadata_map
        if self.metadata.get("format") != FORMAT:
            raise ValueError(f"{path}: format {self.metadata.get('format')!r}, not {FORMAT}")
        if self.metadata["frames_per_beat"] != str(FRAMES_PER_QUARTER):
            raise ValueError(f"{path}: {self.metadata['frames_per_beat']} frames a beat, not {FRAMES_PER_QUARTER}")
        self.plays = self.metadata.get("plays", "chords")
        if self.plays not in ("chords", "melody"):
            raise ValueError(f"{path}: plays {self.plays!r}, neither chords nor melody")
        self.hears_bar = any(i.name == "bar" for i in self.session.get_inputs())
        if self.hears_bar and self.metadata.get("bar_places") != str(bars.PLACES):
            raise ValueError(f"{path}: {self.metadata.get('bar_places')} places in the bar, not {bars.PLACES}")
        self.level = {i.name: np.zeros(1, np.int64) for i in self.session.get_inputs() if i.name == "busy"}
        self.vocabulary: list[str] = json.loads(self.metadata["vocabulary"])
        self.start = tokens.MELODY_START if self.plays == "melody" else 2 * len(self.vocabulary) + 1
        self.window, head = int(self.metadata["window"]), int(self.metadata["head_size"])
        ring = (int(self.metadata["layers"]), int(self.metadata["heads"]), self.window, head)
        self.keys, self.values = np.zeros(ring, np.float32), np.zeros(ring, np.float32)
        self.mask = np.full(self.window, -np.inf, np.float32)
        self.rates = float(self.metadata["rotary_base"]) ** (-2.0 * np.arange(head // 2) / head)
        self.frame = 0

    def reset(self) -> None:
        """Forgets the jam."""
        self.keys[:], self.values[:], self.mask[:], self.frame = 0, 0, -np.inf, 0

    def tell(self, level: int) -> None:
        """Sets the rate of chord changes (busy.py) from the next step on, if the policy has this input."""
        for given in self.level.values():
            given[0] = level

    def step(self, chord: int, melody: int, place: int = bars.UNKNOWN) -> np.ndarray:
        """Returns the logits of the next frame from the tokens of the frame before it (start tokens first) and its bar
        position."""
        angle = self.frame * self.rates
        bar = {"bar": np.array([place])} if self.hears_bar else {}
        logits, key, value = self.session.run(None, self.level | bar | {
            "chord": np.array([chord]), "melody": np.array([melody]),
            "cos": np.cos(angle).astype(np.float32), "sin": np.sin(angle).astype(np.float32),
            "mask": self.mask, **{f"keys.{i}": keys for i, keys in enumerate(self.keys)},
            **{f"values.{i}": values for i, values in enumerate(self.values)}})
        slot = self.frame % self.window
        self.keys[:, :, slot], self.values[:, :, slot], self.mask[slot] = key, value, 0
        self.frame += 1
        return logits


def generator(seed: int) -> Callable[[], float]:
    """Returns the source of draws of jam's sampler: floats in [0, 1)."""
    word = words(seed, 0)
    return lambda: (word() & ((1 << 53) - 1)) / (1 << 53)


def choose(logits: np.ndarray, before: int, draw: float, temperature: float, top_p: float = 1.0) -> int:
    """Returns the token that jam's sampler takes: from probabilities(), by inverse CDF in token order."""
    return drawn(probabilities(logits, before, temperature, top_p), draw)


def probabilities(logits: np.ndarray, before: int, temperature: float, top_p: float = 1.0, joins: bool = False) -> np.ndarray:
    """Returns the probability of every token. Only legal tokens count: any onset, no chord, the hold of what sounds;
    only onsets if the policy joins in. Then follow the softmax at the temperature (0: the likeliest token) and the
    smallest set of likeliest tokens with a total share of at least top_p."""
    chords = (len(logits) - 1) // 2
    legal = np.full(len(logits), -np.inf)
    legal[:chords + 1] = logits[:chords + 1]
    if joins:
        legal[tokens.NO_CHORD] = -np.inf
    elif goes_on(before, chords):
        legal[goes_on(before, chords)] = logits[goes_on(before, chords)]
    if temperature == 0:
        return np.eye(1, len(legal), int(legal.argmax()))[0]
    chances = np.exp((legal - legal.max()) / temperature)
    chances /= chances.sum()
    if top_p < 1:
        order = np.argsort(-chances, kind="stable")
        enough = int(np.searchsorted(np.cumsum(chances[order]), top_p)) + 1
        chances[order[enough:]] = 0
        chances /= chances.sum()
    return chances


def drawn(chances: np.ndarray, draw: float) -> int:
    """Returns the token for a draw from [0, 1)."""
    return int(min(np.searchsorted(np.cumsum(chances), draw, side="right"), len(chances) - 1))


def goes_on(before: int, chords: int) -> int:
    """Returns the token that continues what sounded: the hold of a chord, or no chord if none sounded."""
    return 1 + chords + (before - 1) % chords if 1 <= before <= 2 * chords else tokens.NO_CHORD


def free(start: int, seed: int, temperature: float = 0.99, top_p: float = 1.0, opening: Sequence[int] = ()) -> Chooser:
    """Chooses any legal token in each frame. The opening is played as given; start is the token before frame 0."""
    draw, given, before = generator(seed), iter(opening), start

    def choose_(logits: np.ndarray, place: int) -> int:
        nonlocal before
        chosen = choose(logits, before, draw(), temperature, top_p)
        before = int(next(given, chosen))
        return before

    return choose_


def as_heard(start: int, seed: int, temperature: float = 0.99, listen: int = 8) -> Chooser:
    """Chooses as `jamd play` does by default. The policy listens for some beats and joins with a chord on the next. Its
    chords change only on beats; a change that it wanted between two beats happens on the next one (jam.Engine)."""
    draw, chords = generator(seed), start // 2
    before, frame, beats, joined, wanted = start, 0, 0, listen == 0, 0.0

    def choose_(logits: np.ndarray, place: int) -> int:
        nonlocal before, beats, joined, wanted, frame
        chances = probabilities(logits, before, temperature, joins=not joined)
        at, on = draw(), goes_on(before, chords)
        on_beat = ON_BEATS[place] if place != bars.UNKNOWN else frame % FRAMES_PER_QUARTER == 0
        if on_beat and beats >= listen:
            other = 1 - chances[on]
            if wanted > 0 and other > 0:
                chances[np.arange(len(chances)) != on] *= 1 + chances[on] * wanted / other
                chances[on] *= 1 - wanted
            before, joined, wanted = drawn(chances, at), True, 0.0
        else:
            wanted = 1 - (1 - wanted) * chances[on] if joined else 0.0
            before = on
        beats, frame = beats + bool(on_beat), frame + 1
        return before

    return choose_


def begin(policy: PolicyFile, choose_: Chooser, level: int = busy.UNKNOWN) -> Player:
    """Begins a new jam; the policy forgets the one before. level: its rate of chord changes (busy.py)."""
    policy.reset()
    policy.tell(level)
    before = policy.start

    def play(heard: int, place: int) -> int:
        nonlocal before
        before = choose_(policy.step(*by_part(before, heard, policy.plays), place), place)
        return before

    return play


def follow(player: Player, melody: np.ndarray, places: np.ndarray | None = None) -> np.ndarray:
    """Returns chord tokens, int16, for every frame of a melody. The chord of frame t knows only the melody before t
    and, if positions are given, the frame's bar position."""
    places = np.full(len(melody), bars.UNKNOWN) if places is None else places
    chords = np.zeros(len(melody), np.int16)
    heard = tokens.MELODY_START
    for t in range(len(melody)):
        chords[t] = player(heard, int(places[t]))
        heard = int(melody[t])
    return chords


def accompany(policy: PolicyFile, melody: np.ndarray, seed: int, temperature: float = 0.99,
              top_p: float = 1.0) -> np.ndarray:
    """Returns what a policy plays to a melody."""
    return follow(begin(policy, free(policy.start, seed, temperature, top_p), busy.drawn(seed)), melody)


def together(chords: Player, melody: Player, places: np.ndarray, folded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns tokens, int16 [frames], of two players for frames at these bar positions. Each decides frame t from the
    other's frames before t. The melody player hears folded[token], because it may know other chords than the other
    plays."""
    played = np.zeros((2, len(places)), np.int16)
    chord, note = tokens.CHORD_START, tokens.MELODY_START
    for t, place in enumerate(places.tolist()):
        played[:, t] = chords(note, place), melody(chord, place)
        chord, note = int(folded[played[0, t]]), int(played[1, t])
    return played[0], played[1]
