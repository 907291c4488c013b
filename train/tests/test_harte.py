import pytest

from train.data.corpora import harte


def mask(*semitones: int) -> int:
    return sum(1 << s for s in semitones)


@pytest.mark.parametrize(("label", "root", "semitones"), [
    ("C:maj", 0, (0, 4, 7)),
    ("F#:min7", 6, (0, 3, 7, 10)),
    ("Bb:dim", 10, (0, 3, 6)),
    ("B-:hdim7", 10, (0, 3, 6, 10)),
    ("B--:maj", 9, (0, 4, 7)),
    ("D", 2, (0, 4, 7)),
    ("G:1", 7, (0,)),
    ("G:5", 7, (0, 7)),
    ("A:sus4(b7)", 9, (0, 5, 7, 10)),
    ("E:(b5,b7,3)", 4, (0, 4, 6, 10)),
])
def test_the_chord_is_its_root_and_the_intervals_above_it(label, root, semitones):
    assert harte.parse(label) == (root, mask(*semitones))


@pytest.mark.parametrize(("label", "semitones"), [
    ("C:9", (0, 2, 4, 7, 10)),
    ("C:maj(9)", (0, 2, 4, 7)),
    ("C:min11", (0, 2, 3, 5, 7, 10)),
    ("C:13", (0, 2, 4, 5, 7, 9, 10)),
    ("C:7(b13)", (0, 4, 7, 8, 10)),
])
def test_extensions_are_folded_into_the_octave(label, semitones):
    assert harte.parse(label) == (0, mask(*semitones))


@pytest.mark.parametrize("label", ["C:maj/3", "C:maj/2", "C:maj/b7", "C:maj/#4"])
def test_the_bass_adds_no_note(label):
    assert harte.parse(label) == (0, mask(0, 4, 7))


@pytest.mark.parametrize("label", ["N", "X"])
def test_no_chord_is_none(label):
    assert harte.parse(label) is None


@pytest.mark.parametrize("label", ["", ".", "H:maj", "C:blues", "C:maj(", "C major", "/3", "c:maj", "C:maj(z)"])
def test_anything_else_is_refused_by_name(label):
    with pytest.raises(ValueError, match="not a Harte chord label") as raised:
        harte.parse(label)
    assert repr(label) in str(raised.value)
