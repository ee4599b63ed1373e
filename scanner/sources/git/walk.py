"""One pass over commits: which changes bring a wanted blob, and which blobs are needed but lacking.

It looks at every commit's changes against its parents (of a merge, what differs from all of them), so it
meets every blob that the commits need.
"""

from __future__ import annotations

import mmap
import os
import re
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import IO, NamedTuple

from scanner.records import Fault
from scanner.sources.git.door import start

MOST_RESTARTS = 20
"""Unreadable trees in one task before the rest of it is given up, by name."""

_GITLINK = b"160000"


class Walked(NamedTuple):
    """What a stretch of commits says: (blob, path, position of the commit), lacking blobs, faults."""

    met: list[tuple[str, bytes, int]]
    lacking: list[tuple[str, str, bytes]]
    faults: list[Fault]


def walk(git_dir: str, present: str, first: int, commits: Sequence[str], wanted: frozenset[str]) -> Walked:
    """Look at the changes of `commits`, the first of which is number `first` in history."""
    walked = Walked([], [], [])
    blobs = frozenset(name.encode() for name in wanted)
    with _Present(present) as has:
        position = restarts = 0
        while position < len(commits):
            position += _diff(git_dir, commits[position:], first + position, blobs, has, walked)
            if position < len(commits):
                restarts += 1
                if restarts > MOST_RESTARTS:
                    walked.faults.append(
                        Fault(commits[position], f"cannot be walked, nor {len(commits) - position - 1} commits more")
                    )
                    break
                position += 1
    return walked


class _Present:
    """Membership of blobs by the first 8 bytes of their ids, in a sorted file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Callable[[bytes], bool]:
        try:
            self._file = open(self._path, "rb")  # noqa: SIM115 - closed in __exit__
        except FileNotFoundError:
            self._file = None
            return lambda name: True  # the listing failed, which is told; so nothing is known to be lacking
        size = os.fstat(self._file.fileno()).st_size
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if size else None
        ids = memoryview(self._map).cast("Q") if self._map else memoryview(b"")
        self._ids = ids
        count = len(ids)

        def has(name: bytes) -> bool:
            value = int(name[:16], 16)
            index = bisect_left(ids, value)
            return index < count and ids[index] == value

        return has

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._ids.release()
            self._file.close()


_ARGUMENTS = ("diff-tree", "--stdin", "--raw", "-r", "-c", "--root", "--no-renames", "--no-abbrev", "-z", "--always")


def _diff(
    git_dir: str,
    commits: Sequence[str],
    first: int,
    wanted: frozenset[bytes],
    has: Callable[[bytes], bool],
    walked: Walked,
) -> int:
    """One run of git over `commits`: how many it got through. The one it ended at is a fault."""
    with tempfile.TemporaryFile() as ids, tempfile.TemporaryFile() as words:
        ids.write("\n".join(commits).encode() + b"\n")
        ids.seek(0)
        process = start(git_dir, _ARGUMENTS, ids, words)
        assert process.stdout is not None
        done = -1
        for token, path in _tokens(process.stdout):
            if path is None:
                done += 1
            else:
                _meet(token, path, (commits[done], first + done), wanted, has, walked)
        process.stdout.close()
        if process.wait() == 0:
            return len(commits)
        words.seek(0)
        said = words.read(1 << 16).decode("utf-8", "replace")
    # git prints a commit's id when its changes are known, so it ended at the one after the last.
    failed = min(done + 1, len(commits) - 1)
    tree = _TREE.search(said)
    lines = said.strip().splitlines() or ["git ended at it"]
    problem = f"missing or damaged; commit {commits[failed]} needs it" if tree else lines[-1]
    walked.faults.append(Fault(tree[1] if tree else commits[failed], problem))
    return failed


_TREE = re.compile(r"(?:tree|object) \(?([0-9a-f]{40,64})")


def _meet(
    token: bytes,
    path: bytes,
    commit: tuple[str, int],
    wanted: frozenset[bytes],
    has: Callable[[bytes], bool],
    walked: Walked,
) -> None:
    """One raw line: `:` modes of the parents and the new one, their ids and the new one, a status."""
    fields = token.split(b" ")
    new = fields[-2]
    if new in wanted:
        walked.met.append((new.decode(), path, commit[1]))
    elif new.strip(b"0") and fields[(len(fields) - 1) // 2 - 1] != _GITLINK and not has(new):
        walked.lacking.append((new.decode(), commit[0], path))


def _tokens(pipe: IO[bytes]) -> Iterator[tuple[bytes, bytes | None]]:
    """NUL-separated output as (raw line, path) and (commit, None)."""
    rest = b""
    pending: bytes | None = None
    while block := pipe.read(1 << 20):
        tokens = (rest + block).split(b"\0")
        rest = tokens.pop()
        for token in tokens:
            if pending is not None:
                yield pending, token
                pending = None
            elif token.startswith(b":"):
                pending = token
            else:
                yield token, None
