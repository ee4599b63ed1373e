"""A repository of the sweep, and which of them are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from scanner.secrets import without_login
from scanner.sweep.config import SourceTable


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository: a name that is unique in the sweep, and where it is: a URL, or a folder to be read in place."""

    name: str
    url: str
    token_env: str = ""
    local: bool = False
    archived: bool = False
    fork: bool = False
    size: int = 0  # bytes, as the forge tells; 0 where it does not

    @property
    def shown(self) -> str:
        """Its address without a login."""
        return without_login(self.url)


class Left(NamedTuple):
    """One that is not swept, and why."""

    name: str
    why: str


def wanted(source: SourceTable, found: Iterable[Repository]) -> tuple[list[Repository], list[Left]]:
    """Those that the source's filters let through, and the others with the reason."""
    kept: list[Repository] = []
    left: list[Left] = []
    for item in found:
        why = _why_not(source, item)
        if why:
            left.append(Left(item.name, why))
        else:
            kept.append(item)
    return kept, left


def _why_not(source: SourceTable, item: Repository) -> str:
    short = item.name.split("/", 1)[-1]
    names = (item.name, short, short.rsplit("/", 1)[-1])
    if not any(fnmatchcase(name, glob) for name in names for glob in source.include):
        return "no glob of `include` fits its name"
    if any(fnmatchcase(name, glob) for name in names for glob in source.exclude):
        return "a glob of `exclude` fits its name"
    if item.archived and not source.archived:
        return "is archived"
    if item.fork and not source.forks:
        return "is a fork"
    if source.max_size and item.size > source.max_size:
        return f"is larger than `max_size`: {item.size:,} bytes"
    return ""


def only(found: Iterable[Repository], globs: Iterable[str]) -> list[Repository]:
    """Those whose name, or the end of it, a glob fits; all without globs."""
    globs = list(globs)
    if not globs:
        return list(found)
    return [item for item in found if any(fnmatchcase(item.name, glob) or _ends(item.name, glob) for glob in globs)]


def _ends(name: str, glob: str) -> bool:
    parts = name.split("/")
    return any(fnmatchcase("/".join(parts[at:]), glob) for at in range(1, len(parts)))


def safe(name: str) -> str:
    """A name from a forge, without anything that a terminal or a path would obey."""
    return re.sub(r"[^\w./@+~-]", "_", name).strip("/") or "_"
