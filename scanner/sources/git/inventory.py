"""What a repository holds, read from its packs: the delta walk's shards, and the loose objects for git to read.

Where a pack is not understood, `objects.Listing` serves instead: there git lists and reads everything.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from scanner.records import Shard, Tally
from scanner.sources.git import disk, inner, plan
from scanner.sources.git.arrays import Bytes, save
from scanner.sources.git.delta import WalkShard
from scanner.sources.git.door import Door
from scanner.sources.git.known import Known, marked, needed
from scanner.sources.git.objects import SHARD_BYTES, ObjectsShard, checked
from scanner.sources.git.packs import Index, Layout, index_of
from scanner.sources.git.trees import TreeShard

_NAMES = {inner.COMMIT: "commit", inner.TREE: "tree", inner.BLOB: "blob", inner.TAG: "tag"}
_SCANNED = (inner.BLOB, inner.COMMIT, inner.TAG)


class Inventory:
    """The objects of a repository's packs and folders; alternates count as its own.

    Raises BadPack where a pack cannot be used.
    """

    def __init__(self, door: Door, hash_size: int, known: Known | None = None) -> None:
        self._door = door
        self._known = known
        self._hash_size = hash_size
        self.present = os.path.join(door.git_dir, "keysieve-present")
        self.walks: list[WalkShard] = []
        self._walking = True
        self.trees: list[TreeShard] = []
        self.loose_names: list[str] = []
        self._loose_commits: list[str] = []
        self._packs: list[tuple[str, Layout]] = []
        self._indexes: list[Index] = []
        self._kinds: list[tuple[Index, Bytes]] = []

    @property
    def commits(self) -> list[str]:
        """Every commit: of each pack in the order of ids, then the loose ones."""
        packed = (
            index.name(number).hex()
            for index, kinds in self._kinds
            for number in np.flatnonzero(kinds == inner.COMMIT).tolist()
        )
        return [*packed, *self._loose_commits]

    def kinds(self, names: Collection[str]) -> dict[str, str]:
        """The types of objects, as git names them; of those in no pack nothing is told."""
        found: dict[str, str] = {}
        for index, kinds in self._kinds:
            for name in (name for name in names if name not in found):
                number = index.find(bytes.fromhex(name))
                if number >= 0:
                    found[name] = _NAMES[int(kinds[number])]
        return found

    def beginning(self, prefix: bytes) -> bytes:
        """The id that begins with these bytes, b"" if there is none."""
        for index in self._indexes:
            if name := index.beginning(prefix):
                return name
        start = prefix.hex()
        return bytes.fromhex(next((name for name in self.loose_names if name.startswith(start)), ""))

    def survey(self) -> None:
        """Read every pack's headers, before the first shard: a pack that cannot be used is known in time."""
        folders = disk.object_folders(os.path.join(self._door.repository.common_dir, "objects"))
        for pack in (pack for folder in folders for pack in disk.packs(folder)):
            index = index_of(pack, self._hash_size)
            self._indexes.append(index)
            self._packs.append((pack, Layout(index, pack)))
        names = {name for folder in folders for name in disk.loose_names(folder, 2 * self._hash_size)}
        self.loose_names = sorted(name for name in names if not self._packed(bytes.fromhex(name)))
        prefixes = [index.prefixes() for index in self._indexes]
        prefixes.append(np.array([int(name[:16], 16) for name in self.loose_names], np.uint64))
        save(np.sort(np.concatenate(prefixes)), self.present)

    def _packed(self, name: bytes) -> bool:
        return any(index.find(name) >= 0 for index in self._indexes)

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """The walk of each pack, then its trees, then the loose objects."""
        for number, index in enumerate(self._indexes):
            pack, layout = self._packs.pop(0)
            where = os.path.join(self._door.git_dir, f"keysieve-walk-{number}")
            wanted = _wanted(index, layout, self._indexes[:number])
            found = plan.rows(layout, _new(index, layout, wanted, self._known), index.crcs())
            save(found, where)
            for part in plan.shards(found):
                self.walks.append(WalkShard(self._door.git_dir, pack, where, self._hash_size, *part))
                yield self.walks[-1]
            self._walking = bool(self._packs)
            found = plan.rows(layout, (layout.kinds == inner.TREE).astype(np.uint8), index.crcs())
            save(found, where + "-trees")
            for part in plan.shards(found):
                self.trees.append(TreeShard(pack, where + "-trees", self._hash_size, self.present, *part))
                yield self.trees[-1]
            kinds = np.empty_like(layout.kinds)
            kinds[layout.numbers] = layout.kinds
            self._kinds.append((index, kinds))
        yield from self._rest(tally)

    def walked(self) -> bool:
        """Whether every shard of the walk has left its commits. Those are looked at last that were begun last."""
        return not self._walking and all(os.path.exists(shard.told) for shard in reversed(self.walks))

    def _rest(self, tally: Tally) -> Iterator[Shard]:
        path = os.path.join(self._door.git_dir, "keysieve-objects")
        first = length = weight = 0
        with open(path, "wb") as out:
            rows = checked(self._door.git_dir, self.loose_names, tally)
            for (name, kind, size), fresh in marked(rows, self._known):
                if kind == b"commit":
                    self._loose_commits.append(name.decode())
                if not fresh:
                    continue
                out.write(name + b"\n")
                length += len(name) + 1
                weight += size
                if weight >= SHARD_BYTES:
                    self._door.show(out)
                    yield ObjectsShard(self._door.git_dir, path, first, length, weight)
                    first, length, weight = first + length, 0, 0
        if length:
            yield ObjectsShard(self._door.git_dir, path, first, length, weight)

    def close(self) -> None:
        """Let go of the indexes."""
        for index in self._indexes:
            index.close()


def _wanted(index: Index, layout: Layout, before: Sequence[Index]) -> Bytes:
    """Blobs, commits and tags, each from the first pack that has it."""
    wanted = np.isin(layout.kinds, _SCANNED).astype(np.uint8) * np.uint8(plan.WALK)
    if before:
        known = np.zeros(index.count, bool)
        mine = index.prefixes()
        for other in before:
            for number in np.flatnonzero(np.isin(mine, other.prefixes())).tolist():
                known[number] = known[number] or other.find(index.name(number)) >= 0
        wanted[known[layout.numbers] & (wanted > 0)] = plan.KNOWN
    return wanted


def _new(index: Index, layout: Layout, wanted: Bytes, known: Known | None) -> Bytes:
    """`wanted` without what was scanned before and nothing new is made of; of commits history has to know."""
    if known is None:
        return wanted
    places = np.flatnonzero(wanted)
    old = np.zeros(len(wanted), bool)
    old[places] = ~known.fresh(index.ids(layout.numbers[places].astype(np.int64)))
    wanted = np.where(old & (wanted == plan.WALK), plan.OLD, wanted).astype(np.uint8)
    told = (wanted == plan.WALK) | ((wanted == plan.OLD) & (layout.kinds == inner.COMMIT))
    return needed(wanted, layout.bases, told.astype(np.uint8))
