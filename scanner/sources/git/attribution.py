"""Which commit brought an object, and to which path: one pass over the commits, shared among processes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scanner.errors import GitError
from scanner.records import Fault, Found, Origin, Run, Tally
from scanner.sources.git.door import Door
from scanner.sources.git.objects import Listing
from scanner.sources.git.people import people_of
from scanner.sources.git.walk import walk
from scanner.sources.git.worktree import staged

if TYPE_CHECKING:
    from scanner.sources.git.ahead import Ahead
    from scanner.sources.git.inventory import Inventory

COMMITS = 4000
"""Commits in one task."""

_ID = re.compile(r"[0-9a-f]{40,64}")


class Attribution:
    """Origins of found objects in one repository."""

    def __init__(self, door: Door, listing: Listing | Inventory, tally: Tally, ahead: Ahead | None = None) -> None:
        """`ahead` may know the order of the commits already."""
        self._door = door
        self._listing = listing
        self._tally = tally
        self._ahead = ahead

    def locate(self, found: Found, run: Run) -> dict[str, list[Origin]]:
        """Object -> where it is in history, in the index, behind a tag, or nowhere."""
        kinds = self._kinds(found)
        blobs = frozenset(name for name, kind in kinds.items() if kind == "blob")
        charted = self._charted(blobs)
        if charted is not None:
            return self._told(charted[0], kinds, charted[1])
        reachable = self._reachable()
        met = self._walk(reachable, blobs, run, True)
        places = _earliest(met)
        rest = blobs - {name for name, _ in places}
        if rest:
            places |= self._elsewhere(rest, reachable, run)
        return self._told(places, kinds, reachable)

    def _charted(self, blobs: frozenset[str]) -> tuple[dict[tuple[str, bytes], int], Sequence[str]] | None:
        """The places, from what the walk read; None where there was no walk, or something is wrong."""
        if isinstance(self._listing, Listing):
            return None
        from scanner.sources.git.chart import chart, order
        from scanner.sources.git.trees import Unclear

        try:
            told = self._ahead.result() if self._ahead else None
            return chart(self._listing, told or order(self._door, self._listing), blobs)
        except (Unclear, OSError):
            return None

    def _kinds(self, found: Found) -> dict[str, str]:
        kinds = {} if isinstance(self._listing, Listing) else self._listing.kinds(found)
        if len(kinds) < len(found):
            ids = "\n".join(sorted(found.keys() - kinds.keys())).encode() + b"\n"
            lines = self._door.run("cat-file", "--batch-check", "--buffer", stdin=ids).decode().splitlines()
            kinds |= {line.split()[0]: line.split()[1] for line in lines}
        return kinds

    def _reachable(self) -> list[str]:
        """Commits that a ref reaches, the earliest first; never a commit before its parent."""
        try:
            listed = self._door.run("rev-list", "--date-order", "--all", *self._head())
        except GitError as error:
            lost = _ID.search(str(error))
            problem = f"history cannot be followed, so every commit is looked at by itself: {error}"
            self._tally.faults.append(Fault(lost[0] if lost else self._door.repository.git_dir, problem))
            return self._sorted(self._listing.commits)
        return listed.decode().split()[::-1]

    def _sorted(self, commits: list[str]) -> list[str]:
        """The commits by date, the earliest first, or as they are where git cannot read them all."""
        ids = "\n".join(commits).encode() + b"\n"
        try:
            listed = self._door.run("rev-list", "--no-walk=sorted", "--ignore-missing", "--stdin", stdin=ids)
        except GitError:
            return commits
        return listed.decode().split()[::-1]

    def _ask(self, *arguments: str) -> bytes:
        """git's output; where it fails that is a fault, and nothing is known."""
        try:
            return self._door.run(*arguments)
        except GitError as error:
            self._tally.faults.append(Fault(self._door.repository.git_dir, str(error)))
            return b""

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

    def _elsewhere(self, rest: frozenset[str], reachable: list[str], run: Run) -> dict[tuple[str, bytes], int]:
        """Blobs that no reachable commit brought: in commits that no ref reaches any more."""
        known = frozenset(reachable)
        lost = [commit for commit in self._listing.commits if commit not in known]
        if not lost:
            return {}
        lost = self._sorted(lost)
        met = self._walk(lost, rest, run, False)
        reachable += lost  # their positions go on from there
        base = len(reachable) - len(lost)
        return _earliest((name, path, base + number) for name, path, number in met)

    def _told(
        self, places: dict[tuple[str, bytes], int], kinds: dict[str, str], commits: Sequence[str]
    ) -> dict[str, list[Origin]]:
        head = self._head_files(frozenset(name for name, _ in places))
        notes = self._notes()
        messages = [name for name, kind in kinds.items() if kind == "commit"]
        rank = ranks(commits, messages)
        people = people_of(self._door, [*{commits[number] for number in places.values()}, *messages])
        told: dict[str, list[Origin]] = {name: [] for name in kinds}
        for (name, path), number in places.items():
            commit = commits[number]
            kind = "note" if commit in notes else "file"
            in_head = (name, path) in head
            told[name].append(Origin(os.fsdecode(path), commit, *people.get(commit, ("", "")), number, in_head, kind))
        for name in messages:
            who = people.get(name, ("", ""))
            told[name] = [Origin("", name, *who, rank.get(name, len(commits)), False, "commit-message")]
        self._rest(told, kinds, len(commits))
        return told

    def _rest(self, told: dict[str, list[Origin]], kinds: dict[str, str], last: int) -> None:
        """What no commit brought: tags, the index, and blobs that nothing names."""
        names = self._tags() if any(not origins for origins in told.values()) else {}
        indexed = staged(self._door) if any(not origins for origins in told.values()) else {}
        for name, origins in told.items():
            if origins:
                continue
            if kinds[name] == "tag" or name in names:
                origins.append(Origin(names.get(name, ""), "", "", "", last, False, "tag-message"))
            elif name in indexed:
                origins += [Origin(os.fsdecode(path), "", "", "", last, False, "staged") for path in indexed[name]]
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
        return frozenset(self._ask("rev-list", "--glob=refs/notes/*", "--ignore-missing").decode().split())

    def _tags(self) -> dict[str, str]:
        """Objects that refs name directly, tag objects among them -> the ref's short name."""
        form = "--format=%(objecttype) %(objectname) %(refname:short)"
        names: dict[str, str] = {}
        for line in self._ask("for-each-ref", form).decode("utf-8", "surrogateescape").splitlines():
            kind, name, ref = line.split(" ", 2)
            if kind != "commit":
                names.setdefault(name, ref)
        return names


def ranks(commits: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Where in the order of history some commits stand; those that are not in it are left out."""
    if isinstance(commits, list):
        wanted = frozenset(names)
        return {commit: number for number, commit in enumerate(commits) if commit in wanted}
    return {name: number for name in names if (number := commits.index(name)) >= 0}


def _earliest(met: Iterable[tuple[str, bytes, int]]) -> dict[tuple[str, bytes], int]:
    """(blob, path) -> position of the first commit that brought it."""
    first: dict[tuple[str, bytes], int] = {}
    for name, path, number in met:
        known = first.get((name, path))
        if known is None or number < known:
            first[name, path] = number
    return first
