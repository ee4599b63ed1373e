"""Findings of versions that are deltas: what a version's base shows is carried, the rest is looked for.

What is known of a place depends on a stretch of bytes around it. Where a version copies that stretch in one
piece, what is known holds there too; where a break (a join, an insertion, an edge) touches it, the place lies
within BEFORE or BEHIND of the break and so in a stretch that was scanned. Openings of wider kinds are the
exception: a version whose base holds one is scanned whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.records import DeltaBatch, Tally, Version

if TYPE_CHECKING:
    from scanner.detector import Detector, Placed

Hits = list[tuple[int, int]]


class Carrier:
    """What is known of the versions that others may be made of; one for each shard."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._known: dict[int, list[Placed]] = {}
        self._open: set[int] = set()

    def found(
        self, batch: DeltaBatch, hits: Sequence[tuple[int, int]], tally: Tally
    ) -> Iterator[tuple[Version, list[Placed]]]:
        """Each version that shows something, with all that it shows."""
        fresh = _by_version(batch, hits)
        for owner, version in enumerate(batch.versions):
            mine = fresh.get(owner)
            if mine is None and version.base not in self._known and version.base not in self._open:
                continue
            placed = self._version(version, mine or [], tally)
            if placed:
                self._known[version.serial] = placed
                yield version, placed
        self._known = {serial: placed for serial, placed in self._known.items() if serial in batch.live}
        self._open &= batch.live

    def _version(self, version: Version, hits: Hits, tally: Tally) -> list[Placed]:
        whole = version.base in self._open
        if whole:
            hits = sorted(self._detector.engine.scan(version.data), key=lambda hit: hit[1])
        if self._detector.opens(hits, version):
            self._open.add(version.serial)
        bounds = (0, version.size)
        placed = self._detector.placed(version.data, bounds, hits, (version.name, tally)) if hits else []
        if whole:
            return placed
        carried = carry(self._known.get(version.base, ()), version)
        both = {(item.known.credential, item.known.start, item.known.end): item for item in carried}
        both |= {(item.known.credential, item.known.start, item.known.end): item for item in placed}
        return list(both.values())


def _by_version(batch: DeltaBatch, hits: Sequence[tuple[int, int]]) -> dict[int, Hits]:
    """The hits of every version with ends counted in the version, ascending."""
    from scanner.detector import by_segment

    found: dict[int, Hits] = {}
    for number, group in by_segment(batch.starts, batch.ends, hits):
        shift = batch.offsets[number] - batch.starts[number]
        found.setdefault(batch.owners[number], []).extend((row, end + shift) for row, end in group)
    return found


def carry(known: Sequence[Placed], version: Version) -> Iterator[Placed]:
    """What of the base's knowledge holds in the version, at its new offsets."""
    if not known:
        return
    size = version.size
    least = min(item.high - item.low for item in known)
    for at in range(0, len(version.copied), 3):
        length = version.copied[at + 2]
        if length < least:
            continue
        start, source = version.copied[at], version.copied[at + 1]
        # A stretch that the object's edge cut off holds only where the version has the same edge.
        low = 0 if start == 0 and source == 0 else max(source, 1)
        high = source + length
        if not (high == version.base_size and start + length == size):
            high = min(high, version.base_size - 1)
        shift = start - source
        for item in known:
            if low <= item.low and item.high <= high:
                moved = item.known._replace(start=item.known.start + shift, end=item.known.end + shift)
                yield item._replace(known=moved, low=item.low + shift, high=item.high + shift)
