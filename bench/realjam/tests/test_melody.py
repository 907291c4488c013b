"""Tests the melody of the arms."""

from __future__ import annotations

import mido
import pytest

from bench.realjam import melody
from bench.realjam.melody import TUNES, Event


def test_demo_tunes():
    for path in TUNES:
        tune = melody.read(path)
        assert tune[0].on and 0 <= tune[0].at < 1
        assert sum(e.on for e in tune) == sum(not e.on for e in tune) > 20
        assert [e.at for e in tune] == sorted(e.at for e in tune)


def test_medley_turns_from_bar_to_bar():
    a = [Event(0, True, 60, 80), Event(5, False, 60, 0)]
    b = [Event(0.5, True, 70, 80), Event(4, False, 70, 0)]
    medley = melody.medley([a, b], beats=13)
    assert [(e.at, e.pitch) for e in medley] == [(0, 60), (5, 60), (8.5, 70), (12, 70), (12, 60), (17, 60)]


def test_written_and_read(tmp_path):
    tune = melody.medley([melody.read(path) for path in TUNES], beats=100)
    melody.write(tune, 150, tmp_path / "a.mid")
    again = melody.read(tmp_path / "a.mid")
    assert [(e.at, e.on, e.pitch) for e in again] == [pytest.approx((e.at, e.on, e.pitch)) for e in tune]
    assert mido.MidiFile(tmp_path / "a.mid").length == pytest.approx(tune[-1].at * 60 / 150, abs=0.01)


def test_no_notes(tmp_path):
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "a.mid")
    with pytest.raises(ValueError, match="no notes"):
        melody.read(tmp_path / "a.mid")
