"""python -m train COMMAND: all steps from the corpora to a policy file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from train.data.corpora import dataset
from train.data.corpora.song import CorpusError, Skipped
from train.runs.errors import StageError

WITHOUT_BUSY = "leave out the input `busy`, the rate of chord changes, of a policy that has it"
TRAININGS = {
    "mle": "train the online policy on data",
    "anchor": "train the offline anchor on data",
    "reward": "train a reward model on pairs of the data: contrastive or discriminative",
    "rl": "train a system by reinforcement learning: realchords, gapt-noadv, gapt or melody",
    "foresight": "train a policy by the value of every chord that it could have played",
}


def prepare(args: argparse.Namespace) -> None:
    if not (args.data or args.sessions):
        parser().error("give --data, --sessions or both")
    if args.data:
        dataset.prepare(args.data, args.cache)
    if args.sessions:
        from train.data.corpora import sessions
        jams, skipped = reported(sessions.read(args.sessions))
        dataset.add(sessions.CORPUS, [replace(jam, split="train") for jam in jams], skipped, args.cache)
    print(f"wrote {args.cache} ({args.cache.stat().st_size / 1e6:.1f} MB)")


def stats(args: argparse.Namespace) -> None:
    from train.data.stats import corpus_stats, show
    pieces, folding = dataset.read(args.cache)
    figures = {name: corpus_stats([p for p in pieces if p.corpus == name], folding[name]) for name in folding
               if any(p.corpus == name for p in pieces)}
    print(json.dumps(figures, indent=2) if args.json else "\n".join(show(n, f) for n, f in figures.items()))


def all_stages(args: argparse.Namespace) -> None:
    from train.runs.scales import SCALES
    from train.runs.stages import Stage, go, plan
    stages = plan(SCALES[args.scale], args.runs, args.cache, args.data, args.fresh, args.stages)
    if unknown := set(args.stages) - {stage.name for stage in stages}:
        raise StageError(f"no stage {', '.join(sorted(unknown))}; the stages are "
                         + ", ".join(stage.name for stage in stages))

    def launch(stage: Stage) -> int:
        start = [sys.executable, "-m"]
        if stage.run and args.processes > 1:  # "--" keeps torchrun from reading our --run as its own option
            start += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(args.processes), "-m", "--"]
        return subprocess.run([*start, "train", *stage.arguments]).returncode

    go([stage for stage in stages if not args.stages or stage.name in args.stages], launch,
       lambda line: print(line, flush=True), args.dry_run, args.minutes)


def export(args: argparse.Namespace) -> None:
    from train.export.policy import Card
    from train.export.policy import export as write
    from train.models.mle import load, without_busy
    card = Card(**json.loads(args.card.read_text()))
    if args.figures:
        from train.evaluation.evaluate import figures_of
        card = replace(card, figures=figures_of(card.name, json.loads(args.figures.read_text())))
    network = load(args.checkpoint)
    write(without_busy(network) if args.without_busy else network, card, args.output, args.int8)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def export_encoder(args: argparse.Namespace) -> None:
    from train.export.encoder import export as write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def keep(args: argparse.Namespace) -> None:
    from train.runs.record import keep as write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def parity(args: argparse.Namespace) -> None:
    from train.export.parity import write
    from train.models.mle import load, without_busy
    network = load(args.checkpoint)
    write(without_busy(network) if args.without_busy else network, args.output)
    print(f"wrote {args.output}")


def yardstick(args: argparse.Namespace) -> None:
    from train.export.yardstick import write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output}")


def evaluate(args: argparse.Namespace) -> None:
    from train.evaluation.evaluate import AGENT, ENCODERS, Settings
    from train.evaluation.evaluate import evaluate as run
    from train.evaluation.performers import performer
    from train.evaluation.tables import tables
    encoders = args.encoder or [path for path in ENCODERS if path.is_file()]
    agent = args.agent or (AGENT if AGENT.is_file() else None)
    if not encoders:
        print("there is no encoder, so the tables have no Vendi score: give --encoder", file=sys.stderr)
    if not agent:
        print("there is no melody agent, so there are no jams with it: give --agent", file=sys.stderr)
    pieces, _ = dataset.read(args.cache)
    if args.songs:
        from train.data.corpora import own
        pieces += reported(own.read(args.songs))[0]
    if args.sessions:
        from train.data.corpora import sessions
        pieces += reported(sessions.read(args.sessions))[0]
    chosen = Settings(draws=args.draws, temperature=args.temperature, songs=args.songs_a_draw, minutes=args.minutes)
    print(tables(run([performer(s) for s in args.systems], pieces, args.output, chosen, encoders,
                     performer(str(agent)) if agent else None, args.workers)))


def reported(found: tuple[list, list[Skipped]]) -> tuple[list, list[Skipped]]:
    """Prints a line for each item that the reader of a user's folder left out, and returns what the reader found."""
    for name, why in found[1]:
        print(f"left out {name}: {why}", file=sys.stderr)
    return found


def pictures(args: argparse.Namespace) -> None:
    from train.evaluation.diversity import Encoder
    from train.evaluation.pictures import draw
    pieces = dataset.read(args.cache)[0] if args.cache.is_file() else []
    encoder = Encoder(args.encoder) if args.encoder else None
    for said in draw(args.folder, args.output, pieces, encoder, args.runs):
        print(said)


def listen(args: argparse.Namespace) -> None:
    from train.evaluation.listen import SONGS, SOUNDFONT
    from train.evaluation.listen import listen as write
    from train.evaluation.performers import performer
    systems = [performer(system) for system in args.systems]
    for line in write(systems, dataset.read(args.cache)[0], args.output, args.song or SONGS, args.temperature,
                      args.soundfont or SOUNDFONT):
        print(line)


def follow_tables(args: argparse.Namespace) -> None:
    from train.follow import songs, tables
    tables.write(songs.read(args.data, args.cache), args.output, "python -m train follow-tables --data FOLDER")
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e3:.0f} kB)")


def follow(args: argparse.Namespace) -> None:
    from train.follow import metres, songs, yardstick
    tunes = songs.read(args.data, args.cache)
    if args.picture:
        from train.follow.pictures import tempo_curves
        tempo_curves(tunes, args.jamd, args.side, args.songs, args.picture)
        print(f"wrote {args.picture}")
        return
    for line in yardstick.judge(tunes, args.jamd, args.side, args.songs, args.output):
        print(line, flush=True)
    print()
    for line in metres.judge(tunes, args.jamd, args.side, args.songs):
        print(line, flush=True)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, text in TRAININGS.items():  # listed here, read by trainings.py
        commands.add_parser(name, help=text)

    def command(function, text: str, name: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(name or function.__name__, help=text, description=text,
                                  formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        sub.set_defaults(function=function)
        return sub

    def cached(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--cache", type=Path, default=dataset.default_cache(),
                         help="file with the tokens of the corpora")
        return sub

    sub = cached(command(prepare, "read the corpora and write their tokens into one file"))
    sub.add_argument("--data", type=Path, help="folder with " + ", ".join(dataset.READERS)
                     + ", each a checkout or NAME.tar.xz")
    sub.add_argument("--sessions", type=Path, help="folder of sessions that jamd recorded, to train on as well; "
                     "without --data they are added to the cache")
    sub = cached(command(stats, "print statistics of the corpora and of the chords that were folded"))
    sub.add_argument("--json", action="store_true", help="print JSON")
    sub = cached(command(all_stages, "run every unfinished stage in order, from the corpora to the tables", "all"))
    sub.add_argument("stages", nargs="*", metavar="STAGE", help="run only these, even if train/weights has their networks")
    sub.add_argument("--scale", choices=["cpu", "gpu"], required=True, help="the sizes, from train/runs/scales.py")
    sub.add_argument("--runs", type=Path, required=True, help="folder for all runs and the files made from them")
    sub.add_argument("--data", type=Path, help="folder of the corpora; needed if there is no cache yet")
    sub.add_argument("--processes", type=int, default=1, help="processes of each training, one per GPU")
    sub.add_argument("--fresh", action="store_true", help="also train the networks that train/weights has")
    sub.add_argument("--minutes", type=float, help="stop after this time; the same command resumes")
    sub.add_argument("--dry-run", action="store_true", help="only print what would run")
    sub = command(export, "write a checkpoint as a policy file")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("--card", type=Path, required=True, help="JSON file with name, method, corpora, licence, text")
    sub.add_argument("--figures", type=Path, help="JSON file of an evaluation that includes the policy")
    sub.add_argument("--without-busy", action="store_true", help=WITHOUT_BUSY)
    sub.add_argument("--int8", action="store_true", help="store the weights of matrix products in int8: a step takes "
                     "about half the time, one draw in hundreds is another token")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(export_encoder, "write the chord encoder of a contrastive reward model, with which diversity is "
                  "measured, as an ONNX file", "export-encoder")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(keep, "write the network of a checkpoint in float16, to continue training from")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(parity, "write PyTorch's results for a checkpoint, for jamd's tests to compare with")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("--without-busy", action="store_true", help=WITHOUT_BUSY)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(yardstick, "write the figures of a few made-up jams, for jamd's tests to compare with")
    sub.add_argument("checkpoint", type=Path, help="contrastive reward model with which diversity is measured")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = cached(command(evaluate, "play policy files over held-out songs, measure them and print the tables; results "
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
    sub = cached(command(pictures, "draw the pictures of an evaluation and of training runs"))
    sub.add_argument("folder", type=Path, help="what evaluate -o has written")
    sub.add_argument("-o", "--output", type=Path, required=True, help="folder for the pictures")
    sub.add_argument("--encoder", type=Path, help="contrastive reward model, to map generations with")
    sub.add_argument("--runs", type=Path, nargs="+", default=[], help="folders of runs, to draw training curves of")
    sub = cached(command(listen, "write six held-out melodies with every system's chords, as `jamd play` would play them: MIDI "
                         "files, sound, piano rolls, chord sheets"))
    sub.add_argument("systems", nargs="+", help="policy files, or any of rules-bar, rules-half, rules-beat, chance")
    sub.add_argument("-o", "--output", type=Path, required=True, help="folder for the files")
    sub.add_argument("--song", nargs="+", metavar="CORPUS/ID", help="other melodies than the six")
    sub.add_argument("--temperature", type=float, default=0.99)
    sub.add_argument("--soundfont", type=Path, help="the sounds for fluidsynth; by default those of Debian")
    corpora = ", each a checkout or NAME.tar.xz: pop909, nottingham, leadsheets, weimar"
    sub = cached(command(follow_tables, "learn what the follower of the player's time expects of rhythm", "follow-tables"))
    sub.add_argument("--data", type=Path, required=True, help="folder of the corpora" + corpora)
    sub.add_argument("-o", "--output", type=Path, default=Path("follow/tables.bin"))
    sub = cached(command(follow, "play held-out songs to the built follower, and print how well it follows"))
    sub.add_argument("--data", type=Path, required=True, help="folder of the corpora" + corpora)
    sub.add_argument("--jamd", type=Path, default=Path("bin/jamd"), help="the binary that is judged")
    sub.add_argument("--side", choices=["valid", "test"], default="valid", help="the songs: of which side of the split")
    sub.add_argument("--songs", type=int, default=40, help="of each corpus, at most")
    sub.add_argument("-o", "--output", type=Path, help="file for the figures of each song, as JSON")
    sub.add_argument("--picture", type=Path, help="draw tempo curves to this file, and print no figures")
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
