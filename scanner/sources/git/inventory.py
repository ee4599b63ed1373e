"""What a repository holds, read from its packs: the delta walk's shards, and the loose objects for git to read.

Where a pack is not understood, `objects.Listing` serves instead: there git lists and reads everything.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator

from scanner.records import Shard, Tally
from scanner.sources.git import delta, disk, inner
from scanner.sources.git.door import Door
from scanner.sources.git.objects import SHARD_BYTES, ObjectsShard, checked
from scanner.sources.git.packs import Index, Layout

_SCANNED = (inner.BLOB, inner.COMMIT, inner.TAG)


class Inventory:
    """The objects of a repository's packs and folders; alternates count as its own.

    Raises BadPack where a pack cannot be used.
    """

    def __init__(self, door: Door, hash_size: int) -> None:
        self._door = door
        self._hash_size = hash_size
        self.commits: list[str] = []
        self.present = os.path.join(door.git_dir, "keysieve-present")
        self._blobs = array("Q")
        self._folders: list[str] = []
        self._layouts: list[tuple[str, Index, Layout]] = []
        self._indexes: list[Index] = []
        self._prefixes: list[array[int]] = []

    def survey(self) -> None:
        """Read every pack's headers, before the first shard: a pack that cannot be used is known in time."""
        self._folders = disk.object_folders(os.path.join(self._door.repository.common_dir, "objects"))
        for pack in (pack for folder in self._folders for pack in disk.packs(folder)):
            index = Index(pack[:-5] + ".idx", self._hash_size)
            self._layouts.append((pack, index, Layout(index, pack)))

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """The walk of each pack, then the loose objects; then `present` and `commits` are whole."""
        while self._layouts:
            yield from self._pack(*self._layouts.pop(0))
        yield from self._loose(self._folders, tally)
        with open(self.present, "wb") as out:
            array("Q", sorted(self._blobs)).tofile(out)
        for index in self._indexes:
            index.close()

    def _pack(self, pack: str, index: Index, layout: Layout) -> Iterator[Shard]:
        wanted = self._wanted(index, layout)
        path = os.path.join(self._door.git_dir, f"keysieve-walk-{len(self._indexes)}")
        self._indexes.append(index)
        if self._layouts:  # a later pack may hold the same objects
            self._prefixes.append(array("Q", map(index.prefix, range(index.count))))
        for first, count, weight in delta.plan(layout, wanted, path):
            yield delta.WalkShard(self._door.git_dir, pack, path, self._hash_size, first, count, weight)

    def _wanted(self, index: Index, layout: Layout) -> bytearray:
        """Blobs, commits and tags, each from the first pack that has it."""
        wanted = bytearray(len(layout.kinds))
        alone = not self._indexes
        for place, kind in enumerate(layout.kinds):
            if kind not in _SCANNED:
                continue
            number = layout.numbers[place]
            if not alone and self._seen(index, number):
                wanted[place] = delta.KNOWN
                continue
            wanted[place] = delta.WALK
            if kind == inner.BLOB:
                self._blobs.append(index.prefix(number))
            elif kind == inner.COMMIT:
                self.commits.append(index.name(number).hex())
        return wanted

    def _seen(self, index: Index, number: int) -> bool:
        prefix = index.prefix(number)
        for other, prefixes in zip(self._indexes, self._prefixes, strict=True):
            place = bisect_left(prefixes, prefix)
            if place < len(prefixes) and prefixes[place] == prefix and other.find(index.name(number)) >= 0:
                return True
        return False

    def _loose(self, folders: list[str], tally: Tally) -> Iterator[Shard]:
        names = {name for folder in folders for name in disk.loose_names(folder, 2 * self._hash_size)}
        ids = sorted(name for name in names if all(i.find(bytes.fromhex(name)) < 0 for i in self._indexes))
        path = os.path.join(self._door.git_dir, "keysieve-objects")
        first = length = weight = 0
        with open(path, "wb") as out:
            for name, kind, size in checked(self._door.git_dir, ids, tally):
                if kind == b"blob":
                    self._blobs.append(int(name[:16], 16))
                elif kind == b"commit":
                    self.commits.append(name.decode())
                out.write(name + b"\n")
                length += len(name) + 1
                weight += size
                if weight >= SHARD_BYTES:
                    out.flush()
                    yield ObjectsShard(self._door.git_dir, path, first, length, weight)
                    first, length, weight = first + length, 0, 0
        if length:
            yield ObjectsShard(self._door.git_dir, path, first, length, weight)
