"""Trees: what they need and the repository lacks, and which of them hold an object.

No tree is made that need not be: an id that is new in a tree stands in what its delta inserts. Workers gather the
beginnings of those ids (`TreeShard`); the parent compares them with what the repository has, and follows wanted
ids from the trees in which they are new to the trees that are made of these.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.records import Batch, Run, Tally
from scanner.sources.git import inner, inner_trees
from scanner.sources.git.arrays import Bytes, Numbers, Prefixes, beginnings, positions, runs
from scanner.sources.git.delta import keep, rows
from scanner.sources.git.packs import index_of
from scanner.sources.git.plan import ROW


class Unclear(Exception):
    """Something that only git can tell: what is lacking or damaged, or trees that this reader cannot read."""


@dataclass(frozen=True, slots=True)
class TreeShard:
    """Some trees of one pack: `count` rows of the plan from row `first` on. It yields nothing to scan.

    `present` is a file of the beginnings of all ids that the repository has, sorted.
    """

    pack: str
    plan: str
    hash_size: int
    present: str
    first: int
    count: int
    weight: int

    @property
    def label(self) -> str:
        """See `Shard.label`."""
        return f"{os.path.basename(self.pack)}, trees {self.first} to {self.first + self.count - 1} of the walk"

    @property
    def told(self) -> str:
        """The file of what this shard's trees name anew: 1 if something is lacking; ids in their order; their rows."""
        return f"{self.plan}-{self.first}"

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """See `Shard.batches`."""
        with open(self.pack, "rb", buffering=0) as stream:
            trees = inner_trees.Trees(stream.fileno(), self.hash_size)
            trees.read(rows(self.plan, self.first, self.count))
            try:
                present = np.fromfile(self.present, np.uint64)
            except OSError:
                return  # nothing is left, and so git is asked
            ids, owners, lacking = _settled(trees, self.builder(stream.fileno()), present)
        keep(self.told, np.array([lacking, len(ids)], np.uint64).tobytes() + ids.tobytes() + owners.tobytes())
        yield from ()

    def builder(self, pack: int) -> inner_trees.Builder:
        """A builder of this shard's trees; its rows count from the shard's first."""
        plan = self.rows()
        bases = np.where(plan["base"] < 0, -1, plan["base"] - self.first)
        columns = [np.ascontiguousarray(column).data for column in (plan["offset"], plan["end"], bases)]
        return inner_trees.Builder(pack, self.hash_size, *columns)

    def rows(self) -> NDArray[np.void]:
        """The shard's rows of the plan."""
        return np.fromfile(self.plan, ROW, self.count, offset=self.first * ROW.itemsize)


def _settled(
    trees: inner_trees.Trees, builder: inner_trees.Builder, present: Prefixes
) -> tuple[Prefixes, Numbers, bool]:
    """(ids in their order, the row of each, whether one is lacking): trees that are not clear are read."""
    ids, owners = _ordered(_numbers(trees.ids), np.repeat(np.arange(len(trees.counts)), trees.counts))
    first = np.append(True, ids[1:] != ids[:-1]) if len(ids) else np.zeros(0, bool)
    strange = ~_within(ids[first], present)
    known = ~strange[np.cumsum(first) - 1]
    # Every row that shows what is no id: the same bytes may be inserted into several trees.
    odd = np.unique(np.concatenate([np.array(trees.odd, np.int64), owners[~known]]))
    found: list[bytes] = []
    counts: list[int] = []
    for row in odd.tolist():
        before = len(found)
        try:
            builder.fresh(row, found)
        except (inner.Malformed, OSError):
            return ids, owners, True
        counts.append(len(found) - before)
    exact = _numbers(found)
    ids, owners = _ordered(np.concatenate([ids[known], exact]), np.concatenate([owners[known], np.repeat(odd, counts)]))
    return ids, owners, not _within(exact, present).all()


def _numbers(beginnings: list[bytes]) -> Prefixes:
    return np.frombuffer(b"".join(beginnings), ">u8").astype(np.uint64)


def _ordered(ids: Prefixes, owners: Numbers) -> tuple[Prefixes, Numbers]:
    order = np.argsort(ids, kind="stable")
    return ids[order], owners[order]


def _within(ids: Prefixes, present: Prefixes) -> NDArray[np.bool_]:
    """Which of `ids` are in `present`, which is sorted."""
    return positions(present, ids) >= 0


class Found(NamedTuple):
    """What a shard's trees name of some ids: three columns, row, name (by place in `names`), and id (by place)."""

    shard: TreeShard
    columns: Numbers
    names: list[bytes]


def holders(shard: TreeShard, own: Numbers, ids: bytes) -> Found | None:
    """Follow `ids` from the rows in which they are new; None where a tree cannot be read.

    `own` has three columns: a row, where among `ids` one that is new there stands, and its number.
    """
    size = shard.hash_size
    new: dict[int, list[int]] = {}
    for row, place in own[:, :2].tolist():
        new.setdefault(row, []).append(place)
    found: list[int] = []
    names: dict[bytes, int] = {}
    texts = [ids[at : at + size] for at in range(0, len(ids), size)]
    try:
        with open(shard.pack, "rb", buffering=0) as stream:
            shard.builder(stream.fileno()).holders(new, texts, found, names)
    except (inner.Malformed, OSError):
        return None
    numbers = np.zeros(len(texts), np.int64)
    numbers[own[:, 1]] = own[:, 2]
    columns = np.array(found, np.int64).reshape(-1, 3)
    columns[:, 2] = numbers[columns[:, 2]]
    return Found(shard, columns, list(names))


class Holding(NamedTuple):
    """Which trees hold what is wanted. Objects are numbers; the wanted ones come first, in their order.

    The entries of tree `n` stand from `starts[n]` to `starts[n + 1]` in `entry_names` (by place in `names`) and
    `children`.
    """

    ids: Bytes  # a row for each object
    starts: list[int]
    entry_names: list[int]
    children: list[int]
    names: list[bytes]


class Trees:
    """The trees of a repository: packed ones by shards, and loose ones as (id, content)."""

    def __init__(self, shards: list[TreeShard], loose: dict[bytes, bytes], present: Prefixes, run: Run) -> None:
        """Raises Unclear where one of them needs what the repository has not, or cannot be read."""
        self._shards = [(shard, *_told(shard)) for shard in shards]
        self._loose = loose
        self._run = run
        self._present = present
        ids: list[bytes] = []
        for name, tree in loose.items():
            try:
                inner_trees.listed(tree, len(name), ids)
            except inner.Malformed as error:
                raise Unclear(str(error)) from None
        self.check(_numbers(ids))

    def check(self, ids: Prefixes) -> None:
        """Raise Unclear if one of these is not in the repository."""
        if not _within(ids, self._present).all():
            raise Unclear("something that is needed is not there")

    def holding(self, wanted: list[bytes]) -> Holding:
        """Every tree that holds one of `wanted`, at whatever depth, with what it names of them or of such trees."""
        search = _Search(wanted, len(wanted[0]))
        fresh = search.ids[0]
        while len(fresh):
            first = search.count - len(fresh)
            by_id = np.argsort(beginnings(fresh), kind="stable")
            prefixes = beginnings(fresh)[by_id]
            owns = ((shard, _own(ids, owners, prefixes)) for shard, ids, owners in self._shards)
            tasks = ((shard, *_task(own, by_id, fresh, first)) for shard, own in owns if len(own))
            for found in self._run(holders, tasks):
                if found is None:
                    raise Unclear("a tree cannot be read")
                search.packed(found)
            search.loose(self._loose, fresh, first)
            fresh = search.fresh()
        return search.holding()


def _task(own: Numbers, by_id: Numbers, fresh: Bytes, first: int) -> tuple[Numbers, bytes]:
    """The arguments of `holders` for a shard: which of the new ids concern it, and those ids."""
    places, inverse = np.unique(own[:, 1], return_inverse=True)
    numbers = by_id[places]
    return np.column_stack([own[:, 0], inverse, first + numbers[inverse]]), fresh[numbers].tobytes()


class _Search:
    """The objects met so far and what holds them, level by level."""

    def __init__(self, wanted: list[bytes], hash_size: int) -> None:
        self._size = hash_size
        self.ids = [np.frombuffer(b"".join(wanted), np.uint8).reshape(-1, hash_size)]
        self.count = len(wanted)
        self._named: dict[bytes, int] = {}
        self._rows: dict[str, NDArray[np.int32]] = {}  # of each shard: the objects that its rows are, -1 for none
        self._met: dict[bytes, int] = {}  # loose trees
        self._parents: list[Numbers] = []
        self._names: list[Numbers] = []
        self._children: list[Numbers] = []
        self._new: list[Bytes] = []
        self._next = self.count

    def packed(self, found: Found) -> None:
        """Take in what a shard's trees name."""
        shard = found.shard
        known = self._rows.get(shard.told)
        if known is None:
            known = self._rows[shard.told] = np.full(shard.count, -1, np.int32)
        rows = found.columns[:, 0]
        new = np.unique(rows[known[rows] < 0])
        known[new] = np.arange(self._next, self._next + len(new))
        self._next += len(new)
        self._new.append(_ids(shard, new))
        names = np.array([self._named.setdefault(name, len(self._named)) for name in found.names], np.int64)
        self._add(known[rows].astype(np.int64), names[found.columns[:, 1]], found.columns[:, 2])

    def loose(self, trees: dict[bytes, bytes], fresh: Bytes, first: int) -> None:
        """Take in what loose trees name of the ids that are new on this level."""
        numbers = {name.tobytes(): first + place for place, name in enumerate(fresh)} if trees else {}
        for tree, data in trees.items():
            pairs = [(name, numbers[child]) for name, child in entries(data, self._size) if child in numbers]
            if pairs and tree not in self._met:
                self._met[tree] = self._next
                self._next += 1
                self._new.append(np.frombuffer(tree, np.uint8).reshape(1, -1))
            for name, child in pairs:
                number = self._named.setdefault(name, len(self._named))
                self._add(*(np.array([value], np.int64) for value in (self._met[tree], number, child)))

    def _add(self, parents: Numbers, names: Numbers, children: Numbers) -> None:
        self._parents.append(parents)
        self._names.append(names)
        self._children.append(children)

    def fresh(self) -> Bytes:
        """The trees that were met on this level for the first time; a new level begins."""
        found = np.concatenate([np.zeros((0, self._size), np.uint8), *self._new])
        self.ids.append(found)
        self.count += len(found)
        self._new = []
        return found

    def holding(self) -> Holding:
        """All that was found."""
        nothing = np.zeros(0, np.int64)
        parents = np.concatenate([nothing, *self._parents])
        order = np.argsort(parents, kind="stable")
        starts = np.searchsorted(parents[order], np.arange(self.count + 1))
        return Holding(
            np.concatenate(self.ids),
            starts.tolist(),
            np.concatenate([nothing, *self._names])[order].tolist(),
            np.concatenate([nothing, *self._children])[order].tolist(),
            list(self._named),
        )


def _ids(shard: TreeShard, rows: Numbers) -> Bytes:
    """The ids of some rows."""
    index = index_of(shard.pack, shard.hash_size)
    found = index.ids(shard.rows()["number"][rows])
    index.close()
    return found


def _told(shard: TreeShard) -> tuple[Prefixes, Numbers]:
    """(ids in their order, the row of each), as the shard left them. Raises Unclear."""
    try:
        numbers = np.asarray(np.memmap(shard.told, np.uint64, "r"))
    except (OSError, ValueError):
        raise Unclear("a shard of trees was lost") from None
    if numbers[0]:
        raise Unclear("a tree needs what is not there, or cannot be read")
    last = 2 + int(numbers[1])
    return numbers[2:last], numbers[last:].view(np.int64)


def _own(ids: Prefixes, owners: Numbers, prefixes: Prefixes) -> Numbers:
    """Two columns: a row, and the place among `prefixes`, sorted, of what is new there."""
    first, last = np.searchsorted(ids, prefixes, "left"), np.searchsorted(ids, prefixes, "right")
    places = np.flatnonzero(first < last)
    counts = last[places] - first[places]
    return np.column_stack([owners[runs(first[places], counts)], np.repeat(places, counts)])


def entries(tree: bytes, hash_size: int) -> Iterator[tuple[bytes, bytes]]:
    """(name, id) of a tree's entries."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        yield tree[tree.index(b" ", at) + 1 : end], tree[end + 1 : end + 1 + hash_size]
        at = end + 1 + hash_size
