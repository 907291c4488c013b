"""Reads the MIDI files with mido."""

import mido
import pytest

from readers import log

TICKS = 120  # per frame, at 480 per quarter note


def notes_of(track):
    """Returns (start tick, pitch, length in ticks, channel) of each note, in order of their starts."""
    at, open_, found = 0, {}, []
    for message in track:
        at += message.time
        if message.type in ("note_on", "note_off"):
            key = (message.channel, message.note)
            if message.type == "note_on" and message.velocity > 0:
                assert key not in open_, "struck again while it sounds"
                open_[key] = at
            else:
                begin = open_.pop(key)
                found.append((begin, message.note, at - begin, message.channel))
    assert not open_
    return sorted(found)


def texts(track, kind):
    at, found = 0, []
    for message in track:
        at += message.time
        if message.type == kind:
            found.append((at // TICKS, message.text))
    return found


def test_mido_reads_the_jam(exports, logs, offline):
    for session, lines in logs.items():
        file = mido.MidiFile(exports / "midi" / f"{session}.mid")
        assert file.ticks_per_beat == 4 * TICKS
        tracks = {track.name: track for track in file.tracks}
        assert list(tracks)[1:] == ["Melody", "Chords", "Bass", "Click"]
        want = [(frame * TICKS, pitch, length * TICKS, 0) for frame, pitch, length in log.notes(lines)]
        assert notes_of(tracks["Melody"]) == want and len(want) > (50 if session in offline else 10)
        chords = [(frame, symbol) for frame, symbol, _, _ in log.chords(lines)]
        assert texts(file.tracks[0], "marker") == texts(tracks["Chords"], "text") == chords
        struck = [(frame * TICKS, pitch, bass) for frame, pitch, bass in log.struck(lines)]
        sounded = [(n[0], n[1], n[3] == 2) for n in notes_of(tracks["Chords"]) + notes_of(tracks["Bass"])]
        assert sorted(sounded) == struck
        frames = log.of(lines, "frame")
        clicks = [(line["frame"] * TICKS, line["click"][0], TICKS, 9) for line in frames if "click" in line]
        assert notes_of(tracks["Click"]) == clicks
        assert len(clicks) == log.frames(lines) // 4 if session in offline else clicks


def test_mido_reads_the_times(exports, logs, offline):
    """At the file's own tempi, each note begins at the time that the log's grid gives, counted from frame 0."""
    for session, lines in logs.items():
        file = mido.MidiFile(exports / "midi" / f"{session}.mid")
        lines_at = {line["frame"]: line["at_us"] / 1e6 for line in log.of(lines, "frame")}
        at, begun = 0, []
        for message in file:  # iterating over a file gives times in seconds
            at += message.time
            if message.type == "note_on" and message.channel == 0 and message.velocity > 0:
                begun.append(at)
        notes = enumerate(log.notes(lines))
        want = {i: lines_at[frame] - lines_at[0] for i, (frame, _, _) in notes if frame in lines_at}
        # The file stores the tempo in whole microseconds per quarter note.
        assert [begun[i] for i in want] == pytest.approx(list(want.values()), abs=1e-3)
        tempi = {line["bpm"] for line in log.of(lines, "segment")}
        assert len(want) > len(begun) * 0.7 and len(tempi) == (2 if session in offline else 1)
