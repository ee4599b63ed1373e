"""Every blob, commit message and tag message once, in pack order, by streaming `git cat-file --batch`.

The listing goes into one file of the private git directory; a shard is a stretch of that file, so that a
repository of any size costs the parent nothing but a few bytes an object.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING

from scanner.errors import GitError
from scanner.lazily import lazily
from scanner.lightly import dataclass
from scanner.records import Batch, Fault, Shard, Tally
from scanner.sources.git import disk
from scanner.sources.git.door import Door, scratch, start
from scanner.sources.pieces import Limited, read_pieces

if TYPE_CHECKING:
    from scanner.sources.git.known import Known

SHARD_BYTES = 32 << 20
BATCH = 4 << 20
HUGE = 16 << 20
"""Blobs above this leave the batch and are streamed in pieces."""

_LISTED = lazily(rb"([0-9a-f]{40,64}) (blob|commit|tag|missing)(?: (\d+))?\n")
_CHECK = "--batch-check=%(objectname) %(objecttype) %(objectsize)"


@dataclass(frozen=True, slots=True)
class ObjectsShard:
    """A stretch of the listing."""

    git_dir: str
    listing: str
    first: int
    length: int
    weight: int

    @property
    def label(self) -> str:
        """See `Shard.label`."""
        return f"git objects at {self.first} of the listing"

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """See `Shard.batches`."""
        with open(self.listing, "rb") as stream:
            stream.seek(self.first)
            listed = stream.read(self.length)
        if len(listed) < self.length:  # on another machine, which does not see all of it
            raise GitError("the listing of its objects is cut off")
        yield from whole_objects(self.git_dir, listed.split(), tally)


def whole_objects(git_dir: str, ids: list[bytes], tally: Tally) -> Iterator[Batch]:
    """The objects, read by git. It ends at a corrupt entry: it is started again after that."""
    position = 0
    while position < len(ids):
        reader = Reader(git_dir, ids[position:], tally)
        yield from reader.batches()
        position += reader.answered
        if position < len(ids):
            tally.faults.append(Fault(ids[position].decode(), reader.complaint()))
            position += 1


class Reader:
    """One run of `git cat-file --batch` over some ids."""

    def __init__(self, git_dir: str, ids: list[bytes], tally: Tally) -> None:
        self.answered = 0
        self._git_dir = git_dir
        self._ids = ids
        self._tally = tally
        self._words = b""

    def complaint(self) -> str:
        """What git said before it ended."""
        words = self._words.decode("utf-8", "replace").strip().splitlines()
        return f"cannot be read: {words[-1]}" if words else "cannot be read: git ended at it"

    def batches(self) -> Iterator[Batch]:
        """The objects' contents until git ends; `answered` counts ids that were dealt with."""
        with scratch(self._git_dir) as ids, scratch(self._git_dir) as words:
            ids.write(b"\n".join(self._ids) + b"\n")
            ids.seek(0)
            process = start(self._git_dir, ("cat-file", "--batch", "--buffer"), ids, words)
            assert process.stdout is not None
            try:
                yield from self._parse(process.stdout)
            finally:
                process.stdout.close()
                process.kill()
                process.wait()
            words.seek(0)
            self._words = words.read(1 << 16)

    def _parse(self, pipe: IO[bytes]) -> Iterator[Batch]:
        raw: IO[bytes] = getattr(pipe, "raw", pipe)
        buffer = bytearray(BATCH)
        used = 0
        while True:
            count = raw.readinto(memoryview(buffer)[used:])  # type: ignore[attr-defined]
            used += count or 0
            if count and used < len(buffer):
                continue
            starts, ends, names, position, wanted = self._cut(buffer, used)
            if starts:
                yield Batch(memoryview(buffer)[:position], starts, ends, names)
            if not count:
                return
            rest = bytes(buffer[position:used])
            if wanted > HUGE:
                yield from self._huge(raw, rest, wanted)
                rest = b""
            elif wanted > len(buffer):
                buffer = bytearray(wanted)
            buffer[: len(rest)] = rest
            used = len(rest)

    def _cut(self, buffer: bytearray, used: int) -> tuple[list[int], list[int], list[str], int, int]:
        """The whole objects in the buffer, where they end, and how many bytes the next one needs."""
        starts: list[int] = []
        ends: list[int] = []
        names: list[str] = []
        position = 0
        wanted = 0
        while True:
            line = buffer.find(b"\n", position, used)
            if line < 0:
                break
            header = buffer[position:line].split()
            if len(header) != 3:
                self._tally.faults.append(Fault(header[0].decode("ascii", "replace"), "is missing"))
                self.answered += 1
                position = line + 1
                continue
            start, size = line + 1, int(header[2])
            if start + size + 1 > used:
                wanted = size + len(header[0]) + 64
                break
            self._keep(buffer, header, (start, start + size), (starts, ends, names))
            position = start + size + 1
        return starts, ends, names, position, wanted

    def _keep(
        self,
        buffer: bytearray,
        header: list[bytearray],
        span: tuple[int, int],
        table: tuple[list[int], list[int], list[str]],
    ) -> None:
        start, end = span
        if header[1] != b"blob":  # a commit or a tag: what follows its header lines is the message
            message = buffer.find(b"\n\n", start, end)
            start = message + 2 if message >= 0 else end
        table[0].append(start)
        table[1].append(end)
        table[2].append(header[0].decode())
        self.answered += 1
        self._tally.objects += 1
        self._tally.bytes += span[1] - span[0]

    def _huge(self, raw: IO[bytes], rest: bytes, wanted: int) -> Iterator[Batch]:
        head, body = rest.split(b"\n", 1)
        name, _, size = head.split()
        limited = Limited(raw, int(size), body)
        yield from read_pieces(limited, name.decode(), self._tally)
        if limited.left:
            return
        raw.read(1)  # the newline after it
        self.answered += 1


def checked(git_dir: str, names: list[str], tally: Tally) -> Iterator[tuple[bytes, bytes, int]]:
    """(id, type, bytes) of those objects that are blobs, commits and tags; git is started again where it ends."""
    while names:
        with scratch(git_dir) as ids, scratch(git_dir) as words:
            ids.write("\n".join(names).encode() + b"\n")
            ids.seek(0)
            process = start(git_dir, ("cat-file", "--buffer", _CHECK), ids, words)
            assert process.stdout is not None
            answers = process.stdout.read()
            process.stdout.close()
            process.wait()
            words.seek(0)
            said = words.read(1 << 16).decode("utf-8", "replace").strip().splitlines() or ["git ended at it"]
        yield from _known(_LISTED.findall(answers), tally)
        names = names[answers.count(b"\n") :]
        if names:
            tally.faults.append(Fault(names[0], f"cannot be read: {said[-1]}"))
            names = names[1:]


def _known(rows: list[tuple[bytes, bytes, bytes]], tally: Tally) -> Iterator[tuple[bytes, bytes, int]]:
    for name, kind, size in rows:
        if kind != b"missing":
            yield name, kind, int(size)
        else:
            tally.faults.append(Fault(name.decode(), "cannot be read"))


class Listing:
    """The objects of a repository: written to files of the private git directory, told as shards."""

    def __init__(self, door: Door, known: Known | None = None) -> None:
        self._door = door
        self._known = known
        self.path = os.path.join(door.git_dir, "keysieve-objects")
        self.present = os.path.join(door.git_dir, "keysieve-present")
        self.commits: list[str] = []
        self._flush: Callable[[], None] = lambda: None

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """Shards as the listing goes on; then `present` holds the first 8 bytes of every blob's id, sorted."""
        present = array("Q")
        first = length = weight = 0
        with open(self.path, "wb") as out:
            self._flush = out.flush
            for (name, kind, size), fresh in self._marked(tally):
                if kind == b"blob":
                    present.append(int(name[:16], 16))
                elif kind == b"commit":
                    self.commits.append(name.decode())
                if not fresh:
                    continue
                out.write(name + b"\n")
                length += len(name) + 1
                weight += size
                if weight >= SHARD_BYTES:
                    self._door.show(out)
                    yield ObjectsShard(self._door.git_dir, self.path, first, length, weight)
                    first, length, weight = first + length, 0, 0
        if length:
            yield ObjectsShard(self._door.git_dir, self.path, first, length, weight)
        with open(self.present, "wb") as out:
            array("Q", sorted(present)).tofile(out)

    def _marked(self, tally: Tally) -> Iterator[tuple[tuple[bytes, bytes, int], bool]]:
        if self._known is None:
            return ((row, True) for row in self._objects(tally))
        from scanner.sources.git.known import marked  # and numpy with it

        return marked(self._objects(tally), self._known)

    def _objects(self, tally: Tally) -> Iterator[tuple[bytes, bytes, int]]:
        """(id, type, bytes) of every blob, commit and tag."""
        arguments = ("cat-file", "--batch-all-objects", "--unordered", "--buffer", _CHECK)
        with scratch(self._door.git_dir) as words:
            process = start(self._door.git_dir, arguments, None, words)
            assert process.stdout is not None
            rest = b""
            while block := process.stdout.read(1 << 20):
                block = rest + block
                cut = block.rfind(b"\n") + 1
                rest = block[cut:]
                yield from _known(_LISTED.findall(block[:cut]), tally)
            process.stdout.close()
            failed = process.wait()
            words.seek(0)
            self._complain(words.read(1 << 20), bool(failed), tally)
        if failed:
            yield from self._unlisted(tally)

    def _unlisted(self, tally: Tally) -> Iterator[tuple[bytes, bytes, int]]:
        """What git did not come to: it ends at the first object that is damaged in a way it did not expect."""
        self._flush()
        with open(self.path, "rb") as stream:
            listed = set(stream.read().split())
        objects = os.path.join(self._door.repository.common_dir, "objects")
        names = sorted(set(disk.names(objects, self._door.hash_size)))
        yield from checked(self._door.git_dir, [name for name in names if name.encode() not in listed], tally)

    def _complain(self, words: bytes, failed: bool, tally: Tally) -> None:
        """git goes on without a pack that it cannot use, and says so only here."""
        lines = words.decode("utf-8", "replace").splitlines()
        for line in dict.fromkeys(lines):
            tally.faults.append(Fault(self._door.repository.git_dir, f"git says: {line}"))
        if failed and not lines:
            tally.faults.append(Fault(self._door.repository.git_dir, "git ended early while it listed the objects"))
