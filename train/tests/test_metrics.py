import numpy as np
import pytest

from train.data import metrics, tokens

N = tokens.CHORDS
C, AM = 1 + tokens.vocabulary().index("C"), 1 + tokens.vocabulary().index("Am")


def test_note_in_chord_counts_frames_where_both_sound():
    melody = np.array([1 + 60, 129 + 60, 1 + 61, 0, 1 + 69])
    chords = np.array([C, C + N, C + N, C + N, tokens.NO_CHORD])
    assert metrics.note_in_chord(melody, chords) == (2, 3)
    assert metrics.note_in_chord(melody, np.array([C, AM, AM + N, 0, AM])) == (3, 4)


def test_changes_durations_and_distinct():
    chords = np.array([C, C + N, C, AM, AM + N, AM + N, 0, AM])
    assert metrics.changes(chords) == 2  # to Am, and to Am again after silence; C struck again is no change
    assert metrics.change_frames(chords).tolist() == [3, 7]
    assert metrics.onset_frames(chords).tolist() == [2, 3, 7]  # but C struck again is an onset; frame 0 is not
    assert metrics.durations(chords).tolist() == [3, 3, 1]
    assert metrics.distinct(chords) == 2
    assert metrics.entropy(np.array([4, 4, 8, 8])) == 1.0
    assert metrics.entropy(np.array([])) == 0.0


def test_another_vocabulary_counts_by_its_own_number_of_chords():
    chords = np.array([1, 3, 2, 4, 4, 1])  # two chords: 1 and 2 begin, 3 and 4 hold
    assert metrics.change_frames(chords, 2).tolist() == [2, 5]
    assert metrics.onset_frames(chords, 2).tolist() == [2, 5]
    assert metrics.durations(chords, 2).tolist() == [2, 3, 1]
    assert metrics.distinct(chords, 2) == 2 and metrics.legal(chords, 2) and not metrics.legal(chords[3:], 2)


@pytest.mark.parametrize("chords, legal", [
    ([C, C + N, C + N], True), ([C + N], False), ([C, AM + N], False), ([C, 0, C + N], False), ([0, 0], True),
])
def test_legal(chords, legal):
    assert metrics.legal(np.array(chords)) is legal


@pytest.mark.parametrize("metre, frames, positions, beats", [
    ((4, 4, 16), [0, 4, 7, 16, 31], [0, 4, 7, 0, 15], [True, True, False, True, False]),
    ((3, 4, 12), [4, 12, 14, 20], [4, 0, 2, 8], [True, True, False, True]),
    ((6, 8, 12), [4, 6, 12, 20], [4, 6, 0, 8], [False, True, True, False]),
    ((3, 8, 6), [4, 6, 9], [4, 0, 3], [True, True, False]),
])
def test_places_in_the_bar(metre, frames, positions, beats):
    length = metre[2]
    lines = np.array([[f, *metre[:2]] for f in range(0, 64, length)])
    assert metrics.bar_positions(np.array(frames), lines).tolist() == positions
    assert metrics.on_beat(np.array(frames), lines).tolist() == beats
