import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from train import metrics, tokens
from train.corpora.dataset import Piece
from train.places import WINDOW, Window, medleys, moved, windows
from train.tests.songs import made

N = tokens.CHORDS


def piece(song: str, split: str, frames: int) -> Piece:
    """One note and one chord, C, from end to end."""
    melody, chords = np.full(frames, 129 + 60, np.int16), np.full(frames, 1 + N, np.int16)
    melody[0], chords[0] = 1 + 60, 1
    return Piece("made", song, split, melody, chords, np.array([[f, 4, 4] for f in range(0, frames, 16)], np.int32))


def test_windows_lie_on_bar_lines_of_the_split():
    songs = [piece("a", "test", 600), piece("b", "train", 600), piece("c", "test", 100)]
    found = windows(songs, "test", per_song=2)
    assert len(windows(songs, "test")) == 1
    assert [w.song for w in found] == ["made/a", "made/a"]
    for w in found:
        assert len(w.melody) == WINDOW and metrics.legal(w.chords)
        assert w.lines[:, 0].tolist() == list(range(0, WINDOW, 16))


def test_a_moved_window_begins_anew_where_it_moves():
    melody, chords = np.array([61, 189, 189, 189]), np.array([1, 1 + N, 1 + N, 1 + N])
    found = moved(Window("a", melody, chords, np.array([[0, 4, 4]])), 2, -5)
    assert found.melody.tolist() == [61, 189, 61 - 5, 189 - 5]
    assert found.chords.tolist() == [1, 1 + N, 1 + 7, 1 + N + 7]  # C, then G


@given(st.integers(0, 63), st.integers(-6, 5))
@settings(max_examples=30, deadline=None)
def test_moved_data_goes_together_as_before(frame, semitones):
    song = windows(made(["test"], 320), "test")[0]
    found = moved(song, frame, semitones)
    assert metrics.legal(found.chords)
    assert metrics.note_in_chord(found.melody, found.chords) == metrics.note_in_chord(song.melody, song.chords)


def test_medleys_hold_whole_songs_in_an_order_of_their_own():
    songs = made(["test"] * 3 + ["train"], 32)
    found = medleys(songs, "test", 2, 112)
    assert [len(m.melody) for m in found] == [112, 112] and all(metrics.legal(m.chords) for m in found)
    for medley in found:
        parts = [medley.melody[f:f + 32].tolist() for f in (0, 32, 64)]
        for song in songs[:3]:
            whole = tokens.cut(song.melody, song.chords, 0, 32)[0].tolist()
            assert parts.count(whole) == 1
        assert medley.melody[96:].tolist() == parts[0][:16]  # too few songs: from the start again
        assert medley.lines[:, 0].tolist() == [0, 16, 32, 48, 64, 80, 96]
    orders = {tuple(m.melody.tolist()) for m in medleys(songs, "test", 8, 96)}
    assert len(orders) > 1
    assert medleys(songs, "test", 1, 112)[0].melody.tolist() == found[0].melody.tolist()
    assert medleys(songs, "ood", 2, 112) == []
