"""The inner loop for trees: what each of them holds that its base does not, and the other way round. Compiled with
`inner`, where that is."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Any

from scanner.sources.git import inner

_LARGEST = 64 << 20
"""Bytes of the trees on the path to what is made of them."""


class Events:
    """Entries that are new in trees, or gone: the first 8 bytes of their objects' ids, the numbers of their names, and
    of each row how many there are.

    Those numbers are kept as the objects that they are, since a list of `int` would make them anew.
    """

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.names: list[Any] = []
        self.counts: list[int] = []


class Tree:
    """A tree on the path: where its entries begin, where the last one ends, and their names' numbers.

    The name of another repository's commit is None: it is told of nowhere.
    """

    def __init__(self, row: int, data: bytes) -> None:
        self.row = row
        self.data = data
        self.starts: list[int] = []
        self.names: list[Any] = []


class Trees:
    """What changes from trees to those that are made of them, entry by entry, in the order of the walk.

    `new` are entries that a tree holds and its base does not, `gone` the other way round. Of a tree without a base all
    entries are new.
    """

    def __init__(self, rows: Iterator[tuple[int, ...]], first: int, count: int, pack: int, hash_size: int) -> None:
        """`rows` as `plan.ROW` has them, `count` from row `first` on; `pack` is a file descriptor."""
        self._plan = rows
        self._first = first
        self._pack = pack
        self._hash_size = hash_size
        self._number = -1
        self._path: list[Tree] = []
        self._path_bytes = 0
        self.names: dict[bytes, Any] = {}
        self.ends = [0] * count  # of each row: where the rows of what is made of it end
        self.lost = False  # whether one of them cannot be read
        self.begin()

    def begin(self) -> None:
        """Further events."""
        self.new = Events()
        self.gone = Events()

    def read(self, most: int) -> bool:
        """Gather about `most` events; False at the end."""
        for row in self._plan:
            self._number += 1
            new = len(self.new.ids)
            gone = len(self.gone.ids)
            try:
                self._visit(row)
            except (inner.Malformed, IndexError, OSError):
                self.lost = True
                self.begin()  # a part of what changes is of no use
                return False
            self.new.counts.append(len(self.new.ids) - new)
            self.gone.counts.append(len(self.gone.ids) - gone)
            if len(self.new.ids) + len(self.gone.ids) >= most:
                return True
        self._number += 1
        self._leave(-1)
        return False

    def _leave(self, base: int) -> None:
        """Everything on the path that is not `base` has no more rows."""
        while len(self._path) > 0 and self._path[-1].row != base:
            tree = self._path.pop()
            self.ends[tree.row] = self._number
            self._path_bytes -= len(tree.data)

    def _visit(self, row: tuple[int, ...]) -> None:
        offset, end, _, base, crc, marks = row
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
            tree.starts.append(len(data))
        elif len(self._path) > 0:
            copied: list[int] = []
            above = self._path[-1]
            tree.data = built(data, above.data, copied)
            if not self._replaced(tree, above, copied):
                self._differ(tree, above, copied)
        else:
            raise inner.Malformed("a delta without its base")
        if marks & inner.IS_LEAF:
            self.ends[self._number] = self._number + 1
            return
        self._path.append(tree)
        self._path_bytes += len(tree.data)
        if self._path_bytes > _LARGEST:
            raise inner.Malformed("too large")

    def _replaced(self, tree: Tree, base: Tree, copied: list[int]) -> bool:
        """Whether all entries stand where they do in the base, by the same names, as in most; what differs is told.

        `copied` as `inner.copies` has it.
        """
        data = tree.data
        size = self._hash_size
        known = base.starts
        if len(data) != len(base.data):
            return False
        touched: list[int] = []
        last = -1
        done = 0
        for piece in range(0, len(copied) + 3, 3):
            start = copied[piece] if piece < len(copied) else len(data)
            if piece < len(copied) and copied[piece + 1] != start:
                return False
            if start > done:
                number = max(last + 1, bisect_right(known, done) - 1)
                while known[number] < start:
                    low = known[number]
                    beyond = known[number + 1] - size
                    if beyond > done and data[low:beyond] != base.data[low:beyond]:
                        return False
                    touched.append(number)
                    last = number
                    number += 1
            if piece < len(copied):
                done = start + copied[piece + 2]
        for number in touched:
            name: Any = base.names[number]
            if name is not None:
                at = known[number + 1] - size
                self.new.ids.append(data[at : at + 8])
                self.new.names.append(name)
                self.gone.ids.append(base.data[at : at + 8])
                self.gone.names.append(name)
        tree.starts = known
        tree.names = base.names
        return True

    def _differ(self, tree: Tree, base: Tree, copied: list[int]) -> None:
        """Tell what differs: an entry is the same if it is copied whole, and is an entry there, too."""
        known = base.starts
        kept = bytearray(len(base.names))
        at = 0
        for piece in range(0, len(copied), 3):
            source = copied[piece + 1]
            shift = copied[piece] - source
            first = bisect_left(known, source)
            last = bisect_right(known, source + copied[piece + 2]) - 1
            while first < last and known[first] + shift != at:
                if known[first] + shift < at:
                    first += 1
                else:
                    at = self._fill(tree, at, known[first] + shift)
            if first < last:
                kept[first:last] = b"\1" * (last - first)
                tree.names.extend(base.names[first:last])
                if shift == 0:
                    tree.starts.extend(known[first:last])
                else:
                    tree.starts.extend([known[number] + shift for number in range(first, last)])
                at = known[last] + shift
        self._fill(tree, at, len(tree.data))
        tree.starts.append(len(tree.data))
        number = kept.find(0)
        while number >= 0:
            name: Any = base.names[number]
            if name is not None:
                at = known[number + 1] - self._hash_size
                self.gone.ids.append(base.data[at : at + 8])
                self.gone.names.append(name)
            number = kept.find(0, number + 1)

    def _fill(self, tree: Tree, at: int, end: int) -> int:
        """Every entry from `at` to `end` is new; returns where the last of them ends. Raises Malformed, IndexError."""
        data = tree.data
        while at < end:
            zero = data.find(b"\0", at)
            beyond = zero + 1 + self._hash_size
            if zero < 0 or beyond > len(data):
                raise inner.Malformed("a tree is cut off")
            number: Any = None
            if data[at] != 49 or data[at + 1] != 54:  # else "16": a commit of another repository
                space = at + 6 if data[at + 6] == 32 else data.find(b" ", at, zero)
                if space < 0:
                    raise inner.Malformed("a tree's entry has no name")
                name = data[space + 1 : zero]
                number = self.names.get(name)
                if number is None:
                    number = len(self.names)
                    self.names[name] = number
                self.new.ids.append(data[zero + 1 : zero + 9])
                self.new.names.append(number)
            tree.starts.append(at)
            tree.names.append(number)
            at = beyond
        return at


def built(delta: bytes, base: bytes, copied: list[int]) -> bytes:
    """What a delta makes of its base; `copied` gets what `inner.copies` tells of it. Raises Malformed, IndexError."""
    limit = len(delta)
    size = inner.made(delta)
    at = 0
    for _ in range(2):
        while delta[at] & 128:
            at += 1
        at += 1
    parts: list[bytes] = []
    done = 0
    beyond = -1  # where in the base the last copy ends, if nothing was inserted since
    while at < limit:
        code = delta[at]
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
            copied.append(done)
            copied.append(source)
            copied.append(length)
        done += length
        beyond = source + length
    tree = b"".join(parts)
    if len(tree) != size or done != size:  # it copies from beyond its base, is cut off, or says so
        raise inner.Malformed("a delta makes another size than it says")
    return tree


def listed(tree: bytes, hash_size: int, found: list[bytes]) -> None:
    """The beginnings of the ids that a tree names, but for other repositories' commits. Raises Malformed."""
    at = 0
    while at < len(tree):
        end = tree.find(b"\0", at) + 1
        if end == 0 or end + hash_size > len(tree):
            raise inner.Malformed("a tree is cut off")
        if tree[at : at + 6] != b"160000":
            found.append(tree[end : end + 8])
        at = end + hash_size


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
                key = (path, names[at])
                place = below.get(key, -1)
                if place < 0:
                    paths.append(key)
                    place = len(paths)
                    below[key] = place
                if only[child] == place:
                    continue
                if only[child] == -1:
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
