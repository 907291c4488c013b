"""OpenEWLD, lead sheets of songs in the public domain (compressed MusicXML): one melody part with chord symbols.

Repeats and endings are played; jumps (D.C., D.S., coda), which a few songs have as words only, are not.
"""

from __future__ import annotations

import pathlib
import zipfile
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from xml.etree import ElementTree

from train.corpora.leadsheet import BROKEN, LETTERS, NOT_FOUND, Measure, Symbol, Tone, expand, interval_set, to_song
from train.corpora.song import CorpusError, Skipped, Song

DEGREES = {4: 5, 5: 7, 7: 10, 9: 14, 11: 17}  # scale degree -> semitones, as in a dominant chord
KINDS = {
    "power": (7,),
    "major": (4, 7),
    "minor": (3, 7),
    "diminished": (3, 6),
    "augmented": (4, 8),
    "suspended-fourth": (5, 7),
    "major-sixth": (4, 7, 9),
    "minor-sixth": (3, 7, 9),
    "maj69": (4, 7, 9, 14),
    "dominant": (4, 7, 10),
    "major-seventh": (4, 7, 11),
    "minor-seventh": (3, 7, 10),
    "major-minor": (3, 7, 11),
    "minor-major": (3, 7, 11),
    "half-diminished": (3, 6, 10),
    "diminished-seventh": (3, 6, 9),
    "augmented-seventh": (4, 8, 10),
    "dominant-ninth": (4, 7, 10, 14),
    "major-ninth": (4, 7, 11, 14),
    "minor-ninth": (3, 7, 10, 14),
    "augmented-ninth": (4, 8, 10, 14),
    "dominant-11th": (4, 7, 10, 14, 17),
    "minor-11th": (3, 7, 10, 14, 17),
    "dominant-13th": (4, 7, 10, 14, 17, 21),
    "minor-13th": (3, 7, 10, 14, 17, 21),
}


def read(root: pathlib.Path) -> Iterator[Song | Skipped]:
    """Every song of the checkout at root, sorted by id (folder/title); CorpusError if it cannot be read."""
    folder = root / "dataset"
    paths = {f"{path.parts[-3]}/{path.parts[-2]}": path for path in folder.glob("*/*/*.mxl")}
    if not paths:
        raise CorpusError(f"{folder}: no .mxl files {NOT_FOUND}")
    for id, path in sorted(paths.items()):
        yield to_song("openewld", id, id, expand(_read_file(path)))


def _read_file(path: pathlib.Path) -> list[Measure]:
    """The measures of one file as written; where no metre is given, it is what most of them last."""
    where = ""
    measures: list[Measure] = []
    state = _Sheet()
    try:
        with zipfile.ZipFile(path) as archive:
            # Not by META-INF/container.xml: where a title has an ampersand it is not well-formed.
            names = [name for name in archive.namelist() if not name.startswith("META-INF/")]
            if len(names) != 1:
                raise ValueError(f"{len(names)} scores in it instead of one")
            score = ElementTree.fromstring(archive.read(names[0]))
        for element in _find(score, "part").findall("measure"):
            where = f"measure {element.get('number')}: "
            measures.append(state.measure(element))
        if score.find("part/measure/attributes/time") is None:
            eighths = Counter(2 * measure.length for measure in measures).most_common(1)[0][0]
            for measure in measures:
                measure.beats, measure.unit = (int(eighths / 2), 4) if eighths % 2 == 0 else (int(eighths), 8)
    except (OSError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError) as error:
        raise CorpusError(f"{path}: {where}{error}; {BROKEN}") from error
    return measures


class _Sheet:
    """What carries from measure to measure: divisions of a quarter note, the metre, the ending bracket."""

    def __init__(self) -> None:
        self.divisions = 1
        self.beats = 4
        self.unit = 4
        self.ending = 0

    def measure(self, element: ElementTree.Element) -> Measure:
        """One measure; without notes or rests it lasts as long as its metre says."""
        tones: list[Tone] = []
        symbols: list[Symbol] = []
        at = Fraction(0)
        for child in element:
            if child.tag == "attributes":
                self.divisions = int(child.findtext("divisions", str(self.divisions)))
                self.beats = int(child.findtext("time/beats", str(self.beats)))
                self.unit = int(child.findtext("time/beat-type", str(self.unit)))
                if min(self.divisions, self.beats, self.unit) < 1:
                    raise ValueError("divisions or metre below 1")
            elif child.tag == "harmony":
                offset = Fraction(int(child.findtext("offset", "0")), self.divisions)
                symbols.append(Symbol(at + offset, *read_harmony(child)))
            elif child.tag == "direction" and child.findtext(".//words") == "N.C.":
                symbols.append(Symbol(at, 0, 0))
            elif child.tag == "note" and child.find("grace") is None:
                length = Fraction(int(_text(child, "duration")), self.divisions)
                if child.find("pitch") is not None:
                    tied = any(tie.get("type") == "start" for tie in child.findall("tie"))
                    tones.append(Tone(at, length, _pitch(child), tied))
                at += length
        opens, closes, bracket_ends = self.barlines(element)
        length = at or Fraction(4 * self.beats, self.unit)
        measure = Measure(length, self.beats, self.unit, tones, symbols, opens, closes, self.ending)
        if bracket_ends:
            self.ending = 0
        return measure

    def barlines(self, element: ElementTree.Element) -> tuple[bool, bool, bool]:
        """Whether a repeat opens before this measure, closes after it, and an ending bracket stops with it."""
        repeats = {repeat.get("direction") for repeat in element.findall("barline/repeat")}
        brackets = {bracket.get("type"): int(bracket.attrib["number"]) for bracket in element.findall("barline/ending")}
        self.ending = brackets.get("start", self.ending)
        return "forward" in repeats, "backward" in repeats, bool({"stop", "discontinue"} & brackets.keys())


def read_harmony(harmony: ElementTree.Element) -> tuple[int, int]:
    """Root and intervals of a harmony element; its bass note is not looked at. Without a kind it is a major triad."""
    root = LETTERS[_text(harmony, "root/root-step")] + int(harmony.findtext("root/root-alter", "0"))
    kind = harmony.findtext("kind") or "major"
    if kind not in KINDS:
        raise ValueError(f"unknown chord kind {kind!r}")
    semitones = {s % 12 for s in KINDS[kind]}
    for degree in harmony.findall("degree"):
        natural = DEGREES[int(_text(degree, "degree-value"))]
        change = _text(degree, "degree-type")
        if change == "alter":
            semitones.discard(natural % 12)
        elif change != "add":
            raise ValueError(f"unknown degree type {change!r}")
        semitones.add(natural + int(_text(degree, "degree-alter")))
    return root % 12, interval_set(semitones)


def _pitch(note: ElementTree.Element) -> int:
    """MIDI pitch of a note as written."""
    octave = int(_text(note, "pitch/octave"))
    return 12 * (octave + 1) + LETTERS[_text(note, "pitch/step")] + int(note.findtext("pitch/alter", "0"))


def _find(element: ElementTree.Element, path: str) -> ElementTree.Element:
    """The first element at path; ValueError without one."""
    found = element.find(path)
    if found is None:
        raise ValueError(f"no {path} in {element.tag}")
    return found


def _text(element: ElementTree.Element, path: str) -> str:
    """The text of the first element at path; ValueError without one."""
    return (_find(element, path).text or "").strip()
