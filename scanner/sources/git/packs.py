"""Pack files: where entries are, which is a delta of which, and their bytes, checked.

Version 2 of `.idx` and `.pack`, SHA-1 and SHA-256, offset and reference deltas, 64-bit offsets; the formats
are those of git's Documentation/gitformat-pack.txt. What this reader does not understand is left to git.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.sources.git import inner
from scanner.sources.git.arrays import Bytes, Numbers, Places, Prefixes, beginnings, positions

_MAGIC = b"\377tOc\0\0\0\2"
_CHUNK = 16 << 20
_HEADER = 64
"""No header of an entry, with the id of its base, is longer."""
_NO_BASE = -1
LOST_BASE = -2
"""The base of a delta whose base is in no entry of its pack (a thin pack, a promisor's)."""


class BadPack(Exception):
    """A pack that this reader cannot use."""


class Index:
    """An `.idx` file, mapped: names in their order, and the entries' CRC-32 and offsets."""

    def __init__(self, path: str, hash_size: int) -> None:
        self.path = path
        self.hash_size = hash_size
        try:
            with open(path, "rb") as stream:
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise BadPack(f"its index cannot be read: {error}") from None
        if self._map[:8] != _MAGIC or len(self._map) < 8 + 1024 + 2 * hash_size:
            raise BadPack("its index is not of version 2")
        self.count = int.from_bytes(self._map[8 + 1020 : 8 + 1024], "big")
        self._names = 8 + 1024
        self._crcs = self._names + self.count * hash_size
        self._offsets = self._crcs + self.count * 4
        self._large = self._offsets + self.count * 4
        if len(self._map) < self._large + 2 * hash_size:
            raise BadPack("its index is cut off")

    def name(self, number: int) -> bytes:
        """The object id of entry `number` in the order of names."""
        start = self._names + number * self.hash_size
        return self._map[start : start + self.hash_size]

    def ids(self, numbers: Numbers) -> Bytes:
        """The ids of these entries, each a row."""
        return self._rows()[numbers]

    def prefixes(self) -> Prefixes:
        """The first 8 bytes of every id, in their order."""
        return beginnings(self._rows())

    def _rows(self) -> Bytes:
        found = np.frombuffer(self._map, np.uint8, self.count * self.hash_size, self._names)
        return found.reshape(self.count, self.hash_size)

    def crcs(self) -> NDArray[np.uint32]:
        """The CRC-32 of every entry's bytes in the pack, in the order of names."""
        return np.frombuffer(self._map, ">u4", self.count, self._crcs).astype(np.uint32)

    def names(self) -> memoryview:
        """All ids in their order, one behind the other; to be released before `close`."""
        return memoryview(self._map)[self._names : self._crcs]

    def find(self, name: bytes) -> int:
        """The number of the entry with that id, or -1."""
        low = int.from_bytes(self._map[4 + name[0] * 4 : 8 + name[0] * 4], "big") if name[0] else 0
        high = int.from_bytes(self._map[8 + name[0] * 4 : 12 + name[0] * 4], "big")
        while low < high:
            middle = (low + high) // 2
            here = self.name(middle)
            if here == name:
                return middle
            low, high = (middle + 1, high) if here < name else (low, middle)
        return -1

    def beginning(self, prefix: bytes) -> bytes:
        """The first id that begins with these bytes, or b"" ."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.name(middle) < prefix else (low, middle)
        name = self.name(low) if low < self.count else b""
        return name if name.startswith(prefix) else b""

    def numbers(self, names: Sequence[bytes]) -> Numbers:
        """The numbers of these ids, -1 for those that it has not."""
        return np.fromiter((self.find(name) for name in names), np.int64, len(names))

    def offsets(self) -> Numbers:
        """Every entry's offset in the pack, in the order of names."""
        found = np.frombuffer(self._map, ">u4", self.count, self._offsets).astype(np.int64)
        far = np.flatnonzero(found >> 31)
        if len(far):
            size = (len(self._map) - 2 * self.hash_size - self._large) // 8
            large = np.frombuffer(self._map, ">u8", size, self._large).astype(np.int64)
            try:
                found[far] = large[found[far] & 0x7FFFFFFF]
            except IndexError:
                raise BadPack("its index is cut off") from None
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()


def index_of(pack: str, hash_size: int) -> Index:
    """The index of a pack file. Raises BadPack."""
    return Index(pack.removesuffix(".pack") + ".idx", hash_size)


class Layout:
    """The entries of one pack in the order of their offsets, with types and bases resolved.

    Arrays of a few bytes an entry: `numbers` (in the order of names), `offsets`, `ends`, `kinds` (of the object,
    not the entry) and `bases` (position of the base in this order, -1 for none).
    """

    def __init__(self, index: Index, pack_path: str) -> None:
        by_name = index.offsets()
        self.numbers = np.argsort(by_name).astype(np.uint32)
        self.offsets = by_name[self.numbers]
        end = _pack_end(pack_path, index.hash_size)
        self.ends = np.append(self.offsets[1:], np.int64(end)) if len(by_name) else self.offsets
        self.kinds, self.bases = self._read(index, pack_path, end)

    def _read(self, index: Index, path: str, end: int) -> tuple[Bytes, Places]:
        count = len(self.offsets)
        kinds = np.zeros(count, np.uint8)
        bases = np.full(count, _NO_BASE, np.int32)
        data = np.zeros(_CHUNK + _HEADER, np.uint8)
        with open(path, "rb", buffering=0) as stream:
            at = 0
            while at < count:
                first = int(self.offsets[at])
                stream.seek(first)
                size = stream.readinto(data.data[:_CHUNK]) or 0
                data[size : size + _HEADER] = 0
                limit = first + size - (0 if first + size >= end else _HEADER)
                last = int(np.searchsorted(self.offsets, limit))
                if last == at:
                    raise BadPack("it is shorter than its index says")
                part = slice(at, last)
                heads = _headers(data, self.offsets[part] - first)
                kinds[part], bases[part] = heads.kinds, self._places(index, heads, part)
                at = last
        return _resolved(kinds, bases), bases

    def _places(self, index: Index, heads: _Heads, part: slice) -> Places:
        """The positions of the bases; LOST_BASE where none begins there."""
        found = np.full(len(heads.kinds), _NO_BASE, np.int32)
        near = np.flatnonzero(heads.kinds == inner.OFS_DELTA)
        found[near] = self._position(self.offsets[part][near] - heads.distances[near])
        named = np.flatnonzero(heads.kinds == inner.REF_DELTA)
        if len(named):
            numbers = index.numbers([heads.name(int(place), index.hash_size) for place in named])
            there = index.offsets()[np.maximum(numbers, 0)]
            found[named] = np.where(numbers < 0, LOST_BASE, self._position(there))
        return found

    def _position(self, offsets: Numbers) -> Places:
        places = positions(self.offsets, offsets)
        places[places < 0] = LOST_BASE
        return places.astype(np.int32)


def _resolved(kinds: Bytes, bases: Places) -> Bytes:
    """The types of the objects: a delta's is that of the root of its chain. Raises BadPack."""
    if (bases == LOST_BASE).any():
        raise BadPack("it holds deltas whose bases it has not")
    roots = np.where(bases < 0, np.arange(len(bases), dtype=np.int32), bases)
    for _ in range(40):  # each step doubles the distance that is looked back
        further = roots[roots]
        if (further == roots).all():
            break
        roots = further
    found = kinds[roots]
    if not np.isin(found, (inner.COMMIT, inner.TREE, inner.BLOB, inner.TAG)).all():
        raise BadPack("it holds entries of a type that is not known, or deltas made of each other")
    return found


class _Heads(NamedTuple):
    """The headers of some entries; `ends` are where they end in `data`."""

    data: Bytes
    kinds: Bytes
    ends: Numbers
    distances: Numbers

    def name(self, place: int, hash_size: int) -> bytes:
        """The id of the base that a REF_DELTA names."""
        end = int(self.ends[place])
        return self.data[end : end + hash_size].tobytes()


def _headers(data: Bytes, starts: Numbers) -> _Heads:
    """The headers of the entries at `starts`, all at once: a step for each byte of the longest.

    Raises BadPack for a header that does not end.
    """
    first = data[starts]
    kinds = ((first >> 4) & 7).astype(np.uint8)
    ends = starts + 1
    _varint(data, ends, first, lambda value, byte: value)
    near = np.flatnonzero(kinds == inner.OFS_DELTA)
    distances = np.zeros(len(starts), np.int64)
    at = ends[near]
    head = data[at]
    at += 1
    value = _varint(data, at, head, lambda value, byte: ((value + 1) << 7) | (byte & 127))
    distances[near] = value
    ends[near] = at
    return _Heads(data, kinds, ends, distances)


def _varint(data: Bytes, at: Numbers, head: Bytes, fold: Callable[[Numbers, Numbers], Numbers]) -> Numbers:
    """Numbers that go on while a byte's top bit is set, of which `head` are the first bytes; moves `at` past them."""
    value = (head & 127).astype(np.int64)
    open_ = np.flatnonzero(head & 128)
    step = 0
    while len(open_):
        step += 1
        if step > 9:
            raise BadPack("an entry's header does not end")
        byte = data[at[open_]]
        at[open_] += 1
        value[open_] = fold(value[open_], byte.astype(np.int64))
        open_ = open_[(byte & 128) != 0]
    return value


def _pack_end(path: str, hash_size: int) -> int:
    try:
        with open(path, "rb") as stream:
            head = stream.read(12)
        size = os.path.getsize(path)
    except OSError as error:
        raise BadPack(f"it cannot be read: {error.strerror}") from None
    if head[:4] != b"PACK" or int.from_bytes(head[4:8], "big") not in (2, 3):
        raise BadPack("it is no pack of version 2")
    return size - hash_size
