import numpy as np
import pytest

from train.data import tokens
from train.data.vocabulary import OURS, Vocabulary, read_symbol


@pytest.mark.parametrize("symbol, root, above", [
    ("C", 0, (0, 4, 7)), ("F#m7b5", 6, (0, 3, 6, 10)), ("Cb", 11, (0, 4, 7)), ("Bbmmaj7", 10, (0, 3, 7, 11)),
    ("E9", 4, (0, 2, 4, 7, 10)), ("B#5", 0, (0, 7)),
])
def test_symbols_are_read_as_jam_reads_them(symbol, root, above):
    assert read_symbol(symbol) == (root, tokens.mask_of(above))


@pytest.mark.parametrize("symbol", ["", "H", "c", "Cfoo", "N.C.", "C##"])
def test_what_jam_does_not_write_is_refused(symbol):
    with pytest.raises(ValueError, match="jam cannot write such a chord"):
        Vocabulary(("C", symbol))


def test_ours_is_ours():
    assert OURS.is_ours and OURS.chords == tokens.CHORDS
    assert (OURS.pitch_classes == tokens.chord_pitch_classes()).all()
    assert OURS.folded.tolist() == list(range(tokens.CHORD_TOKENS))


def test_another_vocabulary_sounds_as_it_says_and_folds_to_the_nearest():
    other = Vocabulary(("G9", "Dmadd9"))
    assert not other.is_ours
    assert np.flatnonzero(other.pitch_classes[3]).tolist() == [2, 5, 7, 9, 11]  # the hold of G9: g b d f a
    assert not other.pitch_classes[[0, 5]].any()
    g7, dm = tokens.vocabulary().index("G7"), tokens.vocabulary().index("Dm")
    n = tokens.CHORDS
    assert other.folded.tolist() == [0, 1 + g7, 1 + dm, 1 + n + g7, 1 + n + dm, tokens.CHORD_START]
