"""Six held-out melodies with the chords of the data and of every system, to listen to: MIDI files, sound, piano rolls
and chord sheets. Policies play with the defaults of `jamd play`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib
import mido
import numpy as np

from train.data import tokens
from train.data.corpora.dataset import Piece
from train.data.corpora.song import FRAMES_PER_QUARTER, CorpusError
from train.evaluation.performers import Performance, Performer
from train.evaluation.piano_roll import PITCHES, close_position, piano_roll, spans
from train.evaluation.pictures import STYLE, marks
from train.evaluation.places import WINDOW, Window, cut, song_of, starts

# Two pop songs, two of jazz (a lead sheet and a solo), a reel, a twelve-bar blues.
SONGS = ("billboard/TheBeachBoys_InMyRoom_1963.varms", "pop909/046", "leadsheets/Out-of-Nowhere",
         "weimar/HankMobley_SoulStation", "tunes/rjl20/St-Anne-s-Reel", "leadsheets/Twisted")
SOUNDFONT = Path("/usr/share/sounds/sf2/default-GM.sf2")  # of the Debian package timgm6mb-soundfont
TICKS = 480  # a quarter note
TEMPO = 120
PARTS = {"MELODY": (0, 0, 100), "CHORDS": (1, 4, 64)}  # channel, General MIDI program (pianos), velocity


def listen(systems: Sequence[Performer], pieces: Sequence[Piece], output: Path, songs: Sequence[str] = SONGS,
           temperature: float = 0.99, soundfont: Path = SOUNDFONT) -> Iterator[str]:
    """Plays the songs (CORPUS/ID) and writes, for the n-th, output/n-SYSTEM.mid and .wav, output/n-roll.png and
    output/n-chords.md. Each window begins on the song's first bar line at which a window for evaluation may begin.
    Yields a line for each file, or why there is no sound. Raises CorpusError if a song is not among the pieces."""
    windows = [window_of(song, pieces) for song in songs]
    played = {"data": [w.chords for w in windows]}
    for system in systems:
        with Performance(system, None, temperature, workers=1) as performance:
            played[system.name] = list(system.vocabulary.folded[performance.accompany("listen", [windows], heard=True)[0]])
    output.mkdir(parents=True, exist_ok=True)
    sound = shutil.which("fluidsynth") and soundfont.is_file()
    if not sound:
        yield f"left out the sound: there is no fluidsynth, or no {soundfont} (give --soundfont)"
    for n, window in enumerate(windows, 1):
        chords = {name: rows[n - 1] for name, rows in played.items()}
        for name, row in chords.items():
            path = output / f"{n}-{name}.mid"
            midi_file(window.song, window.melody, row).save(path)
            yield f"wrote {path}: {window.song}, {name}"
            if sound:
                render(path, path.with_suffix(".wav"), soundfont)
        with matplotlib.rc_context(STYLE):
            colours = {name: colour for name, (colour, _) in marks(list(chords)[1:]).items()}
            piano_roll(window.song, window.melody, chords, colours, window.lines[:, 0], WINDOW).savefig(output / f"{n}-roll.png")
        (output / f"{n}-chords.md").write_text(sheet(window, chords))
        yield f"wrote {output / f'{n}-roll.png'} and {output / f'{n}-chords.md'}"


def window_of(song: str, pieces: Sequence[Piece]) -> Window:
    """Returns a song's first window."""
    for piece in pieces:
        if song_of(piece) == song:
            return cut(piece, (starts(piece) or [0])[0], WINDOW)
    raise CorpusError(f"no song {song} in the cache of the corpora; prepare its corpus, or give --song")


def render(file: Path, wav: Path, soundfont: Path) -> None:
    """Writes a MIDI file as sound. Raises OSError if fluidsynth fails."""
    done = subprocess.run(["fluidsynth", "-ni", "-F", str(wav), str(soundfont), str(file)], capture_output=True, text=True)
    if done.returncode or not wav.is_file():
        raise OSError(done.returncode, f"fluidsynth made no sound of it: {done.stderr.strip()[-200:]}", str(file))


def sheet(window: Window, chords: dict[str, np.ndarray]) -> str:
    """Returns a Markdown table: a row for each bar of the window, a column for each system with the bar's chords. `-`
    means no chord; `.` that the chord before goes on. A chord that does not begin with the bar has the number of its quarter
    note in front, counted from 1."""
    ends = [*window.lines[1:, 0], len(window.melody)]
    rows = [[str(bar), *(bar_of(row, int(start), int(end)) for row in chords.values())]
            for bar, (start, end) in enumerate(zip(window.lines[:, 0], ends), 1)]
    return "\n".join([f"# {window.song}", "", *("| " + " | ".join(row) + " |" for row in
                      [["bar", *chords], ["---"] * (1 + len(chords)), *rows])]) + "\n"


def bar_of(chords: np.ndarray, start: int, end: int) -> str:
    """Returns the chords that begin in frames start..end."""
    symbols = ["-", *tokens.vocabulary()]
    sounding = np.where(chords == 0, 0, 1 + (chords - 1) % tokens.CHORDS)
    new = [t for t in range(start, end) if t == 0 or sounding[t] != sounding[t - 1]]
    return " ".join(symbols[sounding[t]] if t == start else f"{1 + (t - start) / FRAMES_PER_QUARTER:g}:{symbols[sounding[t]]}"
                    for t in new) or "."


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
