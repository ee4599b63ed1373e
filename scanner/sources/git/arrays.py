"""What the readers of packs ask of numpy arrays: types, beginnings of ids, look-ups, and runs of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]
Numbers = NDArray[np.int64]
Prefixes = NDArray[np.uint64]
"""The first 8 bytes of ids."""


def beginnings(ids: Bytes) -> Prefixes:
    """The first 8 bytes of ids, of which each is a row, as numbers."""
    return np.ascontiguousarray(ids[:, :8]).view(">u8").ravel().astype(np.uint64)


def positions(ordered: NDArray[Any], values: NDArray[Any]) -> Numbers:
    """Where in `ordered`, ascending, each of `values` stands; -1 for what is not there."""
    if not len(ordered):
        return np.full(len(values), -1, np.int64)
    places = np.searchsorted(ordered, values)
    places[places == len(ordered)] = 0
    return np.where(ordered[places] == values, places, -1)


def runs(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers of `counts[i]` from `starts[i]` on, for each i in turn."""
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
