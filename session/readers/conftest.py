"""Sessions for the readers, made by jamd itself: three policies play to the same tunes, which change their key; and two
live jams, of which one misses frames, and the other is killed and then damaged."""

import json
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import mido
import pytest

from readers import log

ROOT = Path(__file__).parents[2]
JAMD = ROOT / "bin" / "jamd"
POLICIES = ["online-mle", "gapt", "jamd"]
TUNES = 2
BARS = 24
PLAYED = ["--bass", "--set", "metronome=on"]
PATIENCE = 300  # seconds: only what hangs takes so long, however busy the machine


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


def live(folder, *args):
    """A jam through the real loop, once chords sound in it: the process, and the log that it writes."""
    command = [JAMD, *map(str, args), *PLAYED, "--session-dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.1)
        for path in folder.glob("*/events.jsonl"):
            if b'"began":true' in path.read_bytes():
                return process, path
    process.kill()
    raise AssertionError(f"no chord was played: {process.communicate()[0].decode()}")


def play_with_misses(folder):
    """An agent's jam of 20 seconds, on a machine that stands still now and then."""
    process, _ = live(folder, "jam", "--policy", "jamd", "--tempo", 180, "--listen", 4, "--for", "20s")
    for seconds in [0.05, 0.08, 0.11, 0.14, 0.17, 0.5]:
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        time.sleep(1)
    said = process.communicate()[0].decode()
    assert process.returncode == 0, said


def play_and_damage(folder, tune):
    """A jam with a file's melody that is killed; then lines are taken out of its log, one is changed, one torn."""
    process, path = live(folder, "play", "--melody", tune, "--policy", "gapt", "--tempo", 180, "--listen", 4)
    end = time.monotonic() + PATIENCE
    while path.read_bytes().count(b'"type":"frame"') < 95 and time.monotonic() < end:
        time.sleep(0.1)
    process.kill()
    process.communicate()
    lines = path.read_bytes().splitlines(keepends=True)
    frames = [i for i, line in enumerate(lines) if b'"type":"frame"' in line]
    gone = {*range(frames[40], frames[42]), *range(frames[60], frames[67]), frames[80]}  # with notes among them
    changed = frames[90]
    lines[changed] = lines[changed].replace(b'"frame":', b'"frame":1', 1)
    path.write_bytes(b"".join(line for i, line in enumerate(lines) if i not in gone) + lines[frames[50]][:-20])


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
            run("accompany", path, "--policy", policy, *PLAYED, "--style", "pulse", "--record", folder / "kept")
    play_with_misses(folder / "missed")
    play_and_damage(folder / "damaged", folder / "tune-0.mid")
    for jam in ["missed", "damaged"]:
        shutil.copytree(folder / jam, folder / "kept", dirs_exist_ok=True)
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
    """The whole lines of each session's log, by its id."""
    read = {path.parent.name: log.read(path)[0] for path in sorted(sessions.glob("*/events.jsonl"))}
    assert len(read) == TUNES * len(POLICIES) + 2
    return read


@pytest.fixture(scope="session")
def offline(sessions):
    """The ids of those that were not played live."""
    manifests = sessions.glob("*/manifest.json")
    return {path.parent.name for path in manifests if json.loads(path.read_text()).get("offline")}
