"""What a range of commits, or the index, adds: only credentials that the old side does not hold.

New and old blobs of each changed path are scanned whole; a credential counts for a path when the new blob
holds it and no parent's blob at that path does. Messages of the range's commits are scanned too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scanner.errors import GitError, TargetError, UsageError
from scanner.records import Fault, Found, Origin, Run, Shard, Tally
from scanner.sources.git.door import Door
from scanner.sources.git.objects import SHARD_BYTES, ObjectsShard
from scanner.sources.git.people import people_of
from scanner.sources.git.worktree import copy_index

FEW = 64
"""So many objects are read at once, without asking git first how large they are."""
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
EMPTY_SHA256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"


class Change(NamedTuple):
    """One path of one commit: the blob it now has, and those that its parents had there."""

    commit: str
    path: bytes
    new: str
    old: tuple[str, ...]


class ChangesSource:
    """`Source` over a list of changes; `target` is the repository's top."""

    def __init__(
        self, door: Door, target: str, changes: Sequence[Change], commits: Sequence[str], others: Sequence[str] = ()
    ) -> None:
        self.target = target
        self._others = others  # tags, and whatever else a ref may name
        self._door = door
        self._changes = changes
        self._commits = commits

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        tally.faults += self._door.faults
        blobs = {change.new: None for change in self._changes}
        blobs |= {old: None for change in self._changes for old in change.old}
        if not blobs and not self._commits and not self._others:
            tally.settled = True  # the index or the range was looked at, and adds nothing
            return
        ids = "\n".join([*blobs, *self._commits, *self._others]).encode() + b"\n"
        path = os.path.join(self._door.git_dir, "keysieve-objects")
        if len(blobs) + len(self._commits) + len(self._others) <= FEW:
            with open(path, "wb") as out:
                out.write(ids)
            yield ObjectsShard(self._door.git_dir, path, 0, len(ids), 0)
            return
        listed = self._door.run("cat-file", "--batch-check", "--buffer", stdin=ids).decode()
        first = length = weight = 0
        with open(path, "wb") as out:
            for line in listed.splitlines():
                name, kind, *size = line.split()
                if kind == "missing":
                    tally.faults.append(Fault(name, "missing: the range needs it"))
                    continue
                out.write(name.encode() + b"\n")
                length += len(name) + 1
                weight += int(size[0])
                if weight > SHARD_BYTES:
                    out.flush()
                    yield ObjectsShard(self._door.git_dir, path, first, length, weight)
                    first, length, weight = first + length, 0, 0
        if length:
            yield ObjectsShard(self._door.git_dir, path, first, length, weight)

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """See `Source.locate`."""
        told: dict[tuple[str, str], list[Origin]] = {}
        rank = {commit: number for number, commit in enumerate(self._commits)}
        people = people_of(self._door, self._commits) if found else {}
        for change in self._changes:
            known = frozenset().union(*(found.get(old, frozenset()) for old in change.old))
            for print_ in found.get(change.new, frozenset()) - known:
                who = people.get(change.commit, ("", ""))
                kind = "file" if change.commit else "staged"
                origin = Origin(os.fsdecode(change.path), change.commit, *who, rank.get(change.commit, 0), False, kind)
                told.setdefault((change.new, print_), []).append(origin)
        for commit in self._commits:
            for print_ in found.get(commit, frozenset()):
                who = people.get(commit, ("", ""))
                told[commit, print_] = [Origin("", commit, *who, rank[commit], False, "commit-message")]
        for name in self._others:
            for print_ in found.get(name, frozenset()):
                told.setdefault((name, print_), [Origin("", kind="tag-message")])
        return told

    def close(self) -> None:
        """See `Source.close`."""
        self._door.close()


def parse_raw(output: bytes) -> Iterator[Change]:
    """The changes of NUL-separated raw diff output; commit ids stand between them where git prints them.

    Of a renamed or copied file the old side is what it was made of. A file that only moved adds nothing.
    """
    commit = ""
    tokens = iter(output.split(b"\0"))
    for token in tokens:
        if not token.startswith(b":"):
            commit = token.decode().strip() or commit
            continue
        path = next(tokens)
        fields = token.lstrip(b":").split(b" ")
        if fields[-1][:1] in (b"R", b"C") and not token.startswith(b"::"):
            path = next(tokens)
        count = (len(fields) - 1) // 2
        modes, ids = fields[:count], [name.decode() for name in fields[count : 2 * count]]
        if modes[-1] not in (b"000000", b"160000"):
            old = tuple(name for name, mode in zip(ids, modes[:-1], strict=False) if mode not in (b"000000", b"160000"))
            yield Change(commit, path, ids[-1], old)


def staged(door: Door, target: str) -> ChangesSource:
    """What the index adds to HEAD; in a merge, to all that is being merged."""
    if not copy_index(door):
        raise TargetError(f"{target}: has no index: nothing was ever staged there")
    found = _beside(door, "HEAD")
    for side in _merged(door):  # what one side already holds is not added
        here = _beside(door, side)
        found = {
            path: change._replace(old=change.old + here[path].old) for path, change in found.items() if path in here
        }
    return ChangesSource(door, target, list(found.values()), [])


def _beside(door: Door, side: str) -> dict[bytes, Change]:
    """What the index holds beside a commit, by path; beside nothing where HEAD is no commit yet."""
    arguments = ("diff-index", "--cached", "--raw", "--no-abbrev", "-M", "-z")
    try:
        output = door.run(*arguments, side)
    except GitError:
        if resolve(door, side, ""):
            raise
        output = door.run(*arguments, empty_tree(door))
    return {change.path: change for change in parse_raw(output)}


def _merged(door: Door) -> list[str]:
    """The other sides of a merge that is under way."""
    try:
        with open(os.path.join(door.repository.git_dir, "MERGE_HEAD"), encoding="ascii") as stream:
            names = stream.read().split()
    except (OSError, UnicodeDecodeError):
        return []
    return [commit for commit in (resolve(door, name, "") for name in names) if commit]


def ranged(door: Door, target: str, ends: tuple[str, str], option: str) -> ChangesSource:
    """What the commits from after `ends[0]` to `ends[1]` add, each against its own parents.

    Raises UsageError that names `option` where an end is no commit.
    """
    start, end = (resolve(door, name, option) for name in ends)
    listed = door.run("rev-list", "--topo-order", "--reverse", end, f"^{start}").decode().split()
    return ChangesSource(door, target, _changes_of(door, listed), listed)


def pushed(door: Door, target: str, new: Sequence[str], known: Sequence[str]) -> ChangesSource:
    """What a push brings that the other side does not have: commits, each against its parents, and tags.

    `new` are ids, `known` arguments for rev-list. An id of `known` that is not here takes nothing away.
    Raises TargetError where an id of `new` is not here.
    """
    commits: list[str] = []
    others: list[str] = []
    for name in new:
        try:
            kind = door.run("cat-file", "-t", name).decode().strip()
        except GitError:
            raise TargetError(f"{target}: the object {name} of the push is not here") from None
        if kind != "commit":
            others.append(name)
        commits += filter(None, [resolve(door, name, "")])
    but = [item for item in known if item.startswith("--") or resolve(door, item.lstrip("^"), "")]
    listed: list[str] = []
    if commits:
        excluded = ["--not", *(item.lstrip("^") for item in but)] if but else []
        listed = door.run("rev-list", "--topo-order", "--reverse", *commits, *excluded).decode().split()
    return ChangesSource(door, target, _changes_of(door, listed), listed, others)


def _changes_of(door: Door, listed: Sequence[str]) -> list[Change]:
    """What each commit changes against its parents; of a merge, what differs from all of them.

    Where a shallow clone ends inside the range, that becomes a fault of the door.
    """
    for cut in sorted(set(door.shallow()) & set(listed)):
        door.faults.append(Fault(cut, "the shallow clone ends here: older commits of the range were not looked at"))
    arguments = ("diff-tree", "--stdin", "--raw", "-r", "-c", "--root", "-M", "--no-abbrev", "-z", "--always")
    output = door.run(*arguments, stdin="\n".join(listed).encode() + b"\n") if listed else b""
    return list(parse_raw(output))


def resolve(door: Door, name: str, option: str) -> str:
    """A commit's id; raises UsageError where `option` named something that is none, else "" ."""
    try:
        return door.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    except GitError:
        if not option:
            return ""
        if door.shallow():
            raise TargetError(
                f"{option}: this shallow clone lacks {name!r}, so what was added since is not known; "
                "fetch it: git fetch --unshallow"
            ) from None
        raise UsageError(f"{option}: {name!r} is no commit of this repository") from None


def empty_tree(door: Door) -> str:
    """The id of the tree without entries, which git knows without having it."""
    return EMPTY_SHA256 if door.run("rev-parse", "--show-object-format").strip() == b"sha256" else EMPTY
