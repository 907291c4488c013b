"""Online MLE: the policy's network trained by maximum likelihood on data, teacher-forced (method of ReaLchords, 3.1).

The learning rate warms up, stays, and falls to zero over the last fifth of the steps, so that a run can be made longer
without starting again. A run is a folder: settings.json, metrics.csv, last.pt (network, optimiser, data order, all that
a resumed run needs to be the run it would have been), best.pt (the network of the lowest validation loss).
"""

from __future__ import annotations

import csv
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from train import tokens
from train.corpora.dataset import Piece
from train.network import Decoder, Shape, shifted


@dataclass(frozen=True)
class Settings:
    """One run. Lengths are frames; batch counts windows."""

    steps: int = 4000
    batch: int = 16
    length: int = 512
    rate: float = 1e-3
    warmup: int = 200
    decay: float = 0.2
    weight_decay: float = 0.05
    seed: int = 1
    valid_every: int = 250
    checkpoint_seconds: int = 180


def rate_at(step: int, settings: Settings) -> float:
    """The learning rate of a step: linear warm-up, a plateau, linear to zero over the last part `decay`."""
    left = (settings.steps - step) / max(1, settings.decay * settings.steps)
    return settings.rate * min(1.0, (step + 1) / settings.warmup, max(0.0, left))


class Windows:
    """An endless stream of training windows: songs drawn by length, every key, mostly from a bar line on.

    A fifth begins at any frame, as a player may begin anywhere. Frames past a song's end carry no loss.
    """

    def __init__(self, pieces: list[Piece], settings: Settings) -> None:
        self.pieces = [p for p in pieces if len(p.melody) >= 64]
        if not self.pieces:
            raise ValueError("no song of 64 frames or more to train on")
        frames = np.array([len(p.melody) for p in self.pieces], dtype=np.float64)
        self.share = frames / frames.sum()
        self.settings = settings
        self.random = np.random.default_rng(settings.seed)

    def batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """chords, melody int64 [batch, length] and the loss mask, bool."""
        s = self.settings
        melody = np.zeros((s.batch, s.length), dtype=np.int64)
        chords = np.zeros((s.batch, s.length), dtype=np.int64)
        mask = np.zeros((s.batch, s.length), dtype=bool)
        for row, i in enumerate(self.random.choice(len(self.pieces), s.batch, p=self.share)):
            piece = self.pieces[i]
            last = max(1, len(piece.melody) - s.length // 2)
            if self.random.random() < 0.2 or not len(piece.bars):
                start = int(self.random.integers(last))
            else:
                lines = piece.bars[piece.bars[:, 0] < last, 0]
                start = int(self.random.choice(lines)) if len(lines) else 0
            m, c = tokens.cut(piece.melody, piece.chords, start, s.length)
            key = int(self.random.integers(12))
            melody[row, :len(m)] = tokens.TRANSPOSE_MELODY[key][m]
            chords[row, :len(c)] = tokens.TRANSPOSE_CHORDS[key][c]
            mask[row, :len(m)] = True
        return torch.from_numpy(chords), torch.from_numpy(melody), torch.from_numpy(mask)


def loss_of(network: Decoder, chords: Tensor, melody: Tensor, mask: Tensor) -> Tensor:
    """Mean negative log-likelihood of the chords, in nats a frame, over the frames in mask."""
    logits = network(*shifted(chords, melody))
    loss = F.cross_entropy(logits.flatten(0, 1), chords.flatten(), reduction="none").view_as(mask)
    return (loss * mask).sum() / mask.sum()


@torch.no_grad()
def validate(network: Decoder, pieces: list[Piece], length: int, device: str) -> float:
    """The same loss over whole songs, cut into windows in their own keys; every run sees the same windows."""
    network.eval()
    total = frames = 0.0
    for piece in pieces:
        for start in range(0, len(piece.melody), length):
            m, c = tokens.cut(piece.melody, piece.chords, start, length)
            if len(m) < 16:
                continue
            chords = torch.from_numpy(c.astype(np.int64))[None].to(device)
            melody = torch.from_numpy(m.astype(np.int64))[None].to(device)
            total += loss_of(network, chords, melody, torch.ones_like(chords, dtype=torch.bool)).item() * len(m)
            frames += len(m)
    network.train()
    return total / frames


def train(pieces: list[Piece], shape: Shape, settings: Settings, run: Path, device: str = "cpu",
          until: int | None = None) -> Decoder:
    """Trains, or goes on with, the run in folder `run`; until ends it early at a step (to be resumed later)."""
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    valid = [p for p in pieces if p.split == "valid"]
    windows = Windows([p for p in pieces if p.split == "train"], settings)
    network = Decoder(shape).to(device)
    decayed = [p for p in network.parameters() if p.dim() == 2]
    plain = [p for p in network.parameters() if p.dim() != 2]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": settings.weight_decay},
                                   {"params": plain, "weight_decay": 0.0}],
                                  lr=settings.rate, betas=(0.9, 0.95), fused=True)
    step, best, spent = 0, float("inf"), 0.0
    last = run / "last.pt"
    if last.exists():
        state = torch.load(last, map_location=device, weights_only=False)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        windows.random.bit_generator.state = state["random"]
        torch.set_rng_state(state["torch"].cpu())
        step, best, spent = state["step"], state["best"], state["spent"]
    (run / "settings.json").write_text(json.dumps({"shape": shape.asdict(), "settings": asdict(settings)}, indent=2))
    began = saved = time.monotonic()

    def checkpoint() -> None:
        state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "best": best,
                 "random": windows.random.bit_generator.state, "torch": torch.get_rng_state(),
                 "spent": spent + time.monotonic() - began, "shape": shape.asdict(), "settings": asdict(settings)}
        torch.save(state, run / "last.part")
        os.replace(run / "last.part", last)

    with open(run / "metrics.csv", "a", newline="") as file, SummaryWriter(str(run / "tensorboard")) as board:
        table = csv.writer(file)
        if step == 0:
            table.writerow(["step", "frames", "seconds", "rate", "train_loss", "valid_loss"])
        bar = tqdm(total=settings.steps, initial=step, desc=f"mle {run.name}", unit=" steps")
        recent = 0.0
        while step < min(settings.steps, until or settings.steps):
            for group in optimiser.param_groups:
                group["lr"] = rate_at(step, settings)
            chords, melody, mask = (t.to(device) for t in windows.batch())
            loss = loss_of(network, chords, melody, mask)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            recent = loss.item() if step == 1 else 0.98 * recent + 0.02 * loss.item()
            bar.update()
            if step % settings.valid_every == 0 or step == settings.steps:
                held_out = validate(network, valid, settings.length, device)
                seconds = spent + time.monotonic() - began
                table.writerow([step, step * settings.batch * settings.length, f"{seconds:.0f}",
                                f"{rate_at(step - 1, settings):.2e}", f"{recent:.4f}", f"{held_out:.4f}"])
                file.flush()
                board.add_scalar("loss/train", recent, step)
                board.add_scalar("loss/valid", held_out, step)
                bar.set_postfix(train=f"{recent:.3f}", valid=f"{held_out:.3f}")
                if held_out < best:
                    best = held_out
                    torch.save({"network": network.state_dict(), "shape": shape.asdict(), "step": step,
                                "valid_loss": held_out, "settings": asdict(settings)}, run / "best.pt")
            if time.monotonic() - saved > settings.checkpoint_seconds:
                checkpoint()
                saved = time.monotonic()
        checkpoint()
        bar.close()
    return network


def load(path: Path, device: str = "cpu") -> Decoder:
    """The network of a checkpoint, ready to play."""
    state = torch.load(path, map_location=device, weights_only=True)
    network = Decoder(Shape(**state["shape"])).to(device)
    network.load_state_dict(state["network"])
    return network.eval()
