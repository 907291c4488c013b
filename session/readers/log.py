"""What a log says was played, told again without jamd: docs/sessions.md. What sounded before a missing line goes on."""

import json

from crc32c import crc32c


def read(path):
    """The lines of a log that are whole, as objects, and how many were not."""
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
    """How many there are, from 0 to the last that the log has."""
    return of(lines, "frame")[-1]["frame"] + 1


def melody(lines):
    """The melody's tokens by frame: a report holds that of the frame before, the end that of the last."""
    tokens = {line["frame"] - 1: line["melody"] for line in of(lines, "frame")}
    tokens[frames(lines) - 1] = next((line["melody"] for line in of(lines, "end")), 0)
    return {frame: token for frame, token in tokens.items() if frame >= 0}


def notes(lines):
    """The melody's notes as (frame, pitch, frames)."""
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
    """The chords as [frame, symbol, pitches, end], where each is struck, or first told of."""
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
    """The notes of chords and bass as (frame, pitch, whether of the bass), where each is struck, or first told of."""
    found, sounding = [], set()
    for line in of(lines, "frame"):
        now = {(note[0], bool(note[2] & 2) if len(note) > 2 else False): note for note in line.get("notes", [])}
        for key, note in now.items():
            if key not in sounding or len(note) > 2 and note[2] & 1:
                found.append((line["frame"], *key))
        sounding = set(now)
    return sorted(found)


def keys(lines):
    """The player's keys as (µs, pitch, velocity, µs or None): one struck again before it is let go ends then."""
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
