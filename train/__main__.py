"""python -m train COMMAND: everything between the corpora and a policy file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from train.corpora import dataset
from train.corpora.song import CorpusError, Skipped
from train.runs.stages import StageError

if TYPE_CHECKING:
    from train.fit import Settings


def default_cache() -> Path:
    return dataset.cache_folder() / "corpora.npz"


def prepare(args: argparse.Namespace) -> None:
    if not (args.data or args.sessions):
        parser().error("give --data, or --sessions to add, or both")
    if args.data:
        dataset.prepare(args.data, args.cache)
    if args.sessions:
        from train.corpora import sessions
        jams, skipped = told(sessions.read(args.sessions))
        dataset.add(sessions.CORPUS, [replace(jam, split="train") for jam in jams], skipped, args.cache)
    print(f"wrote {args.cache} ({args.cache.stat().st_size / 1e6:.1f} MB)")


def stats(args: argparse.Namespace) -> None:
    from train.stats import corpus_stats, show
    pieces, folding = dataset.read(args.cache)
    figures = {name: corpus_stats([p for p in pieces if p.corpus == name], folding[name]) for name in folding
               if any(p.corpus == name for p in pieces)}
    print(json.dumps(figures, indent=2) if args.json else "\n".join(show(n, f) for n, f in figures.items()))


def settings(args: argparse.Namespace, **others: int) -> Settings:
    """The settings of a training by fit."""
    from train.fit import Settings
    return Settings(steps=args.steps, batch=args.batch, rate=args.rate, bfloat16=args.bfloat16, seed=args.seed,
                    **others)


def mle(args: argparse.Namespace) -> None:
    from train.mle import train
    from train.network import Shape
    pieces, _ = dataset.read(args.cache)
    train(pieces, Shape(dim=args.dim, layers=args.layers, heads=args.heads, plays=args.plays, hears_bar=args.hears_bar,
                        hears_busy=args.hears_busy),
          settings(args), args.run, args.device, args.until, args.begin, args.swap, args.jumps)


def anchor(args: argparse.Namespace) -> None:
    from train.anchor import train
    from train.network import Shape
    pieces, _ = dataset.read(args.cache)
    train(pieces, Shape(dim=args.dim, layers=args.layers, heads=args.heads, plays=args.plays),
          settings(args, length=256), args.run, args.device, args.until, args.begin, args.swap, args.jumps)


def rl(args: argparse.Namespace) -> None:
    from train import anchor, mle, ppo, reward_models
    from train.encoder import EncoderShape
    from train.systems import SYSTEMS
    pieces, _ = dataset.read(args.cache)
    policy = mle.load(args.policy, args.device)
    # runs/contrastive-1/best.pt and weights/contrastive-1.pt are both contrastive-1.
    judges = ppo.Judges(policy.shape.plays, {
        path.parent.name if path.stem in ("best", "last") else path.stem: reward_models.load(path, args.device)
        for path in args.rewards})
    system = SYSTEMS[args.system]
    chosen = replace(system, steps=args.steps, windows=args.windows, minibatch=args.minibatch,
                     actor_rate=args.actor_rate, critic_rate=args.critic_rate, adversary_rate=args.adversary_rate,
                     schedule=replace(system.schedule, every=args.every, phase=args.phase),
                     critic_gae=args.critic_gae, told=args.told,
                     warmup=args.warmup, bfloat16=args.bfloat16, seed=args.seed)
    adversary = EncoderShape(dim=args.dim, layers=args.layers, heads=args.heads)
    trainer = ppo.Trainer(policy, anchor.load(args.anchor, args.device), judges, chosen, adversary, pieces)
    ppo.train(trainer, args.run, args.until)


def foresight(args: argparse.Namespace) -> None:
    from train import anchor, mle, ppo
    from train.foresight import Settings, Trainer
    pieces, _ = dataset.read(args.cache)
    chosen = Settings(steps=args.steps, windows=args.windows, minibatch=args.minibatch, rate=args.rate,
                      bfloat16=args.bfloat16, seed=args.seed, prices=tuple(args.prices))
    policy = mle.load(args.policy, args.device, hears_bar=True, hears_busy=args.hears_busy)
    ppo.train(Trainer(policy, anchor.load(args.anchor, args.device), chosen, pieces), args.run, args.until)


def reward(args: argparse.Namespace) -> None:
    from train.encoder import EncoderShape
    from train.reward_models import train
    pieces, _ = dataset.read(args.cache)
    train(args.kind, pieces, EncoderShape(dim=args.dim, layers=args.layers, heads=args.heads, rhythm=args.rhythm),
          settings(args, length=256, valid_every=100), args.run, args.device, args.until)


def all_stages(args: argparse.Namespace) -> None:
    from train.runs.scales import SCALES
    from train.runs.stages import Stage, go, plan
    stages = plan(SCALES[args.scale], args.runs, args.cache, args.data, args.fresh)
    if unknown := set(args.stages) - {stage.name for stage in stages}:
        raise StageError(f"no stage {', '.join(sorted(unknown))}; the stages are "
                         + ", ".join(stage.name for stage in stages))

    def launch(stage: Stage) -> int:
        start = [sys.executable, "-m"]
        if stage.run and args.processes > 1:  # "--": torchrun would take our --run for its own
            start += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(args.processes), "-m", "--"]
        return subprocess.run([*start, "train", *stage.arguments]).returncode

    go([stage for stage in stages if not args.stages or stage.name in args.stages], launch,
       lambda line: print(line, flush=True), args.dry_run)


def export(args: argparse.Namespace) -> None:
    from train.export import Card
    from train.export import export as write
    from train.mle import load
    card = Card(**json.loads(args.card.read_text()))
    if args.figures:
        from train.evaluate import figures_of
        card = replace(card, figures=figures_of(card.name, json.loads(args.figures.read_text())))
    write(load(args.checkpoint), card, args.output, args.int8)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def export_encoder(args: argparse.Namespace) -> None:
    from train.export_encoder import export as write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def keep(args: argparse.Namespace) -> None:
    from train.record import keep as write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def parity(args: argparse.Namespace) -> None:
    from train.parity import write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output}")


def yardstick(args: argparse.Namespace) -> None:
    from train.yardstick import write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output}")


def evaluate(args: argparse.Namespace) -> None:
    from train.evaluate import AGENT, ENCODER, Settings
    from train.evaluate import evaluate as run
    from train.performers import performer
    from train.tables import tables
    encoder, agent = (given or (shipped if shipped.is_file() else None)
                      for given, shipped in ((args.encoder, ENCODER), (args.agent, AGENT)))
    if not encoder:
        print("no encoder, so no Vendi score: give --encoder", file=sys.stderr)
    if not agent:
        print("no melody agent, so no jams with it: give --agent", file=sys.stderr)
    pieces, _ = dataset.read(args.cache)
    if args.songs:
        from train.corpora import own
        pieces += told(own.read(args.songs))[0]
    if args.sessions:
        from train.corpora import sessions
        pieces += told(sessions.read(args.sessions))[0]
    chosen = Settings(args.seeds, args.temperature, args.per_song, args.minutes)
    print(tables(run([performer(s) for s in args.systems], pieces, args.output, chosen, encoder,
                     performer(str(agent)) if agent else None, args.workers)))


def told(found: tuple[list, list[Skipped]]) -> tuple[list, list[Skipped]]:
    """What a reader of a user's folder found, after a line on each thing that it left out."""
    for name, why in found[1]:
        print(f"left out {name}: {why}", file=sys.stderr)
    return found


def pictures(args: argparse.Namespace) -> None:
    from train.diversity import Encoder
    from train.pictures import draw
    pieces = dataset.read(args.cache)[0] if args.cache.is_file() else []
    encoder = Encoder(args.encoder) if args.encoder else None
    for said in draw(args.folder, args.output, pieces, encoder, args.runs):
        print(said)


def listen(args: argparse.Namespace) -> None:
    from train.listen import listen as write
    pieces = dataset.read(args.cache)[0] if args.cache.is_file() else []
    for said in write(args.folder, args.output, pieces):
        print(said)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(function, text: str, name: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(name or function.__name__, help=text, description=text,
                                  formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        sub.set_defaults(function=function)
        return sub

    def cached(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--cache", type=Path, default=default_cache(), help="the corpora as tokens, in one file")
        return sub

    sub = cached(command(prepare, "read the corpora and write their tokens into one file"))
    sub.add_argument("--data", type=Path, help="folder with " + ", ".join(dataset.READERS)
                     + ", each a checkout or NAME.tar.xz")
    sub.add_argument("--sessions", type=Path, help="folder of sessions that jamd kept, to train on too; without --data "
                     "they are added to what the cache has")
    sub = cached(command(stats, "print what the corpora hold and what was folded into what"))
    sub.add_argument("--json", action="store_true", help="print JSON")
    def trained(sub: argparse.ArgumentParser, steps: int) -> argparse.ArgumentParser:
        sub.add_argument("--run", type=Path, required=True, help="folder of the run; one that exists is resumed")
        sub.add_argument("--steps", type=int, default=steps, help="updates in all")
        sub.add_argument("--until", type=int, help="stop early at this step, to be resumed")
        sub.add_argument("--seed", type=int, default=1)
        sub.add_argument("--threads", type=int, default=0, help="CPU threads; 0: all")
        sub.add_argument("--device", default="cpu", help="cpu or cuda")
        return sub

    def halved(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--bfloat16", action="store_true", help="matrix products in bfloat16, where that is quicker; "
                         "not those of rollouts")
        return sub

    def sized(sub: argparse.ArgumentParser, dim: int, layers: int, batch: int) -> argparse.ArgumentParser:
        sub.add_argument("--dim", type=int, default=dim, help="width")
        sub.add_argument("--layers", type=int, default=layers, help="depth")
        sub.add_argument("--heads", type=int, default=4, help="attention heads")
        sub.add_argument("--batch", type=int, default=batch, help="windows a step")
        sub.add_argument("--rate", type=float, default=1e-3, help="learning rate of the plateau")
        return halved(sub)

    def part(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--plays", choices=["chords", "melody"], default="chords", help="the part that it plays")
        return sub

    for function, text, steps, layers, batch in (
            (mle, "train the online policy on data, or go on with a run", 3900, 4, 8),
            (anchor, "train the offline anchor, or go on with a run", 4000, 3, 16)):
        sub = part(sized(trained(cached(command(function, text)), steps), 192, layers, batch))
        sub.add_argument("--begin", type=Path, help="best.pt or last.pt of a run whose network this one begins with")
        sub.add_argument("--swap", type=float, default=0.0, help="share of windows whose chord history is led astray")
        sub.add_argument("--jumps", type=float, default=0.0, help="share of windows that change their key on the way")
        if function is mle:
            sub.add_argument("--hears-bar", action="store_true", help="it is told where in the bar each frame lies")
            sub.add_argument("--hears-busy", action="store_true", help="it is told how often chords are to change")
    sub = sized(trained(cached(command(reward, "train a reward model on the pairs of the data, or go on with a run")),
                        3000), 128, 4, 128)
    sub.add_argument("kind", choices=["contrastive", "discriminative"])
    sub.add_argument("--rhythm", action="store_true", help="onsets, holds and silence alone")
    sub = trained(cached(command(rl, "train a system by reinforcement learning, or go on with a run")), 500)
    sub.add_argument("system", choices=["realchords", "gapt-noadv", "gapt", "melody"])
    sub.add_argument("--policy", type=Path, required=True, help="best.pt of the policy to begin with")
    sub.add_argument("--anchor", type=Path, required=True, help="best.pt of the anchor")
    sub.add_argument("--rewards", type=Path, nargs="+", required=True, help="best.pt of each reward model")
    sub.add_argument("--windows", type=int, default=48, help="windows played a step")
    sub.add_argument("--minibatch", type=int, default=24, help="windows an update")
    sub.add_argument("--actor-rate", type=float, default=5e-6, help="learning rate of the policy")
    sub.add_argument("--critic-rate", type=float, default=9e-5, help="learning rate of the critic")
    sub.add_argument("--critic-gae", type=float, default=0.95, help="lambda of the returns that the critic learns")
    sub.add_argument("--told", type=int, default=1, help="parts of a window after which its reward so far is told")
    sub.add_argument("--adversary-rate", type=float, default=9e-5, help="learning rate of the discriminator")
    sub.add_argument("--every", type=int, default=5, help="steps between the discriminator's, till then")
    sub.add_argument("--phase", type=int, default=200, help="the step from which the discriminator waits to be fooled")
    halved(sub)
    sub.add_argument("--warmup", type=int, default=20, help="steps over which the rates rise")
    sub.add_argument("--dim", type=int, default=128, help="width of the adversary")
    sub.add_argument("--layers", type=int, default=4, help="depth of the adversary")
    sub.add_argument("--heads", type=int, default=4, help="attention heads of the adversary")
    sub = trained(cached(command(foresight, "train a policy by what every chord would have been worth, or go on with a "
                                 "run")), 400)
    sub.add_argument("--policy", type=Path, required=True, help="best.pt of the policy to begin with")
    sub.add_argument("--anchor", type=Path, required=True, help="best.pt of the anchor")
    sub.add_argument("--windows", type=int, default=48, help="windows played a step")
    sub.add_argument("--minibatch", type=int, default=8, help="windows an update")
    sub.add_argument("--hears-busy", action="store_true", help="it is told how often chords are to change")
    sub.add_argument("--prices", type=float, nargs=3, default=[0.0, 0.0, 0.0], help="of onsets, to begin with")
    sub.add_argument("--rate", type=float, default=2e-4, help="learning rate")
    halved(sub)
    sub = cached(command(all_stages, "run every stage in order, from the corpora to the tables, but those done", "all"))
    sub.add_argument("stages", nargs="*", metavar="STAGE", help="run these alone")
    sub.add_argument("--scale", choices=["cpu", "gpu"], required=True, help="the sizes: train/runs/scales.py")
    sub.add_argument("--runs", type=Path, required=True, help="folder of all runs and all that is made from them")
    sub.add_argument("--data", type=Path, help="folder of the corpora, where there is no cache of them yet")
    sub.add_argument("--processes", type=int, default=1, help="processes of each training, one a GPU")
    sub.add_argument("--fresh", action="store_true", help="train also what train/weights holds")
    sub.add_argument("--dry-run", action="store_true", help="print what would run")
    sub = command(export, "write a checkpoint as a policy file")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("--card", type=Path, required=True, help="JSON with name, method, corpora, licence, text")
    sub.add_argument("--figures", type=Path, help="JSON of an evaluation that the policy was in")
    sub.add_argument("--int8", action="store_true", help="weights of matrix products in int8: a step takes about half "
                     "the time, one draw in hundreds is another token")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(export_encoder, "write the chord encoder of a contrastive reward model, which diversity is "
                  "measured by, as an ONNX file", "export-encoder")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(keep, "write the network of a checkpoint in float16, to train on from")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(parity, "write what PyTorch computes for a checkpoint, for jamd's tests to compare")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(yardstick, "write what is measured of a few made-up jams, for jamd's tests to compare")
    sub.add_argument("checkpoint", type=Path, help="contrastive reward model that diversity is measured by")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = cached(command(evaluate, "play policy files over held-out songs, measure them and print the tables; what is "
                         "in the folder already is not played again"))
    sub.add_argument("systems", nargs="+", help="policy files, and any of rules-bar, rules-half, rules-beat, chance")
    sub.add_argument("-o", "--output", type=Path, required=True,
                     help="folder for figures.json and played.npz")
    sub.add_argument("--encoder", type=Path, help="contrastive reward model that diversity is measured by; without it "
                     "train/weights/contrastive-1.pt, if it is there")
    sub.add_argument("--agent", type=Path, help="policy file that plays melodies, to jam with; without it "
                     "assets/agents/melody.onnx, if it is there")
    sub.add_argument("--seeds", type=int, default=3, help="how many")
    sub.add_argument("--temperature", type=float, default=0.99)
    sub.add_argument("--per-song", type=int, default=1, help="windows of 256 frames a song, at most")
    sub.add_argument("--minutes", type=int, default=20, help="length of the long jams; 0: none")
    sub.add_argument("--workers", type=int, default=2, help="processes")
    sub.add_argument("--songs", type=Path, help="folder of your own songs, to play to these too: MIDI files with a "
                     "chord track, MusicXML, ABC")
    sub.add_argument("--sessions", type=Path, help="folder of sessions that jamd kept, to play to their melodies too")
    sub = cached(command(pictures, "draw the pictures of an evaluation and of training runs"))
    sub.add_argument("folder", type=Path, help="what evaluate -o has written")
    sub.add_argument("-o", "--output", type=Path, required=True, help="folder for the pictures")
    sub.add_argument("--encoder", type=Path, help="contrastive reward model, to show generations by")
    sub.add_argument("--runs", type=Path, nargs="+", default=[], help="folders of runs, to show training curves of")
    sub = cached(command(listen, "write the melodies of the piano rolls with every system's chords as MIDI files"))
    sub.add_argument("folder", type=Path, help="what evaluate -o has written")
    sub.add_argument("-o", "--output", type=Path, required=True, help="folder for the MIDI files")
    return top


def ready(args: argparse.Namespace) -> None:
    """Readies PyTorch for a training: memory, threads, device, and the other processes where torchrun started more."""
    import torch

    from train import machine, processes
    machine.keep_memory()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.device == "cuda" and not torch.cuda.is_available():
        parser().error("--device cuda: PyTorch finds no CUDA device here")
    args.device = processes.join(args.device)
    if getattr(args, "bfloat16", False) and not machine.halves_pay(args.device):
        print("float32: on this machine bfloat16 is slower", file=sys.stderr)
        args.bfloat16 = False
    for name in ("batch", "windows", "minibatch"):
        if (count := getattr(args, name, 0)) % processes.world():
            parser().error(f"--{name} {count} does not share out evenly among {processes.world()} processes")


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    try:
        if hasattr(args, "device"):
            ready(args)
        args.function(args)
    except (CorpusError, StageError, OSError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
