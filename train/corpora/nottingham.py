"""The Nottingham folk tunes (jukedeck's cleaned ABC files): melodies with chord symbols.

Reads the ABC that corpus uses. Of two alternative chord symbols on one note the first is taken, as the corpus's own
MIDI conversion does. Part orders (P: in the header, or the corpus's own Y:) are followed.
"""

from __future__ import annotations

import pathlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from train.corpora.leadsheet import BROKEN, LETTERS, NOT_FOUND, Measure, Symbol, Tone, expand, interval_set, to_song
from train.corpora.song import CorpusError, Skipped, Song

SHARPS = {"C": 0, "D": 2, "E": 4, "F": -1, "G": 1, "A": 3, "B": 5}
QUALITIES = {
    "": (4, 7),
    "m": (3, 7),
    "d": (3, 6),
    "a": (4, 8),
    "6": (4, 7, 9),
    "m6": (3, 7, 9),
    "7": (4, 7, 10),
    "m7": (3, 7, 10),
    "a7": (4, 8, 10),
    "7b9": (4, 7, 10, 13),
}
UNTELLING = {"a", "an", "the", "variation", "variations", "version"}
TUPLETS = {2: Fraction(3, 2), 3: Fraction(2, 3), 4: Fraction(3, 4)}  # notes -> what each length is multiplied by
CHORD = re.compile(r"([A-G])([#b]?)([^/]*)(?:/[a-g][+b]?)?")
RATIO = r"([1-9]\d*)/([1-9]\d*)"
FIELD = re.compile(r"([A-Z]):(.*)")
TOKEN = re.compile(
    r"""(?P<ignored>[\s\\~+)]|![a-z]+!|\((?!\d))
    |"(?P<symbol>[^"]*)"
    |\((?P<tuplet>[234])
    |\[(?P<ending>[12])
    |(?P<line>[|:]+)
    |(?P<accidental>[_=^]?)(?P<note>[A-Ga-gz])(?P<octave>[,']*)(?P<times>([1-9]\d*)?)(?P<over>/[1-9]\d*)?
    |(?P<open>\[)
    |(?P<close>\])
    |(?P<tie>-)""",
    re.VERBOSE,
)


class _Malformed(Exception):
    """What is wrong with the ABC; the caller knows where."""


@dataclass
class _Tune:
    """One tune as read so far: its parts in written order, and the state that carries from token to token."""

    title: str = ""
    order: str = ""
    in_body: bool = False
    parts: list[tuple[str, list[Measure]]] = field(default_factory=lambda: [("", [])])
    beats: int = 4
    unit: int = 4
    note_length: Fraction | None = None
    sharps: int = 0
    offset: Fraction = Fraction(0)
    tones: list[Tone] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    symbol_at: Fraction | None = None
    accidentals: dict[str, int] = field(default_factory=dict)
    last: dict[str, Tone] = field(default_factory=dict)
    chord_length: Fraction | None = None
    in_chord: bool = False
    tuplet: int = 0
    tuplet_left: int = 0
    opens: bool = False
    ending: int = 0

    def header(self, name: str, value: str) -> None:
        """One information field, in the header or between the notes."""
        if name == "T":
            self.title = self.title or value
        elif name == "Y" or name == "P" and len(value) > 1 and not self.in_body:
            self.order = value.replace(" ", "")
        elif name == "P":
            self.end_bar()
            self.parts.append((value, []))
            self.opens, self.ending = False, 0
        elif name == "M":
            self.end_bar()
            self.beats, self.unit = (int(n) for n in _match(RATIO, value))
        elif name == "L":
            self.note_length = Fraction(*(int(n) for n in _match(RATIO, value)))
        elif name == "K":
            tonic, sign, minor = _match(r"([A-G])([#b]?)(m?)", value)
            self.sharps = SHARPS[tonic] + 7 * {"": 0, "#": 1, "b": -1}[sign] - 3 * bool(minor)
            self.in_body = True
            if self.note_length is None:
                self.note_length = Fraction(1, 16) if 4 * self.beats < 3 * self.unit else Fraction(1, 8)

    def body(self, text: str) -> None:
        """One line of notes."""
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                raise _Malformed(f"cannot read {text[at:at + 12]!r}")
            at = token.end()
            if token["symbol"] is not None:
                self.symbol(token["symbol"])
            elif token["tuplet"]:
                self.tuplet = self.tuplet_left = int(token["tuplet"])
            elif token["ending"]:
                self.end_bar()
                self.ending = int(token["ending"])
            elif token["line"]:
                self.line(token["line"])
            elif token["note"]:
                self.note(token)
            elif token["open"]:
                self.in_chord, self.chord_length, self.last = True, None, {}
            elif token["close"]:
                self.offset += self.chord_length or 0
                self.in_chord = False
            elif token["tie"]:
                for tone in self.last.values():
                    tone.tied = True

    def symbol(self, text: str) -> None:
        """A chord symbol; the second of two on a note is the other time's chord, a blank one goes on with the last."""
        if self.symbol_at == self.offset:
            return
        self.symbol_at = self.offset
        if text.strip():
            self.symbols.append(Symbol(self.offset, *read_chord(text)))

    def note(self, token: re.Match[str]) -> None:
        """A note or rest, alone or in a [chord], whose first note tells how long it lasts."""
        length = 4 * self.note_length * int(token["times"] or 1) / int((token["over"] or "/1")[1:])
        if self.tuplet_left and not (self.in_chord and self.chord_length is not None):
            self.tuplet_left -= 1
            length *= TUPLETS[self.tuplet]
        if not self.in_chord:
            before, self.last = self.last, {}
        else:
            before = {}
        if token["note"] != "z":
            place = token["note"] + token["octave"]
            tone = Tone(self.offset, length, self.pitch(place, token["accidental"], before.get(place)))
            self.tones.append(tone)
            self.last[place] = tone
        if not self.in_chord:
            self.offset += length
        elif self.chord_length is None:
            self.chord_length = length

    def pitch(self, place: str, accidental: str, before: Tone | None) -> int:
        """MIDI pitch of a letter with its octave marks; an accidental holds for its bar, and over a tie."""
        letter = place[0].upper()
        octave = 60 + 12 * (place[0].islower() + place.count("'") - place.count(","))
        if accidental:
            self.accidentals[place] = "_=^".index(accidental) - 1
        elif before and before.tied:
            return before.pitch
        sharpened = "FCGDAEB".index(letter) < self.sharps
        flattened = "BEADGCF".index(letter) < -self.sharps
        return octave + LETTERS[letter] + self.accidentals.get(place, sharpened - flattened)

    def line(self, text: str) -> None:
        """A bar line with its repeat marks."""
        self.end_bar()
        measures = self.parts[-1][1]
        if text[0] == ":" and measures:
            measures[-1].closes = True
        if text[-1] == ":":
            self.opens = True
        if ":" in text or self.ending == 2 and "||" in text:
            self.ending = 0
        self.accidentals = {}

    def end_bar(self) -> None:
        """Puts what has been read since the last bar line into the part."""
        if self.offset:
            measure = Measure(self.offset, self.beats, self.unit, self.tones, self.symbols, self.opens)
            measure.ending = self.ending
            self.parts[-1][1].append(measure)
            self.offset, self.tones, self.symbols = Fraction(0), [], []
            self.symbol_at, self.opens = None, False

    def played(self) -> list[Measure]:
        """The measures in playing order; parts in written order where the tune's order names parts it does not have.

        An order that says AA counts the repeat in A itself, so such a part is not doubled once more.
        """
        self.end_bar()
        parts = dict(self.parts)
        sequence = [measures for _, measures in self.parts]
        if self.order and set(self.order) <= parts.keys():
            repeated = {label for label, measures in self.parts if any(m.closes for m in measures)}
            order = re.sub(r"(.)\1", lambda twice: twice[1] if twice[1] in repeated else twice[0], self.order)
            sequence = [parts[""]] + [parts[label] for label in order]
        return [measure for measures in sequence for measure in expand(measures)]


def _match(pattern: str, value: str) -> tuple[str, ...]:
    """The groups of a pattern that must match all of the value."""
    match = re.fullmatch(pattern, value)
    if not match:
        raise _Malformed(f"cannot read {value!r}")
    return match.groups()


def read_chord(text: str) -> tuple[int, int]:
    """Root and intervals of a chord symbol as this corpus spells it: d diminished, a augmented, /b over a bass note."""
    match = CHORD.fullmatch(text.replace(" ", "").strip("()"))
    if not match or match[3] not in QUALITIES:
        raise _Malformed(f"cannot read chord symbol {text!r}")
    root = LETTERS[match[1]] + {"": 0, "#": 1, "b": -1}[match[2]]
    return root % 12, interval_set(QUALITIES[match[3]])


def normalised(title: str) -> str:
    """A title without what tells versions of a tune apart: articles, numbers, remarks in brackets, punctuation."""
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"\(.*?\)|'", "", text)
    words = [w for w in re.findall(r"[a-z]+", text) if w not in UNTELLING]
    return " ".join(words) or title


def read(root: pathlib.Path) -> Iterator[Song | Skipped]:
    """Every tune of the checkout at root, sorted by id (file and tune number); CorpusError if it cannot be read."""
    folder = root / "ABC_cleaned"
    paths = sorted(folder.glob("*.abc"))
    if not paths:
        raise CorpusError(f"{folder}: no .abc files {NOT_FOUND}")
    for path in paths:
        yield from _read_file(path)


def _read_file(path: pathlib.Path) -> list[Song | Skipped]:
    """The tunes of one file, by number."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: {error}; {BROKEN}") from error
    tunes: dict[int, _Tune] = {}
    number = 0
    for count, line in enumerate(lines, 1):
        try:
            match = FIELD.match(line)
            if match and match[1] == "X":
                number = int(_match(r"(\d+)", match[2].strip())[0])
                if number in tunes:
                    raise _Malformed("a second tune of this number")
                tunes[number] = _Tune()
            elif not tunes or line.startswith("%"):
                continue
            elif match and match[1] not in LETTERS:
                tunes[number].header(match[1], match[2].strip())
            elif tunes[number].in_body:
                tunes[number].body(line)
        except _Malformed as error:
            where = f"tune {number}, line {count}" if tunes else f"line {count}"
            raise CorpusError(f"{path}: {where}: {error}; {BROKEN}") from error
    if not tunes:
        raise CorpusError(f"{path}: no tune in it; {BROKEN}")
    for number, tune in tunes.items():
        if not tune.in_body:
            raise CorpusError(f"{path}: tune {number}: no K: line; {BROKEN}")
    return [
        to_song("nottingham", f"{path.stem}/{number:03d}", normalised(tune.title), tune.played())
        for number, tune in sorted(tunes.items())
    ]
