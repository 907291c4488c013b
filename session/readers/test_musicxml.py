"""Validates the lead sheets against the schema of MusicXML 4.0 and reads them with music21."""

from pathlib import Path

import music21
import musicxml
import pytest
from lxml import etree

from readers import log

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "testdata" / "leadsheet.musicxml"  # has every chord quality


class Local(etree.Resolver):
    """Resolves the web addresses of other schemas to the files beside this one."""

    def resolve(self, url, _id, context):
        name = url.rsplit("/", 1)[-1]
        return self.resolve_filename(str(HERE / name), context) if name in ("xlink.xsd", "xml.xsd") else None


def schema():
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    path = Path(musicxml.__file__).parent / "generate_classes" / "musicxml_4_0.xsd"
    return etree.XMLSchema(etree.parse(str(path), parser))


def test_sheets_are_valid(exports, logs):
    valid = schema()
    for path in [GOLDEN, *(exports / "musicxml" / f"{session}.musicxml" for session in logs)]:
        valid.assertValid(etree.parse(str(path), etree.XMLParser(load_dtd=False, no_network=True)))
    broken = etree.fromstring(GOLDEN.read_bytes().replace(b"<step>E</step>", b"<step>H</step>"))
    assert not valid.validate(broken)


def test_music21_reads_the_jam(exports, logs):
    for session, lines in logs.items():
        score = music21.converter.parse(exports / "musicxml" / f"{session}.musicxml")
        read = [
            (round(note.getOffsetInHierarchy(score) * 4), note.pitch.midi, round(note.quarterLength * 4))
            for note in score.stripTies().recurse().getElementsByClass(music21.note.Note)
        ]
        assert read == log.notes(lines)
        symbols = [(round(chord.getOffsetInHierarchy(score) * 4), chord) for chord in symbols_of(score)]
        chords = [["", "", "", 0], *log.chords(lines)]
        want = [(b[0], b[1]) for a, b in zip(chords, chords[1:]) if a[1] != b[1] or a[3] < b[0]]
        assert [frame for frame, _ in symbols] == [frame for frame, _ in want]
        for (_, chord), (_, symbol) in zip(symbols, want):
            sounds = next(pitches for _, other, pitches, _ in chords if other == symbol)
            assert pitch_classes(chord) == {pitch % 12 for pitch in sounds}, symbol
        tempi = [line["bpm"] for line in log.of(lines, "segment")]
        marks = [mark.number for mark in score.recurse().getElementsByClass(music21.tempo.MetronomeMark)]
        assert marks == pytest.approx(tempi, abs=0.05)


def pitch_classes(chord):
    """Returns the pitch classes of a chord as music21 reads it, except that the seventh added to a sus4 chord is minor,
    as MusicXML means it."""
    classes = {pitch.pitchClass for pitch in chord.pitches}
    if chord.chordKindStr == "7sus4":
        root = chord.root().pitchClass
        classes = classes - {(root + 11) % 12} | {(root + 10) % 12}
    return classes


def symbols_of(score):
    """Returns the chord symbols except N.C."""
    symbols = score.recurse().getElementsByClass(music21.harmony.ChordSymbol)
    return [symbol for symbol in symbols if not isinstance(symbol, music21.harmony.NoChord)]


def test_music21_reads_every_quality():
    score = music21.converter.parse(GOLDEN)
    chords = symbols_of(score)
    notes = score.recurse().getElementsByClass(music21.note.Note)
    for chord in chords[:-1]:  # the golden sheet's melody plays the notes of each chord but the last
        begin = chord.getOffsetInHierarchy(score)
        played = {n.pitch.pitchClass for n in notes if begin <= n.getOffsetInHierarchy(score) < begin + 1.5}
        assert pitch_classes(chord) == played, chord.figure
    assert len(chords) == 23
