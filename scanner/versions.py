"""Findings of versions that are deltas: what a version's base shows is carried, the rest is looked for.

What is known of a place depends on a stretch of bytes around it. Where a version copies that stretch in one
piece, what is known holds there too; where a break (a join, an insertion, an edge) touches it, the place lies
within BEFORE or BEHIND of the break and so in a stretch that was scanned. Openings of wider kinds are the
exception: a version whose base holds one is scanned whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.detector import Detector, Placed, by_segment
from scanner.records import DeltaBatch, Tally, Version

Hits = list[tuple[int, int]]


class Base:
    """What is known of a version that others may be made of."""

    def __init__(self, placed: list[Placed]) -> None:
        self._placed = placed
        self._lows: list[int] = []
        self._highs: list[int] = []

    def carry(self, version: Version) -> list[Placed]:
        """What of it holds in a version made of this base, at its new offsets."""
        if not self._lows:  # most are never asked
            self._placed = sorted(self._placed, key=lambda item: item.low)
            self._lows = [item.low for item in self._placed]
            self._highs = [item.high for item in self._placed]
        carried = []
        answer = iter(version.carried(self._lows, self._highs))
        for number, shift in zip(answer, answer, strict=True):
            known, at, low, high = self._placed[number]
            carried.append(Placed(known, at + shift, low + shift, high + shift))
        return carried


class Carrier:
    """What is known of the versions that others may be made of; one for each shard."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._known: dict[int, Base] = {}
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
                self._known[version.serial] = Base(placed)
                yield version, placed
        self._known = {serial: base for serial, base in self._known.items() if serial in batch.live}
        self._open &= batch.live

    def _version(self, version: Version, hits: Hits, tally: Tally) -> list[Placed]:
        whole = version.base in self._open
        if whole:
            hits = sorted(self._detector.engine.scan(version.data), key=lambda hit: hit[1])
        if self._detector.opens(hits, version):
            self._open.add(version.serial)
        bounds = (0, version.size)
        placed = self._detector.placed(version.data, bounds, hits, (version.name, tally)) if hits else []
        base = self._known.get(version.base)
        if whole or base is None:
            return placed
        carried = base.carry(version)
        fresh = {item.key() for item in placed}
        return placed + [item for item in carried if item.key() not in fresh] if fresh else carried


def _by_version(batch: DeltaBatch, hits: Sequence[tuple[int, int]]) -> dict[int, Hits]:
    """The hits of every version with ends counted in the version, ascending."""
    found: dict[int, Hits] = {}
    for number, group in by_segment(batch.starts, batch.ends, hits):
        shift = batch.offsets[number] - batch.starts[number]
        found.setdefault(batch.owners[number], []).extend((row, end + shift) for row, end in group)
    return found
