"""Reads FluidSynth's files with the module wave: they last as long as the jam and sound when the log has notes."""

import shutil
import wave

import numpy as np
import pytest

from readers import log
from readers.conftest import run

RATE = 48000


@pytest.fixture(scope="module")
def sounds(sessions, tmp_path_factory):
    """Returns the samples of each session, by id: left and right, -1 to 1."""
    if not shutil.which("fluidsynth"):
        pytest.skip("FluidSynth is missing: apt-get install fluidsynth")
    folder = tmp_path_factory.mktemp("sounds")
    try:
        run("sessions", "--session-dir", sessions, "export", "all", "--live", "--as", "wav", "-o", folder)
    except AssertionError as error:
        if "no General MIDI soundfont" in str(error):
            pytest.skip("a soundfont is missing: apt-get install timgm6mb-soundfont")
        raise
    read = {}
    for path in folder.glob("*.wav"):
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        read[path.stem] = samples.reshape(-1, 2) / 32768
    assert len(read) == 2
    return read


def loudness(sound, begin, end):
    """Returns the root mean square between two times in seconds."""
    part = sound[int(begin * RATE):int(end * RATE)]
    return float(np.sqrt((part**2).mean()))


def at_pitch(sound, begin, end, pitch):
    """Returns the strength of a pitch between two times in seconds."""
    part = sound[int(begin * RATE):int(end * RATE)].mean(axis=1)
    turns = 440 * 2 ** ((pitch - 69) / 12) * np.arange(len(part)) / RATE
    return abs(np.exp(-2j * np.pi * turns) @ (part * np.hanning(len(part)))) / len(part)


def test_it_lasts_as_long_as_the_jam(sounds, logs):
    for session, sound in sounds.items():
        lasts = log.frames(logs[session]) * 60 / 180 / 4
        assert lasts - 0.1 < len(sound) / RATE < lasts + 10  # the last notes decay after the end
        assert 0.02 < np.abs(sound).max() <= 1


def test_it_sounds_where_notes_do(sounds, logs):
    for session, sound in sounds.items():
        lines = logs[session]
        clicks = {line["frame"] for line in log.of(lines, "frame") if "click" in line}
        sounding = [(frame, frame + length) for frame, _, length in log.notes(lines)]
        sounding += [(frame, end) for frame, _, _, end in log.chords(lines)]
        for begin, _ in sounding:
            assert loudness(sound, begin / 12, begin / 12 + 0.08) > 1e-3
        first = min(min(begin for begin, _ in sounding), min(clicks)) / 12
        assert first < 0.1 or loudness(sound, 0, first - 0.02) < 1e-4


def test_it_sounds_as_notes_do(sounds, logs):
    """The first quarter second of a note is stronger at its pitch than a half step away if nothing sounds there."""
    told = 0
    for session, sound in sounds.items():
        lines = logs[session]
        all_notes = log.notes(lines)
        chords = log.chords(lines)
        for frame, pitch, length in all_notes:
            near = {p for f, p, n in all_notes if f < frame + length and f + n > frame - 12 and f != frame}
            near |= {p for f, _, pitches, end in chords for p in pitches if f < frame + length and end > frame - 12}
            beside = [p for p in (pitch - 1, pitch + 1) if all((p - other) % 12 for other in near)]
            if length < 3 or len(beside) < 2:
                continue
            begin, end = frame / 12, (frame + 3) / 12  # later a long note may be weaker than overtones of the bass
            assert at_pitch(sound, begin, end, pitch) > 2 * max(at_pitch(sound, begin, end, p) for p in beside)
            told += 1
    assert told >= 5
