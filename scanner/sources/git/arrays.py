"""What the readers of packs ask of numpy arrays: types, beginnings of ids, look-ups, and runs of numbers."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scanner.errors import TargetError

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]
Numbers = NDArray[np.int64]
Prefixes = NDArray[np.uint64]
"""The first 8 bytes of ids."""


def beginnings(ids: Bytes) -> Prefixes:
    """The first 8 bytes of ids, of which each is a row, as numbers."""
    return np.ascontiguousarray(ids[:, :8]).view(">u8").ravel().astype(np.uint64)


def save(array: NDArray[Any], path: str) -> None:
    """Write an array of one dimension to a file. Raises TargetError where that fails, and leaves none.

    numpy's `tofile` says nothing where the disk is full, and leaves a file that is cut off.
    """
    try:
        with open(path, "wb") as out:
            out.write(np.ascontiguousarray(array).view(np.uint8).data)
    except OSError as error:
        with suppress(OSError):
            os.unlink(path)
        raise TargetError(f"{path}: cannot be written: {error.strerror}") from None


def positions(ordered: NDArray[Any], values: NDArray[Any]) -> Numbers:
    """Where in `ordered`, ascending, each of `values` stands; -1 for what is not there."""
    if not len(ordered):
        return np.full(len(values), -1, np.int64)
    order = np.argsort(values)  # what is sought in order is found nearby: a fifth of the time
    sought = values[order]
    places = np.searchsorted(ordered, sought)
    places[places == len(ordered)] = 0
    found = np.empty(len(values), np.int64)
    found[order] = np.where(ordered[places] == sought, places, -1)
    return found


def runs(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers of `counts[i]` from `starts[i]` on, for each i in turn."""
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
