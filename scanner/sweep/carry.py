"""A new pattern set: what is known under the one before is carried over where no kind that differs has a hit.

The objects of a repository that only the set before knows are read once, for hits of those kinds alone. What has one,
or cannot be read, is left to be scanned with the whole set; the rest becomes known with what was seen in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner import engines
from scanner.deltas import DeltaBatch
from scanner.detector import by_end, by_segment
from scanner.errors import ScanError
from scanner.records import Engine, Shard, Tally
from scanner.sources.git.arrays import Bytes
from scanner.sources.git.door import Door
from scanner.sources.git.history import HistorySource
from scanner.sources.git.trees import TreeShard
from scanner.sweep import kinds
from scanner.sweep.content import Content, opened
from scanner.sweep.refs import is_id
from scanner.sweep.segments import Segment, find, halves
from scanner.workers import Lost, Walker


class Sets(NamedTuple):
    """The folders of two pattern sets, and the engine to look with."""

    before: str
    after: str
    engine: str


class Looked(NamedTuple):
    """Of a shard: the objects in which a kind that differs has a hit, and those that could not be read.

    `whole` is False where that cannot be told by object.
    """

    hits: frozenset[str]
    whole: bool


def carry(content: Content, sets: Sets, door: Door, walker: Walker) -> int:
    """Carry over what a repository holds; how many objects. The door is closed. Raises KeyboardInterrupt."""
    asked = _Asked(content.open(), opened(sets.before))
    source = HistorySource(door, "", known=asked)
    tally = Tally()
    hits: set[str] = set()
    whole = True
    try:
        shards = ((sets, shard) for shard in source.shards(tally) if not isinstance(shard, TreeShard))
        for _, looked in walker.run(look, shards, lambda task: int(task[1].weight)):
            whole = whole and not isinstance(looked, Lost) and looked.whole
            hits |= frozenset() if isinstance(looked, Lost) else looked.hits
    finally:
        source.close()
        walker.close()
    if walker.interrupted:
        raise KeyboardInterrupt
    if not whole or any(not is_id(fault.object) for fault in tally.faults):
        return 0  # everything is scanned again
    hits.update(fault.object for fault in tally.faults)
    differing = {kind.id for kind in kinds.differing(sets.before, sets.after) or ()}
    return content.take(*asked.without(hits, differing))


def look(sets: Sets, shard: Shard) -> Looked:
    """Where in a shard any kind that differs has a hit, in whichever process this is."""
    tally = Tally()
    hits: set[str] = set()
    walk = _Walk(set(), set(), hits)
    try:
        for batch in shard.batches(tally):
            found = sorted(_engine(sets).scan(batch.buffer), key=by_end)
            if isinstance(batch, DeltaBatch):
                walk.take(batch, found)
            else:
                hits.update(batch.objects[number] for number, _ in by_segment(batch.starts, batch.ends, found))
    except (ScanError, OSError):
        return Looked(frozenset(), whole=False)
    hits.update(fault.object for fault in tally.faults)
    return Looked(frozenset(hits), all(is_id(fault.object) for fault in tally.faults))


class _Walk(NamedTuple):
    """A walk over delta trees: the serials of versions that count, the numbers of pieces with a hit, and all names."""

    touched: set[int]
    shown: set[int]
    hits: set[str]

    def take(self, batch: DeltaBatch, found: Sequence[tuple[int, int]]) -> None:
        """Add the versions with a hit in what is new there, or made of one that counts: a hit that is in nothing new
        was copied in one piece."""
        pieces = [number for number, _ in by_segment(batch.starts, batch.ends, found)]
        self.shown.update(batch.numbers[number] for number in pieces)
        again = zip(batch.again[::3], batch.again[2::3], strict=True)
        fresh = {batch.owners[number] for number in pieces}
        fresh.update(owner for owner, number in again if number in self.shown)
        for owner, version in enumerate(batch.versions):
            if owner in fresh or version.base in self.touched:
                self.hits.add(version.name)
                self.touched.add(version.serial)
        self.touched.intersection_update(batch.live)


@lru_cache(maxsize=2)
def _engine(sets: Sets) -> Engine:
    found = kinds.differing(sets.before, sets.after)
    if not found:
        raise ScanError("the kinds of the pattern set before are gone")
    return engines.over(sets.engine, found)


class _Asked:
    """Which objects of a repository only the set before knows (fulfils `Known`): they are the ones to read."""

    def __init__(self, own: list[Segment], before: list[Segment]) -> None:
        self._own = own
        self._before = before
        self._ids: list[Bytes] = []

    def fresh(self, ids: Bytes) -> NDArray[np.bool_]:
        """See `Known.fresh`."""
        asked = _among(self._before, ids) & ~_among(self._own, ids)
        self._ids.append(ids[asked])
        return asked

    def without(self, hits: set[str], differing: set[str]) -> tuple[Bytes, list[tuple[bytes, bytes]]]:
        """The ids that were asked for and are not among `hits`, with what was seen in them, as `segments.write` has it.

        What was seen of a kind that differs is not carried over in any case.
        """
        ids: Bytes = np.concatenate(self._ids) if self._ids else np.zeros((0, 20), np.uint8)
        seen = list(self._seen(ids))
        bad = {bytes.fromhex(name) for name in hits}
        bad |= {name for name, lines in seen if _kinds_of(lines) & differing}
        kept = np.array([row.tobytes() not in bad for row in ids], bool)
        return ids[kept], [(name[:12], lines) for name, lines in seen if name not in bad]

    def _seen(self, ids: Bytes) -> Iterator[tuple[bytes, bytes]]:
        for part in self._before:
            rows = find(part.hits["first"], part.hits["next"], halves(ids))
            yield from ((ids[place].tobytes(), part.text(int(rows[place]))) for place in np.flatnonzero(rows >= 0))


def _among(parts: list[Segment], ids: Bytes) -> NDArray[np.bool_]:
    there = np.zeros(len(ids), bool)
    for part in parts:
        there |= find(part.first, part.next, halves(ids)) >= 0
    return there


def _kinds_of(lines: bytes) -> set[str]:
    return {json.loads(line)["credential"] for line in lines.splitlines()}
