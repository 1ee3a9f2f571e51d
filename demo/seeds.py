"""Independent random streams by name: a month or a body keeps its values whatever else is generated."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random numbers of the thing so named; the same names give the same numbers."""
    return np.random.Generator(np.random.SFC64([seed, *(crc32(name.encode()) for name in names)]))
