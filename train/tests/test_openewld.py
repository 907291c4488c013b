import pathlib
import zipfile
from xml.etree import ElementTree

import pytest

from train.data.corpora.musicxml import KINDS, read_harmony
from train.data.corpora.openewld import read
from train.data.corpora.song import Bar, Chord, CorpusError, Note, Song

MAJOR, SEVENTH = 0b10010001, 0b10010010001
FOUR_FOUR = ("<attributes><divisions>12</divisions>"
             "<time symbol='cut'><beats>4</beats><beat-type>4</beat-type></time></attributes>")
OPEN = "<barline location='left'><repeat direction='forward'/></barline>"
GRACE = "<note><grace/><pitch><step>D</step><octave>5</octave></pitch></note>"
CLOSE = "<barline location='right'><repeat direction='backward'/></barline>"


def note(step: str, quarters: float, extra: str = "", octave: int = 4, alter: int = 0) -> str:
    return (f"<note><pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
            f"<duration>{round(12 * quarters)}</duration>{extra}</note>")


def rest(quarters: float) -> str:
    return f"<note><rest/><duration>{round(12 * quarters)}</duration></note>"


def harmony(step: str, kind: str = "major", extra: str = "", alter: int = 0) -> str:
    return (f"<harmony><root><root-step>{step}</root-step><root-alter>{alter}</root-alter></root>"
            f"<kind>{kind}</kind>{extra}</harmony>")


def degree(value: int, alter: int, change: str) -> str:
    return (f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
            f"<degree-type>{change}</degree-type></degree>")


def ending(number: int, *types: str) -> str:
    return "".join(f"<barline><ending number='{number}' type='{t}'/></barline>" for t in types)


def score(*measures: str) -> str:
    inner = "".join(f"<measure number='{i}'>{m}</measure>" for i, m in enumerate(measures))
    return f"<?xml version='1.0' encoding='utf-8'?><score-partwise><part id='P1'>{inner}</part></score-partwise>"


def corpus(tmp_path: pathlib.Path, text: str, folder: str = "Someone", title: str = "Song's") -> pathlib.Path:
    place = tmp_path / "dataset" / folder / title
    place.mkdir(parents=True)
    with zipfile.ZipFile(place / f"{title}.mxl", "w") as archive:
        # As in the corpus: an apostrophe in the title ends the attribute.
        archive.writestr("META-INF/container.xml", f"<container><rootfile full-path='{title}.xml'/></container>")
        archive.writestr(f"{title}.xml", text)
    return tmp_path


def song(tmp_path: pathlib.Path, *measures: str) -> Song:
    made, = read(corpus(tmp_path, score(*measures)))
    assert isinstance(made, Song)
    return made


def test_pickup_ties_rests_grace_notes_and_chord_offsets(tmp_path):
    made = song(
        tmp_path,
        FOUR_FOUR + note("G", 1),
        harmony("C") + note("C", 1, octave=5) + rest(1) + GRACE
        + harmony("G", "dominant", "<offset>12</offset>") + note("F", 2, "<tie type='start'/>", alter=1),
        note("F", 4, "<tie type='stop'/>", alter=1),
    )
    assert (made.corpus, made.id, made.group) == ("openewld", "Someone/Song's", "Someone/Song's")
    assert made.frames == 36
    assert made.bars == [Bar(0, 4, 4), Bar(4, 4, 4), Bar(20, 4, 4)]
    assert made.notes == [Note(0, 4, 67), Note(4, 8, 72), Note(12, 36, 66)]
    assert made.chords == [Chord(4, 16, 0, MAJOR), Chord(16, 36, 7, SEVENTH)]


def test_triplets_round(tmp_path):
    made = song(tmp_path, FOUR_FOUR + harmony("C") + "".join(note(s, 1 / 3) for s in "CDE") + note("F", 3))
    assert [(n.start, n.end) for n in made.notes] == [(0, 1), (1, 3), (3, 4), (4, 16)]


def test_first_and_second_ending(tmp_path):
    made = song(
        tmp_path,
        FOUR_FOUR + harmony("C") + note("C", 4),
        OPEN + harmony("F") + note("D", 4),
        ending(1, "start", "stop") + CLOSE + note("E", 4),
        ending(2, "start") + note("F", 4),
        ending(2, "discontinue") + note("G", 4),
        note("A", 4),
    )
    assert [n.pitch for n in made.notes] == [60, 62, 64, 62, 65, 67, 69]
    assert made.frames == 7 * 16
    assert made.chords == [Chord(0, 16, 0, MAJOR), Chord(16, 48, 5, MAJOR), Chord(48, 112, 5, MAJOR)]


def test_a_repeat_without_a_start_goes_back_to_the_beginning_and_joins_the_pickup(tmp_path):
    made = song(tmp_path, FOUR_FOUR + note("G", 1), harmony("C") + note("C", 4), note("D", 3) + CLOSE)
    assert [n.pitch for n in made.notes] == [67, 60, 62] * 2
    assert [b.frame for b in made.bars] == [0, 4, 20, 36, 52]


@pytest.mark.parametrize(("beats", "unit"), [(3, 4), (6, 8), (9, 8), (2, 2), (2, 4)])
def test_metres_and_an_empty_measure(tmp_path, beats, unit):
    time = FOUR_FOUR.replace("<beats>4", f"<beats>{beats}").replace("<beat-type>4", f"<beat-type>{unit}")
    made = song(tmp_path, time + harmony("C") + note("C", 4 * beats / unit), "")
    assert made.bars == [Bar(0, beats, unit), Bar(16 * beats // unit, beats, unit)]
    assert made.frames == 2 * 16 * beats // unit


@pytest.mark.parametrize(("quarters", "metre"), [(3, (3, 4)), (4, (4, 4)), (1.5, (3, 8))])
def test_without_a_metre_the_commonest_length_is_it(tmp_path, quarters, metre):
    divisions = "<attributes><divisions>12</divisions></attributes>"
    made = song(tmp_path, divisions + note("G", 1), *[harmony("C") + note("C", quarters)] * 3)
    assert [b[1:] for b in made.bars] == [metre] * 4


def test_no_chord_in_words(tmp_path):
    words = "<direction><direction-type><words>N.C.</words></direction-type><offset>0</offset></direction>"
    made = song(tmp_path, FOUR_FOUR + harmony("C") + note("C", 2) + words + note("D", 2), note("E", 4))
    assert made.chords == [Chord(0, 8, 0, MAJOR)]


@pytest.mark.parametrize(("kind", "extra", "semitones"), [
    ("", "", (0, 4, 7)),
    ("major", "", (0, 4, 7)),
    ("minor", "", (0, 3, 7)),
    ("dominant", "", (0, 4, 7, 10)),
    ("major-seventh", "", (0, 4, 7, 11)),
    ("minor-seventh", "", (0, 3, 7, 10)),
    ("minor-major", "", (0, 3, 7, 11)),
    ("major-minor", "", (0, 3, 7, 11)),
    ("half-diminished", "", (0, 3, 6, 10)),
    ("diminished", "", (0, 3, 6)),
    ("diminished-seventh", "", (0, 3, 6, 9)),
    ("augmented", "", (0, 4, 8)),
    ("augmented-seventh", "", (0, 4, 8, 10)),
    ("augmented-ninth", "", (0, 2, 4, 8, 10)),
    ("suspended-fourth", "", (0, 5, 7)),
    ("suspended-fourth", degree(7, 0, "add"), (0, 5, 7, 10)),
    ("suspended-fourth", degree(7, 0, "add") + degree(9, 0, "add"), (0, 2, 5, 7, 10)),
    ("major-sixth", "", (0, 4, 7, 9)),
    ("minor-sixth", degree(9, 0, "add"), (0, 2, 3, 7, 9)),
    ("maj69", "", (0, 2, 4, 7, 9)),
    ("power", "", (0, 7)),
    ("dominant-ninth", "", (0, 2, 4, 7, 10)),
    ("dominant-ninth", degree(11, 1, "add"), (0, 2, 4, 6, 7, 10)),
    ("dominant-13th", degree(9, -1, "alter"), (0, 1, 4, 5, 7, 9, 10)),
    ("dominant", degree(5, 1, "alter") + degree(9, -1, "add"), (0, 1, 4, 8, 10)),
    ("dominant", degree(9, 1, "add"), (0, 3, 4, 7, 10)),
    ("minor-seventh", degree(5, -1, "alter"), (0, 3, 6, 10)),
    ("major", degree(4, 0, "add"), (0, 4, 5, 7)),
    ("major", "<bass><bass-step>D</bass-step></bass>", (0, 4, 7)),
])
def test_chord_kinds_and_degrees(kind, extra, semitones):
    element = ElementTree.fromstring(harmony("B", kind, extra, alter=-1))
    assert read_harmony(element) == (10, sum(1 << s for s in semitones))


def test_every_kind_has_its_root_and_fits_twelve_bits():
    for kind in KINDS:
        root, intervals = read_harmony(ElementTree.fromstring(harmony("C", kind, alter=-1)))
        assert root == 11 and intervals & 1 and intervals < 4096


def test_songs_come_sorted_and_skipped_with_a_reason(tmp_path):
    corpus(tmp_path, score(FOUR_FOUR + note("C", 4)), "B", "x")
    corpus(tmp_path, score(FOUR_FOUR + harmony("C") + rest(4)), "A", "y")
    assert [tuple(s) for s in read(tmp_path)] == [("A/y", "no melody"), ("B/x", "no chords")]


def test_a_missing_folder_is_named_with_the_cure(tmp_path):
    with pytest.raises(CorpusError, match="dataset: no .mxl files not found; see train/README.md"):
        list(read(tmp_path))


@pytest.mark.parametrize(("text", "message"), [
    (score(FOUR_FOUR)[:-30], "unclosed token|no element found"),
    ("<score-partwise/>", "no part in score-partwise"),
    (score(FOUR_FOUR + harmony("C", "mystic")), "measure 0: unknown chord kind 'mystic'"),
    (score(FOUR_FOUR, harmony("C", "major", degree(5, 0, "omit"))), "measure 1: unknown degree type 'omit'"),
    (score(FOUR_FOUR + "<note><pitch/></note>"), "measure 0: no duration in note"),
    (score("<attributes><divisions>0</divisions></attributes>"), "measure 0: divisions or metre below 1"),
])
def test_a_broken_score_is_named_with_the_place(tmp_path, text, message):
    with pytest.raises(CorpusError, match=rf"Song's\.mxl: ({message}).*train/README\.md"):
        list(read(corpus(tmp_path, text)))


def test_a_truncated_archive_is_named(tmp_path):
    path, = corpus(tmp_path, score(FOUR_FOUR)).glob("dataset/*/*/*.mxl")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CorpusError, match=r"Song's\.mxl: .*train/README\.md"):
        list(read(tmp_path))


def test_a_damaged_archive_is_named(tmp_path):
    path, = corpus(tmp_path, score(FOUR_FOUR)).glob("dataset/*/*/*.mxl")
    path.write_bytes(path.read_bytes().replace(b"divisions", b"divisionz"))
    with pytest.raises(CorpusError, match=r"Song's\.mxl: "):
        list(read(tmp_path))
