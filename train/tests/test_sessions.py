"""Tests sessions of jamd as a corpus. Those of jamd's own tests are of version 1, and full of oddities."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from train.data import metrics, tokens
from train.data.bars import places
from train.data.corpora import sessions
from train.data.corpora.song import CorpusError
from train.evaluation.places import throughout

GO = Path(__file__).parents[2] / "session" / "testdata"
MANIFEST = {"format": sessions.SEALED, "policy": {"name": "p"}, "settings": {"meter": "3/4"}}


def write(folder: Path, *entries: dict, **manifest) -> Path:
    """Writes a session of these lines, sealed."""
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST | manifest))
    (folder / "events.jsonl").write_bytes(b"".join(map(sealed, entries)))
    return folder


def sealed(entry: dict) -> bytes:
    body = json.dumps(entry, separators=(",", ":")).encode()[:-1]
    return body + b',"crc":"%08x"}\n' % sessions.crc32c(body)


def frame(number: int, heard: int, symbol: str = "N.C.", **more) -> dict:
    return {"type": "frame", "frame": number, "melody": heard, "symbol": symbol, **more}


def read(folder: Path, *entries: dict, **manifest) -> tuple[list[sessions.Jam], list[str]]:
    jams, skipped = sessions.read(write(folder, *entries, **manifest))
    return jams, [s.why for s in skipped]


def begun(melody: np.ndarray) -> int:
    return int(((melody >= 1) & (melody <= 128)).sum())


def test_checksum_is_castagnolis():
    assert sessions.crc32c(b"123456789") == 0xE3069283


def test_real_sessions_have_the_notes_and_chords_of_their_logs(kept):
    jams, skipped = sessions.read(kept)
    assert skipped == [] and [jam.policy for jam in jams] == ["jamd", "gapt"]
    for jam in jams:
        log = [json.loads(line) for line in (kept / jam.id / "events.jsonl").read_text().splitlines()]
        frames = [line for line in log if line["type"] == "frame"]
        assert len(jam.melody) == len(jam.chords) == len(frames) == 320
        assert begun(jam.melody) == sum(line["type"] == "note" and line["on"] for line in log)
        assert [int(m) for m in jam.melody[:-1]] == [line["melody"] for line in frames[1:]]
        symbols = ["N.C.", *tokens.vocabulary(), *tokens.vocabulary()]
        assert [symbols[c] for c in jam.chords] == [line["symbol"] for line in frames]
        assert [bool(1 <= c <= tokens.CHORDS) for c in jam.chords] == [line.get("began", False) for line in frames]
        assert metrics.legal(jam.chords) and metrics.legal(jam.melody, 128)
        assert jam.bars[:2].tolist() == [[0, 4, 4], [16, 4, 4]]
        window, = throughout(jam)
        assert window.song == f"sessions/{jam.id}"


def test_sessions_of_jamds_own_tests_read_as_jamd_reads_them():
    first, odd, after = sessions.read(GO)[0]
    log = (GO / "v1" / "events.jsonl").read_text()
    assert (first.id, first.policy, len(first.melody)) == ("v1", "tiny", log.count('"type":"frame"'))
    assert begun(first.melody) == log.count('"on":true')
    assert [(j.id, j.policy, len(j.melody)) for j in (odd, after)] == [("v2", "online-mle", 42), ("v2#2", "other", 1)]


def test_over_frames_that_are_missing_what_sounded_goes_on(tmp_path):
    (jam,), _ = read(tmp_path / "a", frame(0, 257), frame(1, 61, "C", began=True), frame(5, 189, "C"),
                     frame(6, 190, "Am"), {"type": "end", "melody": 190})
    assert jam.melody.tolist() == [61, 189, 189, 189, 189, 62, 190]
    c, am = (tokens.vocabulary().index(symbol) for symbol in ("C", "Am"))
    held = 1 + tokens.CHORDS + c
    assert jam.chords.tolist() == [0, 1 + c, held, held, held, held, 1 + am]
    assert jam.bars.tolist() == [[0, 3, 4]]


def test_bars_are_those_of_the_meters(tmp_path):
    frames = [frame(t, 0, "C") for t in range(60)]
    meters = [{"type": "meter", "frame": 18, "meter": "6/8"}, {"type": "meter", "frame": 40, "meter": "2/4"}]
    frames[30:] = [line | {"policy": "q"} for line in frames[30:]]
    wrong = {"type": "meter", "frame": 3, "meter": "4/3"}
    jams, why = read(tmp_path, *frames[:18], meters[0], *frames[18:40], meters[1], wrong, *frames[40:])
    assert len(why) == 1 and "meter 4/3" in why[0]
    assert [jam.bars.tolist() for jam in jams] == [
        [[0, 3, 4], [12, 3, 4], [18, 6, 8]], [[0, 6, 8], [10, 2, 4], [18, 2, 4], [26, 2, 4]]]


@pytest.mark.parametrize(("text", "bar"), [
    ("2+2+3/8", [7, 8]), ("7/8=2+2+3", [7, 8]), ("5/4=5", [5, 4]), ("3+2/4", [5, 4]), ("2/2", [2, 2]), ("12/16", [12, 16]),
    ("16/4", [16, 4]),
])
def test_bars_of_any_meter_that_jamd_plays(tmp_path, text, bar):
    (jam,), why = read(tmp_path, *(frame(t, 0, "C") for t in range(70)), settings={"meter": text})
    length = 16 * bar[0] // bar[1]
    assert not why and jam.bars.tolist() == [[line, *bar] for line in range(0, 70, length)]


def test_a_pickup_is_a_short_first_bar(tmp_path):
    frames = [frame(t, 0, "C") for t in range(40)]
    frames[30:] = [line | {"policy": "q"} for line in frames[30:]]
    pickup, wrong = ({"type": "meter", "frame": 0, "meter": "4/4", "into": into} for into in (12, 16))
    jams, why = read(tmp_path, pickup, wrong, *frames)
    assert len(why) == 1 and "16 frames into a bar of 4/4" in why[0]
    assert [jam.bars.tolist() for jam in jams] == [[[0, 4, 4], [4, 4, 4], [20, 4, 4]], [[6, 4, 4]]]
    assert places(jams[0].bars, 6).tolist() == [13, 14, 15, 16, 1, 2]


def test_each_policy_of_a_session_has_its_stretch_but_none_that_stood_in(tmp_path):
    names = ["a", "a", "quick", "b", "b"]
    frames = [frame(i, 61 if i else 257, "C", policy=name, **({"rung": "faster"} if name == "quick" else {}))
              for i, name in enumerate(names, 10)]
    jams, _ = read(tmp_path / "s", *frames)
    assert [(jam.id, jam.policy, len(jam.melody), jam.bars.tolist()) for jam in jams] == [
        ("s", "a", 3, [[2, 3, 4]]), ("s#2", "b", 2, [])]
    assert all(metrics.legal(jam.chords) for jam in jams)


def test_a_log_that_is_torn_is_read_up_to_there(kept, tmp_path):
    source = kept / sessions.read(kept)[0][0].id
    text = (source / "events.jsonl").read_bytes()
    for cut in (len(text) - 1, len(text) * 2 // 3, len(text) // 2 + 7):
        folder = tmp_path / str(cut)
        write(folder, **json.loads((source / "manifest.json").read_text()))
        (folder / "events.jsonl").write_bytes(text[:cut])
        (jam,), skipped = sessions.read(folder)
        assert skipped == [] and len(jam.melody) == text[:cut].count(b'"type":"frame"') - (
            text[:cut].rpartition(b"\n")[2].count(b'"type":"frame"'))


def test_bad_lines_are_named_and_the_rest_is_read(tmp_path):
    good = [frame(i, 61) for i in range(4)]
    for bad, why in ((frame(2, 300), "melody 300"), (frame(2, 61, "H"), "chord 'H'"), (frame(-2, 61), "frame -2"),
                     ({"type": "frame", "frame": 2, "symbol": "C"}, "no 'melody'"), ({"frame": 2}, "no 'type'")):
        (jam,), (said,) = read(tmp_path / "s", *good[:2], bad, good[3])
        assert f"s/events.jsonl:3: {why}" in said and len(jam.melody) == 4
    log = tmp_path / "s" / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"frame":1,', b'"frame":7,'))
    (jam,), ((_, said), _) = sessions.read(tmp_path / "s")
    assert re.search("events.jsonl:2: its checksum", said)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_damage_is_the_end_of_a_reader(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    write(folder, *(frame(i, 61 + i % 3, "C") for i in range(6)), {"type": "end", "melody": 61})
    for name in ("events.jsonl", "manifest.json"):
        content = bytearray((folder / name).read_bytes())
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        (folder / name).write_bytes(content)
    try:
        jams, _ = sessions.read(folder)
    except CorpusError as error:
        assert str(folder) in str(error) and "\n" not in str(error)
    else:
        assert all(metrics.legal(jam.chords) and metrics.legal(jam.melody, 128) for jam in jams)


@pytest.mark.parametrize(("manifest", "why"), [
    ({"format": "jamd.session/3"}, "manifest.json: .*'jamd.session/3': jamd.session/1 and jamd.session/2"),
    ({"settings": {"meter": "4/0"}}, "meter 4/0"), ({"settings": {"meter": "2+0+3/8"}}, "each group"),
    ({"settings": {"meter": "7/8=2+2"}}, "meter 7/8=2"), ({"settings": {"meter": "17/4"}}, "meter 17/4"),
    ({"policy": None}, "not the manifest"),
])
def test_a_session_that_cannot_be_read_says_why(tmp_path, manifest, why):
    with pytest.raises(CorpusError, match=why):
        read(tmp_path / "s", frame(0, 257), **manifest)


def test_a_log_that_leaves_out_a_day_is_not_filled_up(tmp_path):
    with pytest.raises(CorpusError, match="from frame 0 to 1000000"):
        read(tmp_path / "s", frame(0, 257), frame(1_000_000, 61))


def test_a_folder_without_sessions_is_said(tmp_path):
    with pytest.raises(CorpusError, match="no jam in the 0 sessions"):
        sessions.read(tmp_path)
