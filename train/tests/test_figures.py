import numpy as np
import pytest

from train.data import tokens
from train.data.vocabulary import OURS, Vocabulary
from train.evaluation.bootstrap import Songs
from train.evaluation.figures import again, long_jam, measure, of_place, onset_emd, onset_histograms
from train.evaluation.places import Window
from train.evaluation.tables import table, tables

N = tokens.CHORDS


def struck(*frames: int, length: int = 32) -> np.ndarray:
    """Returns C major and D major in turn, struck at these frames and held between them."""
    chords = np.full(length, tokens.NO_CHORD)
    for i, (start, end) in enumerate(zip(frames, [*frames[1:], length])):
        chords[start:end], chords[start] = 1 + N + 2 * (i % 2), 1 + 2 * (i % 2)
    return chords


def window(*frames: int, song: str = "a", bar: int = 16) -> Window:
    return Window(song, np.full(32, 129 + 60), struck(*frames), np.array([[f, bar // 4, 4] for f in range(0, 32, bar)]))


def value(windows: list[Window], chords: np.ndarray, vocabulary: Vocabulary = OURS) -> dict[str, float]:
    found = measure(windows, chords, vocabulary, Songs([w.song for w in windows], draws=5))
    return {name: drawn[0] for name, drawn in found.items()}


def test_every_figure_of_a_window_by_hand():
    found = value([window(0)], struck(2, 8, 14)[None, None])  # silence, C, D at 8, C at 14: the melody is C
    assert found == pytest.approx({
        "note_in_chord": 24 / 30, "changes_per_bar": 3 / 2, "changes_on_beat": 1 / 3, "distinct_chords": 2,
        "duration_entropy": (2 / 3) * np.log2(3 / 2) + (1 / 3) * np.log2(3), "longest_hold": 18 / 4,
        "silent_share": 2 / 32, "legal_share": 1})


def test_seeds_and_windows_are_pooled():
    chords = np.stack([[struck(0, 16), struck(0)], [struck(0), struck(0)]])
    assert value([window(0), window(0, song="b")], chords)["changes_per_bar"] == 1 / 8


def test_own_vocabulary_says_what_sounds_under_a_token():
    chords = np.full((1, 1, 32), 4)  # the hold of the second of two chords
    assert value([window(0)], chords, Vocabulary(("D", "Cm9")))["note_in_chord"] == 1
    assert value([window(0)], chords, Vocabulary(("Cm9", "D")))["note_in_chord"] == 0


def emd(windows: list[Window], a: np.ndarray, b: np.ndarray) -> float:
    songs = Songs([w.song for w in windows], draws=3)
    return onset_emd(*(onset_histograms(windows, c, OURS, songs) for c in (a, b)))[0]


@pytest.mark.parametrize("a, b, distance", [
    ((0, 16), (0, 16), 0), ((0, 16), (0, 17), 1), ((0, 16), (0, 31), 15),
    ((0, 8, 16), (0, 8, 20), 2),      # one of two onsets is four late
    ((0, 8, 16), (0, 16), 4),         # half of the onsets are eight late
    ((0, 4), (0, 20), 0),             # in another bar, but at the same place in the bar
])
def test_one_shifted_onset(a, b, distance):
    assert emd([window(0)], struck(*a)[None, None], struck(*b)[None, None]) == pytest.approx(distance)


def test_bars_of_every_metre_count_from_their_own_line():
    waltz = window(0, bar=12)
    assert emd([waltz], struck(0, 12)[None, None], struck(0, 24)[None, None]) == 0
    assert emd([waltz], struck(0, 12)[None, None], struck(0, 16)[None, None]) == 4
    assert np.isnan(emd([waltz], struck(0)[None, None], struck(0, 16)[None, None]))


def test_shares_and_distances_stand_beside_the_data():
    windows = [window(0, 16, song=s) for s in "abc"]
    data = np.stack([[w.chords for w in windows]])
    other = np.stack([[struck(0, 24)] * 3])
    found = of_place(windows, {"data": (data, OURS), "other": (other, OURS)})
    assert found["data"]["note_in_chord_share"] == [1, 1, 1] and found["data"]["onset_emd"] == [0, 0, 0]
    assert found["other"]["note_in_chord"] == [0.75, 0.75, 0.75]
    assert found["other"]["note_in_chord_share"] == [1.5, 1.5, 1.5] and found["other"]["onset_emd"] == [8, 8, 8]
    assert found["data"]["root_agreement"] == found["data"]["majmin_agreement"] == [1, 1, 1]
    assert found["other"]["root_agreement"] == [0.75, 0.75, 0.75]
    assert not {"onset_emd", "root_agreement"} & of_place(windows, {"other": (other, OURS)})["other"].keys()


def test_a_long_jam_that_tires():
    """The system plays C throughout in the first minute (of 8 frames). From frame 16 on, every other bar of 4 frames has
    D, the last one too."""
    lines = np.array([[f, 1, 4] for f in range(0, 32, 4)])
    jams = [Window(str(i), np.full(32, 129 + 60), struck(0), lines) for i in range(4)]
    found = long_jam(jams, np.stack([[struck(0, 20, 24, 28)] * 4]), OURS, 8)
    assert found["note_in_chord"] == {"first": [1, 1, 1], "last": [0.5, 0.5, 0.5],
                                      "second_half": [0.5, 0.5, 0.5], "difference": [-0.5, -0.5, -0.5]}
    assert found["changes_per_bar"]["difference"] == [0.5, 0.5, 0.5] and found["legal_share"] == 1
    illegal = np.stack([[struck(0)] * 3 + [np.where(np.arange(32) == 9, 1 + N + 5, struck(0))]])
    assert long_jam(jams, illegal, OURS, 8)["legal_share"] == 0.75


def test_a_tune_that_is_known_the_second_time():
    """The melody is C. The first time, D sounds for two of four bars; the second time, C sounds throughout."""
    lines = np.array([[f, 1, 4] for f in range(0, 32, 4)])
    tunes = [Window(str(i), np.full(32, 129 + 60), struck(0), lines) for i in range(3)]
    found = again(tunes, np.stack([[struck(0, 8, 16)] * 3]), OURS, 16)["note_in_chord"]
    assert found == {"first": [0.5, 0.5, 0.5], "last": [1, 1, 1], "difference": [0.5, 0.5, 0.5]}
    later = again(tunes, np.stack([[struck(0, 8, 16)] * 3]), OURS, 16, after=8)["note_in_chord"]
    assert later["first"] == [0, 0, 0] and later["last"] == [1, 1, 1]


def test_tables():
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    said = tables({"places": {"test": {"systems": {"data": {"note_in_chord": [0.75, 0.7, None]}}}},
                   "adaptation": {"fifth": {"x": {"before": None, "beats_to_recover": [3.0, 1.0, 8.5]}}}, "long": {}})
    assert "| test songs | data | 0.750 (0.700 to -) | - |" in said
    assert "| fifth | x | - | 3.000 (1.000 to 8.500) | - |" in said
    shared = {"vendi_share": [0.9, 0.8, 1], "vendi_share_1": [0.85, 0, 0], "vendi_share_2": [0.95, 0, 0],
              "draws": {"vendi_share": [0.88, 0.92, None]}}
    said = tables({"places": {"jazz": {"systems": {"x": shared}}}, "adaptation": {}, "long": {}})
    assert "| jazz | x | - | - | - | 0.900 (0.800 to 1.000); 0.880, 0.920, - | 0.850, 0.950 | " in said
