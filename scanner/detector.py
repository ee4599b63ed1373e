"""Prefilter, match and score joined for one process: batches in, sightings out.

Cost is paid per hit. Because judgement by content is local, what a window leads to is a function of its
bytes; the answers are kept in a table of bounded size, so a line that stands in a thousand versions of a
file is matched and judged once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scanner import engines
from scanner.deltas import DeltaBatch, Version
from scanner.records import (
    Batch,
    Confidence,
    Credential,
    Fault,
    Piece,
    Reason,
    Sighting,
    Span,
    Tally,
)
from scanner.score.allow import MARK
from scanner.secrets import Secret
from scanner.settings import DetectSettings

if TYPE_CHECKING:
    from scanner.match.find import Finder
    from scanner.score.judge import Judgement
    from scanner.versions import Carrier

HIGH, MEDIUM, SILENT = 0.8, 0.5, 0.1
"""Scores from which a finding is of high and of medium confidence, and below which nothing is reported."""

_MEMO_BYTES = 64 << 20


class Known(NamedTuple):
    """What a window leads to; offsets count from the start of the literal, wherever that stands."""

    credential: int
    secret: Secret
    parts: tuple[tuple[str, Secret], ...]
    start: int
    end: int
    encoding: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]
    silent: str


class Placed(NamedTuple):
    """Something known, where in its object its literal begins, and the stretch of the object that it depends on."""

    known: Known
    at: int
    low: int
    high: int

    @property
    def start(self) -> int:
        """Where the credential begins in the object."""
        return self.known.start + self.at

    @property
    def end(self) -> int:
        """Behind its last byte."""
        return self.known.end + self.at

    def key(self) -> tuple[int, int, int]:
        """What two anchors of one match have in common."""
        return self.known.credential, self.start, self.end

    def place(self) -> tuple[int, int, int]:
        """What tells two anchors of one match apart, the last one being the greatest."""
        return self.at, self.low, self.high


Opening = tuple[int, int, int, int, int]
"""A hit: where it is, the stretch of the object that it depends on, its row."""


class Whole(NamedTuple):
    """An object that was scanned whole."""

    name: str
    data: bytes | bytearray | memoryview


def confidence(score: float) -> Confidence:
    """The level of a score by content or place; `VERIFIED` is for the provider to give."""
    return Confidence.HIGH if score >= HIGH else Confidence.MEDIUM if score >= MEDIUM else Confidence.LOW


class Detector:
    """Everything between a buffer and its sightings. Safe to use from one thread at a time."""

    def __init__(self, settings: DetectSettings) -> None:
        self._settings = settings
        self.catalogue = engines.catalogue(settings.patterns)
        self.engine = engines.engine(settings.engine, self.catalogue)
        self._least = {Confidence.LOW: SILENT, Confidence.MEDIUM: MEDIUM}.get(settings.minimum, HIGH)
        self._floor = self._least
        self._memo: dict[tuple[int, int, bytes], tuple[Known, ...]] = {}
        self._hits: dict[tuple[int, int, bytes], tuple[Placed, ...]] = {}
        self._memo_size = 0
        self._arounds: dict[int, tuple[int, int]] = {}

    @cached_property
    def _finder(self) -> Finder:
        from scanner.match.find import Finder  # not needed, and not imported, where nothing hits

        return Finder(self.catalogue.credentials, self.catalogue.entries, self._settings.timeout)

    @property
    def finder(self) -> Finder:
        """The exact expressions of this catalogue, loaded when first asked for."""
        return self._finder

    @property
    def database(self) -> str:
        """The name of hyperscan's compiled database in the cache."""
        return engines.database_name(self.catalogue)

    def credential(self, identity: str) -> Credential:
        """The kind of that id."""
        return self.catalogue.credentials[self.catalogue.numbers[identity]]

    def inspect(self, data: bytes, name: str = "") -> list[Sighting]:
        """Every sighting in one buffer, whatever its confidence."""
        batch = Batch(data, (0,), (len(data),), (name,))
        self._forget()
        self._floor = SILENT
        try:
            return list(self.sightings(batch, Tally(), SILENT))
        finally:
            self._forget()
            self._floor = self._least

    def _forget(self) -> None:
        self._memo.clear()
        self._hits.clear()
        self._memo_size = 0

    def sightings(self, batch: Batch | DeltaBatch, tally: Tally, least: float | None = None) -> Iterator[Sighting]:
        """What is to be reported of a batch, object by object, in the order of the buffer."""
        hits = self.engine.scan(batch.buffer)
        hits.sort(key=by_end)
        bound = self._least if least is None else least
        if isinstance(batch, DeltaBatch):
            for version, found in self._carrier.found(batch, hits, tally):
                yield from self._report(version, found, bound)
            return
        buffer = batch.buffer
        for number, group in by_segment(batch.starts, batch.ends, hits):
            low, high, name = batch.starts[number], batch.ends[number], batch.objects[number]
            placed = self.placed(lambda first, last: bytes(buffer[first:last]), (low, high), group, (name, tally))
            if placed:
                segment = batch.buffer[low:high]
                yield from self._report(Whole(name, segment), placed, bound, batch.pieces.get(number))

    @cached_property
    def _carrier(self) -> Carrier:
        from scanner.versions import Carrier

        return Carrier(self)

    def begin(self) -> None:
        """A new shard: what was known of versions of another is forgotten."""
        self.__dict__.pop("_carrier", None)

    def placed(
        self,
        cut: Callable[[int, int], bytes],
        bounds: tuple[int, int],
        hits: Sequence[tuple[int, int]],
        where: tuple[str, Tally],
    ) -> list[Placed]:
        """What the hits in a text lead to that `bounds` tells the beginning and the end of, with offsets from there.

        `cut` gives the bytes between two places; `where` is for faults.
        """
        low, high = bounds
        found: list[Placed] = []
        arounds = self._arounds
        for row, end in hits:
            back, ahead = arounds.get(row) or self._around(row)
            first, last = max(low, end - back), min(high, end + ahead)
            window = cut(first, last)
            key = (row, end - first, window)
            seen = self._hits.get(key)
            if seen is None:
                seen = self._seen(key, where)
            shift = first - low
            for known, at, start, stop in seen:
                found.append(Placed(known, at + shift, start + shift, stop + shift))
        return found

    def openings(self, size: int, hits: Sequence[tuple[int, int]]) -> Iterator[Opening]:
        """What a version of an object of `size` bytes may carry of these hits."""
        for row, end in hits:
            back, ahead = self._around(row)
            yield max(0, end - self._finder.extent(row)), end, max(0, end - back), min(size, end + ahead), row

    def _around(self, row: int) -> tuple[int, int]:
        """How many bytes before and behind the end of a hit decide what it leads to."""
        known = self._arounds.get(row)
        if known is None:
            before, after, _ = self._finder.reach(row)
            known = self._arounds[row] = (before + self._finder.extent(row), after)
        return known

    def _seen(self, key: tuple[int, int, bytes], where: tuple[str, Tally]) -> tuple[Placed, ...]:
        """What a hit of a row leads to that ends at an offset of a text, with offsets in that text."""
        row, end, text = key
        found: list[Placed] = []
        faults = len(where[1].faults)
        for at in self._finder.anchors(row, end, text):
            first, last = self._finder.window(row, at, text)
            window = text[first:last]
            found += [Placed(known, at, first, last) for known in self._look(row, window, at - first, where)]
        seen = tuple(found)
        if len(where[1].faults) == faults:  # else the next object with these bytes is incomplete too
            self._remember(len(text))
            self._hits[key] = seen
        return seen

    def _remember(self, size: int) -> None:
        self._memo_size += size + 200
        if self._memo_size > _MEMO_BYTES:
            self._forget()
            self._memo_size = size

    def _look(self, row: int, window: bytes, at: int, where: tuple[str, Tally]) -> tuple[Known, ...]:
        key = (row, at, window)
        known = self._memo.get(key)
        if known is None:
            try:
                known = self._judge(row, window, at)
            except TimeoutError as error:
                where[1].faults.append(Fault(where[0], str(error)))
                return ()
            self._remember(len(window))
            self._memo[key] = known
        return known

    def _judge(self, row: int, window: bytes, at: int) -> tuple[Known, ...]:
        """What the literal of `row` at `at` leads to. Raises Timeout."""
        from scanner.score.judge import is_allowed, judge

        found: list[Known] = []
        for sight in self._finder.sights(row, window, at):
            match = sight.match
            kind = self._finder.kinds[match.credential].credential
            span = (sight.start, sight.end)
            marked = self._settings.show_allowed and is_allowed(sight.text, sight.outer)
            honoured = self._settings.honour_allow and not marked
            answer = judge(kind, match, sight.text, span, sight.outer, honoured)
            if not answer.refuted and not self._idle(kind, answer):
                place = (match.start - at, match.end - at)
                found.append(
                    Known(
                        match.credential,
                        match.secret,
                        match.parts,
                        *place,
                        match.encoding,
                        answer.score,
                        (*answer.reasons, MARK) if marked else answer.reasons,
                        answer.silent,
                    )  # fmt: skip
                )
        return tuple(found)

    def _idle(self, kind: Credential, answer: Judgement) -> bool:
        """Whether this will not be reported, and is of the rank that outdoes no other; most of what is found is so."""
        return kind.rank == "generic" and not _pairs(kind) and (bool(answer.silent) or answer.score < self._floor)

    def _report(
        self,
        version: Whole | Version,
        placed: Sequence[Placed],
        bound: float,
        piece: Piece | None = None,
    ) -> Iterator[Sighting]:
        """Of what was found in one object, the most specific that counts, with lines and joined pairs."""
        from scanner.match import lines, pairs

        kinds = self.catalogue.credentials
        if not any(_counts(kinds, item.known, bound) for item in placed):
            return
        wanted = [item for item in _most_specific(_last(placed), kinds) if _counts(kinds, item.known, bound)]
        if not wanted:
            return  # outdone by what is silent: the object itself need not be made
        cursor = lines.Lines(version.data, piece.line if piece else 0)
        seen = [self._sighting(item, version.name, cursor, piece) for item in wanted]
        for sighting in pairs.join(seen, self.credential):
            # The neighbour's share is looked at too, so that pairs meet across the border, and not reported.
            mine = piece is None or piece.own_start <= sighting.span.start < piece.own_end
            if mine and sighting.score >= bound:
                yield sighting

    def _sighting(self, item: Placed, name: str, cursor: object, piece: Piece | None) -> Sighting:
        from scanner.match.lines import Lines

        assert isinstance(cursor, Lines)
        offset = piece.offset if piece else 0
        span = Span(item.start + offset, item.end + offset, *cursor.locate(item.start), *cursor.locate(item.end))
        known = item.known
        kind = self.catalogue.credentials[known.credential]
        return Sighting(kind.id, known.secret, known.parts, name, span, known.encoding, known.score, known.reasons)


def _counts(kinds: Sequence[Credential], item: Known, bound: float) -> bool:
    """Whether it is to be reported, or its low score may still rise when the parts of a pair meet."""
    return not item.silent and (item.score >= bound or _pairs(kinds[item.credential]))


def _pairs(kind: Credential) -> bool:
    return bool(kind.joins) or any(part.secret for part in kind.parts)


def by_end(hit: tuple[int, int]) -> int:
    """The order of hits."""
    return hit[1]


def by_segment(
    starts: Sequence[int], ends: Sequence[int], hits: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Sequence[tuple[int, int]]]]:
    """The hits, ascending, grouped by the segment in which each one ends; those in none are left out."""
    position = 0
    while position < len(hits):
        number = bisect_right(starts, hits[position][1] - 1) - 1
        if number < 0 or hits[position][1] > ends[number]:
            position += 1  # between two segments: git's headers
            continue
        first = position
        while position < len(hits) and hits[position][1] <= ends[number]:
            position += 1
        yield number, hits[first:position]


def _last(found: Sequence[Placed]) -> list[Placed]:
    """Of each match what its last anchor leads to: of two ids before one secret, the nearer one."""
    best: dict[tuple[int, int, int], Placed] = {}
    for item in found:
        key = item.key()
        if key not in best or item.place() > best[key].place():
            best[key] = item
    return list(best.values())


_RANKS = {"generic": 0, "named": 1, "distinctive": 2}


def _most_specific(found: Sequence[Placed], kinds: Sequence[Credential]) -> list[Placed]:
    """Of matches whose secrets overlap, the most specific; a silent one silences those it covers."""

    def weight(item: Placed) -> tuple[int, bool, bool, float, float, int, str, int]:
        kind = kinds[item.known.credential]
        place = (item.end - item.start, kind.id, -item.start)
        return _RANKS[kind.rank], not kind.path, not kind.joins, kind.score, item.known.score, *place

    kept: list[Placed] = []
    for item in sorted(found, key=weight, reverse=True):
        if not any(item.start < other.end and other.start < item.end for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda item: (item.start, item.end))
