"""Maps the authors' chord names to jam's symbols."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from train.data import tokens
from train.data.corpora.leadsheet import LETTERS
from train.data.vocabulary import QUALITIES
from train.realchords import ImportFailure

# The names are those of note-seq's chord_symbols_lib (Apache-2.0): root, kind, changed degrees, bass. Kinds are given
# as scale degrees; note-seq writes the first name of each.
KINDS: dict[str, str] = {
    "|maj|M": "1 3 5",
    "m|min|-": "1 b3 5",
    "+|aug": "1 3 #5",
    "o|dim": "1 b3 b5",
    "7": "1 3 5 b7",
    "maj7|M7": "1 3 5 7",
    "m7|min7|-7": "1 b3 5 b7",
    "o7|dim7": "1 b3 b5 bb7",
    "+7|aug7": "1 3 #5 b7",
    "m7b5|-7b5|/o|/o7": "1 b3 b5 b7",
    "mmaj7|mM7|minmaj7|minM7|-maj7|-M7|m(maj7)|m(M7)|min(maj7)|min(M7)|-(maj7)|-(M7)": "1 b3 5 7",
    "6": "1 3 5 6",
    "m6|min6|-6": "1 b3 5 6",
    "9": "1 3 5 b7 9",
    "maj9|M9": "1 3 5 7 9",
    "m9|min9|-9": "1 b3 5 b7 9",
    "+9|aug9": "1 3 #5 b7 9",
    "6/9": "1 3 5 6 9",
    "11": "1 3 5 b7 9 11",
    "maj11|M11": "1 3 5 7 9 11",
    "m11|min11|-11": "1 b3 5 b7 9 11",
    "13": "1 3 5 b7 9 11 13",
    "maj13|M13": "1 3 5 7 9 11 13",
    "m13|min13|-13": "1 b3 5 b7 9 11 13",
    "sus2": "1 2 5",
    "sus|sus4": "1 4 5",
    "sus7|7sus": "1 4 5 b7",
    "ped": "1",
    "5": "1 5",
}
ROOT = r"([A-G])(#*|b*)(?![#b])"
CHANGE = re.compile(r"\(?(no|add)?(#*|b*)(\d+)\)?")
NAME = re.compile(ROOT + "(" + "|".join(re.escape(a) for names in KINDS for a in sorted(names.split("|"), key=len))
                  + rf")((?:\(?(?:no|add[#b]*|[#b]+)\d+\)?)*)(?:/{ROOT})?")
KIND_BY_NAME = {name: degrees.split() for names, degrees in KINDS.items() for name in names.split("|")}
WRITTEN_KINDS = {names.split("|")[0] for names in KINDS}
WRITTEN_ROOTS = {"C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"}


@dataclass(frozen=True)
class Named:
    """A chord name after reading: root and bass as pitch classes, and the 12-bit set of semitones above the root."""

    root: int
    kind: str
    intervals: int
    bass: int
    usual: bool  # spelled as note-seq spells it


def _degree(alteration: str, number: int) -> int:
    return (LETTERS["CDEFGAB"[(number - 1) % 7]] + alteration.count("#") - alteration.count("b")) % 12


def read_name(name: str) -> Named | None:
    """Reads a chord name. Returns None if the name breaks note-seq's rules.

    A changed degree counts from the major scale, as in names that note-seq writes: (add7) is eleven semitones."""
    found = NAME.fullmatch(name)
    if not found:
        return None
    letter, sign, kind, changes, bass_letter, bass_sign = found.groups()
    degrees = {}
    for written in KIND_BY_NAME[kind]:
        number = int(written.lstrip("#b"))
        degrees[number] = _degree(written[:-len(str(number))], number)
    for verb, alteration, number in CHANGE.findall(changes):
        if verb == "no":
            degrees.pop(int(number), None)
        else:
            degrees[int(number)] = _degree(alteration, int(number))
    root = (LETTERS[letter] + sign.count("#") - sign.count("b")) % 12
    bass = (LETTERS[bass_letter] + bass_sign.count("#") - bass_sign.count("b")) % 12 if bass_letter else root
    usual = letter + sign in WRITTEN_ROOTS and kind in WRITTEN_KINDS
    return Named(root, kind + changes, tokens.mask_of(tuple(set(degrees.values()))), bass, usual)


@dataclass(frozen=True)
class ChordMap:
    """jam's vocabulary for the authors' names. `symbols` are in token order. For each symbol, `stands` has the index of
    the name that represents it, and `groups` the indices of all names that begin as this symbol, that name first."""

    symbols: list[str]
    stands: list[int]
    groups: list[list[int]]
    exact: int  # names that mean the same as a symbol, including other spellings and inversions
    folded: dict[str, int]  # "their kind -> our quality": the number of names for chords that jam cannot write
    unread: list[str]  # names in no group

    def report(self) -> str:
        """Returns a summary of what became of the names."""
        names = sum(map(len, self.groups)) + len(self.unread)
        lines = [f"{names} chord names: {len(self.symbols)} are chords that jam can write; "
                 f"{self.exact - len(self.symbols)} are these over a bass or spelled otherwise and begin as them; "
                 f"{sum(self.folded.values())} are other chords and begin as the nearest of the same root; "
                 f"{len(self.unread)} cannot be read and are never played"]
        common = sorted(self.folded.items(), key=lambda item: -item[1])
        lines += [f"  {number:4} x {change}" for change, number in common[:12]]
        if len(common) > 12:
            lines.append(f"  and {len(common) - 12} kinds more")
        if self.unread:
            lines.append("  not read: " + ", ".join(self.unread[:5]) + (" ..." if len(self.unread) > 5 else ""))
        return "\n".join(lines)


def _difference(intervals: int, quality: str) -> int:
    """Returns the weight of the missing and the extra notes for a listener, as in tokens.fold."""
    differing = tokens.mask_of(QUALITIES[quality]) ^ intervals
    return sum(weight for i, weight in enumerate(tokens.WEIGHT) if differing >> i & 1)


def map_chords(names: list[str]) -> ChordMap:
    """Finds jam's symbol for every name. A symbol is in the vocabulary if some name means exactly its pitch classes.
    The plain name represents the symbol; if there is none, an inversion does."""
    read = [read_name(name) for name in names]
    quality_of = {tokens.mask_of(intervals): quality for quality, intervals in QUALITIES.items()}
    groups: dict[tuple[str, int], list[int]] = {}
    for i, named in enumerate(read):
        if named and named.intervals in quality_of:
            groups.setdefault((quality_of[named.intervals], named.root), []).append(i)
    for group in groups.values():
        group.sort(key=lambda i: (read[i].bass != read[i].root, not read[i].usual, i))
    exact = sum(map(len, groups.values()))

    folded: Counter[str] = Counter()
    unread = []
    for i, named in enumerate(read):
        if named and named.intervals in quality_of:
            continue
        near = [q for q in QUALITIES if named and (q, named.root) in groups]
        if not near:
            unread.append(names[i])
            continue
        quality = min(near, key=partial(_difference, named.intervals))
        groups[quality, named.root].append(i)
        folded[f"{named.kind} -> {quality or 'major'}"] += 1
    order = [(quality, root) for quality in QUALITIES for root in range(12) if (quality, root) in groups]
    symbols = [(tokens.SHARPS if 3 in QUALITIES[quality] else tokens.FLATS)[root] + quality for quality, root in order]
    return ChordMap(symbols, [groups[key][0] for key in order], [groups[key] for key in order], exact, dict(folded),
                    unread)


def read_names(path: Path) -> list[str]:
    """Reads the authors' file of chord names: a JSON list without duplicates. Raises ImportFailure if it is not one."""
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportFailure(f"{path}: {error.strerror}") from None
    except ValueError:
        raise ImportFailure(f"{path}: not a JSON list of chord names") from None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ImportFailure(f"{path}: not a JSON list of chord names")
    if len(set(names)) < len(names):
        raise ImportFailure(f"{path}: the chord name {Counter(names).most_common(1)[0][0]!r} occurs twice")
    return names
