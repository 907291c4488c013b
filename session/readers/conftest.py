"""Sessions for the readers, made by jamd itself: three policies play to the same tunes, which change their key."""

import json
import random
import subprocess
from pathlib import Path

import mido
import pytest

ROOT = Path(__file__).parents[2]
JAMD = ROOT / "bin" / "jamd"
POLICIES = ["online-mle", "gapt", "jamd"]
TUNES = 2
BARS = 24


def run(*args, **more):
    """Runs jamd, and returns what it prints."""
    done = subprocess.run([JAMD, *map(str, args)], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"jamd {args}: {done.stderr}"
    return done.stdout


def write_tune(path, seed):
    """A tune of chords' notes, that goes into the key a tritone away halfway, and becomes slower near its end."""
    draw = random.Random(seed)
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(110)))
    wait = 0
    for bar in range(BARS):
        tonic = 60 if bar < BARS // 2 else 66
        root = tonic + draw.choice([0, 5, 7])
        if bar == BARS - 4:
            track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90), time=wait))
            wait = 0
        for length in draw.choice([[4, 4, 8], [6, 2, 4, 4], [3, 1, 4, 8], [8, 8], [12, 4]]):
            pitch = root + draw.choice([0, 4, 7, 12])
            track.append(mido.Message("note_on", note=pitch, velocity=draw.randint(60, 110), time=wait))
            held = draw.choice([length, max(length - 1, 1)]) * 120
            track.append(mido.Message("note_off", note=pitch, time=held))
            wait = length * 120 - held
    file.save(path)


@pytest.fixture(scope="session")
def sessions(tmp_path_factory):
    """The folder of the sessions."""
    if not JAMD.exists():
        pytest.skip("bin/jamd is not there: run 'make build'")
    folder = tmp_path_factory.mktemp("sessions")
    for tune in range(TUNES):
        path = folder / f"tune-{tune}.mid"
        write_tune(path, tune)
        for policy in POLICIES:
            played = ["--policy", policy, "--bass", "--set", "metronome=on", "--style", "pulse"]
            run("accompany", path, *played, "--keep", folder / "kept")
    kept = ["sessions", "--session-dir", folder / "kept"]
    for i, brief in enumerate(json.loads(run(*kept, "list", "--json"))):
        run(*kept, "rate", brief["id"], 1 + i % 5, 5 - i % 3, 3)
    return folder / "kept"


@pytest.fixture(scope="session")
def exports(sessions, tmp_path_factory):
    """All sessions in every format that needs nothing but jamd, a folder each."""
    folder = tmp_path_factory.mktemp("exports")
    for name in ["midi", "musicxml", "csv", "parquet"]:
        run("sessions", "--session-dir", sessions, "export", "all", "--as", name, "-o", folder / name)
    return folder


@pytest.fixture(scope="session")
def logs(sessions):
    """The lines of each session's log, by its id."""
    read = {}
    for folder in sorted(sessions.iterdir()):
        if (folder / "events.jsonl").exists():
            with open(folder / "events.jsonl") as lines:
                read[folder.name] = [json.loads(line) for line in lines]
    assert len(read) == TUNES * len(POLICIES)
    return read
