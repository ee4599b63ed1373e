"""The delta walk: every packed object once, and of a version that is a delta only what its base has not.

A pack's deltas form trees. The parent orders each tree depth first and cuts the trees into shards by weight; a
worker walks its shard in that order, so every base is in memory once, on the path to what is made of it.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

from scanner.records import MARGIN, Batch, DeltaBatch, Tally, Version
from scanner.sources.git import inner
from scanner.sources.git.objects import HUGE, whole_objects
from scanner.sources.git.packs import Index, Layout, crc32, inflate

SHARD_BYTES = 4 << 20
"""Packed bytes in one shard: some fifty times that when inflated."""
BATCH = 2 << 20
KEPT = 64 << 20
"""Bytes of whole versions that one batch may hold on to, and that bases on the path may take."""
_ROW = 24


@dataclass(frozen=True, slots=True)
class WalkShard:
    """Some delta trees of one pack: `count` rows of the plan from row `first` on."""

    git_dir: str
    pack: str
    plan: str
    hash_size: int
    first: int
    count: int
    weight: int

    @property
    def label(self) -> str:
        """See `Shard.label`."""
        return f"{os.path.basename(self.pack)}, objects {self.first} to {self.first + self.count - 1} of the walk"

    def batches(self, tally: Tally) -> Iterator[Batch | DeltaBatch]:
        """See `Shard.batches`. What this reader cannot read, or holds damage, is left to git."""
        left: list[str] = []
        yield from _Walk(self, tally, left).batches()
        if left:
            yield from whole_objects(self.git_dir, [name.encode() for name in left], tally)


class _Row(NamedTuple):
    """One entry to walk: where it is, where it ends, its number in the index, and its base's row."""

    offset: int
    end: int
    number: int
    base: int
    kind: int  # type of the object
    known: bool  # another pack holds it too and it is reported there


class _Base(NamedTuple):
    """A version on the path from its tree's root."""

    row: int
    data: bytes
    known: bool


class _Walk:
    """One pass over a shard's rows."""

    def __init__(self, shard: WalkShard, tally: Tally, left: list[str]) -> None:
        self._shard = shard
        self._tally = tally
        self._left = left
        self._lost: set[int] = set()  # rows left to git, and so what is made of them
        self._path: list[_Base] = []
        self._path_bytes = 0
        self._fresh()

    def _fresh(self) -> None:
        self._parts: list[bytes] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._owners: list[int] = []
        self._offsets: list[int] = []
        self._versions: list[Version] = []
        self._used = 0
        self._held = 0

    def batches(self) -> Iterator[DeltaBatch]:
        """Batches of new stretches, in the order of the walk."""
        rows = _rows(self._shard)
        index = Index(self._shard.pack[:-5] + ".idx", self._shard.hash_size)
        # Read, not mapped: a mapped pack would count as our memory, and one that shrinks would kill us.
        with open(self._shard.pack, "rb", buffering=0) as stream:
            for number, row in enumerate(rows):
                stream.seek(row.offset)
                self._visit(number, row, index, stream.read(row.end - row.offset) or b"")
                if self._used >= BATCH or self._held >= KEPT:
                    yield self._flush()
        if self._versions:
            yield self._flush()
        index.close()

    def _visit(self, number: int, row: _Row, index: Index, entry: bytes) -> None:
        try:
            if row.base in self._lost or crc32(entry) != index.crc(row.number):
                raise inner.Malformed("damaged, or made of what is")
            while self._path and self._path[-1].row != row.base:
                self._path_bytes -= len(self._path.pop().data)
            base = self._path[-1] if row.base >= 0 else _ALONE
            data, copied = _read(entry, base.data, self._shard.hash_size)
            if len(data) > HUGE or self._path_bytes + len(data) > KEPT:
                raise inner.Malformed("too large for the walk")
        except (inner.Malformed, IndexError):
            self._lost.add(number)
            if not row.known:
                self._left.append(index.name(row.number).hex())
            return
        self._path.append(_Base(number, data, row.known))
        self._path_bytes += len(data)
        if not row.known:
            self._tally.objects += 1
            self._tally.bytes += len(data)
            name = index.name(row.number).hex()
            if row.kind != inner.BLOB:
                self._message(number, name, data)
            elif row.base >= 0 and not base.known:
                version = Version(number, name, data, row.base, len(base.data), copied)
                self._add(version, inner.fresh(copied, len(base.data), len(data), MARGIN))
            else:
                self._add(Version(number, name, data, -1, 0, []), [0, len(data)])

    def _message(self, number: int, name: str, data: bytes) -> None:
        """Of a commit or a tag, what follows its header lines."""
        start = data.find(b"\n\n") + 2
        if start >= 2:
            self._add(Version(number, name, data[start:], -1, 0, []), [0, len(data) - start])

    def _add(self, version: Version, stretches: list[int]) -> None:
        owner = len(self._versions)
        for at in range(0, len(stretches), 2):
            start, end = stretches[at], stretches[at + 1]
            self._parts.append(version.data[start:end])
            self._starts.append(self._used)
            self._used += end - start
            self._ends.append(self._used)
            self._owners.append(owner)
            self._offsets.append(start)
        self._versions.append(version)
        self._held += len(version.data)

    def _flush(self) -> DeltaBatch:
        live = frozenset(base.row for base in self._path)
        batch = DeltaBatch(
            b"".join(self._parts), self._starts, self._ends, self._owners, self._offsets, self._versions, live
        )
        self._fresh()
        return batch


_ALONE = _Base(-1, b"", False)


def _read(entry: bytes, base: bytes, hash_size: int) -> tuple[bytes, list[int]]:
    """An entry's object, and what it copies from its base."""
    kind, size, head, _ = inner.headers(entry[:64], 0, [0], hash_size)
    data = inflate(memoryview(entry)[head:], size)
    if kind not in (inner.OFS_DELTA, inner.REF_DELTA):
        return data, []
    inserted, plan, copied, _ = inner.pieces(data, len(base))
    return inner.build(base, inserted, plan), copied


def _rows(shard: WalkShard) -> list[_Row]:
    with open(shard.plan, "rb") as stream:
        stream.seek(shard.first * _ROW)
        numbers = array("Q")
        numbers.frombytes(stream.read(shard.count * _ROW))
    first = shard.first
    rows = []
    for at in range(0, len(numbers), 3):
        offset, end, packed = numbers[at : at + 3]
        base = (packed >> 32) - 1
        rows.append(
            _Row(
                offset & _OFFSET,
                end,
                packed & 0xFFFFFFFF,
                base - first if base >= 0 else -1,
                offset >> 56 & 7,
                bool(offset >> 59),
            )
        )
    return rows


_OFFSET = (1 << 56) - 1
WALK, KNOWN = 1, 2
"""What `plan` is told of an entry: walk it; walk it for what is made of it, and do not report it."""


def plan(layout: Layout, wanted: bytes | bytearray, path: str) -> Iterator[tuple[int, int, int]]:
    """Write the order of the walk to `path` and yield shards of it as (first row, rows, packed bytes).

    `wanted` is WALK, KNOWN or 0 for each entry. Each row is 24 bytes: offset (with the type above 56 bits and
    KNOWN above 59), end, and the base's row plus one over the number in the index.
    """
    count = len(layout.kinds)
    first = array("i", [-1]) * count
    beside = array("i", [-1]) * count
    for place in range(count - 1, -1, -1):
        base = layout.bases[place]
        if base >= 0 and wanted[place]:
            beside[place] = first[base]
            first[base] = place
    with open(path, "wb") as out:
        start = row = weight = 0
        for root in range(count):
            if layout.bases[root] >= 0 or not wanted[root]:
                continue
            rows, size = _tree(layout, wanted, root, row, (first, beside), out)
            row += rows
            weight += size
            if weight >= SHARD_BYTES:
                out.flush()
                yield start, row - start, weight
                start, weight = row, 0
    if row > start:
        yield start, row - start, weight


def _tree(
    layout: Layout,
    wanted: bytes | bytearray,
    root: int,
    row: int,
    links: tuple[array[int], array[int]],
    out: IO[bytes],
) -> tuple[int, int]:
    """Write one tree depth first; its rows and its packed bytes."""
    first, beside = links
    rows = array("Q")
    stack = [(root, 0)]
    count = size = 0
    last = len(layout.offsets) - 1
    while stack:
        place, base = stack.pop()
        offset = layout.offsets[place]
        end = layout.offsets[place + 1] if place < last else layout.end
        count += 1
        marks = layout.kinds[place] << 56 | (wanted[place] == KNOWN) << 59
        rows.extend((offset | marks, end, base << 32 | layout.numbers[place]))
        size += end - offset
        child = first[place]
        mine = row + count
        below = []
        while child >= 0:
            below.append((child, mine))
            child = beside[child]
        stack += reversed(below)
    out.write(rows.tobytes())
    return count, size
