import numpy as np
import pytest

from train import metrics, tokens
from train.corpora.dataset import Piece
from train.evaluate import WINDOW, measure, summary, table, windows

N = tokens.CHORDS
C, AM = 1 + tokens.vocabulary().index("C"), 1 + tokens.vocabulary().index("Am")


def test_note_in_chord_counts_frames_where_both_sound():
    melody = np.array([1 + 60, 129 + 60, 1 + 61, 0, 1 + 69])
    chords = np.array([C, C + N, C + N, C + N, tokens.NO_CHORD])
    assert metrics.note_in_chord(melody, chords) == (2, 3)
    assert metrics.note_in_chord(melody, np.array([C, AM, AM + N, 0, AM])) == (3, 4)


def test_changes_durations_and_distinct():
    chords = np.array([C, C + N, C, AM, AM + N, AM + N, 0, AM])
    assert metrics.changes(chords) == 2  # to Am, and to Am again out of silence; C struck again is no change
    assert metrics.durations(chords).tolist() == [3, 3, 1]
    assert metrics.distinct(chords) == 2
    assert metrics.entropy(np.array([4, 4, 8, 8])) == 1.0
    assert metrics.entropy(np.array([])) == 0.0


@pytest.mark.parametrize("chords, legal", [
    ([C, C + N, C + N], True), ([C + N], False), ([C, AM + N], False), ([C, 0, C + N], False), ([0, 0], True),
])
def test_legal(chords, legal):
    assert metrics.legal(np.array(chords)) is legal


def piece(song: str, split: str, frames: int) -> Piece:
    melody = np.full(frames, 129 + 60, np.int16)
    chords = np.full(frames, C + N, np.int16)
    melody[0], chords[0] = 1 + 60, C
    bars = np.array([[f, 4, 4] for f in range(0, frames, 16)], np.int32)
    return Piece("made", song, split, melody, chords, bars)


def test_windows_lie_on_bar_lines_of_the_split():
    songs = [piece("a", "test", 600), piece("b", "train", 600), piece("c", "test", 100)]
    found = windows(songs, "test", per_song=2)
    assert len(windows(songs, "test")) == 1
    assert [w.song for w in found] == ["made/a", "made/a"]
    assert all(len(w.melody) == WINDOW and w.bars == 16 and metrics.legal(w.chords) for w in found)


def test_summary_of_the_data_and_its_table():
    found = windows([piece(s, "test", 600) for s in "abc"], "test")
    figures = summary([measure(w, w.chords) for w in found], draws=50)
    assert figures["note_in_chord"] == [1.0, 1.0, 1.0] and figures["legal_share"][0] == 1.0
    assert "| test songs | data | 1.000" in table({"test": {"windows": 6, "songs": 3, "data": figures}})
