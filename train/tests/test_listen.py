import numpy as np
import pytest

from train.__main__ import main
from train.data import tokens
from train.data.corpora import dataset, midi
from train.data.corpora.dataset import piece_of
from train.evaluation.listen import midi_file
from train.evaluation.places import drawn
from train.tests.test_pictures import PIECES, SYSTEMS, evaluation


def test_every_system_and_the_data_can_be_heard(tmp_path, capsys):
    dataset.write(PIECES, {}, tmp_path / "cache.npz")
    folder, out = evaluation(tmp_path / "evaluation"), tmp_path / "out"
    assert main(["listen", str(folder), "-o", str(out), "--cache", str(tmp_path / "cache.npz")]) == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(f"1-{name}.mid" for name in ["data", *SYSTEMS])
    assert "1-jamd.mid: made/0, jamd" in capsys.readouterr().out
    window = drawn(PIECES[:6], 1, 75)[0][0]
    heard = piece_of(midi.read(out / "1-data.mid", "own", "x"), "own")
    assert heard.melody.tolist() == window.melody.tolist() and heard.chords.tolist() == window.chords.tolist()


@pytest.mark.parametrize("name", tokens.vocabulary()[::7])
def test_every_chord_sounds_its_pitch_classes_and_says_its_name(name):
    chord = tokens.vocabulary().index(name)
    frames = np.array([0, 1 + chord, 1 + tokens.CHORDS + chord, 0])
    *_, chords = midi_file("a", np.zeros(4, int), frames).tracks
    on = [m for m in chords if m.type == "note_on"]
    assert {m.note % 12 for m in on} == set(np.flatnonzero(tokens.chord_pitch_classes()[1 + chord]))
    assert [m.text for m in chords if m.type == "text"] == [name]
    assert chords[2].time == 120 and sum(m.time for m in chords) == 360
