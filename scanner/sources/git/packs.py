"""Pack files: where entries are, which is a delta of which, and their bytes, checked.

Version 2 of `.idx` and `.pack`, SHA-1 and SHA-256, offset and reference deltas, 64-bit offsets; the formats
are those of git's Documentation/gitformat-pack.txt. What this reader does not understand is left to git.
"""

from __future__ import annotations

import mmap
import os
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from scanner.sources.git import inner

_inflater: Any
try:
    from isal import isal_zlib as _inflater  # twice as fast where it runs
except ImportError:
    _inflater = zlib

crc32 = _inflater.crc32
_MAGIC = b"\377tOc\0\0\0\2"
_CHUNK = 8 << 20
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

    def prefix(self, number: int) -> int:
        """The first 8 bytes of the id of entry `number`."""
        start = self._names + number * self.hash_size
        return int.from_bytes(self._map[start : start + 8], "big")

    def crc(self, number: int) -> int:
        """The CRC-32 of the entry's bytes in the pack."""
        start = self._crcs + number * 4
        return int.from_bytes(self._map[start : start + 4], "big")

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

    def offsets(self) -> array[int]:
        """Every entry's offset in the pack, in the order of names."""
        small = array("I", self._map[self._offsets : self._large])
        small.byteswap()
        found = array("Q", small)
        if max(small, default=0) >> 31:
            large = array("Q", self._map[self._large : -2 * self.hash_size])
            large.byteswap()
            for number, offset in enumerate(small):
                if offset >> 31:
                    found[number] = large[offset & 0x7FFFFFFF]
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()


class Layout:
    """The entries of one pack in the order of their offsets, with types and bases resolved.

    Arrays of a few bytes an entry: `numbers` (in the order of names), `offsets`, `kinds` (of the object, not
    the entry), `bases` (position of the base in this order, -1 for none, LOST_BASE), `heads` (header bytes).
    """

    def __init__(self, index: Index, pack_path: str) -> None:
        by_name = index.offsets()
        pairs = sorted((offset << 32) | number for number, offset in enumerate(by_name))
        self.numbers = array("I", (pair & 0xFFFFFFFF for pair in pairs))
        self.offsets = array("Q", (pair >> 32 for pair in pairs))
        self.end = _pack_end(pack_path, index.hash_size)
        self.kinds = array("B", bytes(len(pairs)))
        self.heads = array("B", bytes(len(pairs)))
        self.bases = array("i", [_NO_BASE]) * len(pairs)
        self._read(index, pack_path)

    def _read(self, index: Index, pack_path: str) -> None:
        late: list[int] = []
        offsets = self.offsets
        place = 0
        for found in _headers(pack_path, self.offsets, self.end, index.hash_size):
            for at in range(0, len(found), 4):
                kind, self.heads[place] = found[at], found[at + 2]
                if kind == inner.OFS_DELTA:
                    base = self._position(offsets[place] - found[at + 3], place)
                    self.bases[place] = base
                    kind = self.kinds[base] if base >= 0 else 0
                elif kind == inner.REF_DELTA:
                    late.append(place)
                    self.bases[place] = LOST_BASE
                    kind = 0
                self.kinds[place] = kind
                place += 1
        if late:
            self._references(index, pack_path, late)
        if not all(self.kinds):
            raise BadPack("it holds deltas whose bases it has not")

    def _position(self, offset: int, limit: int) -> int:
        """The position of the entry at `offset`, before `limit`; LOST_BASE where none begins there."""
        place = bisect_left(self.offsets, offset, 0, limit)
        return place if place < limit and self.offsets[place] == offset else LOST_BASE

    def _references(self, index: Index, pack_path: str, places: list[int]) -> None:
        """Bases that are named by id may stand anywhere in the pack."""
        by_name = index.offsets()
        with open(pack_path, "rb") as stream:
            for place in places:
                stream.seek(self.offsets[place] + self.heads[place] - index.hash_size)
                number = index.find(stream.read(index.hash_size))
                if number >= 0:
                    self.bases[place] = self._position(by_name[number], len(self.offsets))
        for place in range(len(self.kinds)):
            self._settle(place)

    def _settle(self, place: int) -> None:
        """The type of an entry from the root of its chain."""
        chain: list[int] = []
        while not self.kinds[place] and self.bases[place] >= 0 and len(chain) <= len(self.kinds):
            chain.append(place)
            place = self.bases[place]
        for other in chain:
            self.kinds[other] = self.kinds[place]


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


def _headers(path: str, offsets: array[int], end: int, hash_size: int) -> Iterator[list[int]]:
    """Header numbers as `inner.headers` gives them, a stretch of the pack at a time."""
    at = 0
    with open(path, "rb", buffering=0) as stream:
        while at < len(offsets):
            first = offsets[at]
            stream.seek(first)
            data = stream.read(_CHUNK) or b""
            last = at
            limit = first + len(data) - (0 if first + len(data) >= end else 64 + hash_size)
            while last < len(offsets) and offsets[last] < limit:
                last += 1
            if last == at:
                raise BadPack("it is shorter than its index says")
            try:
                yield inner.headers(data, first, offsets[at:last].tolist(), hash_size)
            except inner.Malformed as error:
                raise BadPack(str(error)) from None
            at = last


def inflate(data: Any, size: int) -> bytes:
    """A zlib stream that must hold `size` bytes. Raises Malformed."""
    try:
        out: bytes = _inflater.decompressobj().decompress(data, size + 1)
    except (zlib.error, _inflater.error) as error:
        raise inner.Malformed(f"it does not inflate: {error}") from None
    if len(out) != size:
        raise inner.Malformed("it inflates to another size than it says")
    return out
