"""What the walk over delta trees hands on: what is new in each version, and what is looked at around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from scanner.lightly import dataclass

if TYPE_CHECKING:
    from scanner.vecs import i64, vec

BEFORE, BEHIND = 200, 200
"""Bytes before and behind a break within which every hit that it touches is looked for anew: no row of the prefilter is
wider (`catalogue.schema`)."""


class Version(Protocol):
    """One object of a delta walk, after its base in the order of the walk.

    `base` is the base's `serial`, -1 where the object stands alone. `size` is in bytes; `data` may be made only when
    asked for. Of a `leaf` nothing is made. `carried` tells which stretches of the base (`lows` ascending) it holds in
    one piece: flat, two numbers each, the stretch's position and how much further on it stands. `cut` gives the bytes
    between two places, without making what stands around them. `followed` does as `carried` for
    openings, flat, five numbers each, ascending: the hit, the stretch that it depends on, its row. It returns those
    in one piece, of a leaf none, and as (row, end) the hits of others that are still there.
    """

    leaf: bool

    @property
    def serial(self) -> int: ...
    @property
    def base(self) -> int: ...
    @property
    def size(self) -> int: ...

    def carried(self, lows: list[int], highs: list[int]) -> list[int]: ...
    def cut(self, low: int, high: int) -> bytes: ...
    def followed(self, openings: vec[i64]) -> tuple[vec[i64], list[tuple[int, int]]]: ...

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class DeltaBatch:
    """What is new in some versions in one buffer, and the whole versions for what stands around it.

    `starts` and `ends` are pieces of `buffer`, ascending; `owners` are their versions (positions in `versions`),
    `offsets` where in these they begin, and `numbers` what they are known by from now on, -1 for nothing. `again`
    holds pieces that show what an earlier one did, flat: owner, offset, number. `live` are serials that later batches
    may name as bases.
    """

    buffer: bytes
    starts: Sequence[int]
    ends: Sequence[int]
    owners: vec[i64]
    offsets: vec[i64]
    numbers: vec[i64]
    again: vec[i64]
    versions: Sequence[Version]
    live: frozenset[int]
