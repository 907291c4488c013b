"""Reads tunes in ABC notation with chord symbols. Many folk tunes on the net are written in it.

The reader takes the first voice of a tune with several voices, and the highest of notes that sound together. If a note
has two alternative chord symbols, it takes the first, as jukedeck's MIDI conversion of the Nottingham tunes does. It
follows part orders (P: in the header, or Nottingham's own Y:). It does not follow jumps written as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from train.data import tokens
from train.data.corpora.leadsheet import LETTERS, Measure, Symbol, Tone, expand, interval_set

SHARPS = {"C": 0, "D": 2, "E": 4, "F": -1, "G": 1, "A": 3, "B": 5}
MODES = {"": 0, "maj": 0, "ion": 0, "lyd": 1, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4, "loc": -5}
# Chord qualities as tunes write them: the vocabulary's and others. Only the Nottingham tunes use d and a.
QUALITIES = tokens.QUALITIES | {
    "d": (3, 6), "o": (3, 6), "o7": (3, 6, 9), "a": (4, 8), "+": (4, 8), "a7": (4, 8, 10), "aug7": (4, 8, 10),
    "maj": (4, 7), "M": (4, 7), "min": (3, 7), "-": (3, 7), "min7": (3, 7, 10), "-7": (3, 7, 10), "M7": (4, 7, 11),
    "sus": (5, 7), "7sus": (5, 7, 10), "mmaj7": (3, 7, 11), "7b9": (4, 7, 10, 13), "9": (4, 7, 10, 14),
    "m9": (3, 7, 10, 14), "maj9": (4, 7, 11, 14), "add9": (4, 7, 14), "madd9": (3, 7, 14), "11": (4, 7, 10, 14, 17),
    "13": (4, 7, 10, 14, 17, 21),
}
CHORD = re.compile(r"([A-G])([#b]?)([^/]*)(?:/[A-Ga-g][+b#]?)?")
METRE = re.compile(r"([1-9]\d*)/([1-9]\d*)")
FIELD = re.compile(r"([A-Z]):(.*)")
LYRICS = re.compile(r"[wsr]:(?![|:])")
LENGTH = r"(?P<times{0}>(?:[1-9]\d*)?)(?P<over{0}>(?:/+\d*)?)"
TOKEN = re.compile(
    r"""(?P<ignored>[\s\\~+).`HJLMNOPQRSTUVWuv]|![^!]*!|\((?!\d)|\{[^}]*\}|%.*|y\d*)
    |"(?P<symbol>[^"]*)"
    |\[(?P<inline>[A-Z]):(?P<value>[^]]*)\]
    |\((?P<tuplet>[2-9])(?::(?P<time>[1-9]?)(?::(?P<notes>[1-9]?))?)?
    |\[(?P<ending>[1-9])(?:[-,][1-9])*
    |(?P<line>\[\||[|:]+\]?)(?P<next_ending>[1-9]?)
    |(?P<accidental>\^\^|__|[_=^]?)(?P<note>[A-Ga-gzx])(?P<octave>[,']*)LENGTH
    |Z(?P<bars>\d*)
    |(?P<open>\[)
    |(?P<close>\])CLOSED
    |(?P<tie>-)
    |(?P<broken>>+|<+)""".replace("LENGTH", LENGTH.format("")).replace("CLOSED", LENGTH.format("_closed")),
    re.VERBOSE,
)


@dataclass
class Tune:
    """One tune as read so far: its parts in written order, and the state that carries from token to token."""

    line: int  # line of the file where the tune begins, counted from 1
    number: int = 0
    problem: str = ""  # why the tune cannot be read; empty if it can
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
    tuplet: Fraction = Fraction(1)
    tuplet_left: int = 0
    length: Fraction = Fraction(0)  # of the previous note
    broken: Fraction = Fraction(1)  # factor that > or < puts on the next note
    voice: str = ""
    other_voice: bool = False
    opens: bool = False
    ending: int = 0

    def read(self, line: str, match: re.Match[str] | None) -> None:
        """Reads one line; match is its FIELD. A line that begins like a field may be notes: C:| ends a repeat."""
        if line.startswith("%") or LYRICS.match(line):
            return
        if match and (match[1] not in LETTERS):
            self.header(match[1], match[2].partition("%")[0].strip())
        elif self.in_body:
            self.body(line)

    def header(self, name: str, value: str) -> None:
        """Reads one information field, in the header or between the notes."""
        if name == "X":
            self.number = int(_match(r"(\d+)", value)[0])
        elif name == "T":
            self.title = self.title or value
        elif name == "Y" or name == "P" and len(value) > 1 and not self.in_body:
            self.order = value.replace(" ", "")
        elif name == "P":
            self.end_bar()
            self.parts.append((value, []))
            self.opens, self.ending = False, 0
        elif name == "M":
            self.end_bar()
            written = {"C": "4/4", "C|": "2/2", "none": "4/4"}.get(value, value)
            self.beats, self.unit = (int(n) for n in _match(METRE, written))
        elif name == "L":
            self.note_length = Fraction(*(int(n) for n in _match(METRE, value)))
        elif name == "K":
            self.key(value)
        elif name == "V" and self.in_body:
            voice = value.partition(" ")[0]
            self.voice = self.voice or voice
            self.other_voice = voice != self.voice

    def key(self, value: str) -> None:
        """Reads a key, its mode (possibly written in full), and what follows it. The key's line ends the header."""
        if value.lower() not in ("", "none"):
            tonic, sign, mode = _match(r"([A-G])([#b]?)\s*([A-Za-z]*)(?:\s.*)?", value.partition(" clef")[0])
            mode = mode.lower() if mode.lower() == "m" else mode.lower()[:3]
            if mode not in MODES:
                raise ValueError(f"cannot read {value!r}")
            self.sharps = SHARPS[tonic] + 7 * {"": 0, "#": 1, "b": -1}[sign] + MODES[mode]
        self.in_body = True
        if self.note_length is None:
            self.note_length = Fraction(1, 16) if 4 * self.beats < 3 * self.unit else Fraction(1, 8)

    def body(self, text: str) -> None:
        """Reads one line of notes."""
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                raise ValueError(f"cannot read {text[at:at + 12]!r}")
            at = token.end()
            if token["inline"]:
                self.header(token["inline"], token["value"].strip())
            elif self.other_voice or token["ignored"]:
                continue
            elif token["symbol"] is not None:
                self.symbol(token["symbol"])
            elif token["tuplet"]:
                self.begin_tuplet(int(token["tuplet"]), token["time"], token["notes"])
            elif token["ending"]:
                self.end_bar()
                self.ending = int(token["ending"])
            elif token["line"]:
                self.bar_line(token["line"])
                self.ending = int(token["next_ending"] or self.ending)
            elif token["note"]:
                self.note(token)
            elif token["bars"] is not None:
                self.offset += int(token["bars"] or 1) * Fraction(4 * self.beats, self.unit)
            elif token["open"]:
                self.in_chord, self.chord_length, self.last = True, None, {}
            elif token["close"]:
                self.close_chord(length_of(token["times_closed"], token["over_closed"]))
            elif token["tie"]:
                for tone in self.last.values():
                    tone.tied = True
            elif token["broken"]:
                self.break_rhythm(token["broken"])

    def begin_tuplet(self, notes: int, time: str | None, count: str | None) -> None:
        """Begins a tuplet: this many notes in that time, for `count` notes. Time and count may be missing."""
        usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(notes, 3 if self.unit == 8 and self.beats % 3 == 0 else 2)
        self.tuplet, self.tuplet_left = Fraction(int(time or usual), notes), int(count or notes)

    def break_rhythm(self, marks: str) -> None:
        """Applies broken rhythm: a>b dots the note before and halves the next; a<b does the reverse; >> is double dotted."""
        short = Fraction(1, 2 ** len(marks))
        before, self.broken = (2 - short, short) if marks[0] == ">" else (short, 2 - short)
        for tone in self.last.values():
            tone.length *= before
        self.offset += self.length * (before - 1)
        self.length *= before

    def close_chord(self, times: Fraction) -> None:
        """Ends a [chord]; a length may follow it."""
        for tone in self.last.values():
            tone.length *= times
        self.length = (self.chord_length or Fraction(0)) * times
        self.offset += self.length
        self.in_chord = False

    def symbol(self, text: str) -> None:
        """Reads a chord symbol. The second of two on a note belongs to another time through the tune; a blank one
        continues the last."""
        if self.symbol_at == self.offset or text[:1] in ("^", "_", "<", ">", "@"):  # words, not a chord
            return
        self.symbol_at = self.offset
        if text.strip():
            self.symbols.append(Symbol(self.offset, *read_chord(text)))

    def note(self, token: re.Match[str]) -> None:
        """Reads a note or rest, alone or in a [chord]. The first note of a [chord] sets its length."""
        assert self.note_length is not None  # the key's line has set it
        length = 4 * self.note_length * length_of(token["times"], token["over"])
        if not (self.in_chord and self.chord_length is not None):
            length *= self.broken
            self.broken = Fraction(1)
            if self.tuplet_left:
                self.tuplet_left -= 1
                length *= self.tuplet
        if not self.in_chord:
            before, self.last = self.last, {}
        else:
            before = {}
        if token["note"] not in "zx":
            place = token["note"] + token["octave"]
            tone = Tone(self.offset, length, self.pitch(place, token["accidental"], before.get(place)))
            self.tones.append(tone)
            self.last[place] = tone
        if not self.in_chord:
            self.length = length
            self.offset += length
        elif self.chord_length is None:
            self.chord_length = length

    def pitch(self, place: str, accidental: str, before: Tone | None) -> int:
        """Returns the MIDI pitch of a letter with its octave marks. An accidental holds for its bar, and over a tie."""
        letter = place[0].upper()
        octave = 60 + 12 * (place[0].islower() + place.count("'") - place.count(","))
        if accidental:
            self.accidentals[place] = accidental.count("^") - accidental.count("_")
        elif before and before.tied:
            return before.pitch
        sharpened = "FCGDAEB".index(letter) < self.sharps
        flattened = "BEADGCF".index(letter) < -self.sharps
        return octave + LETTERS[letter] + self.accidentals.get(place, sharpened - flattened)

    def bar_line(self, text: str) -> None:
        """Reads a bar line with its repeat marks."""
        self.end_bar()
        measures = self.parts[-1][1]
        if text[0] == ":" and measures:
            measures[-1].closes = True
        if text[-1] == ":":
            self.opens = True
        if ":" in text or self.ending >= 2 and ("||" in text or "]" in text):
            self.ending = 0
        self.accidentals = {}

    def end_bar(self) -> None:
        """Adds everything since the last bar line to the part."""
        if self.offset:
            measure = Measure(self.offset, self.beats, self.unit, self.tones, self.symbols, self.opens)
            measure.ending = self.ending
            self.parts[-1][1].append(measure)
            self.offset, self.tones, self.symbols = Fraction(0), [], []
            self.symbol_at, self.opens = None, False

    def played(self) -> list[Measure]:
        """Returns the measures in playing order. If the tune's order names parts that it lacks, the parts keep their
        written order.

        An order that says AA already counts the repeat in A itself, so such a part is not doubled again.
        """
        self.end_bar()
        parts = dict(self.parts)
        sequence = [measures for _, measures in self.parts]
        if self.order and set(self.order) <= parts.keys():
            repeated = {label for label, measures in self.parts if any(m.closes for m in measures)}
            order = re.sub(r"(.)\1", lambda twice: twice[1] if twice[1] in repeated else twice[0], self.order)
            sequence = [parts[""]] + [parts[label] for label in order]
        return [measure for measures in sequence for measure in expand(measures)]


def _match(pattern: str | re.Pattern[str], value: str) -> tuple[str, ...]:
    """Returns the groups of a pattern that must match all of the value; raises ValueError if it does not."""
    match = re.fullmatch(pattern, value)
    if not match:
        raise ValueError(f"cannot read {value!r}")
    return match.groups()


def length_of(times: str, over: str) -> Fraction:
    """Returns the factor on a note's length: 3/2 is 3/2, / is a half, // is a quarter."""
    divisor = over.lstrip("/")
    if divisor == "0":
        raise ValueError("a note length divided by 0")
    return Fraction(int(times or 1), int(divisor) if divisor else 2 ** len(over))


def read_chord(text: str) -> tuple[int, int]:
    """Returns root and intervals of a chord symbol, without its bass note; intervals are 0 for N.C. Raises ValueError
    if it is no chord."""
    if text.replace(".", "").upper() == "NC":
        return 0, 0
    match = CHORD.fullmatch(text.replace(" ", "").strip("()"))
    if not match or match[3] not in QUALITIES:
        raise ValueError(f"cannot read chord symbol {text!r}")
    root = LETTERS[match[1]] + {"": 0, "#": 1, "b": -1}[match[2]]
    return root % 12, interval_set(QUALITIES[match[3]])


def read(text: str) -> list[Tune]:
    """Returns the tunes of a file, in its order. If a tune cannot be read, its `problem` says why; the others are still
    read."""
    tunes: list[Tune] = []
    for count, line in enumerate(text.splitlines(), 1):
        match = FIELD.match(line)
        if match and match[1] == "X":
            tunes.append(Tune(line=count))
        elif not tunes or tunes[-1].problem:
            continue
        try:
            tunes[-1].read(line, match)
        except ValueError as error:
            number = f"tune {tunes[-1].number}, " if tunes[-1].number else ""
            tunes[-1].problem = f"{number}line {count}: {error}"
    for tune in tunes:
        if not tune.in_body and not tune.problem:
            tune.problem = f"tune {tune.number}: no K: line"
    return tunes
