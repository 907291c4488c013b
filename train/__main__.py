"""python -m train COMMAND: everything between the corpora and a policy file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from train.corpora import dataset
from train.corpora.song import CorpusError


def default_cache() -> Path:
    return dataset.cache_folder() / "corpora.npz"


def prepare(args: argparse.Namespace) -> None:
    dataset.prepare(args.data, args.cache)
    print(f"wrote {args.cache} ({args.cache.stat().st_size / 1e6:.1f} MB)")


def stats(args: argparse.Namespace) -> None:
    from train.stats import corpus_stats, show
    pieces, folding = dataset.read(args.cache)
    figures = {name: corpus_stats([p for p in pieces if p.corpus == name], folding[name]) for name in dataset.READERS
               if any(p.corpus == name for p in pieces)}
    print(json.dumps(figures, indent=2) if args.json else "\n".join(show(n, f) for n, f in figures.items()))


def mle(args: argparse.Namespace) -> None:
    from train.fit import Settings
    from train.mle import train
    from train.network import Shape
    pieces, _ = dataset.read(args.cache)
    train(pieces, Shape(dim=args.dim, layers=args.layers, heads=args.heads, plays=args.plays),
          Settings(steps=args.steps, batch=args.batch, rate=args.rate, seed=args.seed),
          args.run, args.device, args.until, args.begin, args.swap)


def anchor(args: argparse.Namespace) -> None:
    from train.anchor import train
    from train.fit import Settings
    from train.network import Shape
    pieces, _ = dataset.read(args.cache)
    train(pieces, Shape(dim=args.dim, layers=args.layers, heads=args.heads, plays=args.plays),
          Settings(steps=args.steps, batch=args.batch, length=256, rate=args.rate, seed=args.seed),
          args.run, args.device, args.until)


def rl(args: argparse.Namespace) -> None:
    from train import anchor, mle, ppo, reward_models
    from train.encoder import EncoderShape
    from train.systems import SYSTEMS
    pieces, _ = dataset.read(args.cache)
    policy = mle.load(args.policy, args.device)
    judges = ppo.Judges(policy.shape.plays, {path.parent.name: reward_models.load(path, args.device)
                                             for path in args.rewards})
    settings = replace(SYSTEMS[args.system], steps=args.steps, windows=args.windows, minibatch=args.minibatch,
                       actor_rate=args.actor_rate, seed=args.seed)
    trainer = ppo.Trainer(policy, anchor.load(args.anchor, args.device), judges, settings, EncoderShape(), pieces)
    ppo.train(trainer, args.run, args.until)


def reward(args: argparse.Namespace) -> None:
    from train.encoder import EncoderShape
    from train.fit import Settings
    from train.reward_models import train
    pieces, _ = dataset.read(args.cache)
    train(args.kind, pieces, EncoderShape(dim=args.dim, layers=args.layers, heads=args.heads, rhythm=args.rhythm),
          Settings(steps=args.steps, batch=args.batch, length=256, rate=args.rate, seed=args.seed, valid_every=100),
          args.run, args.device, args.until)


def export(args: argparse.Namespace) -> None:
    from train.export import Card
    from train.export import export as write
    from train.mle import load
    card = Card(**json.loads(args.card.read_text()))
    if args.figures:
        from train.evaluate import figures_of
        card = replace(card, figures=figures_of(card.name, json.loads(args.figures.read_text())))
    write(load(args.checkpoint), card, args.output)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def keep(args: argparse.Namespace) -> None:
    from train.record import keep as write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output} ({args.output.stat().st_size / 1e6:.2f} MB)")


def parity(args: argparse.Namespace) -> None:
    from train.parity import write
    write(args.checkpoint, args.output)
    print(f"wrote {args.output}")


def evaluate(args: argparse.Namespace) -> None:
    from train.evaluate import evaluate as run
    from train.evaluate import table
    pieces, _ = dataset.read(args.cache)
    result = run(args.systems, pieces, list(range(1, args.seeds + 1)), args.temperature, args.per_song, args.workers)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(function, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(function.__name__, help=text, description=text,
                                  formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        sub.set_defaults(function=function)
        return sub

    def cached(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--cache", type=Path, default=default_cache(), help="the corpora as tokens, in one file")
        return sub

    sub = cached(command(prepare, "read the corpora and write their tokens into one file"))
    sub.add_argument("--data", type=Path, required=True,
                     help="folder with " + ", ".join(dataset.READERS) + ", each a checkout or NAME.tar.xz")
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

    def sized(sub: argparse.ArgumentParser, dim: int, layers: int, batch: int) -> argparse.ArgumentParser:
        sub.add_argument("--dim", type=int, default=dim, help="width")
        sub.add_argument("--layers", type=int, default=layers, help="depth")
        sub.add_argument("--heads", type=int, default=4, help="attention heads")
        sub.add_argument("--batch", type=int, default=batch, help="windows a step")
        sub.add_argument("--rate", type=float, default=1e-3, help="learning rate of the plateau")
        return sub

    def part(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument("--plays", choices=["chords", "melody"], default="chords", help="the part that it plays")
        return sub

    sub = part(sized(trained(cached(command(mle, "train the online policy on data, or go on with a run")), 3900),
                     192, 4, 8))
    sub.add_argument("--begin", type=Path, help="best.pt or last.pt of a run whose network this one begins with")
    sub.add_argument("--swap", type=float, default=0.0, help="share of windows whose chord history is led astray")
    part(sized(trained(cached(command(anchor, "train the offline anchor, or go on with a run")), 4000), 192, 3, 16))
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
    sub = command(export, "write a checkpoint as a policy file")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("--card", type=Path, required=True, help="JSON with name, method, corpora, licence, text")
    sub.add_argument("--figures", type=Path, help="JSON of an evaluation that the policy was in")
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(keep, "write the network of a checkpoint in float16, to train on from")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = command(parity, "write what PyTorch computes for a checkpoint, for jamd's tests to compare")
    sub.add_argument("checkpoint", type=Path)
    sub.add_argument("-o", "--output", type=Path, required=True)
    sub = cached(command(evaluate, "play policy files over held-out songs and print the table"))
    sub.add_argument("systems", nargs="+", help="policy files, and any of rules-bar, rules-half, rules-beat, chance")
    sub.add_argument("--seeds", type=int, default=3, help="how many")
    sub.add_argument("--temperature", type=float, default=0.99)
    sub.add_argument("--per-song", type=int, default=1, help="windows of 256 frames a song, at most")
    sub.add_argument("--workers", type=int, default=2, help="processes")
    sub.add_argument("--json", type=Path, help="write the figures here too")
    return top


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    if getattr(args, "threads", 0):
        import torch
        torch.set_num_threads(args.threads)
    try:
        args.function(args)
    except CorpusError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
