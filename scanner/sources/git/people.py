"""Authors and dates, only for commits that a report names."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.errors import GitError
from scanner.sources.git.door import Door


def people_of(door: Door, commits: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Commit -> (author's name, date of authorship in ISO 8601)."""
    if not commits:
        return {}
    ids = "\n".join(sorted(commits)).encode() + b"\n"
    form = "--format=%H%x00%an%x00%aI%x01"
    try:
        listed = door.run("log", "--no-walk=unsorted", "--no-patch", "--stdin", form, stdin=ids)
    except GitError:  # one that cannot be read ends it, so each is asked for by itself
        if len(commits) == 1:
            return {}
        return {name: who for commit in commits for name, who in people_of(door, [commit]).items()}
    rows = (row.strip("\n").split("\0") for row in listed.decode("utf-8", "replace").split("\1"))
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}
