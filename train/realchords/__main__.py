"""python -m train.realchords actor.pth chord_names_augmented.json -o NAME.onnx: imports the paper's weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from train.export.policy import Card
from train.realchords import ImportFailure
from train.realchords.convert import convert


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m train.realchords",
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
        print(f"realchords: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"realchords: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
