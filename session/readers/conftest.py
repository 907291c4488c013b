"""Makes the sessions for the readers with jamd itself. Three policies accompany the same tunes, which change key. Two
more sessions are live jams: one misses frames, the other is killed and its log then damaged."""

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
PATIENCE = 300  # seconds: even on a busy machine only a process that hangs takes so long


def run(*args, **more):
    """Runs jamd and returns its standard output."""
    done = subprocess.run([JAMD, *map(str, args)], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"jamd {args}: {done.stderr}"
    return done.stdout


def write_tune(path, seed):
    """Writes a tune of chord tones. Halfway it changes to the key a tritone away; near its end it becomes slower."""
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
    """Starts a jam through the real loop, waits for its first chord, and returns the process and the path of its
    log."""
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
    """Plays an agent's jam of 20 seconds and stops the process now and then, as a stalled machine would."""
    process, _ = live(folder, "jam", "--policy", "jamd", "--set", "busy=busy", "--tempo", 180, "--listen", 4, "--for", "20s")
    for seconds in [0.05, 0.08, 0.11, 0.14, 0.17, 0.5]:
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        time.sleep(1)
    said = process.communicate()[0].decode()
    assert process.returncode == 0, said


def play_and_damage(folder, tune):
    """Plays a jam with a file's melody and kills it. Then removes lines from its log, changes one and truncates one."""
    process, path = live(folder, "play", "--melody", tune, "--policy", "gapt", "--tempo", 180, "--listen", 4)
    end = time.monotonic() + PATIENCE
    while path.read_bytes().count(b'"type":"frame"') < 95 and time.monotonic() < end:
        time.sleep(0.1)
    process.kill()
    process.communicate()
    lines = path.read_bytes().splitlines(keepends=True)
    frames = [i for i, line in enumerate(lines) if b'"type":"frame"' in line]
    gone = {*range(frames[40], frames[42]), *range(frames[60], frames[67]), frames[80]}  # these frames have notes
    changed = frames[90]
    lines[changed] = lines[changed].replace(b'"frame":', b'"frame":1', 1)
    path.write_bytes(b"".join(line for i, line in enumerate(lines) if i not in gone) + lines[frames[50]][:-20])


@pytest.fixture(scope="session")
def sessions(tmp_path_factory):
    """Makes the sessions and returns their folder."""
    if not JAMD.exists():
        pytest.skip("bin/jamd is missing: run 'make build'")
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
    """Exports all sessions to every format that needs only jamd, one folder per format."""
    folder = tmp_path_factory.mktemp("exports")
    for name in ["midi", "musicxml", "csv", "parquet"]:
        run("sessions", "--session-dir", sessions, "export", "all", "--as", name, "-o", folder / name)
    return folder


@pytest.fixture(scope="session")
def logs(sessions):
    """Returns the intact lines of each session's log, by session id."""
    read = {path.parent.name: log.read(path)[0] for path in sorted(sessions.glob("*/events.jsonl"))}
    assert len(read) == TUNES * len(POLICIES) + 2
    return read


@pytest.fixture(scope="session")
def offline(sessions):
    """Returns the ids of the sessions that were not played live."""
    manifests = sessions.glob("*/manifest.json")
    return {path.parent.name for path in manifests if json.loads(path.read_text()).get("offline")}
