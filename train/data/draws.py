"""jam's seeded draws: Go's math/rand/v2 PCG, a 128-bit PCG-DXSM started at (seed, stream)."""

from __future__ import annotations

from collections.abc import Callable

_64, _128 = (1 << 64) - 1, (1 << 128) - 1


def words(seed: int, stream: int) -> Callable[[], int]:
    """Its numbers of 64 bits, one after another."""
    state = seed << 64 | stream

    def word() -> int:
        nonlocal state
        state = (state * (2549297995355413924 << 64 | 4865540595714422341)
                 + (6364136223846793005 << 64 | 1442695040888963407)) & _128
        high, low = state >> 64, state & _64
        high ^= high >> 32
        high = high * 0xDA942042E4DD58B5 & _64
        high ^= high >> 48
        return high * (low | 1) & _64

    return word
