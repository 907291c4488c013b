"""Reads from a log what was played, without jamd, by the rules of docs/sessions.md. A note that sounds before a missing
line continues after it."""

import json

from crc32c import crc32c


def read(path):
    """Returns the intact lines of a log as objects, and the number of damaged lines."""
    lines, bad = [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        body, seal = line.rstrip(b"\n")[:-18], line.rstrip(b"\n")[-18:]
        if line.endswith(b"\n") and seal == b',"crc":"%08x"}' % crc32c(body):
            lines.append(json.loads(line))
        else:
            bad += 1
    return lines, bad


def of(lines, kind):
    return [line for line in lines if line["type"] == kind]


def frames(lines):
    """Returns the number of frames, from 0 to the last one in the log."""
    return of(lines, "frame")[-1]["frame"] + 1


def melody(lines):
    """Returns the melody's tokens by frame. The entry of a frame has the token of the frame before; the end entry has
    that of the last frame."""
    tokens = {line["frame"] - 1: line["melody"] for line in of(lines, "frame")}
    tokens[frames(lines) - 1] = next((line["melody"] for line in of(lines, "end")), 0)
    return {frame: token for frame, token in tokens.items() if frame >= 0}


def notes(lines):
    """Returns the melody's notes as (frame, pitch, length in frames)."""
    found, sounds = [], None
    for frame, token in sorted(melody(lines).items()):
        pitch = (token - 1) % 128 if 1 <= token <= 256 else None
        if pitch is not None and token > 128 and sounds == pitch:
            continue
        if sounds is not None:
            found[-1][2] = frame - found[-1][0]
        if pitch is not None:
            found.append([frame, pitch, None])
        sounds = pitch
    if sounds is not None:
        found[-1][2] = frames(lines) - found[-1][0]
    return [tuple(note) for note in found]


def chords(lines):
    """Returns the chords as [frame, symbol, pitches, end]. Each starts at the frame that strikes it or first reports
    it."""
    found, sounds = [], []
    for line in of(lines, "frame"):
        if sounds and (line.get("began") or line["pitches"] != sounds):
            found[-1][3] = line["frame"]
            sounds = []
        if line["pitches"] and not sounds:
            sounds = line["pitches"]
            found.append([line["frame"], line["symbol"], sounds, None])
    if sounds:
        found[-1][3] = frames(lines)
    return found


def struck(lines):
    """Returns the notes of chords and bass as (frame, pitch, whether it is a bass note). Each starts at the frame that
    strikes it or first reports it."""
    found, sounding = [], set()
    for line in of(lines, "frame"):
        now = {(note[0], bool(note[2] & 2) if len(note) > 2 else False): note for note in line.get("notes", [])}
        for key, note in now.items():
            if key not in sounding or len(note) > 2 and note[2] & 1:
                found.append((line["frame"], *key))
        sounding = set(now)
    return sorted(found)


def keys(lines):
    """Returns the player's notes as (start in µs, pitch, velocity, length in µs or None). A key struck again before its
    release ends its first note."""
    found, held = [], {}
    for line in of(lines, "note"):
        key = (line["channel"], line["pitch"])
        if key in held:
            note = found[held.pop(key)]
            note[3] = line["at_us"] - note[0]
        if line["on"]:
            held[key] = len(found)
            found.append([line["at_us"], line["pitch"], line["velocity"], None])
    return [tuple(note) for note in sorted(found, key=lambda note: note[0])]
