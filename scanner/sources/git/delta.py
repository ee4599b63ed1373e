"""The delta walk: every packed object once, and of a version that is a delta only what its base has not.

A pack's deltas form trees. The parent orders each tree depth first and cuts the trees into shards by weight; a
worker walks its shard in that order, so every base is in memory once, on the path to what is made of it.
"""

from __future__ import annotations

import contextlib
import os
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.cache import write_atomically
from scanner.deltas import BEFORE, BEHIND, DeltaBatch
from scanner.errors import GitError, UsageError
from scanner.records import Batch, Tally
from scanner.sources.git import inner
from scanner.sources.git.objects import HUGE, whole_objects
from scanner.sources.git.packs import index_of

BATCH = 2 << 20
KEPT = 64 << 20
"""Bytes of whole versions that one batch may hold on to, and that bases on the path may take."""
LIMITS = (BATCH, KEPT, HUGE, BEFORE, BEHIND)
_ROW = struct.Struct("<qqIiII")
"""As `plan.ROW`."""


@dataclass(frozen=True, slots=True)
class WalkShard:
    """Some delta trees of one pack: `count` rows of the plan from row `first` on.

    What its commits say of history is left in the file `told` (see `graph`).
    """

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

    @property
    def told(self) -> str:
        """The file of this shard's commits."""
        return f"{self.plan}-{self.first}"

    def batches(self, tally: Tally) -> Iterator[Batch | DeltaBatch]:
        """See `Shard.batches`. What this reader cannot read, or holds damage, is left to git."""
        index = index_of(self.pack, self.hash_size)
        with open(self.pack, "rb", buffering=0) as stream, index.names() as names:
            # Read, not mapped: a mapped pack would count as our memory, and one that shrinks would kill us.
            found = rows(self.plan, self.first, self.count)
            walk = inner.Walk(found, self.first, self.hash_size, stream.fileno(), names, LIMITS)
            more = True
            while more:
                more = walk.fill()
                if walk.versions:
                    yield _batch(walk)
                    walk.begin()
        index.close()
        tally.objects += walk.objects
        tally.bytes += walk.bytes
        if not walk.odd:
            keep(self.told, array("Q", [len(walk.commits) // 4, *walk.commits, *walk.parents]).tobytes())
        if walk.left:
            yield from whole_objects(self.git_dir, [name.hex().encode() for name in walk.left], tally)


def keep(path: str, numbers: bytes) -> None:
    """Leave a file of numbers for `locate` to read. Where that fails git is asked instead."""
    with contextlib.suppress(UsageError):
        write_atomically(path, numbers, mode=0o600)


def _batch(walk: inner.Walk) -> DeltaBatch:
    gathered = walk.gathered
    return DeltaBatch(
        b"".join(gathered.parts),
        list(gathered.starts),
        list(gathered.ends),
        gathered.owners,
        gathered.offsets,
        gathered.numbers,
        gathered.again,
        walk.versions,
        frozenset(walk.live()),
    )


def rows(plan: str, first: int, count: int) -> Iterator[tuple[int, ...]]:
    """Rows of a plan, as `plan.ROW` has them. Raises GitError where it has fewer."""
    with open(plan, "rb") as stream:
        stream.seek(first * _ROW.size)
        found = stream.read(count * _ROW.size)
    if len(found) < count * _ROW.size:  # on another machine, which does not see all of it
        raise GitError("the plan of its walk is cut off")
    return _ROW.iter_unpack(found)
