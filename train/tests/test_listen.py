import numpy as np
import pytest

from train.__main__ import main
from train.data import tokens
from train.data.corpora import dataset, midi
from train.data.corpora.dataset import piece_of
from train.evaluation.listen import bar_of, midi_file, render, sheet
from train.evaluation.places import Window
from train.tests.songs import made

PIECES = made(["test"] * 2, 320)


def test_every_system_and_the_data_can_be_heard(tmp_path, capsys):
    dataset.write(PIECES, {}, tmp_path / "cache.npz")
    out, cache = tmp_path / "out", str(tmp_path / "cache.npz")
    assert main(["listen", "rules-bar", "chance", "-o", str(out), "--cache", cache, "--song", "made/1", "made/0",
                 "--soundfont", str(tmp_path / "none.sf2")]) == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(
        f"{n}-{what}" for n in (1, 2) for what in ("data.mid", "rules-bar.mid", "chance.mid", "roll.png", "chords.md"))
    said = capsys.readouterr().out
    assert said.startswith("left out the sound") and "1-chance.mid: made/1, chance" in said
    heard = piece_of(midi.read(out / "2-data.mid", "own", "x"), "own")
    assert heard.melody.tolist() == PIECES[0].melody[:256].tolist()
    assert heard.chords.tolist() == PIECES[0].chords[:256].tolist()
    assert main(["listen", "chance", "-o", str(out), "--cache", cache]) == 2
    assert "no song billboard/TheBeachBoys_InMyRoom_1963.varms in the cache" in capsys.readouterr().err


def test_midi_files_become_sound(tmp_path, monkeypatch):
    """Checks how fluidsynth is called, with a program in its place, and what is said if it fails."""
    program = tmp_path / "fluidsynth"
    program.write_text("#!/bin/sh\n[ $1 = -ni ] && [ -f $5 ] && cp $4 $3 || { echo no such sound >&2; exit 3; }\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    font, song = tmp_path / "font.sf2", tmp_path / "a.mid"
    font.write_text("font")
    song.write_text("song")
    render(song, tmp_path / "a.wav", font)
    assert (tmp_path / "a.wav").read_text() == "font"
    with pytest.raises(OSError, match="no such sound"):
        render(tmp_path / "b.mid", tmp_path / "b.wav", font)


def test_a_chord_sheet_by_hand():
    c, am = (tokens.vocabulary().index(name) for name in ("C", "Am"))
    hold = 1 + tokens.CHORDS
    data = np.array([0] * 4 + [1 + c] + [hold + c] * 11 + [1 + c] + [hold + c] * 5 + [1 + am] + [hold + am] * 9)
    window = Window("a/b", np.ones(32, int), data, np.array([[0, 4, 4], [16, 4, 4]]))
    assert sheet(window, {"data": data}) == "# a/b\n\n| bar | data |\n| --- | --- |\n| 1 | - 2:C |\n| 2 | 2.5:Am |\n"
    assert bar_of(np.array([hold + c] * 4 + [hold + c] * 4), 4, 8) == "."


@pytest.mark.parametrize("name", tokens.vocabulary()[::7])
def test_every_chord_sounds_its_pitch_classes_and_says_its_name(name):
    chord = tokens.vocabulary().index(name)
    frames = np.array([0, 1 + chord, 1 + tokens.CHORDS + chord, 0])
    *_, chords = midi_file("a", np.zeros(4, int), frames).tracks
    on = [m for m in chords if m.type == "note_on"]
    assert {m.note % 12 for m in on} == set(np.flatnonzero(tokens.chord_pitch_classes()[1 + chord]))
    assert [m.text for m in chords if m.type == "text"] == [name]
    assert chords[2].time == 120 and sum(m.time for m in chords) == 360
