"""What `scan PATH` reads: a file; a folder; a repository's history, its files, and what lies beside its objects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from scanner.errors import GitError, UsageError
from scanner.records import Source
from scanner.settings import SourceSettings
from scanner.sources.files import Excluded, FilesSource, ListedSource
from scanner.sources.git.discover import Repository, discover, discover_upward

Known = Callable[[str, os.stat_result], str]


def open_path(target: str, settings: SourceSettings, excluded: Excluded) -> Iterator[Source]:
    """The sources of a path that exists."""
    path = os.path.realpath(target)
    if settings.changes:
        yield _changes(path, target, settings)
    elif os.path.isdir(path):
        yield from _folder(path, target, settings, excluded)
    elif os.path.isfile(path):
        yield ListedSource(os.path.dirname(path), target, [os.path.basename(path)])
    else:
        from scanner.sources.stdin import StreamSource

        yield StreamSource(target)


def _changes(path: str, target: str, settings: SourceSettings) -> Source:
    repository = discover_upward(path)
    if repository is None:
        raise UsageError(f"{target}: is not in a git repository, which --staged, --range, --since and hooks need")
    from scanner.sources.git import changes
    from scanner.sources.git.door import Door

    door = Door(repository)
    try:
        if settings.staged:
            return changes.staged(door, target)
        if settings.push:
            return changes.pushed(door, target, settings.push, settings.known)
        if settings.range:
            first, dots, last = settings.range.partition("..")
            if not dots or last.startswith("."):
                raise UsageError(f"--range {settings.range}: is not of the form A..B")
            return changes.ranged(door, target, (first or "HEAD", last or "HEAD"), f"--range {settings.range}")
        return changes.ranged(door, target, (settings.since, "HEAD"), f"--since {settings.since}")
    except BaseException:
        door.close()
        raise


def _folder(path: str, target: str, settings: SourceSettings, excluded: Excluded) -> Iterator[Source]:
    repository = discover(path)
    if repository is None and not settings.tree:
        raise UsageError(f"{target}: is no git repository, so it has no history to scan; leave out --history-only")
    known: Known = lambda name, status: ""
    if repository is not None and settings.history:
        source, known = _history(repository, target, settings)
        yield source
    if not settings.tree:
        return
    if repository is not None:
        yield from _beside(repository, path, target)
    if repository is None or repository.worktree:
        nested: list[str] = []
        yield FilesSource(path, target, excluded, _collect(path, nested), known, repository is not None)
        for folder in nested:
            inside = _below(folder, excluded)
            yield from _folder(os.path.join(path, folder), os.path.join(target, folder), settings, inside)


def _below(folder: str, excluded: Excluded) -> Excluded:
    """What is excluded below the target, asked from a folder inside it."""
    return lambda name: excluded(f"{folder}/{name}")


def _history(repository: Repository, target: str, settings: SourceSettings) -> tuple[Source, Known]:
    """The history, and a test for files that it holds already."""
    from scanner.sources.git import worktree
    from scanner.sources.git.door import Door
    from scanner.sources.git.history import HistorySource

    door = Door(repository)
    known: Known = lambda name, status: ""
    try:
        if settings.tree and repository.worktree:
            with suppress(GitError, OSError):  # then every file is read
                known = worktree.unchanged(door)
        return HistorySource(door, target, settings.whole), known
    except BaseException:
        door.close()
        raise


def _collect(path: str, nested: list[str]) -> Callable[[str, Sequence[os.DirEntry[str]]], bool]:
    """A test for repositories below `path` that remembers them."""

    def repository(folder: str, entries: Sequence[os.DirEntry[str]]) -> bool:
        names = {entry.name for entry in entries}
        found = (".git" in names or {"HEAD", "objects", "refs"} <= names) and bool(discover(os.path.join(path, folder)))
        if found:
            nested.append(folder)
        return found

    return repository


def _beside(repository: Repository, path: str, target: str) -> Iterator[Source]:
    from scanner.sources.git import worktree

    folders: dict[str, list[str]] = {}
    for folder, name in worktree.beside(repository):
        folders.setdefault(folder, []).append(name)
    for folder, names in folders.items():
        if folder == path or folder.startswith(path + os.sep):
            prefix = os.path.relpath(folder, path)
            yield ListedSource(path, target, [os.path.normpath(os.path.join(prefix, name)) for name in names])
        else:
            yield ListedSource(folder, folder, names)
