"""python -m train.import_realchords actor.pth chord_names_augmented.json -o NAME.onnx: imports the paper's weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from train.export import Card, write
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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m train.import_realchords",
                                     description="Turn a checkpoint of realchords-pytorch into a policy file for jamd.")
    parser.add_argument("checkpoint", type=Path, help="actor.pth, or a .ckpt of the online chord decoder")
    parser.add_argument("names", type=Path, help="chord_names_augmented.json, published with the checkpoint")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the policy file, NAME.onnx")
    parser.add_argument("--name", help="the policy's name (default: the name of the output)")
    parser.add_argument("--corpora", nargs="+", default=["hooktheory", "pop909", "nottingham"],
                        help="the corpora of its training (default: those of the paper's GAPT: %(default)s)")
    parser.add_argument("--int8", action="store_true", help="store weights in int8: half the size, and a step of a "
                        "large network takes half the time; one draw in hundreds is another chord")
    args = parser.parse_args(arguments)
    folder = args.checkpoint.resolve().parent.name
    card = Card(name=args.name or args.output.stem, method=f"realchords-pytorch: {folder}/{args.checkpoint.name}",
                corpora=args.corpora, licence="the authors' own, see lukewys/realchords-pytorch",
                text="Weights by the authors of arXiv 2511.17879, imported. Chords that jam cannot write begin as the "
                     "nearest of the same root; inversions begin as the chord.")
    try:
        print(convert(args.checkpoint, args.names, card, args.output, int8=args.int8).report())
    except ImportFailure as error:
        print(f"import_realchords: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"import_realchords: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
