"""Tests the MusicXML that OpenEWLD does not have; test_openewld.py tests the rest."""

import pathlib
import zipfile
from xml.etree import ElementTree

import pytest

from train.data.corpora import musicxml
from train.data.corpora.leadsheet import Measure, expand, to_song
from train.data.corpora.song import Bar, Chord, Note, Song
from train.tests.test_openewld import FOUR_FOUR, MAJOR, SEVENTH, degree, harmony, note, rest, score


def read(tmp_path: pathlib.Path, text: str) -> list[Measure]:
    path = tmp_path / "song.musicxml"
    path.write_text(text)
    return musicxml.read(path)


def song(tmp_path: pathlib.Path, text: str) -> Song:
    made = to_song("own", "song", "song", expand(read(tmp_path, text)))
    assert isinstance(made, Song), made
    return made


def backup(quarters: float) -> str:
    return f"<backup><duration>{round(12 * quarters)}</duration></backup>"


def forward(quarters: float) -> str:
    return backup(quarters).replace("backup", "forward")


def voice(number: int, staff: int = 1) -> str:
    return f"<voice>{number}</voice><staff>{staff}</staff>"


def test_notes_together_and_the_voice_that_begins(tmp_path):
    made = song(tmp_path, score(
        FOUR_FOUR + harmony("C") + note("C", 1, voice(1)) + note("E", 1, "<chord/>" + voice(1)) + rest(1)
        + note("G", 2, voice(1)) + backup(4) + note("A", 4, voice(2), 5) + backup(4) + note("C", 4, voice(1, 2), 3)
        + backup(1) + harmony("G", "dominant") + forward(1),
        note("D", 4, voice(1))))
    assert made.notes == [Note(0, 4, 64), Note(8, 16, 67), Note(16, 32, 62)]
    assert made.chords == [Chord(0, 12, 0, MAJOR), Chord(12, 32, 7, SEVENTH)]
    assert made.bars == [Bar(0, 4, 4), Bar(16, 4, 4)]


def parts(*measures: str) -> str:
    inner = "".join(f"<part id='P{i}'><measure number='1'>{m}</measure></part>" for i, m in enumerate(measures))
    return f"<score-partwise>{inner}</score-partwise>"


@pytest.mark.parametrize(("text", "pitch"), [
    (parts(FOUR_FOUR + note("C", 4), FOUR_FOUR + harmony("G") + note("D", 4)), 62),
    (parts(FOUR_FOUR + note("C", 4), FOUR_FOUR + harmony("G") + rest(4)), 60),
    (parts(FOUR_FOUR + rest(4), FOUR_FOUR + note("E", 4), FOUR_FOUR + harmony("G")), 64),
])
def test_which_part_is_the_melody(tmp_path, text, pitch):
    made = song(tmp_path, text)
    assert made.notes == [Note(0, 16, pitch)] and made.chords == [Chord(0, 16, 7, MAJOR)]


def test_no_chord_as_a_kind_a_metre_of_sums_and_one_ending_twice(tmp_path):
    time = FOUR_FOUR.replace("<beats>4", "<beats>3+2")
    bracket = "<barline><ending number='1, 2' type='start'/></barline>"
    made = song(tmp_path, score(time + harmony("C") + note("C", 5), bracket + harmony("C", "none") + note("D", 5)))
    assert made.bars == [Bar(0, 5, 4), Bar(20, 5, 4)]
    assert made.chords == [Chord(0, 20, 0, MAJOR)]


@pytest.mark.parametrize(("kind", "extra", "semitones"), [
    ("suspended-second", "", (0, 2, 7)), ("major-13th", "", (0, 2, 4, 5, 7, 9, 11)),
    ("major", degree(3, 0, "subtract"), (0, 7)), ("dominant", degree(13, -1, "add"), (0, 4, 7, 8, 10)),
    ("major", degree(6, 0, "add"), (0, 4, 7, 9)),
])
def test_kinds_and_degrees(kind, extra, semitones):
    assert musicxml.read_harmony(ElementTree.fromstring(harmony("C", kind, extra)))[1] == sum(1 << s for s in semitones)


def test_an_archive_may_hold_pictures(tmp_path):
    path = tmp_path / "song.mxl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("cover.png", b"\x89PNG")
        archive.writestr("score.musicxml", score(FOUR_FOUR + harmony("C") + note("C", 4)))
    assert len(musicxml.read(path)) == 1


@pytest.mark.parametrize(("text", "message"), [
    ("", "no element found"), ("no score", "syntax error"), ("<html/>", "html in it, not score-partwise"),
    ("<score-timewise/>", "score-timewise in it"), ("<score-partwise/>", "no part"),
    (score(harmony("C", "major", degree(8, 0, "add"))), "measure 0: unknown degree 8"),
    (score("<harmony><root><root-step>H</root-step></root></harmony>"), "measure 0: no note 'H'"),
])
def test_what_is_no_score(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, text)
