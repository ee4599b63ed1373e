"""The order of the delta walk: each delta tree depth first, the trees cut into shards by weight.

Found for all entries at once, a step for each level of the trees, so that it costs well under a microsecond an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.sources.git import inner
from scanner.sources.git.arrays import Bytes, Numbers, Places
from scanner.sources.git.packs import Layout

SHARD_BYTES = 4 << 20
"""Packed bytes in one shard: some fifty times that when inflated."""

WALK, KNOWN, OLD = 1, 2, 3
"""What `plan` is told of an entry: walk it; walk it for what is made of it, and do not report it; likewise, and of a
commit tell what history needs to know."""

ROW = np.dtype(
    [("offset", "<i8"), ("end", "<i8"), ("number", "<u4"), ("base", "<i4"), ("crc", "<u4"), ("marks", "<u4")]
)
"""An entry to walk: where it is, where it ends, its number in the index, the row of its base or -1, the CRC-32 of
its bytes, and marks as `inner` names them."""

Rows = NDArray[np.void]


class Stretch(NamedTuple):
    """Rows that make up one shard, and their packed bytes."""

    first: int
    rows: int
    weight: int


def rows(layout: Layout, wanted: Bytes, crcs: NDArray[np.uint32]) -> Rows:
    """The entries that are wanted, bases before what is made of them, each tree in one piece, depth first."""
    places = np.flatnonzero(wanted)
    bases = layout.bases[places]
    inside = np.full(len(layout.kinds) + 1, -1, np.int32)  # the last one answers for -1: no base
    inside[places] = np.arange(len(places), dtype=np.int32)
    order, parents = _depth_first(inside[bases])
    found = np.empty(len(order), ROW)
    places = places[order]
    found["offset"], found["end"] = layout.offsets[places], layout.ends[places]
    found["number"] = layout.numbers[places]
    found["base"] = parents
    found["crc"] = crcs[found["number"]]
    leaf = np.ones(len(order), bool)
    leaf[parents[parents >= 0]] = False
    found["marks"] = layout.kinds[places] | (wanted[places] == KNOWN) * inner.IS_KNOWN | leaf * inner.IS_LEAF
    found["marks"] |= ((wanted[places] == OLD) * inner.IS_OLD).astype(np.uint32)
    return found


def _depth_first(bases: Places) -> tuple[Numbers, Places]:
    """(entries in the order of the walk, the row of each one's base there)."""
    count = len(bases)
    depths = _depths(bases)
    by_depth = np.argsort(depths, kind="stable")
    levels = np.split(by_depth, np.flatnonzero(np.diff(depths[by_depth])) + 1) if count else []
    sizes = np.ones(count, np.int64)
    for level in reversed(levels[1:]):
        np.add.at(sizes, bases[level], sizes[level])
    rows = np.zeros(count, np.int64)
    for number, level in enumerate(levels):
        # Beside each other in the order of the pack: how much its elder siblings take is what goes before each.
        siblings = level if number == 0 else level[np.argsort(bases[level], kind="stable")]
        before = np.cumsum(sizes[siblings]) - sizes[siblings]
        if number:
            parents = bases[siblings]
            starts = np.flatnonzero(np.append(True, np.diff(parents) != 0))
            before -= np.repeat(before[starts], np.diff(np.append(starts, len(siblings))))
            before += rows[parents] + 1
        rows[siblings] = before
    order = np.empty(count, np.int64)
    order[rows] = np.arange(count)
    above = np.where(bases < 0, -1, rows[np.maximum(bases, 0)]) if count else rows
    return order, above[order].astype(np.int32)


def _depths(bases: Places) -> Places:
    """How many bases each entry stands on; each step doubles the distance looked back."""
    depths = (bases >= 0).astype(np.int32)
    back = np.where(bases < 0, np.arange(len(bases), dtype=np.int32), bases)
    while True:
        further = depths + depths[back]
        if (further == depths).all():
            return depths
        depths, back = further, back[back]


def shards(found: Rows) -> Iterator[Stretch]:
    """Rows cut between trees, where a shard has its weight."""
    packed = np.append(0, np.cumsum(found["end"] - found["offset"]))
    roots = np.append(np.flatnonzero(found["base"] < 0), len(found))
    at = 0
    while at < len(found):
        beyond = int(np.searchsorted(packed, packed[at] + SHARD_BYTES))
        place = int(np.searchsorted(roots, max(beyond, at + 1)))
        last = int(roots[min(place, len(roots) - 1)])
        yield Stretch(at, last - at, int(packed[last] - packed[at]))
        at = last
