import numpy as np
import onnx
import pytest
import torch

from train.data import bars, metrics, tokens
from train.evaluation.play import PolicyFile, as_heard, begin, follow, free, together
from train.export import parity
from train.export.policy import Card, build, sizes_of, write
from train.models.network import Decoder, Shape
from train.rl.rollout import masked


def policy_file(path, plays: str = "chords", vocabulary: list[str] | None = None) -> PolicyFile:
    """Writes a small random network as a policy file."""
    torch.manual_seed(3)
    network = Decoder(Shape(dim=32, layers=1, heads=2, window=16, plays=plays)).eval()
    for weight in network.parameters():
        weight.data *= 4
    write(build(network), Card(path.stem, "random", [], "MIT"), vocabulary or tokens.vocabulary(), sizes_of(network),
          path, plays)
    return PolicyFile(path)


def test_follow_tells_the_melody_one_frame_late():
    heard = []
    follow(lambda note, place: heard.append((note, place)) or 0, np.array([5, 6, 7]), np.array([3, 4, 0]))
    assert heard == [(tokens.MELODY_START, 3), (5, 4), (6, 0)]


def test_together_each_decides_from_the_frames_before_of_the_other():
    heard: tuple[list, list] = ([], [])

    def chords(note: int, place: int) -> int:
        heard[0].append(note)
        return len(heard[0])

    def melody(chord: int, place: int) -> int:
        heard[1].append(chord)
        return 10 * len(heard[1])

    folded = 100 + np.arange(9)
    played = together(chords, melody, np.array([1, 2, 3]), folded)
    assert [p.tolist() for p in played] == [[1, 2, 3], [10, 20, 30]]
    assert heard == ([tokens.MELODY_START, 10, 20], [tokens.CHORD_START, 101, 102])


def test_a_policy_and_an_agent_play_legally_and_the_same_for_their_seeds(tmp_path):
    policy, agent = policy_file(tmp_path / "p.onnx"), policy_file(tmp_path / "m.onnx", "melody")
    assert (policy.plays, agent.plays) == ("chords", "melody")

    def jam(seed: int, agents: int) -> tuple[np.ndarray, np.ndarray]:
        return together(begin(policy, free(policy.start, seed)), begin(agent, free(agent.start, agents)),
                        np.zeros(80, int), np.arange(tokens.CHORD_TOKENS))

    chords, melody = jam(1, 2)
    assert metrics.legal(chords) and metrics.legal(melody, 128)
    assert set(melody.tolist()) - {0} and melody.max() < tokens.MELODY_START
    again, other = jam(1, 2), jam(1, 3)
    assert (again[0] == chords).all() and (again[1] == melody).all()
    assert (other[1] != melody).any()
    heard = follow(begin(policy, free(policy.start, 1)), melody)  # same as a policy for that melody
    assert (heard == chords).all()


def test_an_agent_begins_with_its_opening_and_goes_on_from_there(tmp_path):
    agent = policy_file(tmp_path / "m.onnx", "melody")
    opening = [61, 189, 0, 66]

    def melody(frames: int) -> list[int]:
        play = begin(agent, free(agent.start, 1, opening=opening))
        return [play(tokens.CHORD_START, 0) for _ in range(frames)]

    played = melody(40)
    assert played[:4] == opening and metrics.legal(np.array(played), 128)
    assert agent.frame == 40  # its policy heard the opening too
    heard = begin(agent, free(agent.start, 1))
    assert [heard(tokens.CHORD_START, 0) for _ in range(40)] != played


def test_an_agent_file_computes_what_pytorch_plays_with(tmp_path):
    """Checks that masks and start tokens of the melody are those of rollout.py."""
    agent = policy_file(tmp_path / "m.onnx", "melody")
    logits = torch.from_numpy(agent.step(tokens.CHORD_START, tokens.MELODY_START).copy())
    likeliest = int(masked(logits, torch.tensor(tokens.MELODY_START), 128).argmax())
    assert begin(agent, free(agent.start, 1, temperature=0))(tokens.CHORD_START, 0) == likeliest


def test_a_file_that_does_not_say_what_it_plays_plays_chords(tmp_path):
    policy_file(tmp_path / "p.onnx")
    model = onnx.load(tmp_path / "p.onnx")
    entries = {e.key: e.value for e in model.metadata_props}

    def saying(**plays: str) -> PolicyFile:
        onnx.helper.set_model_props(model, {**{k: v for k, v in entries.items() if k != "plays"}, **plays})
        onnx.save(model, tmp_path / "p.onnx")
        return PolicyFile(tmp_path / "p.onnx")

    policy = saying()
    assert policy.plays == "chords" and metrics.legal(follow(begin(policy, free(policy.start, 1)), parity.tune(40, seed=2)))
    with pytest.raises(ValueError, match="plays 'drums', neither chords nor melody"):
        saying(plays="drums")


class Scripted:
    """A policy with given logits for each frame; it records what it hears."""

    def __init__(self, *logits: dict[int, float]) -> None:
        self.logits, self.start, self.plays, self.heard = list(logits), tokens.CHORD_START, "chords", []

    def tell(self, level: int) -> None:
        pass

    def reset(self) -> None:
        self.frame = 0

    def step(self, chord: int, melody: int, place: int) -> np.ndarray:
        self.heard.append(chord)
        row = np.full(tokens.CHORD_LOGITS, -30.0)
        for token, logit in self.logits[min(self.frame, len(self.logits) - 1)].items():
            row[token] = logit
        self.frame += 1
        return row


def test_as_the_player_has_it_it_listens_joins_and_changes_on_beats():
    policy = Scripted({0: 5, 1: 0, 2: -3})  # it prefers silence
    play = begin(policy, as_heard(policy.start, 1, listen=2))
    played = [play(61, bars.FOUR + frame % 16) for frame in range(32)]
    assert played[:8] == [0] * 8 and policy.heard[:3] == [tokens.CHORD_START, 0, 0]
    assert 1 <= played[8] <= tokens.CHORDS  # no silence when it joins
    assert all(token > tokens.CHORDS or token == 0 for frame, token in enumerate(played) if frame % 4)


def test_a_change_that_was_wanted_between_beats_is_made_on_the_next(monkeypatch):
    """Checks that a certain wish for another chord, in one frame between beats, changes the chord on the next beat,
    even though the policy would then rather continue."""
    hold, other = 1 + tokens.CHORDS, 3
    stay, change = {1: 9, hold: 9}, {other: 9, hold: -9}
    policy = Scripted(*[stay] * 5, change, *[{hold: 9, other: 1}] * 11)
    monkeypatch.setattr("train.evaluation.play.generator", lambda seed: lambda: 0.5)
    play = begin(policy, as_heard(policy.start, 1, listen=0))
    played = [play(61, bars.FOUR + frame % 16) for frame in range(16)]
    assert played[4:8] == [played[4]] + [hold] * 3 and played[8] == other
    assert played[9:12] == [other + tokens.CHORDS] * 3


@pytest.mark.parametrize("place, expected", [(bars.SIX, [0, 6]), (bars.UNKNOWN, [0, 4, 8])])
def test_beats_are_those_of_the_metre(place, expected):
    policy = Scripted(dict.fromkeys(range(1, 30), 0.0))
    play = begin(policy, as_heard(policy.start, 1, listen=0))
    played = [play(61, place + frame if place else place) for frame in range(12)]
    assert [frame for frame, token in enumerate(played) if token <= tokens.CHORDS] == expected
