"""The judge of jamd's settings, with a program in jamd's place whose chords are known."""

import sys

import numpy as np
import pytest

from train.data import tokens
from train.data.corpora.song import CorpusError
from train.evaluation import settings
from train.evaluation.places import Window

FRAMES = 256
C, D = 1 + 60, 1 + 62  # onsets of the melody


def window(name: str) -> Window:
    """A song that holds C for half of its frames, then D, over its own chord of C."""
    melody = np.full(FRAMES, 128 + C, dtype=np.int16)
    melody[0], melody[128], melody[129:] = C, D, 128 + D
    chords = np.full(FRAMES, 1 + tokens.CHORDS, dtype=np.int16)
    chords[0] = 1
    return Window(name, melody, chords, np.array([[16 * i, 4, 4] for i in range(16)], dtype=np.int32))


@pytest.fixture
def jamd(tmp_path):
    """A program that plays C, then Bb7 from frame 192 on; with --colour it plays Cmaj9 for C."""
    path = tmp_path / "jamd"
    path.write_text(f"""#!{sys.executable}
import json, sys
if "--wrong" in sys.argv:
    sys.exit("jamd: unknown flag --wrong")
first = "Cmaj9" if "--colour" in sys.argv else "C"
print(json.dumps(dict(chords=[dict(frame=32, symbol=first, duration=160), dict(frame=192, symbol="Bb7", duration=64)])))
""")
    path.chmod(0o755)
    return path


def rows(jamd, *flags):
    return [[cell.strip() for cell in line.split("|")[1:-1]]
            for line in settings.judge([[window("a"), window("b")]], flags, jamd)][2:]


def test_the_data_and_each_setting_have_their_figures(jamd):
    data, plain, ninths = [[row[0], *(float(cell.split()[0]) for cell in row[1:])] for row in rows(jamd, "", "--colour ninths")]
    # After 48 frames C sounds for 80 frames and D for 128, of which 64 are with Bb7.
    assert data == ["the data", round(80 / 208, 3), 100, 1, 0, 0, 0]
    assert plain == ["none", round((80 + 64) / 208, 3), 180, round(144 / 208, 3), round(64 / 208, 3), 0, round(16 / 208, 2)]
    assert ninths == ["`--colour ninths`", 1, 260, plain[3], 1, 0, plain[6]]


def test_a_note_beside_the_chord_is_a_semitone_away():
    w = window("a")
    clash = settings.counts(w, *settings.of_symbols([{"frame": 48, "symbol": "C#", "duration": 208}], FRAMES))
    assert clash[3].tolist() == [208, 208]  # C is beside C sharp, D too


def test_a_flag_that_jamd_refuses_is_told(jamd):
    with pytest.raises(CorpusError, match="unknown flag --wrong"):
        rows(jamd, "--wrong 1")
    with pytest.raises(CorpusError, match="no song"):
        list(settings.judge([[]], [""], jamd))
