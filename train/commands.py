"""The commands of python -m train, apart from the trainings: each is a function of the parsed arguments."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import replace

from train.data.corpora import dataset
from train.data.corpora.song import Skipped
from train.runs.errors import StageError


def prepare(args: argparse.Namespace) -> None:
    if not (args.data or args.sessions or args.songs):
        args.error("give --data, --sessions or --songs")
    if args.data:
        dataset.prepare(args.data, args.cache, args.corpora)
    if args.sessions:
        from train.data.corpora import sessions
        jams, skipped = reported(sessions.read(args.sessions))
        dataset.add(sessions.CORPUS, [replace(jam, split="train") for jam in jams], skipped, args.cache)
    if args.songs:
        from train.data.corpora import own
        dataset.add(own.CORPUS, *reported(own.corpus(args.songs)), args.cache)
    print(f"wrote {args.cache} ({args.cache.stat().st_size / 1e6:.1f} MB)")


def stats(args: argparse.Namespace) -> None:
    from train.data.stats import corpus_stats, show
    pieces, folding = dataset.read(args.cache)
    figures = {name: corpus_stats([p for p in pieces if p.corpus == name], folding[name]) for name in folding
               if any(p.corpus == name for p in pieces)}
    print(json.dumps(figures, indent=2) if args.json else "\n".join(show(n, f) for n, f in figures.items()))


def all_stages(args: argparse.Namespace) -> None:
    from train.runs.scales import SCALES, limited
    from train.runs.stages import MEASURED, Stage, go, plan
    scale = limited(SCALES[args.scale], steps=args.steps, windows=args.windows, minibatch=args.windows, batch=args.windows)
    if args.device:
        scale = replace(scale, where=replace(scale.where, device=args.device))
    stages = plan(scale, args.runs, args.cache, args.data, args.fresh, args.stages)
    if unknown := set(args.stages) - {stage.name for stage in stages}:
        raise StageError(f"no stage {', '.join(sorted(unknown))}; the stages are "
                         + ", ".join(stage.name for stage in stages))

    def launch(stage: Stage) -> int:
        start = [sys.executable, "-m"]
        if stage.run and args.processes > 1:  # "--" keeps torchrun from reading our --run as its own option
            start += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(args.processes), "-m", "--"]
        return subprocess.run([*start, "train", *stage.arguments]).returncode

    tried = args.stages or [stage.name for stage in stages if not (args.steps and stage.name.startswith(MEASURED))]
    go([stage for stage in stages if stage.name in tried], launch,
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


def document(args: argparse.Namespace) -> None:
    from train.evaluation.document import fill
    filled = fill(args.document.read_text(), json.loads(args.figures.read_text()))
    args.document.write_text(filled)
    print(f"wrote {args.document}")


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


def settings(args: argparse.Namespace) -> None:
    from train.evaluation.places import drawn, place_of
    from train.evaluation.settings import judge
    pieces = [p for p in dataset.read(args.cache)[0] if place_of(p) == args.place]
    for line in judge(drawn(pieces, args.draws, args.songs), args.flags, args.jamd):
        print(line, flush=True)


def follow_tables(args: argparse.Namespace) -> None:
    from train.follow import songs, tables
    tables.write(songs.read(args.data, args.cache), args.output, "python -m train follow-tables --data FOLDER")
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e3:.0f} kB)")


def follow_calibration(args: argparse.Namespace) -> None:
    from train.follow import calibration, songs
    for line in calibration.write(songs.read(args.data, args.cache), args.jamd, args.songs, args.output):
        print(line, flush=True)
    print(f"wrote {args.output}")


def follow(args: argparse.Namespace) -> None:
    from train.follow import chords, metres, peer, songs, yardstick
    tunes = songs.read(args.data, args.cache)
    if args.chords or args.peer:
        lines = (chords.judge(tunes, args.jamd, args.side, args.songs) if args.chords else
                 peer.judge(tunes, args.jamd, args.side, args.songs, args.peer))
        for line in lines:
            print(line, flush=True)
        return
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
