"""One run on more than one device: `torchrun --nproc-per-node N -m -- train ...` starts N processes, and each computes
its rows of every batch.

All draw the same batch from the same seed and hold the same weights. What is computed of the rows is added up (losses,
gradients) or put together again (gather), so that a run is to rounding the same on any number of devices; dropout alone
differs. One process that was started as usual is the whole world, and none of this costs it anything.
"""

from __future__ import annotations

import atexit
import os

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_gather


def join(device: str) -> str:
    """Joins the processes that torchrun started, if it did; the device that is this one's ("cuda": one GPU each)."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1 or dist.is_initialized():
        return device
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    atexit.register(leave)
    return device


def leave() -> None:
    """Undoes join."""
    if dist.is_initialized():
        dist.destroy_process_group()


def world() -> int:
    """How many processes there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """Which of them this is; 0 is the one that writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def wait() -> None:
    """Until all processes are here."""
    if world() > 1:
        dist.barrier()


def seed(run: int, step: int) -> None:
    """Seeds what dropout draws from, for one step of a run: every process in its own way, and a resumed run as it would
    have been."""
    torch.manual_seed(int(np.random.SeedSequence([run, step, rank()]).generate_state(1)[0]))


def local(batch: Tensor) -> Tensor:
    """This process's rows of a batch that all of them hold. The rows must share out evenly."""
    if len(batch) % world():
        raise ValueError(f"{len(batch)} windows do not share out evenly among {world()} processes")
    return batch[rank()::world()] if world() > 1 else batch


def weight(mask: Tensor) -> Tensor:
    """This process's share of the frames of a mask that all of them hold: a mean over its own, times this, is its part
    of the mean over all."""
    return local(mask).sum() / mask.sum().clamp(min=1)


def gather(rows: Tensor) -> Tensor:
    """The whole batch of everyone's rows, as it was before local; gradients flow back to whose rows they are."""
    return torch.stack(all_gather(rows.contiguous()), dim=1).flatten(0, 1) if world() > 1 else rows


def total(part: Tensor) -> Tensor:
    """The sum of everyone's parts, without gradients."""
    part = part.detach()
    if world() > 1:
        part = part.clone()
        dist.all_reduce(part)
    return part


def reduce_gradients(network: nn.Module) -> None:
    """Adds up everyone's gradients: those of the whole loss, where each went backward from its part of it."""
    if world() > 1:
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        whole = total(nn.utils.parameters_to_vector(gradients))
        nn.utils.vector_to_parameters(whole, gradients)
