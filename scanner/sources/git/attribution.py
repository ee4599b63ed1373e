"""Which commit brought an object, and to which path: one pass over the commits, shared among processes.

The pass looks at every commit's changes (of merges, what differs from all parents), so it also meets every
blob that a reachable commit needs, and names those that the repository lacks.
"""

from __future__ import annotations

import mmap
import os
import re
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, NamedTuple

from scanner.errors import GitError
from scanner.records import Fault, Found, Origin, Run, Tally
from scanner.sources.git.changes import people_of
from scanner.sources.git.door import Door, start
from scanner.sources.git.objects import Listing

COMMITS = 4000
"""Commits in one task."""
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

    def __enter__(self) -> Callable[[bytes], bool]:
        self._file = open(self._path, "rb")  # noqa: SIM115 - closed in __exit__
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
    tree = _ID.search(said)
    lines = said.strip().splitlines() or ["git ended at it"]
    problem = f"missing or damaged; commit {commits[failed]} needs it" if tree else lines[-1]
    walked.faults.append(Fault(tree[0] if tree else commits[failed], problem))
    return failed


_ID = re.compile(r"[0-9a-f]{40,64}")


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


class Attribution:
    """Origins of found objects in one repository."""

    def __init__(self, door: Door, listing: Listing, tally: Tally) -> None:
        self._door = door
        self._listing = listing
        self._tally = tally

    def locate(self, found: Found, run: Run) -> dict[str, list[Origin]]:
        """Object -> where it is in history, in the index, behind a tag, or nowhere."""
        kinds = self._kinds(found)
        blobs = frozenset(name for name, kind in kinds.items() if kind == "blob")
        reachable = self._reachable()
        met = self._walk(reachable, blobs, run, True)
        places = _earliest(met)
        rest = blobs - {name for name, _ in places}
        if rest:
            places |= self._elsewhere(rest, reachable, run)
        return self._told(places, kinds, reachable)

    def _kinds(self, found: Found) -> dict[str, str]:
        if not found:
            return {}
        ids = "\n".join(sorted(found)).encode() + b"\n"
        lines = self._door.run("cat-file", "--batch-check", "--buffer", stdin=ids).decode().splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}

    def _reachable(self) -> list[str]:
        """Commits that a ref reaches, the earliest first; never a commit before its parent."""
        try:
            listed = self._door.run("rev-list", "--date-order", "--all", *self._head())
        except GitError as error:
            lost = _ID.search(str(error))
            problem = "a commit is missing or damaged, so history was not followed beyond it"
            self._tally.faults.append(Fault(lost[0] if lost else self._door.repository.git_dir, problem))
            ids = "\n".join(self._listing.commits).encode() + b"\n"
            listed = self._door.run("rev-list", "--no-walk=sorted", "--ignore-missing", "--stdin", stdin=ids)
        return listed.decode().split()[::-1]

    def _head(self) -> list[str]:
        try:
            self._door.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except GitError:
            return []  # no commit yet, or a HEAD that points nowhere
        return ["HEAD"]

    def _walk(self, commits: list[str], wanted: frozenset[str], run: Run, needed: bool) -> list[tuple[str, bytes, int]]:
        met: list[tuple[str, bytes, int]] = []
        tasks = (
            (self._door.git_dir, self._listing.present, first, commits[first : first + COMMITS], wanted)
            for first in range(0, len(commits), COMMITS)
        )
        lacking: dict[str, tuple[str, bytes]] = {}
        for walked in run(walk, tasks):
            met += walked.met
            for name, commit, path in walked.lacking:
                lacking[name] = min(lacking.get(name, (commit, path)), (commit, path))
            if needed:
                self._tally.faults += walked.faults
        if needed:
            for name, (commit, path) in lacking.items():
                text = path.decode("utf-8", "backslashreplace")
                self._tally.faults.append(Fault(name, f"missing; commit {commit} needs it as {text}"))
        return met

    def _elsewhere(
        self, rest: frozenset[str], reachable: list[str], run: Run
    ) -> dict[tuple[str, bytes], int]:
        """Blobs that no reachable commit brought: in commits that no ref reaches any more."""
        known = frozenset(reachable)
        lost = [commit for commit in self._listing.commits if commit not in known]
        if not lost:
            return {}
        ids = "\n".join(lost).encode() + b"\n"
        arguments = ("rev-list", "--no-walk=sorted", "--ignore-missing", "--stdin")
        lost = self._door.run(*arguments, stdin=ids).decode().split()[::-1]
        met = self._walk(lost, rest, run, False)
        reachable += lost  # their positions go on from there
        base = len(reachable) - len(lost)
        return _earliest((name, path, base + number) for name, path, number in met)

    def _told(
        self, places: dict[tuple[str, bytes], int], kinds: dict[str, str], commits: list[str]
    ) -> dict[str, list[Origin]]:
        head = self._head_files(frozenset(name for name, _ in places))
        notes = self._notes()
        rank = {commit: number for number, commit in enumerate(commits)}
        messages = [name for name, kind in kinds.items() if kind == "commit"]
        people = people_of(self._door, [*{commits[number] for number in places.values()}, *messages])
        told: dict[str, list[Origin]] = {name: [] for name in kinds}
        for (name, path), number in places.items():
            commit = commits[number]
            kind = "note" if commit in notes else "file"
            in_head = (name, path) in head
            told[name].append(
                Origin(os.fsdecode(path), commit, *people.get(commit, ("", "")), number, in_head, kind)
            )
        for name in messages:
            who = people.get(name, ("", ""))
            told[name] = [Origin("", name, *who, rank.get(name, len(commits)), False, "commit-message")]
        self._rest(told, kinds, len(commits))
        return told

    def _rest(self, told: dict[str, list[Origin]], kinds: dict[str, str], last: int) -> None:
        """What no commit brought: tags, the index, and blobs that nothing names."""
        names = self._tags() if any(not origins for origins in told.values()) else {}
        staged = self._staged() if any(not origins for origins in told.values()) else {}
        for name, origins in told.items():
            if origins:
                continue
            if kinds[name] == "tag" or name in names:
                origins.append(Origin(names.get(name, ""), "", "", "", last, False, "tag-message"))
            elif name in staged:
                origins += [Origin(os.fsdecode(path), "", "", "", last, False, "staged") for path in staged[name]]
            else:
                origins.append(Origin("", "", "", "", last, False, "unreachable"))

    def _head_files(self, wanted: frozenset[str]) -> frozenset[tuple[str, bytes]]:
        try:
            listed = self._door.run("ls-tree", "-r", "-z", "HEAD") if wanted else b""
        except GitError:
            return frozenset()
        rows = (row.split(b"\t", 1) for row in listed.split(b"\0") if row)
        pairs = ((meta.split(b" ")[2].decode(), path) for meta, path in rows)
        return frozenset(pair for pair in pairs if pair[0] in wanted)

    def _notes(self) -> frozenset[str]:
        return frozenset(self._door.run("rev-list", "--glob=refs/notes/*", "--ignore-missing").decode().split())

    def _tags(self) -> dict[str, str]:
        """Objects that refs name directly, tag objects among them -> the ref's short name."""
        form = "--format=%(objecttype) %(objectname) %(refname:short)"
        names: dict[str, str] = {}
        for line in self._door.run("for-each-ref", form).decode("utf-8", "surrogateescape").splitlines():
            kind, name, ref = line.split(" ", 2)
            if kind != "commit":
                names.setdefault(name, ref)
        return names

    def _staged(self) -> dict[str, list[bytes]]:
        from scanner.sources.git.worktree import staged

        return staged(self._door)


def _earliest(met: Iterable[tuple[str, bytes, int]]) -> dict[tuple[str, bytes], int]:
    """(blob, path) -> position of the first commit that brought it."""
    first: dict[tuple[str, bytes], int] = {}
    for name, path, number in met:
        known = first.get((name, path))
        if known is None or number < known:
            first[name, path] = number
    return first
