"""Writes the excerpts of the piano rolls as MIDI files: the same melodies with the chords of every system and the
data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import mido
import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece
from train.data.corpora.song import FRAMES_PER_QUARTER
from train.evaluation.evaluated import excerpts, read
from train.evaluation.piano_roll import PITCHES, close_position, spans

TICKS = 480  # a quarter note
TEMPO = 120
PARTS = {"MELODY": (0, 0, 100), "CHORDS": (1, 4, 64)}  # channel, General MIDI program (pianos), velocity


def listen(folder: Path, output: Path, pieces: Sequence[Piece] = ()) -> Iterator[str]:
    """Writes output/EXCERPT-SYSTEM.mid for the excerpts of the piano rolls, as whole windows, with the chords of the
    data and of every system in the first draw. Yields a line for each file. pieces are the corpora of the
    evaluation."""
    evaluation = read(folder)
    chords = evaluation.test_chords()
    output.mkdir(parents=True, exist_ok=True)
    for n, (i, title, _) in enumerate(excerpts(evaluation, pieces), 1):
        for name, rows in chords.items():
            path = output / f"{n}-{name}.mid"
            midi_file(title, evaluation.test_melody()[i], rows[i]).save(path)
            yield f"wrote {path}: {title}, {name}"


def midi_file(title: str, melody: np.ndarray, chords: np.ndarray) -> mido.MidiFile:
    """Returns melody and chord tokens [frames] as a file with a track for each. The chords are in close position around
    middle C, as in the piano rolls, with their symbols as text."""
    file = mido.MidiFile(ticks_per_beat=TICKS)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("track_name", name=title),
                                       mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(TEMPO))]))
    symbols = tokens.vocabulary()
    file.tracks.append(track("MELODY", [(start, end, [pitch], "") for start, end, pitch in spans(melody, PITCHES)]))
    file.tracks.append(track("CHORDS", [(start, end, close_position(chord), symbols[chord])
                                        for start, end, chord in spans(chords, tokens.CHORDS)]))
    return file


def track(name: str, sounding: Sequence[tuple[int, int, list[int], str]]) -> mido.MidiTrack:
    """A part of PARTS: (start, end, pitches, text at the start), in frames, one after another."""
    channel, program, velocity = PARTS[name]
    out = mido.MidiTrack([mido.MetaMessage("track_name", name=name),
                          mido.Message("program_change", channel=channel, program=program)])
    now = 0

    def add(frame: int, message: mido.Message | mido.MetaMessage) -> None:
        nonlocal now
        out.append(message.copy(time=(frame - now) * TICKS // FRAMES_PER_QUARTER))
        now = frame

    for start, end, pitches, text in sounding:
        if text:
            add(start, mido.MetaMessage("text", text=text))
        for frame, kind in ((start, "note_on"), (end, "note_off")):
            for pitch in pitches:
                add(frame, mido.Message(kind, channel=channel, note=pitch, velocity=velocity))
    return out
