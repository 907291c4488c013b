import numpy as np
import pytest

from train.data.corpora import dataset, groups
from train.data.corpora.song import Chord, Note, Song


def song(corpus: str, id: str, pitches: list[int] | None = None, title: str = "", frames: int = 2, group: str = "") -> Song:
    """Returns a song of these pitches; without any, its melody is drawn from its name."""
    if pitches is None:
        pitches = np.random.default_rng(list(id.encode())).integers(55, 80, 60).tolist()
    notes = [Note(frames * i, frames * i + 1, p) for i, p in enumerate(pitches)]
    return Song(corpus, id, group or id, frames * len(notes), notes, [Chord(0, 4, 0, 0b10010001)], title=title)


def drawn(seed: int, count: int = 60) -> list[int]:
    return np.random.default_rng(seed).integers(55, 80, count).tolist()


@pytest.mark.parametrize(("title", "letters"), [
    ("In a Mellow Tone", "inmellowtone"), ("InAMellowTone", "inmellowtone"), ("Kesh, The", "kesh"),
    ("I'm_Always_Chasing_Rainbows", "imalwayschasingrainbows"), ("I-m-Always-Chasing-Rainbows", "imalwayschasingrainbows"),
    ("Água de Beber (Water to Drink)", "aguadebeber"), ("I'llRememberApril_AlternateTake2", "illrememberapril"),
    ("Old Joe Clark, variation 2", "oldjoeclark"), ("25 or 6 to 4", "orto"), ("1,2,3", ""),
])
def test_plain_titles(title, letters):
    assert groups.plain(title) == letters


@pytest.mark.parametrize(("a", "b", "same"), [
    ("willafjord", "willaford", True), ("boilthemcabbagedown", "boilemcabbagedown", True),
    ("drunkensailor", "whatshallwedowithdrunkensailor", True), ("bluemonk", "bluemoon", False),
    ("remember", "irememberyou", False), ("ropewaltz", "rosewaltz", False),
])
def test_titles_that_are_alike(a, b, same):
    assert groups.similar(a, b) is groups.similar(b, a) is same


def test_songs_are_one_by_title_over_corpora():
    songs = [song("pop909", "1"), song("leadsheets", "a", title="In-a-Mellow-Tone"), song("weimar", "b", title="InAMellowTone"),
             song("tunes", "c", title="Willafjord"), song("nottingham", "d", title="Willaford"), song("pop909", "2")]
    assert groups.gather(songs) == [[0], [1, 2], [3, 4], [5]]


def test_songs_without_a_title_are_not_one():
    assert groups.gather([song("pop909", "1"), song("pop909", "2"), song("billboard", "3", title="1")]) == [[0], [1], [2]]


def test_a_melody_in_another_key_and_rhythm_is_the_same():
    tune = drawn(1)
    other = [p + 5 for p in tune[:20]] + drawn(2, 40)  # 13 turns of 53: a quarter
    assert groups.gather([song("pop909", "1", tune), song("nottingham", "2", other, frames=3)]) == [[0, 1]]


def test_a_few_turns_in_common_are_not_enough():
    tune = drawn(1)
    assert groups.gather([song("pop909", "1", tune), song("pop909", "2", tune[:12] + drawn(2, 48))]) == [[0], [1]]


def test_scales_and_repeated_notes_tell_nothing():
    scale = [48 + 12 * octave + step for octave in range(5) for step in (0, 2, 4, 5, 7, 9, 11)]
    even = [60 + i // 2 % 12 for i in range(60)]
    for tune in (even, scale, [60] * 60):
        assert len(groups.gather([song("pop909", "1", tune), song("pop909", "2", tune)])) == 2


def test_what_many_songs_have_is_anybodys():
    tune = drawn(1)
    songs = [song("pop909", str(i), tune[:30] + drawn(100 + i, 60)) for i in range(groups.COMMON + 1)]
    assert len(groups.gather(songs)) == len(songs)
    assert len(groups.gather(songs[:-1])) == 1


def test_groups_join_by_any_chain_of_likeness():
    tune = drawn(3)
    songs = [song("pop909", "1", tune), song("tunes", "2", drawn(4), "Over the Waterfall"),
             song("nottingham", "3", tune, "Over The Waterfall")]
    assert groups.gather(songs) == [[0, 1, 2]]


def sided(*names: tuple[str, str]) -> str | None:
    return dataset.side([song(corpus, id) for corpus, id in names])


def on(corpus: str, side: str) -> tuple[str, str]:
    """Returns the name of a song in that corpus whose hash is on that side."""
    return corpus, next(str(i) for i in range(100) if dataset.split_of(corpus, str(i)) == side)


@pytest.mark.parametrize("side", ["train", "valid", "test"])
def test_a_song_alone_lies_where_its_hash_puts_it(side):
    for corpus in ("pop909", "weimar"):
        assert sided(on(corpus, side)) == side


def test_a_song_that_the_shipped_networks_trained_on_goes_on_training():
    assert sided(on("nottingham", "test"), on("pop909", "train")) == "train"
    assert sided(on("tunes", "train"), on("nottingham", "test")) == "test"
    assert sided(on("leadsheets", "test"), on("weimar", "train")) == "test"
    assert sided(on("pop909", "test"), on("nottingham", "valid"), on("weimar", "train")) == "valid"


def test_no_corpus_keeps_a_song_of_openewld():
    tune = drawn(5)
    songs = [song("openewld", "a", tune), song("nottingham", "b", tune), song("pop909", "c")]
    kept, left_out = dataset.split(songs)
    assert [(s.id, side) for s, side in kept] == [("a", "ood"), ("c", dataset.split_of("pop909", "c"))]
    assert [(corpus, *skipped) for corpus, skipped in left_out] == [("nottingham", "b", "a song of openewld")]
