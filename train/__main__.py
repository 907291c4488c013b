"""python -m train COMMAND: all steps from the corpora to a policy file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from train import commands
from train.data.corpora import dataset
from train.data.corpora.song import CorpusError
from train.runs.errors import StageError

WITHOUT_BUSY = "leave out the input `busy`, the rate of chord changes, of a policy that has it"
TRAININGS = {
    "mle": "train the online policy on data",
    "anchor": "train the offline anchor on data",
    "reward": "train a reward model on pairs of the data: contrastive or discriminative",
    "rl": "train a system by reinforcement learning: realchords, gapt-noadv, gapt or melody",
    "foresight": "train a policy by the value of every chord that it could have played",
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for name, text in TRAININGS.items():  # listed here, read by trainings.py
        subparsers.add_parser(name, help=text)

    def command(function, text: str, name: str = "") -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name or function.__name__, help=text, description=text,
                                  formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        sub.set_defaults(function=function, error=top.error)
        return sub

    def cached(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--cache", type=Path, default=dataset.default_cache(),
                         help="file with the tokens of the corpora")
        return sub

    sub = cached(command(commands.prepare, "read the corpora and write their tokens into one file"))
    sub.add_argument("--data", type=Path, help="folder with " + ", ".join(dataset.READERS)
                     + ", each a checkout or NAME.tar.xz")
    sub.add_argument("--corpora", nargs="+", metavar="CORPUS", choices=dataset.READERS, default=list(dataset.READERS),
                     help="read only these of --data, such as those whose licences suit you")
    sub.add_argument("--sessions", type=Path, help="folder of sessions that jamd recorded, to train on as well; "
                     "without --data they are added to the cache, or begin one")
    sub.add_argument("--songs", type=Path, help="folder of your own songs, to train on as well: MIDI files with a chord track, "
                     "MusicXML, ABC; without --data they are added to the cache, or begin one")
    sub = cached(command(commands.stats, "print statistics of the corpora and of the chords that were folded"))
    sub.add_argument("--json", action="store_true", help="print JSON")
    sub = cached(command(commands.all_stages, "run every unfinished stage in order, from the corpora to the tables", "all"))
    sub.add_argument("stages", nargs="*", metavar="STAGE", help="run only these, even if train/weights has their networks")
    sub.add_argument("--scale", choices=["cpu", "gpu"], required=True, help="the sizes, from train/runs/scales.py")
    sub.add_argument("--runs", type=Path, required=True, help="folder for all runs and the files made from them")
    sub.add_argument("--data", type=Path, help="folder of the corpora; needed if there is no cache yet")
    sub.add_argument("--processes", type=int, default=1, help="processes of each training, one per GPU")
    sub.add_argument("--fresh", action="store_true", help="also train the networks that train/weights has")
    sub.add_argument("--minutes", type=float, help="stop after this time; the same command resumes")
    sub.add_argument("--device", choices=["cpu", "cuda"], help="another device than the scale's")
    sub.add_argument("--steps", type=int, help="largest number of steps of a training, to try the recipe; the policies "
                     "are not evaluated then")
    sub.add_argument("--windows", type=int, help="largest number of windows in a batch, to try the recipe")
    sub.add_argument("--dry-run", action="store_true", help="only print what would run")
    sub = command(commands.export, "write a checkpoint as a policy file")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("--card", type=Path, required=True, help="JSON file with name, method, corpora, licence, text")
    sub.add_argument("--figures", type=Path, help="JSON file of an evaluation that includes the policy")
    sub.add_argument("--without-busy", action="store_true", help=WITHOUT_BUSY)
    sub.add_argument("--int8", action="store_true", help="store the weights of matrix products in int8: a step takes "
                     "about half the time, one draw in hundreds is another token")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(commands.export_encoder, "write the chord encoder of a contrastive reward model, with which diversity is "
                  "measured, as an ONNX file", "export-encoder")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(commands.keep, "write the network of a checkpoint in float16, to continue training from")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(commands.parity, "write PyTorch's results for a checkpoint, for jamd's tests to compare with")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("--without-busy", action="store_true", help=WITHOUT_BUSY)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(commands.yardstick, "write the figures of a few made-up jams, for jamd's tests to compare with")
    sub.add_argument("checkpoint", type=Path, help="contrastive reward model with which diversity is measured")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = cached(command(commands.evaluate, "play policy files over held-out songs, measure them and print the tables; results "
                         "that are already in the folder are not played again"))
    sub.add_argument("systems", nargs="+", help="policy files, or any of rules-bar, rules-half, rules-beat, chance")
    sub.add_argument("-o", "--output", type=Path, required=True,
                     help="folder for figures.json and played.npz")
    sub.add_argument("--encoder", type=Path, nargs="+", help="contrastive reward models to measure diversity with; by "
                     "default train/weights/contrastive-1.pt and -2.pt, if they exist")
    sub.add_argument("--agent", type=Path, help="policy file that plays melodies, to jam with; by default "
                     "assets/agents/melody.onnx, if it exists")
    sub.add_argument("--draws", type=int, default=3, help="draws; each has one window of each song and a seed")
    sub.add_argument("--temperature", type=float, default=0.99)
    sub.add_argument("--songs-a-draw", type=int, default=75, help="largest number of songs of a place in a draw")
    sub.add_argument("--minutes", type=int, default=20, help="length of the long jams; 0: no long jams")
    sub.add_argument("--workers", type=int, default=2, help="number of processes")
    sub.add_argument("--songs", type=Path, help="folder of your own songs, to evaluate on as well: MIDI files with a "
                     "chord track, MusicXML, ABC")
    sub.add_argument("--sessions", type=Path, help="folder of sessions that jamd recorded, to evaluate on as well")
    sub = command(commands.document, "write the tables of a document anew from an evaluation's figures")
    sub.add_argument("figures", type=Path, help="figures.json of an evaluation")
    sub.add_argument("document", type=Path, help="Markdown file with marks such as <!-- table: test -->")

    sub = cached(command(commands.pictures, "draw the pictures of an evaluation and of training runs"))
    sub.add_argument("folder", type=Path, help="what evaluate -o has written")
    sub.add_argument("-o", "--output", type=Path, required=True, help="folder for the pictures")
    sub.add_argument("--encoder", type=Path, help="contrastive reward model, to map generations with")
    sub.add_argument("--runs", type=Path, nargs="+", default=[], help="folders of runs, to draw training curves of")
    sub = cached(command(commands.listen, "write six held-out melodies with every system's chords, as `jamd play` would "
                         "play them: MIDI files, sound, piano rolls, chord sheets"))
    sub.add_argument("systems", nargs="+", help="policy files, or any of rules-bar, rules-half, rules-beat, chance")
    sub.add_argument("-o", "--output", type=Path, required=True, help="folder for the files")
    sub.add_argument("--song", nargs="+", metavar="CORPUS/ID", help="other melodies than the six")
    sub.add_argument("--temperature", type=float, default=0.99)
    sub.add_argument("--soundfont", type=Path, help="the sounds for fluidsynth; by default those of Debian")
    sub = cached(command(commands.settings, "let the built jamd accompany held-out songs with each of several settings, and "
                         "print what they do to its chords"))
    sub.add_argument("flags", nargs="+", help='flags of `jamd accompany` in quotes, such as "--colour sevenths"; "" for none')
    sub.add_argument("--place", choices=["test", "ood", "jazz"], default="test", help="the songs, as docs/evaluation.md has them")
    sub.add_argument("--draws", type=int, default=1, help="number of draws of windows and seeds")
    sub.add_argument("--songs", type=int, default=75, help="largest number of songs in a draw")
    sub.add_argument("--jamd", type=Path, default=Path("bin/jamd"), help="the binary that is judged")
    corpora = ", each a checkout or NAME.tar.xz: pop909, nottingham, leadsheets, weimar"
    sub = cached(command(commands.follow_tables, "learn what the follower of the player's time expects of rhythm",
                         "follow-tables"))
    sub.add_argument("--data", type=Path, required=True, help="folder of the corpora" + corpora)
    sub.add_argument("-o", "--output", type=Path, default=Path("follow/tables.bin"))
    sub = cached(command(commands.follow_calibration, "measure how often the built follower is right by how sure it is, and "
                         "correct what it says", "follow-calibration"))
    sub.add_argument("--data", type=Path, required=True, help="folder of the corpora" + corpora)
    sub.add_argument("--jamd", type=Path, default=Path("bin/jamd"), help="a binary that was built with the file of --output")
    sub.add_argument("--songs", type=int, default=40, help="validation songs of each corpus, at most")
    sub.add_argument("-o", "--output", type=Path, default=Path("follow/calibration.json"))
    sub = cached(command(commands.follow, "play held-out songs to the built follower, and print how well it follows"))
    sub.add_argument("--data", type=Path, required=True, help="folder of the corpora" + corpora)
    sub.add_argument("--jamd", type=Path, default=Path("bin/jamd"), help="the binary that is judged")
    sub.add_argument("--side", choices=["valid", "test"], default="valid", help="the songs: of which side of the split")
    sub.add_argument("--songs", type=int, default=40, help="of each corpus, at most")
    sub.add_argument("-o", "--output", type=Path, help="file for the figures of each song, as JSON")
    other = sub.add_mutually_exclusive_group()
    other.add_argument("--picture", type=Path, help="draw tempo curves to this file, and print no figures")
    other.add_argument("--chords", action="store_true", help="judge the chords of `jamd accompany` instead of the beats")
    other.add_argument("--peer", type=Path, metavar="PYTHON", help="judge madmom too, on the same onsets: a Python that has it")
    return top


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given[:1] and given[0] in TRAININGS:
            from train.runs import trainings
            trainings.read(given)()
        else:
            args = parser().parse_args(given)
            args.function(args)
    except (CorpusError, StageError, OSError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
