"""Findings of versions that are deltas: what a version's base shows is carried, the rest is looked for.

What is known of a place depends on a stretch of bytes around it. Where a version copies that stretch in one
piece, what is known holds there too; where a break (a join, an insertion, an edge) touches it, the place is looked
at anew: the hits themselves (openings) are carried for that, so that no version need be scanned whole. A hit that a
break cuts lies within BEFORE or BEHIND of it, in a stretch that was scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.deltas import DeltaBatch, Version
from scanner.detector import Detector, Placed, by_end, by_segment
from scanner.records import Tally
from scanner.vecs import i64, vec

Hits = list[tuple[int, int]]


class Base:
    """What is known of a version that others may be made of."""

    def __init__(self, placed: list[Placed], openings: vec[i64]) -> None:
        """`openings` as `Version.followed` has them."""
        self.openings = openings
        self._placed = placed
        self._lows: list[int] = []
        self._highs: list[int] = []

    def carry(self, version: Version) -> list[Placed]:
        """What of it holds in a version made of this base, at its new offsets."""
        if not self._placed:
            return []
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
        self._shown: dict[int, Hits] = {}  # by the number of a piece: its hits, ends counted from its beginning

    def found(
        self, batch: DeltaBatch, hits: Sequence[tuple[int, int]], tally: Tally
    ) -> Iterator[tuple[Version, list[Placed]]]:
        """Each version that shows something, with all that it shows."""
        fresh = self._by_version(batch, hits)
        for owner, version in enumerate(batch.versions):
            mine = fresh.get(owner)
            base = self._known.get(version.base)
            if mine is None and base is None:
                continue
            placed = self._version(version, base, mine or [], tally)
            if placed:
                yield version, placed
        self._known = {serial: base for serial, base in self._known.items() if serial in batch.live}

    def _by_version(self, batch: DeltaBatch, hits: Sequence[tuple[int, int]]) -> dict[int, Hits]:
        """The hits of every version with ends counted in the version, ascending."""
        found: dict[int, Hits] = {}
        for number, group in by_segment(batch.starts, batch.ends, hits):
            start = batch.starts[number]
            shown = [(row, end - start) for row, end in group]
            if batch.numbers[number] >= 0:
                self._shown[batch.numbers[number]] = shown
            _place(found, batch.owners[number], shown, batch.offsets[number])
        again = iter(batch.again)
        mixed = set()
        for owner, offset, number in zip(again, again, again, strict=True):
            if number in self._shown:
                _place(found, owner, self._shown[number], offset)
                mixed.add(owner)
        for owner in mixed:
            found[owner].sort(key=by_end)
        return found

    def _version(self, version: Version, base: Base | None, hits: Hits, tally: Tally) -> list[Placed]:
        placed: list[Placed] = []
        openings = vec[i64]()
        if base is not None:
            placed = base.carry(version)
            if len(base.openings):
                openings, kept = version.followed(base.openings)
                if kept:
                    hits = sorted({*hits, *kept}, key=by_end)
        if hits:
            fresh = self._detector.placed(version.cut, (0, version.size), hits, (version.name, tally))
            if not version.leaf:
                openings = _merged(openings, self._detector.openings(version.size, hits))
            placed = _apart(fresh, placed)
        if not version.leaf and (placed or len(openings)):
            self._known[version.serial] = Base(placed, openings)
        return placed


def _apart(fresh: list[Placed], carried: list[Placed]) -> list[Placed]:
    """Both, each anchor's match once; which of a match's anchors counts is for the report to say."""
    if not carried:
        return fresh
    return list({(*item.key(), *item.place()): item for item in (*carried, *fresh)}.values())


def _merged(openings: vec[i64], opened: Iterable[tuple[int, ...]]) -> vec[i64]:
    """Both, ascending, each once."""
    known = set(zip(*[iter(openings)] * 5, strict=True))
    return vec[i64](number for opening in sorted(known.union(opened)) for number in opening)


def _place(found: dict[int, Hits], owner: int, shown: Hits, offset: int) -> None:
    found.setdefault(owner, []).extend((row, end + offset) for row, end in shown)
