"""Turns a checkpoint of realchords-pytorch into a policy file."""

from __future__ import annotations

from pathlib import Path

from train.export.policy import Card, write
from train.realchords import CHORD_HOLD, ImportFailure
from train.realchords.checkpoint import check_part, read_checkpoint
from train.realchords.graph import WINDOW, build, sizes_of
from train.realchords.names import ChordMap, map_chords, read_names


def convert(checkpoint: Path, names_path: Path, card: Card, output: Path, window: int = WINDOW,
            int8: bool = False) -> ChordMap:
    """Writes the policy file of a checkpoint and returns what became of the chord names. Raises ImportFailure if the
    files cannot be imported."""
    names, weights = read_names(names_path), read_checkpoint(checkpoint)
    check_part(checkpoint)
    if weights.vocabulary != CHORD_HOLD + 2 * len(names):
        raise ImportFailure(f"{names_path}: {len(names)} chord names make {CHORD_HOLD + 2 * len(names)} tokens, "
                            f"but {checkpoint} has {weights.vocabulary}: these are not the names of its training")
    chords = map_chords(names)
    if not chords.symbols:
        raise ImportFailure(f"{names_path}: jam can play none of these chords")
    write(build(weights, chords, window, int8), card, chords.symbols, sizes_of(weights, window), output)
    return chords
