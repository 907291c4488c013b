import json

import mido
import numpy as np
import pytest

from train.__main__ import main
from train.data import tokens
from train.data.corpora import dataset, own
from train.data.corpora.song import CorpusError
from train.tests.songs import made
from train.tests.test_midi import block, track, write
from train.tests.test_openewld import FOUR_FOUR, harmony, note, score

BARS = 17
ABC = 'X:{0}\nT:{0}\nM:4/4\nL:1/4\nK:C\n' + '"C"cdec|"G7"gfdB|' * 9


def four_songs(folder):
    """Writes a folder with a MIDI file, a score and two tunes, long enough for a window, and one unusable file of each kind."""
    folder.mkdir()
    tune = [(beat, beat + 1, 72 + beat % 5) for beat in range(4 * BARS)]
    chords = [b for bar in range(BARS) for b in block(4 * bar, 4 * bar + 4, *((48, 52, 55), (43, 47, 53))[bar % 2])]
    (folder / "sub").mkdir()
    write(folder / "sub" / "Song.MID", track("Melody", tune), track("Chords", chords, 1))
    (folder / "sheet.musicxml").write_text(score(FOUR_FOUR + harmony("C") + note("C", 4), *[note("D", 4)] * BARS))
    (folder / "tunes.abc").write_text("\n".join([ABC.format(1), "X:2\nK:H\n", ABC.format(3)]))
    (folder / "broken.mid").write_bytes(b"MThd")
    (folder / "page.xml").write_text("<html/>")
    (folder / "short.abc").write_text('X:1\nM:4/4\nK:C\n"C"c4|')
    (folder / "notes.abc").write_text("nothing")
    mido.MidiFile().save(folder / "empty.midi")
    (folder / "readme.txt").write_text("no song")
    return folder


def test_a_folder_of_songs(tmp_path):
    pieces, skipped = own.read(four_songs(tmp_path / "songs"))
    assert [p.id for p in pieces] == ["sheet.musicxml", "sub/Song.MID", "tunes.abc#1", "tunes.abc#3"]
    assert {(p.corpus, p.split) for p in pieces} == {("own", "own")}
    midi, symbols = pieces[1], tokens.vocabulary()
    assert midi.melody[:8].tolist() == [73, 201, 201, 201, 74, 202, 202, 202]
    assert [symbols[midi.chords[frame] - 1] for frame in (0, 16, 32)] == ["C", "G7", "C"]
    assert midi.bars.tolist() == [[16 * bar, 4, 4] for bar in range(BARS)]
    assert pieces[2].chords.tolist() == pieces[3].chords.tolist() and len(pieces[2].melody) == 18 * 16
    assert {name: why.split(":")[0].partition(" (")[0] for name, why in skipped} == {
        "broken.mid": "not a readable MIDI file", "page.xml": "html in it, not score-partwise, as programs write it",
        "short.abc": "no 256 frames", "notes.abc": "no tune in it", "empty.midi": "no melody",
        "tunes.abc#2": "tune 2, line 8"}


@pytest.mark.parametrize(("files", "message"), [
    ({}, "no songs in it, which are files *.mid, *.midi"), ({"readme.txt": ""}, "no songs in it"),
    ({"a.abc": "", "b.xml": "<html/>"}, "none of its 2 songs can be evaluated on; a.abc: no tune in it"),
])
def test_a_folder_without_songs_is_an_error(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(CorpusError) as caught:
        own.read(tmp_path)
    assert message in str(caught.value)


def test_a_song_longer_than_any_is_left_out(tmp_path):
    (tmp_path / "long.abc").write_text('X:1\nM:4/4\nK:C\n"C"c4|Z99999999|c4|\n')
    (tmp_path / "song.abc").write_text(ABC.format(1))
    pieces, (left_out,) = own.read(tmp_path)
    assert len(pieces) == 1 and "a song has at most 131072" in left_out.why


def test_evaluating_on_own_songs(tmp_path, capsys):
    dataset.write(made(["test"] * 2, 320), {}, tmp_path / "cache.npz")
    folder = four_songs(tmp_path / "songs")
    evaluate = ["evaluate", "chance", "--cache", str(tmp_path / "cache.npz"), "-o", str(tmp_path / "out"),
                "--draws", "1", "--workers", "1", "--minutes", "0", "--songs"]
    assert main([*evaluate, str(folder)]) == 0
    printed = capsys.readouterr()
    assert "| own songs | chance |" in printed.out and "left out page.xml: html in it" in printed.err
    place = json.loads((tmp_path / "out" / "figures.json").read_text())["places"]["own"]
    assert place["songs"] == 4 and np.load(tmp_path / "out" / "played.npz")["own/chance"].shape == (1, 4, 256)
    assert main([*evaluate, str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("nowhere: no songs in it, which are files *.mid, *.midi, "
                                                             "*.musicxml, *.mxl, *.xml, *.abc")


def test_songs_of_ones_own_and_chosen_corpora_need_no_others(tmp_path):
    own_cache, cache = tmp_path / "own.npz", tmp_path / "cache.npz"
    assert main(["prepare", "--songs", str(four_songs(tmp_path / "songs")), "--cache", str(own_cache)]) == 0
    assert {p.corpus for p in dataset.read(own_cache)[0]} == {"own"}
    (tmp_path / "data" / "nottingham" / "ABC_cleaned").mkdir(parents=True)
    (tmp_path / "data" / "nottingham" / "ABC_cleaned" / "jigs.abc").write_text("\n".join(ABC.format(n) for n in range(1, 4)))
    assert main(["prepare", "--data", str(tmp_path / "data"), "--corpora", "nottingham", "--cache", str(cache)]) == 0
    pieces, folding = dataset.read(cache)
    assert {p.corpus for p in pieces} == set(folding) == {"nottingham"}


def test_a_folder_of_songs_becomes_a_corpus(tmp_path, capsys):
    folder, cache = four_songs(tmp_path / "songs"), tmp_path / "cache.npz"
    (folder / "more.abc").write_text("\n".join(ABC.format(n) for n in range(30)))
    dataset.write(made(["train", "valid"], 64), {"made": {"skipped": [], "chords": {}}}, cache)
    for _ in range(2):  # the second time they replace those of the first
        assert main(["prepare", "--songs", str(folder), "--cache", str(cache)]) == 0
    pieces, folding = dataset.read(cache)
    own_pieces = [p for p in pieces if p.corpus == "own"]
    assert len(pieces) == 2 + 35 == 2 + len(own_pieces)  # with the short one, which evaluation leaves out
    assert {p.split for p in own_pieces} == {"train", "valid", "test"}
    assert [s["id"] for s in folding["own"]["skipped"]] == ["broken.mid", "empty.midi", "notes.abc", "page.xml", "tunes.abc#2"]
    assert "left out broken.mid: " in capsys.readouterr().err
    assert main(["stats", "--cache", str(cache)]) == 0
    assert "own: 35 songs" in capsys.readouterr().out
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "x.mid").write_bytes(b"MThd")
    assert main(["prepare", "--songs", str(tmp_path / "none"), "--cache", str(cache)]) == 2
    assert "none of its 1 songs is for training; x.mid: " in capsys.readouterr().err
