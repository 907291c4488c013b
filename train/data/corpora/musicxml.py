"""Reads MusicXML lead sheets: scores with chord symbols, plain (.musicxml, .xml) or compressed (.mxl).

The melody is the part whose measures have the chord symbols, or else the first part with notes. The reader takes the
voice that begins this part, and the highest of notes that sound together. It plays repeats and endings. It does not
play jumps (D.C., D.S., coda), which many scores have as words only. Pitches are as written, also for transposing
instruments, because their chord symbols are as written too.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

from train.data.corpora.leadsheet import LETTERS, Measure, Symbol, Tone, interval_set

# Scale degree -> semitones, as in a dominant chord.
DEGREES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 14, 11: 17, 13: 21}
KINDS = {
    "power": (7,),
    "major": (4, 7),
    "minor": (3, 7),
    "diminished": (3, 6),
    "augmented": (4, 8),
    "suspended-fourth": (5, 7),
    "suspended-second": (2, 7),
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
    "major-11th": (4, 7, 11, 14, 17),
    "minor-11th": (3, 7, 10, 14, 17),
    "dominant-13th": (4, 7, 10, 14, 17, 21),
    "major-13th": (4, 7, 11, 14, 17, 21),
    "minor-13th": (3, 7, 10, 14, 17, 21),
}


def read(path: Path) -> list[Measure]:
    """Returns the measures of one file as written. If no metre is given, it is the most frequent length of a measure.

    Raises ValueError, with the number of the measure, if the file cannot be read.
    """
    score = load(path)
    if score.tag != "score-partwise":
        raise ValueError(f"{score.tag} in it, not score-partwise, as programs write it")
    _find(score, "part")
    parts = score.findall("part")
    symbols = next((part for part in parts if part.find("measure/harmony") is not None), parts[0])
    melody = symbols
    if symbols.find("measure/note/pitch") is None:
        melody = next((part for part in parts if part.find("measure/note/pitch") is not None), symbols)
    measures = read_part(melody)
    if melody is not symbols:
        for measure, other in zip(measures, read_part(symbols)):
            measure.symbols = other.symbols
    return measures


def load(path: Path) -> ElementTree.Element:
    """Returns the score of a file; raises ValueError if there is none."""
    try:
        if not zipfile.is_zipfile(path):
            return ElementTree.parse(path).getroot()
        with zipfile.ZipFile(path) as archive:
            # META-INF/container.xml is not used: in OpenEWLD it is not well-formed if a title has an ampersand.
            names = [name for name in archive.namelist() if not name.startswith("META-INF/")
                     and name.lower().endswith((".xml", ".musicxml"))]
            if len(names) != 1:
                raise ValueError(f"{len(names)} scores in it instead of one")
            return ElementTree.fromstring(archive.read(names[0]))
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, LookupError,
            ElementTree.ParseError) as error:
        raise ValueError(str(error)) from error


def read_part(part: ElementTree.Element) -> list[Measure]:
    """Returns the measures of one part as written."""
    sheet = _Sheet()
    measures = []
    for element in part.findall("measure"):
        try:
            measures.append(sheet.measure(element))
        except (KeyError, ValueError) as error:
            raise ValueError(f"measure {element.get('number')}: {error}") from error
    if measures and part.find("measure/attributes/time") is None:
        eighths = Counter(2 * measure.length for measure in measures).most_common(1)[0][0]
        for measure in measures:
            measure.beats, measure.unit = (int(eighths / 2), 4) if eighths % 2 == 0 else (int(eighths), 8)
    return measures


class _Sheet:
    """The state carried from measure to measure: divisions of a quarter note, the metre, the ending bracket, the voice."""

    def __init__(self) -> None:
        self.divisions = 1
        self.beats = 4
        self.unit = 4
        self.ending = 0
        self.voice: tuple[str, str] | None = None  # the voice and staff to read

    def measure(self, element: ElementTree.Element) -> Measure:
        """Reads one measure. Without notes or rests its length is that of its metre."""
        tones: list[Tone] = []
        symbols: list[Symbol] = []
        at = end = before = Fraction(0)
        for child in element:
            if child.tag == "attributes":
                self.attributes(child)
            elif child.tag == "harmony":
                offset = Fraction(int(child.findtext("offset", "0")), self.divisions)
                symbols.append(Symbol(at + offset, *read_harmony(child)))
            elif child.tag == "direction" and child.findtext(".//words") == "N.C.":
                symbols.append(Symbol(at, 0, 0))
            elif child.tag in ("backup", "forward"):
                length = Fraction(int(_text(child, "duration")), self.divisions)
                at = max(Fraction(0), at - length) if child.tag == "backup" else at + length
            elif child.tag == "note" and child.find("grace") is None:
                length = Fraction(int(_text(child, "duration")), self.divisions)
                start = before if child.find("chord") is not None else at  # a chord's notes begin with its first
                voice = child.findtext("voice", "1"), child.findtext("staff", "1")
                self.voice = self.voice or voice
                if child.find("pitch") is not None and voice == self.voice:
                    tied = any(tie.get("type") == "start" for tie in child.findall("tie"))
                    tones.append(Tone(start, length, _pitch(child), tied))
                before, at = start, start + length
            end = max(end, at)
        opens, closes, bracket_ends = self.barlines(element)
        length = end or Fraction(4 * self.beats, self.unit)
        measure = Measure(length, self.beats, self.unit, tones, symbols, opens, closes, self.ending)
        if bracket_ends:
            self.ending = 0
        return measure

    def attributes(self, element: ElementTree.Element) -> None:
        """Reads divisions and metre, if they are given; a metre such as 3+2 counts as their sum."""
        self.divisions = int(element.findtext("divisions", str(self.divisions)))
        self.beats = sum(int(beats) for beats in element.findtext("time/beats", str(self.beats)).split("+"))
        self.unit = int(element.findtext("time/beat-type", str(self.unit)))
        if min(self.divisions, self.beats, self.unit) < 1:
            raise ValueError("divisions or metre below 1")

    def barlines(self, element: ElementTree.Element) -> tuple[bool, bool, bool]:
        """Returns whether a repeat opens before this measure, whether one closes after it, and whether an ending
        bracket stops with it."""
        repeats = {repeat.get("direction") for repeat in element.findall("barline/repeat")}
        brackets = {bracket.get("type"): int(bracket.attrib["number"].split(",")[0])
                    for bracket in element.findall("barline/ending")}
        self.ending = brackets.get("start", self.ending)
        return "forward" in repeats, "backward" in repeats, bool({"stop", "discontinue"} & brackets.keys())


def read_harmony(harmony: ElementTree.Element) -> tuple[int, int]:
    """Returns root and intervals of a harmony element; its bass note is ignored. Without a kind it is a major triad.
    The kind none is no chord, with intervals 0."""
    if harmony.findtext("kind") == "none":
        return 0, 0
    root = _letter(harmony, "root/root-step") + int(harmony.findtext("root/root-alter", "0"))
    kind = harmony.findtext("kind") or "major"
    if kind not in KINDS:
        raise ValueError(f"unknown chord kind {kind!r}")
    semitones = {s % 12 for s in KINDS[kind]}
    for degree in harmony.findall("degree"):
        number = int(_text(degree, "degree-value"))
        if number not in DEGREES:
            raise ValueError(f"unknown degree {number}")
        natural = DEGREES[number]
        change = _text(degree, "degree-type")
        if change not in ("add", "alter", "subtract"):
            raise ValueError(f"unknown degree type {change!r}")
        if change != "add":
            semitones.discard(natural % 12)
        if change != "subtract":
            semitones.add((natural + int(_text(degree, "degree-alter"))) % 12)
    return root % 12, interval_set(semitones)


def _pitch(note: ElementTree.Element) -> int:
    """Returns the MIDI pitch of a note as written."""
    octave = int(_text(note, "pitch/octave"))
    return 12 * (octave + 1) + _letter(note, "pitch/step") + int(note.findtext("pitch/alter", "0"))


def _letter(element: ElementTree.Element, path: str) -> int:
    """Returns the pitch class of the note letter at path; raises ValueError if it is none."""
    letter = _text(element, path)
    if letter not in LETTERS:
        raise ValueError(f"no note {letter!r}")
    return LETTERS[letter]


def _find(element: ElementTree.Element, path: str) -> ElementTree.Element:
    """Returns the first element at path; raises ValueError if there is none."""
    found = element.find(path)
    if found is None:
        raise ValueError(f"no {path} in {element.tag}")
    return found


def _text(element: ElementTree.Element, path: str) -> str:
    """Returns the text of the first element at path; raises ValueError if there is none."""
    return (_find(element, path).text or "").strip()
