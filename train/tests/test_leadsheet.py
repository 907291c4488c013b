from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.data.corpora.leadsheet import Measure, Symbol, Tone, expand, interval_set, to_frames, to_song
from train.data.corpora.song import Bar, Chord, CorpusError, Note, Skipped, Song

C_MAJOR = Symbol(Fraction(0), 0, interval_set((4, 7)))


def song(*measures: Measure) -> Song:
    made = to_song("test", "x", "x", list(measures))
    assert isinstance(made, Song)
    return made


def bar(*tones: Tone, symbols=(C_MAJOR,), length=4, metre=(4, 4)) -> Measure:
    return Measure(Fraction(length), *metre, list(tones), list(symbols))


def tone(offset, length, pitch, tied=False) -> Tone:
    return Tone(Fraction(offset), Fraction(length), pitch, tied)


def test_interval_set_folds_extensions_and_has_the_root():
    assert interval_set(()) == 0b1
    assert interval_set((4, 7, 10, 14)) == 0b010010010101


def test_rounding_is_to_the_nearest_frame_and_halfway_up():
    assert [to_frames(Fraction(n, 24)) for n in (0, 2, 3, 4, 8, 9)] == [0, 0, 1, 1, 1, 2]


def test_triplets_round_and_a_note_has_at_least_one_frame():
    third = Fraction(1, 3)
    triplet = [tone(n * third, third, 60 + 2 * n) for n in range(3)]
    made = song(bar(*triplet, tone(1, Fraction(1, 16), 65)))
    assert made.notes == [Note(0, 1, 60), Note(1, 3, 62), Note(3, 4, 64), Note(4, 5, 65)]


def test_ties_merge_over_bar_lines_and_only_on_the_same_pitch():
    made = song(bar(tone(0, 4, 60, tied=True)), bar(tone(0, 2, 60, tied=True), tone(2, 2, 62)))
    assert made.notes == [Note(0, 24, 60), Note(24, 32, 62)]


def test_untied_repetition_stays_two_notes():
    assert song(bar(tone(0, 2, 60), tone(2, 2, 60))).notes == [Note(0, 8, 60), Note(8, 16, 60)]


def test_the_highest_note_of_a_chord_is_the_melody():
    assert song(bar(tone(0, 4, 60), tone(0, 4, 67))).notes == [Note(0, 16, 67)]


def test_a_symbol_holds_until_the_next_and_no_chord_ends_it():
    g = Symbol(Fraction(2), 7, interval_set((4, 7)))
    stop = Symbol(Fraction(3), 0, 0)
    made = song(bar(tone(0, 4, 60)), bar(symbols=(g, stop)), bar(symbols=()))
    assert made.chords == [Chord(0, 24, 0, 145), Chord(24, 28, 7, 145)]
    assert made.frames == 48


def test_pickup_is_a_short_first_bar():
    made = song(bar(tone(0, 1, 60), symbols=(), length=1, metre=(3, 4)), bar(tone(0, 3, 62), length=3, metre=(3, 4)))
    assert made.bars == [Bar(0, 3, 4), Bar(4, 3, 4)]
    assert made.chords == [Chord(4, 16, 0, 145)]


def test_a_bar_cut_by_a_repeat_sign_is_one_bar_again():
    parts = [bar(tone(0, n, 60), length=n) for n in (1, 4, 3, 1, 4)]
    assert [b.frame for b in song(*parts).bars] == [0, 4, 20, 36]


def test_a_bar_of_odd_length_leaves_the_next_on_the_grid():
    made = song(bar(tone(0, 4, 60), length=Fraction(33, 8)), bar(tone(0, 4, 62)))
    assert made.notes[1] == Note(17, 33, 62)


def test_without_melody_or_chords_skipped_with_the_reason():
    assert to_song("test", "x", "x", [bar()]) == Skipped("x", "no melody")
    assert to_song("test", "x", "x", [bar(tone(0, 4, 60), symbols=())]) == Skipped("x", "no chords")
    assert to_song("test", "x", "x", []) == Skipped("x", "no melody")


def test_a_pitch_outside_midi_is_a_corpus_error():
    with pytest.raises(CorpusError, match="pitch.*train/README.md"):
        to_song("test", "x", "x", [bar(tone(0, 4, 128))])


def written(text: str) -> list[Measure]:
    """Returns one measure per letter: '(' before it opens a repeat, ')' after it closes one, a digit after it is its ending."""
    measures: list[Measure] = []
    opens = False
    for sign in text:
        if sign == "(":
            opens = True
        elif sign == ")":
            measures[-1].closes = True
        elif sign.isdigit():
            measures[-1].ending = int(sign)
        else:
            measures.append(bar(tone(0, 4, ord(sign))))
            measures[-1].opens, opens = opens, False
    return measures


@pytest.mark.parametrize(("text", "played"), [
    ("abc", "abc"),
    ("ab)", "abab"),
    ("a(b)c", "abbc"),
    ("a(bc)d", "abcbcd"),
    ("ab)c)", "ababcc"),
    ("a(bc1)d2e", "abcbde"),
    ("a(bc1d1)e2f2g)", "abcdbefgg"),
    ("a1)b2c1)d2", "abcd"),
    ("(ab1)c2)d3e", "abacade"),
    ("(ab1)c3d", "abacd"),
    ("(ab1c2d", "abacd"),
    ("(ab1)c2)d", "abacd"),
    ("(ab1)", "aba"),
    ("(ab", "ab"),
])
def test_expand(text, played):
    assert "".join(chr(m.tones[0].pitch) for m in expand(written(text))) == played


@given(st.lists(st.builds(
    lambda length, tones, symbols, metre: Measure(
        length, *metre, [Tone(o, d, p, t) for o, d, p, t in tones], [Symbol(o, r, i) for o, r, i in symbols]),
    st.fractions(0, 6, max_denominator=24),
    st.lists(st.tuples(st.fractions(0, 6, max_denominator=24), st.fractions(0, 6, max_denominator=24),
                       st.integers(0, 127), st.booleans()), max_size=6),
    st.lists(st.tuples(st.fractions(0, 6, max_denominator=24), st.integers(0, 11), st.integers(0, 4095)), max_size=4),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (9, 8), (2, 2)]),
), max_size=6))
def test_any_measures_make_a_song_that_keeps_its_promises_or_none(measures):
    assert isinstance(to_song("test", "x", "x", measures), (Song, Skipped))
