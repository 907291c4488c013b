"""Adapts a training to the machine that it runs on."""

from __future__ import annotations

import ctypes
import sys
import time

import torch

# From glibc's malloc.h, for mallopt.
_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8


def keep_memory() -> bool:
    """Makes glibc keep freed memory for the next step. Returning it to the system and fetching it again took a third of
    the time on a CPU. Returns False if the C library is not glibc."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(
        mallopt(what, value) for what, value in ((_ARENA_MAX, 1), (_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1)))


def most_memory() -> float | None:
    """Returns the most memory, in GiB, that this process has had, or None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**30 if sys.platform == "darwin" else 2**20)


def halves_pay(device: str) -> bool:
    """Returns whether matrix products are faster in bfloat16 than in float32 here. It measures this, because one CPU is
    twice as fast with them and another one a hundred times slower."""
    if device != "cpu":
        return True
    return _product(torch.bfloat16) < _product(torch.float32)


def _product(dtype: torch.dtype) -> float:
    """Returns the seconds for a matrix product of a typical size, the fastest of five."""
    a = torch.ones(512, 256).to(dtype)
    b = torch.ones(256, 512).to(dtype)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        a @ b
        took.append(time.perf_counter() - began)
    return min(took)
