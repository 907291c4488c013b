"""What a training asks of the machine that it runs on."""

from __future__ import annotations

import ctypes
import sys
import time

import torch

# Of glibc's malloc.h, for mallopt.
_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8


def keep_memory() -> bool:
    """Has glibc keep what a training frees, for its next step: given back to the system and fetched again, it took a
    third of the time on a CPU. False where the C library is another one."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(
        mallopt(what, value) for what, value in ((_ARENA_MAX, 1), (_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1)))


def halves_pay(device: str) -> bool:
    """Whether matrix products in bfloat16 are quicker than in float32 here: measured, as one CPU is twice as quick with
    them and the next one a hundred times as slow."""
    if device != "cpu":
        return True
    return _product(torch.bfloat16) < _product(torch.float32)


def _product(dtype: torch.dtype) -> float:
    """Seconds that a product of a training's size takes, the quickest of five."""
    a = torch.ones(512, 256).to(dtype)
    b = torch.ones(256, 512).to(dtype)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        a @ b
        took.append(time.perf_counter() - began)
    return min(took)
