"""Reads jams that jamd has kept, jamd.session/1 and /2 (docs/sessions.md): the melodies as jamd heard them, frame by
frame, and the chords of its answer.

A log may be damaged, cut off, or still growing: every readable part counts. If the log is silent about some frames, the
sounding notes and chords continue, as jamd itself assumes (jam/takebuilder.go).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece
from train.data.corpora.midi import LONGEST
from train.data.corpora.song import CorpusError, Skipped
from train.data.vocabulary import read_symbol

CORPUS, SPLIT = "sessions", "live"
PLAIN, SEALED = "jamd.session/1", "jamd.session/2"
SEAL = len(',"crc":"00000000"}')  # bytes at the end of a sealed line
CASTAGNOLI = 0x82F63B78
HIGHEST = 1 << 40  # the highest frame that jamd accepts
FRAMES_PER_WHOLE = 16
LONGEST_BAR = 64  # frames


@dataclass(frozen=True)
class Jam(Piece):
    """What one policy played of a session. If other policies took over in between, there is one Jam for each stretch."""

    policy: str


class Meter(NamedTuple):
    """A time signature, its first frame, and how many frames of the bar lie before that: a pickup."""

    frame: int
    beats: int
    unit: int
    into: int = 0


class Manifest(NamedTuple):
    """The manifest of a session."""

    sealed: bool
    policy: str
    meter: Meter


class Frame(NamedTuple):
    """A frame of the log. heard: the melody token of the previous frame. chord: its place in our vocabulary, -1 for
    none. began: whether the chord begins here."""

    number: int
    heard: int
    chord: int
    began: bool
    policy: str


def read(folder: Path) -> tuple[list[Jam], list[Skipped]]:
    """Returns the jams in a folder of sessions, or of one session, and what cannot be read, by file and line, with the
    reason. Raises CorpusError if nothing can be read."""
    paths = sorted(path.parent for pattern in ("manifest.json", "*/manifest.json") for path in folder.glob(pattern))
    found: list[Jam] = []
    skipped: list[Skipped] = []
    for path in paths:
        try:
            found += session(path, skipped)
        except (OSError, CorpusError) as error:
            skipped.append(Skipped(path.name, str(error)))
    if not found:
        reasons = "".join(f"; {why}" for _, why in skipped[:3])
        raise CorpusError(f"{folder}: no jam in the {len(paths)} sessions that are in it{reasons}")
    return found, skipped


def session(path: Path, skipped: list[Skipped]) -> list[Jam]:
    """Returns the jams of one session and adds its unreadable lines to skipped. Raises CorpusError if it is no session."""
    about = manifest(path / "manifest.json")
    log = path / "events.jsonl"
    frames: list[Frame] = []
    meters = [about.meter]
    last = tokens.SILENCE  # the melody of the last frame
    for number, line in enumerate(lines(log), 1):
        try:
            entry = json.loads(unsealed(line) if about.sealed else line)
            if entry["type"] == "frame":
                frame = read_frame(entry, frames[-1].policy if frames else about.policy)
                if not frames or frame.number > frames[-1].number:
                    frames.append(frame)
            elif entry["type"] == "meter":
                meters.append(read_meter(entry["meter"], entry["frame"], entry.get("into", 0)))
            elif entry["type"] == "end":
                last = melody_token(entry.get("melody", tokens.SILENCE))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            skipped.append(Skipped(path.name, f"{log}:{number}: {said(error)}"))
    if frames and frames[-1].number - frames[0].number >= LONGEST:
        raise CorpusError(f"{log}: from frame {frames[0].number} to {frames[-1].number}; a jam has at most {LONGEST}")
    return jams(path.name, meters, frames, last)


def manifest(path: Path) -> Manifest:
    """Reads a manifest. Raises CorpusError if the file is no manifest, or its version cannot be read."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        version, policy, settings = about["format"], about["policy"]["name"], about["settings"]
        if version not in (PLAIN, SEALED):
            raise ValueError(f"format {version!r}: {PLAIN} and {SEALED} can be read")
        meter = read_meter(settings.get("meter", f"{settings.get('beats_per_bar', 4)}/4"), 0)
        return Manifest(version == SEALED, str(policy), meter)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CorpusError(f"{path}: not the manifest of a session: {said(error)}") from error


def read_meter(text: str, frame: object, into: object = 0) -> Meter:
    """Returns the meter that begins with a frame, which lies `into` frames into a bar. Groups, as in 2+2+3/8 or 7/8=2+2+3, only
    add up to its beats. Raises ValueError if there is no such meter (jam/meter.go)."""
    signature, _, groups = text.partition("=")
    top, below = signature.split("/")
    beats, unit = added(top), int(below)
    if (unit not in (2, 4, 8, 16) or not 1 <= beats <= 32 or beats * FRAMES_PER_WHOLE // unit > LONGEST_BAR
            or groups and added(groups) != beats or not isinstance(frame, int) or not 0 <= frame <= HIGHEST):
        raise ValueError(f"meter {text} at frame {frame!r}")
    if not isinstance(into, int) or not 0 <= into < beats * FRAMES_PER_WHOLE // unit:
        raise ValueError(f"{into!r} frames into a bar of {text}")
    return Meter(frame, beats, unit, into)


def added(sum_of: str) -> int:
    """Returns the sum of what is written as 2+2+3. Raises ValueError if a part is no number from 1 on."""
    parts = [int(part) for part in sum_of.split("+")]
    if min(parts) < 1:
        raise ValueError(f"{sum_of!r}: each group has a beat or more")
    return sum(parts)


def said(error: Exception) -> str:
    """Says what is wrong; Python's own message for a missing key is only the key."""
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def lines(path: Path) -> Iterator[bytes]:
    """Yields the whole lines of a log, without their line breaks. Text after the last break was never completely written."""
    with open(path, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def unsealed(line: bytes) -> bytes:
    """Returns a line without its seal. Raises ValueError if the checksum is wrong."""
    body, seal = line[:-SEAL], line[-SEAL:]
    if seal != b',"crc":"%08x"}' % crc32c(body):
        raise ValueError("its checksum is missing or wrong: it was damaged or changed")
    return line


def _table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [crc >> 1 ^ CASTAGNOLI * (crc & 1) for crc in table]
    return table


TABLE = _table()


def crc32c(data: bytes) -> int:
    """Returns the CRC-32C, as docs/sessions.md defines it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def read_frame(entry: dict, before: str) -> Frame:
    """Reads the line of a frame; before: who played until then. A policy that stood in for a slow one does not count as
    a change of policy."""
    number, symbol = entry["frame"], entry["symbol"]
    if not isinstance(number, int) or not 0 <= number <= HIGHEST:
        raise ValueError(f"frame {number!r}")
    chord = -1
    if symbol != "N.C.":
        root, above = read_symbol(symbol)
        chord = 12 * tokens.fold(above) + root
    policy = before if entry.get("rung") == "faster" else str(entry.get("policy") or before)
    return Frame(number, melody_token(entry["melody"]), chord, bool(entry.get("began")), policy)


def melody_token(token: object) -> int:
    """Returns the token. Raises ValueError if it is none."""
    if not isinstance(token, int) or not 0 <= token < tokens.MELODY_TOKENS:
        raise ValueError(f"melody {token!r}: no token")
    return token


def jams(id: str, meters: list[Meter], frames: list[Frame], last: int) -> list[Jam]:
    """Returns the jams of a session; last is the melody of its last frame."""
    if not frames:
        return []
    melody, chords = on_grid(frames, last)
    begins = [i for i, frame in enumerate(frames) if i == 0 or frame.policy != frames[i - 1].policy]
    lines = [*(frames[i].number for i in begins), frames[-1].number + 1]
    found = []
    for n, (i, start, end) in enumerate(zip(begins, lines, lines[1:]), 1):
        m, c = tokens.cut(melody, chords, start - frames[0].number, end - start)
        bars = [(bar.frame - start, bar.beats, bar.unit) for bar in bar_lines(meters, start, end)]
        found.append(Jam(CORPUS, id if n == 1 else f"{id}#{n}", SPLIT, m, c, np.array(bars, np.int32).reshape(-1, 3),
                         frames[i].policy))
    return found


def bar_lines(meters: list[Meter], start: int, end: int) -> Iterator[Meter]:
    """Yields every bar that begins at or after frame start and before frame end, with its first frame. A pickup is a
    short bar."""
    for meter, stop in zip(meters, [*(following.frame for following in meters[1:]), end]):
        bar = meter.beats * FRAMES_PER_WHOLE // meter.unit
        if meter.into and start <= meter.frame < end:
            yield Meter(meter.frame, meter.beats, meter.unit)
        line = meter.frame + (bar - meter.into) % bar
        first = line + -(-max(start - line, 0) // bar) * bar
        for line in range(first, min(stop, end), bar):
            yield Meter(line, meter.beats, meter.unit)


def on_grid(frames: list[Frame], last: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns melody and chord tokens, int16, of every frame from the log's first to its last."""
    first, count = frames[0].number, frames[-1].number - frames[0].number + 1
    heard = {frame.number - 1 - first: frame.heard for frame in frames[1:]} | {count - 1: last}
    numbered = {frame.number - first: frame for frame in frames}
    melody, chords = np.zeros((2, count), np.int16)
    note = chord = -1
    for t in range(count):
        if (token := heard.get(t)) is not None:
            pitch = (token - 1) % 128 if tokens.SILENCE < token < tokens.MELODY_START else -1
            melody[t] = pitch + (1 if token <= 128 or pitch != note else 129) if pitch >= 0 else tokens.SILENCE
            note = pitch
        elif note >= 0:
            melody[t] = 129 + note
        if frame := numbered.get(t):
            held = frame.chord == chord and not frame.began
            chord = frame.chord
        else:
            held = True
        if chord >= 0:
            chords[t] = 1 + chord + (tokens.CHORDS if held else 0)
    return melody, chords
