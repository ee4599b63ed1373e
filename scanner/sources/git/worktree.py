"""The files of a working tree that are not in the objects, and what lies beside the objects."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanner.errors import GitError
from scanner.lazily import lazily
from scanner.sources.git.discover import Repository
from scanner.sources.git.door import Door, copy_file

_ENTRY = lazily(
    rb"\d{6} ([0-9a-f]+) \d\t([^\0]+)\0\s*ctime: [\d:]+\s+mtime: (\d+):(\d+)\s+dev: \d+\s+ino: \d+\s+"
    rb"uid: \d+\s+gid: \d+\s+size: (\d+)\s+flags: \w+\n"
)


class Indexed(NamedTuple):
    """An index entry: blob, and the file's size and time of change when it was added."""

    blob: str
    size: int
    mtime: int


def staged(door: Door) -> dict[str, list[bytes]]:
    """Blob -> paths in the index."""
    found: dict[str, list[bytes]] = {}
    if copy_index(door):
        for path, entry in _entries(door).items():
            found.setdefault(entry.blob, []).append(path)
    return found


def copy_index(door: Door) -> bool:
    """Copy the index into our private git directory; False where there is none.

    While it commits with `-a` or some paths only, git shows its hooks another index of the same folder.
    """
    git_dir = door.repository.git_dir
    for name in os.listdir(git_dir):
        if name == "index" or name.startswith("sharedindex."):
            copy_file(os.path.join(git_dir, name), os.path.join(door.git_dir, name))
    other = os.environ.get("GIT_INDEX_FILE", "")
    if other and os.path.isfile(other) and os.path.realpath(os.path.dirname(other)) == os.path.realpath(git_dir):
        copy_file(other, os.path.join(door.git_dir, "index"))
    return os.path.isfile(os.path.join(door.git_dir, "index"))


def unchanged(door: Door) -> Callable[[str, os.stat_result], str]:
    """A test for files that still are what their indexed blob holds, by size and time: it names the blob, or "".

    As git does, a file changed in the second of the index's writing is read anyway. So is one whose blob
    has another size: a filter or large file storage made it, and the blob is not what lies on disk.
    """
    if not copy_index(door):
        return lambda name, status: ""
    written = os.stat(os.path.join(door.repository.git_dir, "index")).st_mtime_ns
    entries = _entries(door)
    sizes = _sizes(door, entries)

    def same(name: str, status: os.stat_result) -> str:
        entry = entries.get(os.fsencode(name))
        unchanged = (
            entry is not None
            and stat.S_ISREG(status.st_mode)
            and entry.size == status.st_size == sizes.get(entry.blob)
            and entry.mtime == status.st_mtime_ns
            and entry.mtime < written - 1_000_000_000
        )
        return entry.blob if entry is not None and unchanged else ""

    return same


def _entries(door: Door) -> dict[bytes, Indexed]:
    """Path -> entry."""
    try:
        listed = door.run("ls-files", "-z", "-s", "--debug")
    except GitError:
        return {}
    return {
        entry[2]: Indexed(entry[1].decode(), int(entry[5]), int(entry[3]) * 1_000_000_000 + int(entry[4]))
        for entry in _ENTRY.finditer(listed)
    }


def _sizes(door: Door, entries: dict[bytes, Indexed]) -> dict[str, int]:
    if not entries:
        return {}
    ids = "\n".join(sorted({entry.blob for entry in entries.values()})).encode() + b"\n"
    listed = door.run("cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer", stdin=ids)
    rows = (line.split() for line in listed.decode().splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


_BESIDE = (
    "config", "config.worktree", "FETCH_HEAD", "COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG",
    "description", "info/exclude", "info/attributes", "credentials",
)  # fmt: skip


def beside(repository: Repository) -> Iterator[tuple[str, str]]:
    """(folder, name) of the files beside the objects that hold what people and tools wrote."""
    folders = dict.fromkeys((repository.common_dir, repository.git_dir))
    for folder in folders:
        names = list(_BESIDE)
        for below in ("hooks", "logs"):
            for place, _, files in os.walk(os.path.join(folder, below)):
                names += [os.path.relpath(os.path.join(place, name), folder) for name in files]
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path) and not name.endswith(".sample"):
                yield folder, name
