"""Files and folders: every regular file, none twice, no link followed.

Shards are lists of paths relative to the root, as the file system spells them (surrogateescape).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence

from scanner.lightly import dataclass
from scanner.records import Batch, Fault, Found, Origin, Run, Shard, Skip, Tally
from scanner.sources.pieces import read_pieces

SHARD_BYTES = 8 << 20
SHARD_FILES = 500
SLACK = 64 << 10
"""Room for files that grew since they were listed."""
HUGE = 16 << 20
"""Files above this are read in pieces."""

Excluded = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FilesShard:
    """Some files below a root."""

    root: str
    names: tuple[str, ...]
    weight: int

    @property
    def label(self) -> str:
        """See `Shard.label`."""
        return f"{self.names[0]} and {len(self.names) - 1} more files"

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """See `Shard.batches`: small files together in one buffer, which is used again."""
        buffer = bytearray(min(self.weight, SHARD_BYTES) + SLACK)
        starts: list[int] = []
        ends: list[int] = []
        names: list[str] = []
        used = 0
        for name in self.names:
            data = _read(self.root, name, memoryview(buffer)[used:], tally)
            if data is None:
                continue
            if isinstance(data, int):
                starts.append(used)
                ends.append(used := used + data)
                names.append(name)
                continue
            yield from data
        if names:
            yield Batch(memoryview(buffer)[:used], starts, ends, names)


def _read(root: str, name: str, room: memoryview, tally: Tally) -> int | Iterator[Batch] | None:
    """Read a file into `room`: its size, or batches of its own where it does not fit."""
    path = os.path.join(root, name)
    try:
        with open(path, "rb", buffering=0, opener=_open) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                tally.skips.append(Skip(name, "not a regular file"))
                return None
            size = status.st_size
            if size < len(room):
                count = _fill(stream, room)
                if count < len(room):
                    tally.objects += 1
                    tally.bytes += count
                    return count
                stream.seek(0)  # it grew while it was read
            if size <= HUGE:
                data = stream.read()
                tally.objects += 1
                tally.bytes += len(data)
                return iter([Batch(data, (0,), (len(data),), (name,))])
    except OSError as error:
        tally.faults.append(Fault(name, f"cannot be read: {error.strerror}"))
        return None
    return _pieces(path, name, tally)


def _open(path: str, flags: int) -> int:
    # A pipe that took a file's place since it was listed must not block.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _pieces(path: str, name: str, tally: Tally) -> Iterator[Batch]:
    try:
        with open(path, "rb", buffering=0) as stream:
            yield from read_pieces(stream, name, tally)
    except OSError as error:
        tally.faults.append(Fault(name, f"cannot be read to its end: {error.strerror}"))


def _fill(stream: object, room: memoryview) -> int:
    """Read to the end of the file or of `room`; the count of bytes."""
    used = 0
    while used < len(room):
        count = stream.readinto(room[used:])  # type: ignore[attr-defined]
        if not count:
            break
        used += count
    return used


class FileList:
    """Paths and sizes in, shards out."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._names: list[str] = []
        self._weight = 0

    def add(self, name: str, size: int) -> Iterator[FilesShard]:
        """A shard when one is full."""
        if self._names and self._weight + size > SHARD_BYTES:
            yield self._take()
        self._names.append(name)
        self._weight += size
        if len(self._names) >= SHARD_FILES:
            yield self._take()

    def rest(self) -> Iterator[FilesShard]:
        """What is left, if anything."""
        if self._names:
            yield self._take()

    def _take(self) -> FilesShard:
        shard = FilesShard(self._root, tuple(self._names), self._weight)
        self._names, self._weight = [], 0
        return shard


class FilesSource:
    """`Source` over a folder.

    `repository` is called for each folder below the root that is a git repository: it is read as one.
    """

    def __init__(
        self,
        root: str,
        target: str,
        excluded: Excluded,
        repository: Callable[[str, Sequence[os.DirEntry[str]]], bool],
        known: Callable[[str, os.stat_result], str] = lambda name, status: "",
        is_repository: bool = False,
    ) -> None:
        """`known` names the blob that holds a file's very bytes, so that it is not read again."""
        self.target = target
        self._root = root
        self._excluded = excluded
        self._repository = repository
        self._known = known
        self._is_repository = is_repository
        self._damaged: frozenset[str] = frozenset()

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        self._damaged = frozenset(fault.object for fault in tally.faults)
        files = FileList(self._root)
        for name, size in self._walk(tally):
            yield from files.add(name, size)
        yield from files.rest()

    def _walk(self, tally: Tally) -> Iterator[tuple[str, int]]:
        """Every regular file as (relative path, bytes), in a fixed order."""
        folders = [""]
        while folders:
            folder = folders.pop()
            entries = self._list(folder, tally)
            if folder and self._repository(folder, entries):
                continue
            below: list[str] = []
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if self._excluded(name):
                    tally.skips.append(Skip(name, "excluded"))
                elif entry.is_dir(follow_symlinks=False):
                    if not (name == ".git" and self._is_repository):
                        below.append(name)
                else:
                    yield from self._file(name, entry, tally)
            folders += reversed(below)

    def _list(self, folder: str, tally: Tally) -> list[os.DirEntry[str]]:
        path = os.path.join(self._root, folder)
        try:
            with os.scandir(path) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            tally.faults.append(Fault(folder or ".", f"cannot be listed: {error.strerror}"))
            return []

    def _file(self, name: str, entry: os.DirEntry[str], tally: Tally) -> Iterator[tuple[str, int]]:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            tally.faults.append(Fault(name, f"cannot be read: {error.strerror}"))
            return
        if stat.S_ISREG(status.st_mode):
            blob = self._known(name, status)
            if not (name == ".git" and self._is_repository) and (not blob or blob in self._damaged):
                yield name, status.st_size
        elif stat.S_ISLNK(status.st_mode):
            tally.skips.append(Skip(name, "symbolic link"))
        else:
            tally.skips.append(Skip(name, "not a regular file"))

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """A file's name is its path."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""


class ListedSource:
    """`Source` over files that are named: a single file, what stands beside a repository's objects."""

    def __init__(self, root: str, target: str, names: Sequence[str]) -> None:
        self.target = target
        self._root = root
        self._names = names

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        files = FileList(self._root)
        for name in self._names:
            try:
                size = os.path.getsize(os.path.join(self._root, name))
            except OSError as error:
                tally.faults.append(Fault(name, f"cannot be read: {error.strerror}"))
                continue
            yield from files.add(name, size)
        yield from files.rest()

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """A file's name is its path."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""
