import pathlib

import pytest

from train.data.corpora.song import Chord, CorpusError, Note, Song
from train.data.corpora.tunes import read

TUNE = 'X:7\nT:Kesh, The\nT:The Other Name\nM:6/8\nL:1/8\nK:G\n|:"G"G3 GAB|"D"A3 A3:|\n'


def book(root: pathlib.Path, text: str) -> pathlib.Path:
    (root / "jw35").mkdir(exist_ok=True)
    (root / "jw35" / "Kesh-The.abc").write_text(text)
    return root


def test_a_tune_a_file_its_repeats_played(tmp_path):
    made, = read(book(tmp_path, TUNE))
    assert isinstance(made, Song)
    assert (made.corpus, made.id, made.group, made.title) == ("tunes", "jw35/Kesh-The", "kesh", "Kesh, The")
    assert made.frames == 48
    assert made.notes[:4] == [Note(0, 6, 67), Note(6, 8, 67), Note(8, 10, 69), Note(10, 12, 71)]
    assert [(c.start, c.end, c.root) for c in made.chords] == [(0, 12, 7), (12, 24, 2), (24, 36, 7), (36, 48, 2)]
    assert made.chords[0] == Chord(0, 12, 7, 0b10010001)


@pytest.mark.parametrize(("text", "said"), [
    ("", "0 tunes instead of one"), (TUNE + "\n" + TUNE, "2 tunes instead of one"),
    (TUNE.replace('"D"', '"D?"'), "tune 7, line 7: cannot read chord symbol 'D[?]'"),
])
def test_errors_name_the_file(tmp_path, text, said):
    with pytest.raises(CorpusError, match="Kesh-The.abc: " + said):
        list(read(book(tmp_path, text)))


def test_no_tunes(tmp_path):
    with pytest.raises(CorpusError, match="no folders with .abc files"):
        list(read(tmp_path))
