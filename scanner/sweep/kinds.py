"""The kinds of a pattern set as they were, kept beside what is known under it, and which kinds differ between two sets.

What an object leads to is decided by the hits in it: a kind acts only through an occurrence of its own literals or
expression. So where no kind that differs has a hit, neither as it was nor as it is, an object leads to the same.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from scanner.cache import write_atomically
from scanner.catalogue.index import credential
from scanner.records import Credential
from scanner.sweep.version import base

_FILE = "kinds.json"
TOLD = ("provider", "source", "severity", "near_misses", "verify", "revoke", "respond", "file")
"""Fields that are asked for only when a finding is told, or by the catalogue's own checks."""
_MOST = 4
"""Where more than one of so many kinds differs, or one whose names stand nearly everywhere, another look at the bytes
costs more than it saves."""

Rows = dict[str, dict[str, Any]]


def before(folder: str, load: Callable[[], Sequence[Credential]]) -> str:
    """The folder of the set before, from which it pays to carry over what is known to that of the set in use; or "".

    Where a new set has kinds that differ in nothing that acts, it begins with all that was known.
    """
    above, name = os.path.split(folder)
    new = not kept(folder)
    if new:
        keep(folder, load())
    paths = [os.path.join(above, other) for other in os.listdir(above) if other != name and base(other) == base(name)]
    old = max(filter(kept, paths), key=os.path.getmtime, default="")
    found = differing(old, folder) if old else None
    if new and found == []:
        for part in os.listdir(old):
            if part.endswith(".seg"):
                with contextlib.suppress(OSError):  # it is merged, or the file system knows no links: scanned again
                    os.link(os.path.join(old, part), os.path.join(folder, part))
    return old if found and worth(found, old) else ""


def keep(folder: str, kinds: Sequence[Credential]) -> None:
    """Write them into the folder of their pattern set; they hold no credential."""
    write_atomically(os.path.join(folder, _FILE), json.dumps([asdict(kind) for kind in kinds]).encode(), mode=0o600)


def kept(folder: str) -> bool:
    """Whether they are there."""
    return os.path.exists(os.path.join(folder, _FILE))


@lru_cache(maxsize=2)  # asked for each repository
def differing(before: str, after: str) -> list[Credential] | None:
    """The kinds that were added, removed or changed, as they were and as they are, from the folders of two sets.

    None where that cannot be told.
    """
    old, new = _read(before), _read(after)
    if old is None or new is None:
        return None
    names = [name for name in sorted(old.keys() | new.keys()) if _acts(old.get(name)) != _acts(new.get(name))]
    return [credential(rows[name]) for name in names for rows in (old, new) if name in rows]


def worth(found: Sequence[Credential], before: str) -> bool:
    """Whether to look for these saves anything over scanning all again."""
    most = len(_read(before) or ()) // _MOST
    return len({kind.id for kind in found}) <= most and all(kind.rank != "generic" for kind in found)


def _acts(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {key: value for key, value in row.items() if key not in TOLD}


@lru_cache(maxsize=2)
def _read(folder: str) -> Rows | None:
    try:
        with open(os.path.join(folder, _FILE), "rb") as stream:
            return {row["id"]: row for row in json.load(stream)}
    except (OSError, ValueError, TypeError, KeyError):
        return None
