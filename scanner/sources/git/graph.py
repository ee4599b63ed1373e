"""The commits of a repository as a graph, from what the walk read of them, in the order of history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scanner.sources.git import inner, inner_trees
from scanner.sources.git.arrays import Numbers, Prefixes, positions, runs
from scanner.sources.git.delta import WalkShard
from scanner.sources.git.trees import Unclear


class Graph:
    """Commits by number, in the order of their ids: beginnings of ids, trees, dates, parents.

    Arrays of some 40 bytes a commit.
    """

    def __init__(self, shards: Sequence[WalkShard], loose: dict[bytes, bytes]) -> None:
        """`loose` are commits that are in no pack, by id. Raises Unclear where a shard left nothing."""
        parts = [*(_told(shard) for shard in shards), _parsed(loose)]
        rows = np.concatenate([rows for rows, _ in parts])
        named = np.concatenate([parents for _, parents in parts])
        order = np.argsort(rows[:, 0], kind="stable")
        counts = rows[:, 3].astype(np.int64)
        starts = (np.cumsum(counts) - counts)[order]
        rows = rows[order]
        self.ids: Prefixes = np.ascontiguousarray(rows[:, 0])
        self.trees: Prefixes = np.ascontiguousarray(rows[:, 1])
        self.dates = rows[:, 2].astype(np.int64)
        self.starts = starts.tolist()
        self.counts = counts[order].tolist()
        self.named = named
        places = self.numbers(named)
        self.parents = places.tolist()

    def numbers(self, ids: Prefixes) -> Numbers:
        """The numbers of commits, -1 for what is none."""
        return positions(self.ids, ids)

    def cut(self, boundary: Iterable[bytes]) -> None:
        """Forget the parents of these commits: a shallow clone has not got them."""
        for number in self.numbers(prefixes(boundary)).tolist():
            if number >= 0:
                self.counts[number] = 0

    def needed(self) -> Prefixes:
        """The beginnings of the ids of all trees and parents."""
        places = runs(np.array(self.starts, np.int64), np.array(self.counts, np.int64))
        return np.concatenate([self.trees, self.named[places]])

    def history(self, tips: Iterable[bytes]) -> list[int]:
        """Commits that `tips` reach, the earliest first: never one before its parents, else by date.

        Raises Unclear where a parent is not among the commits.
        """
        heads = [number for number in self.numbers(prefixes(tips)).tolist() if number >= 0]
        chosen = inner_trees.reached(heads, self.starts, self.counts, self.parents)
        if chosen is None:
            raise Unclear("a commit's parent is not there")
        return inner_trees.by_date(chosen, self.starts, self.counts, self.parents, self.dates.tolist())

    def rest(self, known: Sequence[int]) -> list[int]:
        """All other commits, in the same order."""
        left = bytearray(b"\1") * len(self.ids)
        for number in known:
            left[number] = 0
        return inner_trees.by_date(left, self.starts, self.counts, self.parents, self.dates.tolist())


def prefixes(ids: Iterable[bytes]) -> Prefixes:
    """The first 8 bytes of ids, as numbers."""
    return np.array([int.from_bytes(name[:8], "big") for name in ids], np.uint64)


def _told(shard: WalkShard) -> tuple[NDArray[np.uint64], Prefixes]:
    try:
        numbers = np.fromfile(shard.told, np.uint64)
    except OSError:
        raise Unclear("a shard of commits was lost") from None
    last = 1 + 4 * int(numbers[0])
    return numbers[1:last].reshape(-1, 4), numbers[last:]


def _parsed(loose: dict[bytes, bytes]) -> tuple[NDArray[np.uint64], Prefixes]:
    rows: list[int] = []
    parents: list[int] = []
    for name, data in loose.items():
        if not inner.commit(name, data, rows, parents):
            raise Unclear("a commit is not as git writes it")
    return np.array(rows, np.uint64).reshape(-1, 4), np.array(parents, np.uint64)
