"""One run on several devices: `torchrun --nproc-per-node N -m -- train ...` starts N processes, and each computes its
rows of every batch.

All processes draw the same batch from the same seed and have the same weights. Losses and gradients of the rows are
summed, other results are gathered, so a run is the same up to rounding on any number of devices; only dropout differs.
A process started without torchrun is the only one, and nothing here costs it time.
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
    """Joins the processes that torchrun started, if it did, and returns this process's device. With "cuda" each process
    has a GPU of its own."""
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
    """Returns the number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """Returns the number of this process. Process 0 writes the files."""
    return dist.get_rank() if dist.is_initialized() else 0


def wait() -> None:
    """Waits until all processes have called it."""
    if world() > 1:
        dist.barrier()


def seed(run: int, step: int) -> None:
    """Seeds dropout for one step of a run. Every process gets its own seed, and a resumed run the same as if it had not
    stopped."""
    torch.manual_seed(int(np.random.SeedSequence([run, step, rank()]).generate_state(1)[0]))


def local(batch: Tensor) -> Tensor:
    """Returns this process's rows of a batch that every process has. Raises ValueError if the rows do not divide
    evenly."""
    if len(batch) % world():
        raise ValueError(f"{len(batch)} windows do not divide evenly among {world()} processes")
    return batch[rank()::world()] if world() > 1 else batch


def weight(mask: Tensor) -> Tensor:
    """Returns this process's share of the frames of a mask that every process has. The mean over its own frames times
    this share is its part of the mean over all frames."""
    return local(mask).sum() / mask.sum().clamp(min=1)


def gather(rows: Tensor) -> Tensor:
    """Returns the whole batch from all processes' rows, in the order before `local`. Gradients flow back to the process
    that has the rows."""
    return torch.stack(all_gather(rows.contiguous()), dim=1).flatten(0, 1) if world() > 1 else rows


def total(part: Tensor) -> Tensor:
    """Returns the sum over all processes, without gradients."""
    part = part.detach()
    if world() > 1:
        part = part.clone()
        dist.all_reduce(part)
    return part


def reduce_gradients(network: nn.Module) -> None:
    """Sums the gradients over all processes. If each went backward from its part of the loss, the sum is the gradient
    of the whole loss."""
    if world() > 1:
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        whole = total(nn.utils.parameters_to_vector(gradients))
        nn.utils.vector_to_parameters(whole, gradients)
