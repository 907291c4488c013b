"""Checks that the logs of the live jams have the faults that the other tests need."""

from readers import log


def test_frames_are_missed(logs, offline):
    whole = [lines for session, lines in logs.items() if session not in offline and log.of(lines, "end")]
    assert len(whole) == 1
    frames = log.of(whole[0], "frame")
    assert any(line.get("missed") for line in frames) and any(line.get("skipped") for line in frames)
    assert log.frames(whole[0]) == 20 * 12 and len(log.notes(whole[0])) > 10 and len(log.chords(whole[0])) > 5


def test_lines_are_lost(sessions, exports, logs, offline):
    damaged = [session for session, lines in logs.items() if not log.of(lines, "end")]
    assert len(damaged) == 1 and damaged[0] not in offline
    lines, bad = log.read(sessions / damaged[0] / "events.jsonl")
    numbers = [line["seq"] for line in lines]
    gaps = [b - a for a, b in zip(numbers, numbers[1:]) if b > a + 1]
    assert bad == 1 and len(gaps) == 4 and max(gaps) > 7  # jamd has removed the truncated line
    assert log.frames(lines) > len(log.of(lines, "frame")) + 10
