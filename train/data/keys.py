"""Profiles of the 24 keys: major from C to B, then minor from C to B."""

from __future__ import annotations

import numpy as np

# How well each pitch class fits a key, counted from the tonic (Krumhansl and Kessler 1982, major and minor).
MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def _unit(profile: np.ndarray) -> np.ndarray:
    centred = profile - profile.mean()
    return centred / np.linalg.norm(centred)


# float64 [24, 12]: the product with a histogram of pitch classes is greatest for the key that correlates best with it.
KEYS = np.stack([np.roll(_unit(p), tonic) for p in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)])
