"""The inner loop for trees: what each of them holds that its base does not, and the other way round. Compiled with
`inner`, where that is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Final

from scanner.sources.git import inner
from scanner.vecs import BytesWriter, append, i64, read_i64_be, vec

_LARGEST: Final = 64 << 20
"""Bytes of the trees on the path to what is made of them."""


class Events:
    """Entries that are new in trees, or gone: the first 8 bytes of their objects' ids, as signed numbers, the numbers
    of their names, and of each row how many there are."""

    def __init__(self) -> None:
        self.ids = vec[i64]()
        self.names = vec[i64]()
        self.counts = vec[i64]()

    def add(self, oid: i64, name: i64) -> None:
        """One more."""
        self.ids = append(self.ids, oid)
        self.names = append(self.names, name)


class Tree:
    """A tree on the path: where its entries begin, where the last one ends, and their names' numbers.

    The name of another repository's commit is -1: it is told of nowhere.
    """

    def __init__(self, row: i64, data: bytes) -> None:
        self.row = row
        self.data = data
        self.starts = vec[i64]()
        self.names = vec[i64]()

    def entry(self, start: i64, name: i64) -> None:
        """One more entry."""
        self.starts = append(self.starts, start)
        self.names = append(self.names, name)


class Trees:
    """What changes from trees to those that are made of them, entry by entry, in the order of the walk.

    `new` are entries that a tree holds and its base does not, `gone` the other way round. Of a tree without a base all
    entries are new.
    """

    def __init__(self, rows: Iterator[tuple[int, ...]], first: i64, count: i64, pack: int, hash_size: i64) -> None:
        """`rows` as `plan.ROW` has them, `count` from row `first` on; `pack` is a file descriptor."""
        self._plan = rows
        self._first = first
        self._pack = pack
        self._hash_size = hash_size
        self._number: i64 = -1
        self._path: list[Tree] = []
        self._path_bytes: i64 = 0
        self.names: dict[bytes, int] = {}
        self.ends = vec[i64]()  # of each row: where the rows of what is made of it end
        for _ in range(count):
            self.ends = append(self.ends, 0)
        self.lost = False  # whether one of them cannot be read
        self.begin()

    def begin(self) -> None:
        """Further events."""
        self.new = Events()
        self.gone = Events()

    def read(self, most: i64) -> bool:
        """Gather about `most` events; False at the end."""
        for row in self._plan:
            self._number += 1
            new: i64 = len(self.new.ids)
            gone: i64 = len(self.gone.ids)
            try:
                self._visit(row)
            except (inner.Malformed, IndexError, OSError):
                self.lost = True
                self.begin()  # a part of what changes is of no use
                return False
            self.new.counts = append(self.new.counts, len(self.new.ids) - new)
            self.gone.counts = append(self.gone.counts, len(self.gone.ids) - gone)
            if len(self.new.ids) + len(self.gone.ids) >= most:
                return True
        self._number += 1
        self._leave(-1)
        return False

    def _leave(self, base: i64) -> None:
        """Everything on the path that is not `base` has no more rows."""
        while len(self._path) > 0 and self._path[-1].row != base:
            tree = self._path.pop()
            self.ends[tree.row] = self._number
            self._path_bytes -= len(tree.data)

    def _visit(self, row: tuple[int, ...]) -> None:
        offset, end, _, above, crc, marks = row
        base: i64 = above
        if base >= 0:
            base -= self._first
        self._leave(base)
        raw = os.pread(self._pack, end - offset, offset)
        if inner.crc32(raw) != crc:
            raise inner.Malformed("damaged")
        kind, data = inner.entry(raw, self._hash_size, _LARGEST)
        tree = Tree(self._number, data)
        if kind == inner.TREE:
            self._fill(tree, 0, len(data))
            tree.starts = append(tree.starts, len(data))
        elif len(self._path) > 0:
            known = self._path[-1]
            tree.data, copied = built(data, known.data)
            if not self._replaced(tree, known, copied):
                self._differ(tree, known, copied)
        else:
            raise inner.Malformed("a delta without its base")
        if marks & inner.IS_LEAF:
            self.ends[self._number] = self._number + 1
            return
        self._path.append(tree)
        self._path_bytes += len(tree.data)
        if self._path_bytes > _LARGEST:
            raise inner.Malformed("too large")

    def _replaced(self, tree: Tree, base: Tree, copied: vec[i64]) -> bool:
        """Whether all entries stand where they do in the base, by the same names, as in most; what differs is told.

        `copied` as `inner.copies` has it.
        """
        data = tree.data
        above = base.data
        size = self._hash_size
        known = base.starts
        whole: i64 = len(data)
        if whole != len(above):
            return False
        touched = vec[i64]()
        last: i64 = -1
        done: i64 = 0
        piece: i64 = 0
        pieces: i64 = len(copied)
        while piece <= pieces:
            start = copied[piece] if piece < pieces else whole
            if piece < pieces and copied[piece + 1] != start:
                return False
            if start > done:
                number = inner.first_from(known, done + 1, 1) - 1
                if number <= last:
                    number = last + 1
                while known[number] < start:
                    low = known[number]
                    beyond = known[number + 1] - size
                    if beyond > done and data[low:beyond] != above[low:beyond]:
                        return False
                    touched = append(touched, number)
                    last = number
                    number += 1
            if piece < pieces:
                done = start + copied[piece + 2]
            piece += 3
        for number in touched:
            name = base.names[number]
            if name >= 0:
                at = known[number + 1] - size
                self.new.add(read_i64_be(data, at), name)
                self.gone.add(read_i64_be(above, at), name)
        tree.starts = known
        tree.names = base.names
        return True

    def _differ(self, tree: Tree, base: Tree, copied: vec[i64]) -> None:
        """Tell what differs: an entry is the same if it is copied whole, and is an entry there, too."""
        known = base.starts
        names = base.names
        kept = BytesWriter()
        kept.write(bytes(len(names)))
        at: i64 = 0
        piece: i64 = 0
        while piece < len(copied):
            source = copied[piece + 1]
            shift = copied[piece] - source
            number = inner.first_from(known, source, 1)
            last = inner.first_from(known, source + copied[piece + 2] + 1, 1) - 1
            piece += 3
            while number < last and known[number] + shift != at:
                if known[number] + shift < at:
                    number += 1
                else:
                    at = self._fill(tree, at, known[number] + shift)
            if number < last:
                at = known[last] + shift
                while number < last:
                    kept[number] = 1
                    tree.entry(known[number] + shift, names[number])
                    number += 1
        self._fill(tree, at, len(tree.data))
        tree.starts = append(tree.starts, len(tree.data))
        for number in range(i64(len(names))):
            name = names[number]
            if kept[number] == 0 and name >= 0:
                self.gone.add(read_i64_be(base.data, known[number + 1] - self._hash_size), name)

    def _fill(self, tree: Tree, at: i64, end: i64) -> i64:
        """Every entry from `at` to `end` is new; returns where the last of them ends. Raises Malformed, IndexError."""
        data = tree.data
        while at < end:
            zero: i64 = data.find(b"\0", at)
            beyond = zero + 1 + self._hash_size
            if zero < 0 or beyond > len(data):
                raise inner.Malformed("a tree is cut off")
            number: i64 = -1
            if data[at] != 49 or data[at + 1] != 54:  # else "16": a commit of another repository
                space: i64 = at + 6 if data[at + 6] == 32 else data.find(b" ", at, zero)
                if space < 0:
                    raise inner.Malformed("a tree's entry has no name")
                name = data[space + 1 : zero]
                number = self.names.get(name, -1)
                if number < 0:
                    number = len(self.names)
                    self.names[name] = number
                self.new.add(read_i64_be(data, zero + 1), number)
            tree.entry(at, number)
            at = beyond
        return at


def built(delta: bytes, base: bytes) -> tuple[bytes, vec[i64]]:
    """What a delta makes of its base, and what `inner.copies` tells of it. Raises Malformed, IndexError."""
    limit: i64 = len(delta)
    _, at = inner.size_at(delta, 0)
    size, at = inner.size_at(delta, at)
    parts: list[bytes] = []
    copied = vec[i64]()
    done: i64 = 0
    beyond: i64 = -1  # where in the base the last copy ends, if nothing was inserted since
    while at < limit:
        code: i64 = delta[at]
        at += 1
        if code & 128 == 0:
            parts.append(delta[at : at + code])
            at += code
            done += code
            beyond = -1
            continue
        source, length, at = inner.copy(delta, at, code)
        parts.append(base[source : source + length])
        if source == beyond:
            copied[len(copied) - 1] += length
        else:
            copied = append(copied, done)
            copied = append(copied, source)
            copied = append(copied, length)
        done += length
        beyond = source + length
    tree = b"".join(parts)
    if len(tree) != size or done != size:  # it copies from beyond its base, is cut off, or says so
        raise inner.Malformed("a delta makes another size than it says")
    return tree, copied


def listed(tree: bytes, hash_size: i64, found: vec[i64]) -> vec[i64]:
    """`found` and behind it the beginnings of the ids that a tree names, as signed numbers, but for other repositories'
    commits. Raises Malformed."""
    at: i64 = 0
    while at < len(tree):
        end = i64(tree.find(b"\0", at)) + 1
        if end == 0 or end + hash_size > len(tree):
            raise inner.Malformed("a tree is cut off")
        if tree[at : at + 6] != b"160000":
            found = append(found, read_i64_be(tree, end))
        at = end + hash_size
    return found


def reached(heads: list[int], starts: list[int], counts: list[int], parents: list[int]) -> bytearray | None:
    """Which commits `heads` and their parents are, a byte for each; None where a parent is not there.

    Commits are numbers; the parents of one stand in `parents` from `starts` on, as many as `counts` says, -1 for what
    is not there.
    """
    found = bytearray(len(starts))
    stack = list(heads)
    while len(stack) > 0:
        number = stack.pop()
        if found[number]:
            continue
        found[number] = 1
        for place in range(starts[number], starts[number] + counts[number]):
            parent = parents[place]
            if parent < 0:
                return None
            if not found[parent]:
                stack.append(parent)
    return found


def by_date(chosen: bytearray, starts: list[int], counts: list[int], parents: list[int], dates: list[int]) -> list[int]:
    """The commits that are `chosen`, the earliest first: never one before its parents, else by date.

    `starts`, `counts` and `parents` as `reached` has them; of the same date the smallest number comes last.
    """
    total = len(chosen)
    children = [0] * total
    latest = 0
    for number in range(total):
        if chosen[number]:
            latest = max(latest, dates[number])
            for place in range(starts[number], starts[number] + counts[number]):
                if parents[place] >= 0:
                    children[parents[place]] += 1
    ready = [number for number in range(total) if chosen[number] and children[number] == 0]
    heap = [(latest - dates[number]) * total + number for number in ready]  # the latest first
    heapify(heap)
    found: list[int] = []
    while len(heap) > 0:
        number = heappop(heap) % total
        found.append(number)
        for place in range(starts[number], starts[number] + counts[number]):
            parent = parents[place]
            if parent >= 0:
                children[parent] -= 1
                if children[parent] == 0 and chosen[parent]:
                    heappush(heap, (latest - dates[parent]) * total + parent)
    found.reverse()
    return found


def first_places(
    roots: list[int], starts: list[int], names: list[int], children: list[int], blobs: int, paths: list[tuple[int, int]]
) -> list[int]:
    """Where the first of some trees, each with what is below it, holds a blob at a path.

    Objects are numbers, of which the first `blobs` are blobs; from `starts[tree]` to `starts[tree + 1]` stand in
    `names` and `children` the entries of a tree. `roots` are trees in the order of history, -1 for those that hold
    nothing. Returns three numbers for each place: blob, path, place in `roots`. `paths` gets (path above, name).
    """
    found: list[int] = []
    only: list[int] = [-1] * (len(starts) + 1)  # the path at which an object was met first; most have no other
    others: set[tuple[int, int]] = set()
    below: dict[tuple[int, int], int] = {}
    above: list[int] = [-1]  # of each path, from the first on
    called: list[int] = [-1]
    number = -1
    for root in roots:
        number += 1
        if root < 0:
            continue
        stack: list[tuple[int, int]] = [(0, root)]
        if only[root] == -2:
            continue
        only[root] = -2  # met as a root
        while len(stack) > 0:
            path, tree = stack.pop()
            for at in range(starts[tree], starts[tree + 1]):
                child = children[at]
                name = names[at]
                known = only[child]
                if known > 0 and above[known] == path and called[known] == name:
                    continue  # as nearly always, and cheaper than to make a key
                key = (path, name)
                place = below.get(key, -1)
                if place < 0:
                    paths.append(key)
                    above.append(path)
                    called.append(name)
                    place = len(paths)
                    below[key] = place
                if known == -1:
                    only[child] = place
                else:
                    pair = (place, child)
                    if pair in others:
                        continue
                    others.add(pair)
                if child < blobs:
                    found.append(child)
                    found.append(place)
                    found.append(number)
                else:
                    stack.append((place, child))
    return found
