import pytest

from train.data.corpora.leadsheets import read
from train.data.corpora.song import Chord, CorpusError, Note, Song
from train.tests.test_openewld import FOUR_FOUR, MAJOR, SEVENTH, harmony, note, score


def test_a_sheet_is_named_by_its_file(tmp_path):
    (tmp_path / "Ain-t-the-Blues.musicxml").write_text(score(
        FOUR_FOUR + note("G", 4), harmony("C") + harmony("G", "dominant", "<offset>24</offset>") + note("C", 4, octave=5)))
    (tmp_path / "index.json").write_text("[]")
    made, = read(tmp_path)
    assert isinstance(made, Song)
    assert (made.corpus, made.id, made.group, made.title) == (
        "leadsheets", "Ain-t-the-Blues", "aintblues", "Ain-t-the-Blues")
    assert made.notes == [Note(0, 16, 67), Note(16, 32, 72)]
    assert made.chords == [Chord(16, 24, 0, MAJOR), Chord(24, 32, 7, SEVENTH)]


def test_errors_name_the_file(tmp_path):
    with pytest.raises(CorpusError, match="no .musicxml files"):
        list(read(tmp_path))
    (tmp_path / "Broken.musicxml").write_text("<score-partwise>")
    with pytest.raises(CorpusError, match="Broken.musicxml: .*fetch the corpus again"):
        list(read(tmp_path))
