import numpy as np
import pytest

from train.data import metrics, tokens
from train.evaluation import baselines
from train.evaluation.play import follow


def melody(*pitches: int, length: int = 4) -> np.ndarray:
    """Returns notes of `length` frames; 0 is a rest."""
    out = np.zeros(len(pitches) * length, np.int16)
    for i, pitch in enumerate(pitches):
        if pitch:
            out[i * length:(i + 1) * length] = 129 + pitch
            out[i * length] = 1 + pitch
    return out


def symbols(chords: np.ndarray, every: int) -> list[str]:
    names = tokens.vocabulary()
    return [names[i] if i >= 0 else "N.C." for i in metrics.chord_index(chords)[::every]]


C_MAJOR = (60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 60, 64, 67, 72)


@pytest.mark.parametrize("up", range(12))
def test_rules_follow_the_melody_in_every_key(up):
    played = follow(baselines.RuleBased(16).begin(1), melody(*(p + up for p in C_MAJOR), 0))
    names = tokens.vocabulary()
    want = [names[(i + up) % 12] for i in (0, 5, 7, 0)]  # C F G C, each one bar after it was heard
    assert symbols(played, 16)[0] == "N.C." and symbols(played, 16)[1:5] == want


@pytest.mark.parametrize("name", list(baselines.BASELINES))
def test_baselines_are_legal_and_hear_no_frame_early(name):
    random = np.random.default_rng(3)
    system = baselines.BASELINES[name]
    tune = melody(*random.integers(60, 73, 40))
    played = follow(system.begin(5), tune)
    assert metrics.legal(played)
    for n in (1, 16, 77, 130):
        changed = tune.copy()
        changed[n:] = 0
        assert (follow(system.begin(5), changed)[:n + 1] == played[:n + 1]).all()


def test_rules_hold_a_chord_over_rests_and_chance_depends_on_its_seed():
    played = follow(baselines.RuleBased(4).begin(1), melody(60, 64, 67, 0, 0, 0, 0))
    assert metrics.changes(played[8:]) == 0 and metrics.durations(played).sum() == len(played) - 4
    tune = melody(*[60] * 32)
    assert (follow(baselines.Chance().begin(1), tune) != follow(baselines.Chance().begin(2), tune)).any()
