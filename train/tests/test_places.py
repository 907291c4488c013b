import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from train.data import metrics, tokens
from train.data.corpora.dataset import Piece
from train.evaluation.places import BAR, WINDOW, Window, drawn, medleys, modulated, place_of, starts, throughout, twice
from train.tests.songs import made

N = tokens.CHORDS


def piece(song: str, split: str, frames: int) -> Piece:
    """Returns one note and one chord, C, from end to end."""
    melody, chords = np.full(frames, 129 + 60, np.int16), np.full(frames, 1 + N, np.int16)
    melody[0], chords[0] = 1 + 60, 1
    return Piece("made", song, split, melody, chords, np.array([[f, 4, 4] for f in range(0, frames, 16)], np.int32))


def test_windows_begin_on_any_bar_line_where_the_melody_plays():
    song = piece("a", "test", 608)
    assert starts(song) == list(range(0, 608 - WINDOW + 1, 16))
    song.melody[:40] = 0   # the first two bars and half of the third: it sounds from the third on
    song.melody[40] = 1 + 60
    assert starts(song) == list(range(32, 608 - WINDOW + 1, 16))
    song.melody[100:400] = 0
    assert starts(song) == []
    song = piece("a", "test", 608)
    song.chords[100:500] = 0
    assert starts(song) == []
    assert starts(piece("c", "test", 100)) == []


def test_draws_have_one_window_of_each_song_anywhere_in_it():
    songs = [piece(name, "test", 1600) for name in "abcdef"] + [piece("short", "test", 100)]
    found = drawn(songs, 40, 75)
    assert [[w.song for w in draw] for draw in found] == [[f"made/{name}" for name in "abcdef"]] * 40
    for window in (w for draw in found for w in draw):
        assert len(window.melody) == WINDOW and metrics.legal(window.chords)
        assert window.lines[:, 0].tolist() == list(range(0, WINDOW, BAR))


def where(draws: list[list[Window]]) -> list[list[int]]:
    """Returns the bars with which windows of counted() songs begin."""
    return [[(int(w.melody[0]) - 1) for w in draw] for draw in draws]


def counted(song: str, bars: int) -> Piece:
    """Returns a song whose pitch is the number of its bar."""
    one = piece(song, "test", bars * BAR)
    for bar in range(bars):
        one.melody[bar * BAR:(bar + 1) * BAR] = 129 + bar
        one.melody[bar * BAR] = 1 + bar
    return one


def test_draws_reach_the_whole_song_and_never_move():
    songs = [counted(name, 100) for name in "abcdefgh"]
    found = where(drawn(songs, 30, 75))
    bars = [bar for draw in found for bar in draw]
    assert min(bars) < 12 and max(bars) > 72 and len(set(bars)) > 50
    assert found[:2] == where(drawn(songs, 2, 75))
    assert [draw[1:] for draw in found] == where(drawn(songs[1:], 30, 75))  # whatever other songs there are


def test_a_place_with_more_songs_takes_others_in_each_draw():
    songs = [piece(str(i), "test", 400) for i in range(20)]
    found = [[w.song for w in draw] for draw in drawn(songs, 3, 5)]
    assert all(len(set(draw)) == 5 and draw == sorted(draw) for draw in found)
    assert len({tuple(draw) for draw in found}) == 3


def test_jazz_has_a_place_of_its_own():
    def of(corpus: str, split: str) -> str:
        return place_of(Piece(corpus, "a", split, np.zeros(0), np.zeros(0), np.zeros((0, 3))))

    assert [of("weimar", "test"), of("leadsheets", "test"), of("leadsheets", "train"), of("tunes", "test"),
            of("openewld", "ood")] == ["jazz", "jazz", "train", "test", "ood"]


def test_throughout_takes_windows_side_by_side():
    found = throughout(counted("a", 48))
    assert [int(w.melody[0]) - 1 for w in found] == [0, 16, 32]


def test_a_moved_window_begins_anew_where_it_moves():
    melody, chords = np.array([61, 189, 189, 189]), np.array([1, 1 + N, 1 + N, 1 + N])
    found = modulated(Window("a", melody, chords, np.array([[0, 4, 4]])), 2, -5)
    assert found.melody.tolist() == [61, 189, 61 - 5, 189 - 5]
    assert found.chords.tolist() == [1, 1 + N, 1 + 7, 1 + N + 7]  # C, then G


@given(st.integers(0, 63), st.integers(-6, 5))
@settings(max_examples=30, deadline=None)
def test_moved_data_goes_together_as_before(frame, semitones):
    song = drawn(made(["test"], 320), 1, 1)[0][0]
    found = modulated(song, frame, semitones)
    assert metrics.legal(found.chords)
    assert metrics.note_in_chord(found.melody, found.chords) == metrics.note_in_chord(song.melody, song.chords)


def test_medleys_hold_whole_songs_in_an_order_of_their_own():
    songs = made(["test"] * 3 + ["train"], 32)
    found = medleys(songs[:3], 2, 112)
    assert [len(m.melody) for m in found] == [112, 112] and all(metrics.legal(m.chords) for m in found)
    for medley in found:
        parts = [medley.melody[f:f + 32].tolist() for f in (0, 32, 64)]
        for song in songs[:3]:
            whole = tokens.cut(song.melody, song.chords, 0, 32)[0].tolist()
            assert parts.count(whole) == 1
        assert medley.melody[96:].tolist() == parts[0][:16]  # too few songs: it starts again
        assert medley.lines[:, 0].tolist() == [0, 16, 32, 48, 64, 80, 96]
    orders = {tuple(m.melody.tolist()) for m in medleys(songs[:3], 8, 96)}
    assert len(orders) > 1
    assert medleys(songs[:3], 1, 112)[0].melody.tolist() == found[0].melody.tolist()
    assert medleys([], 2, 112) == []


def test_a_medley_ends_as_it_began():
    songs = made(["test"] * 4, 32)
    once, again = medleys(songs, 1, 80)[0], medleys(songs, 1, 112, again=32)[0]
    assert again.melody.tolist() == [*once.melody, *once.melody[:32]] and metrics.legal(again.chords)
    assert again.chords.tolist() == [*once.chords, *once.chords[:32]]
    assert again.lines[:, 0].tolist() == [0, 16, 32, 48, 64, 80, 96]


def test_a_tune_played_twice():
    window = drawn(made(["test"], 320), 1, 1)[0][0]
    found = twice(window)
    assert found.melody.tolist() == [*window.melody[:128]] * 2 and metrics.legal(found.chords)
    assert found.chords.tolist() == [*window.chords[:128]] * 2 and found.song == window.song
    assert found.lines[:, 0].tolist() == [*range(0, 256, 16)]
