"""Harte chord labels ("C:min7/b3"), as POP909 and the Billboard corpus annotate their chords."""

from __future__ import annotations

from mir_eval import chord


def parse(label: str) -> tuple[int, int] | None:
    """Returns the root as a pitch class 0..11 (C = 0) and the intervals as a 12-bit set of semitones above the root.

    Extensions are folded into one octave; the bass (after the slash) is ignored. Returns None for "N" (no chord) and
    "X" (a chord that nobody could name). A flat is "b", or "-" as humdrum writes it. Raises ValueError for anything
    else.
    """
    # Remove the bass before parsing: mir_eval would count it among the chord's notes.
    name = label.partition("/")[0].replace("-", "b")
    if name in (chord.NO_CHORD, chord.X_CHORD):
        return None
    try:
        root, semitones, _ = chord.encode(name, reduce_extended_chords=True)
    except chord.InvalidChordException as error:
        raise ValueError(f"{label!r} is not a Harte chord label") from error
    return int(root), sum(1 << i for i, sounds in enumerate(semitones) if sounds)
