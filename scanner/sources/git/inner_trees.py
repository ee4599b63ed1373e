"""The inner loop for trees: ids that are new in them, and what names an id. Compiled with `inner`, where that is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from scanner.sources.git import inner


class Trees:
    """What trees name anew: of each row the beginnings of ids that its entry holds and its base does not.

    A tree that is stored as a delta is not made: an id that is new in it stands in what the delta inserts, since
    no two ids have more than a few bytes in common. Where an insertion is not plainly made of ids and names the
    row is odd, and its tree has to be read.
    """

    def __init__(self, pack: int, hash_size: int) -> None:
        self._pack = pack
        self._hash_size = hash_size
        self.counts: list[int] = []  # of each row
        self.ids: list[bytes] = []  # the first 8 bytes of each
        self.odd: list[int] = []  # rows

    def read(self, rows: Iterator[tuple[int, ...]]) -> None:
        """Go through rows as `plan.ROW` has them."""
        for number, (offset, end, _, _, crc, _) in enumerate(rows):
            before = len(self.ids)
            try:
                raw = os.pread(self._pack, end - offset, offset)
                if inner.crc32(raw) != crc:
                    raise inner.Malformed("damaged")
                kind, data = inner.entry(raw, self._hash_size, _LARGEST)
                plain = True
                if kind == inner.TREE:
                    listed(data, self._hash_size, self.ids)
                else:
                    for text in inserted(data, [], []):
                        plain = claimed(text, self._hash_size, self.ids) and plain
                if not plain:
                    self.odd.append(number)
            except (inner.Malformed, IndexError, OSError):
                del self.ids[before:]
                self.odd.append(number)
            self.counts.append(len(self.ids) - before)


def listed(tree: bytes, hash_size: int, found: list[bytes], copied: list[int] | None = None) -> None:
    """The beginnings of the ids that a tree names, but for other repositories' commits. Raises Malformed.

    With `copied`, as `apply` has it, only those of entries that are not whole in one copied piece.
    """
    at = 0
    piece = 0
    while at < len(tree):
        end = tree.find(b"\0", at) + 1
        if end == 0 or end + hash_size > len(tree):
            raise inner.Malformed("a tree is cut off")
        whole = False
        if copied is not None:
            while piece < len(copied) and copied[piece] + copied[piece + 2] < end + hash_size:
                piece += 3
            whole = piece < len(copied) and copied[piece] <= at
        if not whole and tree[at : at + 6] != b"160000":
            found.append(tree[end : end + 8])
        at = end + hash_size


def inserted(delta: bytes, copied: list[int], places: list[int]) -> list[bytes]:
    """What a delta inserts, insertions that follow each other joined, and where in the version (`places`).

    `copied` gets the copies as `apply` has them, each by itself. Raises IndexError.
    """
    at = 0
    for _ in range(2):
        while delta[at] & 128:
            at += 1
        at += 1
    limit = len(delta)
    found: list[bytes] = []
    text = b""
    done = 0
    while at < limit:
        code = delta[at]
        at += 1
        if code & 128:
            if text:
                found.append(text)
                places.append(done - len(text))
                text = b""
            source = 0
            length = 0
            for bit in range(4):
                if code >> bit & 1:
                    source |= delta[at] << (8 * bit)
                    at += 1
            for bit in range(3):
                if code >> (4 + bit) & 1:
                    length |= delta[at] << (8 * bit)
                    at += 1
            if length == 0:
                length = 0x10000
            copied.append(done)
            copied.append(source)
            copied.append(length)
            done += length
        else:
            text += delta[at : at + code]
            at += code
            done += code
    if text:
        found.append(text)
        places.append(done - len(text))
    return found


_CHANCE = 12
"""Fewer bytes than this of a new id cannot be all that a delta inserts of it."""


def claimed(text: bytes, hash_size: int, found: list[bytes]) -> bool:
    """The beginnings of ids in what a tree's delta inserts; False where it is not plainly made of ids and names.

    What is taken for an id and is none is no harm: no object has it, and so the tree is read.
    """
    at = 0
    limit = len(text)
    if limit == hash_size or not _is_name(text, 0):
        if limit < _CHANCE:
            return True
        found.append(text[:8])
        at = min(hash_size, limit)  # the last bytes of an id may be those of the one that it replaces
    while limit - at >= _CHANCE:
        if not _is_name(text, at):
            return False
        end = text.find(b"\0", at) + 1
        if end == 0:
            return True
        if end + hash_size > limit:
            return limit - end < _CHANCE
        found.append(text[end : end + 8])
        at = end + hash_size
    return True


def _is_name(text: bytes, at: int) -> bool:
    """Whether a mode and a name, or a part of these, may begin here: 16 bytes that are letters, or up to a NUL."""
    for place in range(at, min(at + 16, len(text))):
        byte = text[place]
        if byte == 0:
            return place > at
        if byte < 32 or byte > 126:
            return False
    return True


class Builder:
    """Whole trees from rows of the plan, each on the path of its bases; some are kept for their neighbours."""

    def __init__(self, pack: int, hash_size: int, offsets: Any, ends: Any, bases: Any) -> None:
        """`offsets`, `ends` and `bases` are what can be indexed by row; `pack` is a file descriptor."""
        self._pack = pack
        self._hash_size = hash_size
        self._offsets = offsets
        self._ends = ends
        self._bases = bases
        self._kept: dict[int, bytes] = {}
        self._size = 0

    def tree(self, row: int) -> bytes:
        """The tree of a row. Raises Malformed, OSError."""
        chain: list[int] = []
        at = row
        while at not in self._kept:
            chain.append(at)
            base: int = self._bases[at]
            if base < 0:
                break
            at = base
        data = self._kept.get(at, b"")
        while len(chain) > 0:
            data = self.made(chain.pop(), data)
            at = row
        return data

    def fresh(self, row: int, found: list[bytes]) -> None:
        """The beginnings of the ids in a row's tree that it does not copy from its base. Raises Malformed, OSError."""
        base: int = self._bases[row]
        tree = self.tree(row)
        if base < 0:
            listed(tree, self._hash_size, found)
            return
        offset: int = self._offsets[row]
        end: int = self._ends[row]
        delta = inner.entry(os.pread(self._pack, end - offset, offset), self._hash_size, _LARGEST)[1]
        copied = inner.copies(delta)
        listed(tree, self._hash_size, found, copied)

    def made(self, row: int, base: bytes) -> bytes:
        """The tree of a row, given that of its base. Raises Malformed, OSError."""
        offset: int = self._offsets[row]
        end: int = self._ends[row]
        kind, data = inner.entry(os.pread(self._pack, end - offset, offset), self._hash_size, _LARGEST)
        if kind >= 6:
            data = inner.apply(data, base, 0, 0, [], True)[0]
        self._size += len(data)
        if self._size > _KEPT:
            self._kept.clear()
            self._size = len(data)
        self._kept[row] = data
        return data

    def holders(self, own: dict[int, list[int]], ids: list[bytes], found: list[int], names: dict[bytes, int]) -> None:
        """Find the rows whose trees name some of `ids`.

        `own` has for rows which of them (by place in `ids`) are new there; from there they are followed to the
        versions that the row is a base of, for as long as these name them. Appends to `found`, three numbers each
        time: row, name (by place in `names`), id (by place in `ids`). Raises Malformed, OSError.
        """
        last: int = len(self._bases)
        path: list[tuple[int, list[int]]] = []
        row = 0
        for start in sorted(own):
            if start < row:
                continue  # met on the way
            row = start
            path.clear()
            while row < last:
                base: int = self._bases[row]
                while len(path) > 0 and path[-1][0] > base:
                    path.pop()
                mine = own.get(row)
                above: list[int] = []
                if len(path) > 0 and path[-1][0] == base:
                    above = path[-1][1]
                if mine is not None or len(above) > 0:
                    held: list[int] = []
                    new = mine if mine is not None else _NONE
                    if not self._followed(row, above, new, ids, held):
                        held = self._searched(row, above, new, ids, names)
                    for at in range(0, len(held), 4):
                        found.append(row)
                        found.append(held[at + 3])
                        found.append(held[at])
                    if len(held) > 0:
                        path.append((row, held))
                row += 1
                if len(path) == 0:
                    break

    def _searched(
        self, row: int, above: list[int], new: list[int], ids: list[bytes], names: dict[bytes, int]
    ) -> list[int]:
        """What a row's tree names of ids, found by reading it: four numbers each: id, where its entry begins and
        where its id stands, name."""
        held: list[int] = []
        tree = self.tree(row)
        wanted = list(new)
        for at in range(0, len(above), 4):
            if above[at] not in wanted:
                wanted.append(above[at])
        for one in wanted:
            text = ids[one]
            place = tree.find(text)
            while place >= 0:
                start = _entry(tree, place, self._hash_size)
                name = tree[tree.find(b" ", start) + 1 : place - 1]
                held.append(one)
                held.append(start)
                held.append(place)
                held.append(names.setdefault(name, len(names)))
                place = tree.find(text, place + 1)
        return held

    def _followed(self, row: int, above: list[int], new: list[int], ids: list[bytes], held: list[int]) -> bool:
        """The same without making the tree, from what is known of its base; False where that does not tell."""
        if len(above) == 0:
            return False
        size = self._hash_size
        offset: int = self._offsets[row]
        end: int = self._ends[row]
        kind, delta = inner.entry(os.pread(self._pack, end - offset, offset), size, _LARGEST)
        if kind < 6:
            return False
        copied: list[int] = []
        places: list[int] = []
        texts = inserted(delta, copied, places)
        for at in range(0, len(above), 4):
            start = above[at + 1]
            place = above[at + 2]
            for piece in range(0, len(copied), 3):
                low = copied[piece + 1]
                high = low + copied[piece + 2]
                if low <= place and place + size <= high:
                    if start < low:
                        return False  # its name may have changed
                    shift = copied[piece] - low
                    held.append(above[at])
                    held.append(start + shift)
                    held.append(place + shift)
                    held.append(above[at + 3])
                elif low < place + size and place < high:
                    return False  # a part of the id: the rest of it may have been inserted
        for one in new:
            text = ids[one]
            place = -1
            for number in range(len(texts)):
                inside = texts[number].find(text)
                if inside >= 0:
                    place = places[number] + inside
            if place < 0:
                return False
            known = False
            for at in range(0, len(above), 4):  # in the stead of another that is known
                start = above[at + 1]
                before = above[at + 2]
                for piece in range(0, len(copied), 3):
                    low = copied[piece + 1]
                    high = low + copied[piece + 2]
                    shift = copied[piece] - low
                    if low <= start and before <= high and before + shift == place and not known:
                        known = True
                        held.append(one)
                        held.append(start + shift)
                        held.append(place)
                        held.append(above[at + 3])
            if not known:
                return False
        return True


_NONE: list[int] = []


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


_KEPT = 16 << 20
_LARGEST = 256 << 20
"""Bytes of the largest tree that is read."""
_LONG_NAME = 100
_MODES = (b"160000 ", b"40000 ", b"100644 ", b"100755 ", b"120000 ", b"100664 ")


def _entry(tree: bytes, at: int, hash_size: int) -> int:
    """Where the entry begins whose id stands at `at`."""
    start = -1
    size = 0
    low = max(0, at - _LONG_NAME)
    for mode in _MODES:
        place = tree.rfind(mode, low, at)
        if place > start:
            start = place
            size = len(mode)
    behind = start == 0 or (start > hash_size and tree[start - hash_size - 1] == 0)
    if behind and start + size < at and tree.find(b"\0", start) == at - 1:
        return start
    place = 0  # a name with a mode in it, a long one, or a mode of its own: gone through from the beginning
    while place < at:
        end = tree.find(b"\0", place) + 1
        space = tree.find(b" ", place)
        if end == 0 or space < place or space >= end:
            break
        if end == at:
            return place
        place = end + hash_size
    raise inner.Malformed("a tree names an id where no entry stands")
