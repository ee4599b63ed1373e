"""Trees: what they need and the repository lacks, and which of them hold an object.

Workers go through every tree once and leave what changes from it to those that are made of it (`TreeShard`): entries
that are new, and entries that are gone. A tree's rows in the order of the walk are followed by those of all that is
made of it. So an entry stands in whole runs of rows: from where it is new to the end of what is made of that, but
for the runs that begin where it is gone. No tree is read again to follow an object upwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.records import Batch, Tally
from scanner.sources.git import inner, inner_trees
from scanner.sources.git.arrays import Bytes, Numbers, Prefixes, beginnings, positions, runs
from scanner.sources.git.delta import keep, rows
from scanner.sources.git.packs import Index, index_of
from scanner.sources.git.plan import ROW
from scanner.vecs import i64, vec

_EVENTS = 1 << 16
"""Events that are gathered before they are packed."""
_MOST_EVENTS = 16 << 20
"""Of one shard; trees that change more than that are left to git."""
_HEAD = 48

Short = NDArray[np.uint32]


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
        """The file of this shard's events."""
        return f"{self.plan}-{self.first}"

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """See `Shard.batches`."""
        parts: list[tuple[Prefixes, Short, Short]] = []
        with open(self.pack, "rb", buffering=0) as stream:
            plan = rows(self.plan, self.first, self.count)
            trees = inner_trees.Trees(plan, self.first, self.count, stream.fileno(), self.hash_size)
            more, row = True, 0
            while more:
                more = trees.read(_EVENTS) and len(parts) * _EVENTS < 2 * _MOST_EVENTS
                parts += [_columns(trees.new, row, 0), _columns(trees.gone, row, 1)]
                row += len(trees.new.counts)
                trees.begin()
        lost = trees.lost or row < self.count
        ids, owners, marks = (np.concatenate(column) for column in zip(*parts, strict=True))
        try:
            present = np.fromfile(self.present, np.uint64)
        except OSError:
            return  # nothing is left, and so git is asked
        order = np.argsort(ids)
        ids = ids[order]
        firsts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1])) if len(ids) else np.zeros(0, np.int64)
        lost = lost or not _within(ids[firsts], present).all()
        ends = _numbers(trees.ends).astype(np.uint32)
        texts = np.cumsum([0, *map(len, trees.names)], dtype=np.uint32)
        head = np.array([lost, len(firsts), len(ids), len(ends), len(texts), texts[-1]], np.uint64)
        places = np.append(firsts, len(ids)).astype(np.uint32)
        columns = (head, ids[firsts], places, owners[order], marks[order], ends, texts)
        keep(self.told, b"".join([*(column.tobytes() for column in columns), *trees.names]))
        yield from ()

    def rows(self) -> NDArray[np.void]:
        """The shard's rows of the plan."""
        return np.fromfile(self.plan, ROW, self.count, offset=self.first * ROW.itemsize)


class Events(NamedTuple):
    """What a shard told, in the order of the ids: those of `ids[n]` stand from `firsts[n]` to the next in `rows` and
    `marks` (see `_columns`).

    `ends` as `inner_trees.Trees` has it; `starts` is where in `texts` the names begin, and where the last one ends.
    """

    shard: TreeShard
    ids: Prefixes
    firsts: Short
    rows: Short
    marks: Short
    ends: Short
    starts: Short
    texts: Bytes

    def held(self, wanted: Prefixes) -> tuple[Numbers, Numbers, Numbers]:
        """Which rows hold which of `wanted`, ascending, by place there, and under which name."""
        events, places = self._of(wanted)
        rows, marks = self.rows[events].astype(np.int64), self.marks[events].astype(np.int64)
        width = len(self.ends) + 1
        keys, numbers = np.unique(places * len(self.starts) + (marks >> 1), return_inverse=True)
        # How many runs of an entry are open: one more where it is new, one less where it is gone or such a run ends.
        points = np.concatenate([numbers * width + rows, numbers * width + self.ends[rows]])
        steps = np.concatenate([1 - 2 * (marks & 1), 2 * (marks & 1) - 1])
        order = np.argsort(points)
        points = points[order]
        lengths = np.where(np.cumsum(steps[order])[:-1] > 0, np.diff(points), 0)
        key, row = np.divmod(runs(points[:-1], lengths), width)
        place, name = np.divmod(keys[key], len(self.starts))
        return row, name, place

    def _of(self, wanted: Prefixes) -> tuple[Numbers, Numbers]:
        """The events of `wanted`, ascending, and the place there of what each is of."""
        if 4 * len(wanted) > len(self.ids):
            places = positions(wanted, self.ids)
            mine = np.flatnonzero(places >= 0)
            places = places[mine]
        else:
            mine = positions(self.ids, wanted)
            places = np.flatnonzero(mine >= 0)
            mine = mine[places]
        first = self.firsts[mine].astype(np.int64)
        counts = self.firsts[mine + 1] - first
        return runs(first, counts), np.repeat(places, counts)

    def name(self, number: int) -> bytes:
        """The text of a name."""
        return self.texts[self.starts[number] : self.starts[number + 1]].tobytes()


def _columns(events: inner_trees.Events, row: int, gone: int) -> tuple[Prefixes, Short, Short]:
    """(ids, rows, marks): a mark is twice the name's number, and one more for what is gone."""
    counts = _numbers(events.counts)
    owners = np.repeat(np.arange(row, row + len(counts), dtype=np.uint32), counts)
    return _numbers(events.ids).view(np.uint64), owners, (2 * _numbers(events.names) + gone).astype(np.uint32)


def _numbers(numbers: vec[i64]) -> NDArray[np.int64]:
    """A copy, which takes no more than they need."""
    return np.array(numbers, np.int64)


def _within(ids: Prefixes, present: Prefixes) -> NDArray[np.bool_]:
    """Which of `ids` are in `present`, which is sorted."""
    return positions(present, ids) >= 0


def check(ids: Prefixes, present: Prefixes) -> None:
    """Raise Unclear if one of `ids` is not in `present`: all that the repository has, sorted."""
    if not _within(ids, present).all():
        raise Unclear("something that is needed is not there")


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

    def __init__(self, shards: list[TreeShard], loose: dict[bytes, bytes], present: Prefixes) -> None:
        """Raises Unclear where one of them needs what the repository has not, or cannot be read."""
        self._told = [_told(shard) for shard in shards]
        self._loose = loose
        ids = vec[i64]()
        for name, tree in loose.items():
            try:
                ids = inner_trees.listed(tree, len(name), ids)
            except inner.Malformed as error:
                raise Unclear(str(error)) from None
        check(_numbers(ids).view(np.uint64), present)

    def holding(self, wanted: list[bytes]) -> Holding:
        """Every tree that holds one of `wanted`, at whatever depth, with what it names of them or of such trees."""
        with closing(_Search(wanted, len(wanted[0]))) as search:
            fresh = search.ids[0]
            while len(fresh):
                first = search.count - len(fresh)
                by_id = np.argsort(beginnings(fresh), kind="stable")
                prefixes = beginnings(fresh)[by_id]
                for events in self._told:
                    rows, names, places = events.held(prefixes)
                    if len(rows):
                        search.packed(events, rows, names, first + by_id[places])
                search.loose(self._loose, fresh, first)
                fresh = search.fresh()
        return search.holding()


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
        self._indexes: dict[str, Index] = {}

    def packed(self, events: Events, rows: Numbers, names: Numbers, children: Numbers) -> None:
        """Take in which rows of a shard hold what, under which name."""
        shard = events.shard
        known = self._rows.get(shard.told)
        if known is None:
            known = self._rows[shard.told] = np.full(shard.count, -1, np.int32)
        met = np.zeros(len(known), bool)
        met[rows] = True
        new = np.flatnonzero(met & (known < 0))
        known[new] = np.arange(self._next, self._next + len(new))
        self._next += len(new)
        self._new.append(self._ids(shard, new))
        used, which = np.unique(names, return_inverse=True)
        texts = map(events.name, used.tolist())
        numbers = np.array([self._named.setdefault(text, len(self._named)) for text in texts], np.int64)
        self._add(known[rows].astype(np.int64), numbers[which], children)

    def _ids(self, shard: TreeShard, rows: Numbers) -> Bytes:
        """The ids of some rows."""
        index = self._indexes.get(shard.pack)
        if index is None:
            index = self._indexes[shard.pack] = index_of(shard.pack, shard.hash_size)
        return index.ids(shard.rows()["number"][rows])

    def close(self) -> None:
        """Let go of the indexes."""
        for index in self._indexes.values():
            index.close()

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
        # By the place as well: of numbers that are all different the fastest sort has but one answer.
        order = np.argsort(parents * len(parents) + np.arange(len(parents)))
        starts = np.cumsum(np.bincount(parents + 1, minlength=self.count + 1))
        return Holding(
            np.concatenate(self.ids),
            starts.tolist(),
            np.concatenate([nothing, *self._names])[order].tolist(),
            np.concatenate([nothing, *self._children])[order].tolist(),
            list(self._named),
        )


def _told(shard: TreeShard) -> Events:
    """What the shard left. Raises Unclear."""
    try:
        data = np.asarray(np.memmap(shard.told, np.uint8, "r"))
    except (OSError, ValueError):
        raise Unclear("a shard of trees was lost") from None
    lost, ids, events, ends, starts, texts = data[:_HEAD].view(np.uint64).tolist()
    if lost:
        raise Unclear("a tree needs what is not there, or cannot be read")
    sizes = [_HEAD, 8 * ids, 4 * ids + 4, 4 * events, 4 * events, 4 * ends, 4 * starts, texts]
    first, *columns, text = (data[low:high] for low, high in pairwise(accumulate(sizes)))
    return Events(shard, first.view(np.uint64), *_shorts(columns), text)


def _shorts(columns: list[Bytes]) -> tuple[Short, Short, Short, Short, Short]:
    firsts, owners, marks, ends, starts = (column.view(np.uint32) for column in columns)
    return firsts, owners, marks, ends, starts


def entries(tree: bytes, hash_size: int) -> Iterator[tuple[bytes, bytes]]:
    """(name, id) of a tree's entries."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        yield tree[tree.index(b" ", at) + 1 : end], tree[end + 1 : end + 1 + hash_size]
        at = end + 1 + hash_size
