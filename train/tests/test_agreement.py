import numpy as np
import pytest

from train.data import tokens
from train.evaluation.agreement import HARTE, agreement

NAMES = tokens.vocabulary()


def of(data: list[str], chords: list[str], figure: str) -> tuple[float, float]:
    """Returns the agreement of chords, given by name; N is none."""
    def said(names: list[str]) -> np.ndarray:
        return np.array([0 if name == "N" else 1 + NAMES.index(name) for name in names])
    return agreement(figure, said(data), said(chords))


def test_every_quality_has_a_name_that_mir_eval_reads_as_its_notes():
    import mir_eval.chord
    assert list(HARTE) == list(tokens.QUALITIES)
    for name, intervals in tokens.QUALITIES.items():
        root, notes, _ = mir_eval.chord.encode(f"D:{HARTE[name]}")
        assert root == 2 and set(np.flatnonzero(notes)) == set(intervals)


@pytest.mark.parametrize("data, played, root, majmin", [
    ("C", "C", (1, 1), (1, 1)),
    ("C", "Cm", (1, 1), (0, 1)),       # only the root agrees
    ("C7", "Cmaj7", (1, 1), (1, 1)),   # sevenths count as their triads
    ("C", "Am7", (0, 1), (0, 1)),      # the same notes, another root
    ("C", "N", (0, 1), (0, 1)),
    ("N", "N", (1, 1), (1, 1)),
    ("Csus4", "Csus4", (1, 1), (0, 0)),  # a chord that is neither major nor minor is not compared
    ("C", "Caug", (1, 1), (0, 1)),
    ("Bb", "Bb6", (1, 1), (1, 1)),
])
def test_a_frame(data, played, root, majmin):
    assert of([data], [played], "root_agreement") == root
    assert of([data], [played], "majmin_agreement") == majmin


def test_frames_are_counted_held_chords_too():
    c = 1 + NAMES.index("C")
    data = np.array([c, c + tokens.CHORDS, c + tokens.CHORDS, 0])
    assert agreement("root_agreement", data, np.array([c, c, 0, 0])) == (3, 4)
