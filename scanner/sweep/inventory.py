"""All repositories of a sweep: of folders, lists of URLs and forges, filtered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from scanner.errors import ScanError, TargetError, UsageError
from scanner.records import Fault
from scanner.sources.git.discover import discover
from scanner.sweep.config import SourceTable, Sweep
from scanner.sweep.repositories import Left, Repository, safe, wanted
from scanner.sweep.web import Web


class Inventory(NamedTuple):
    """What is to be swept, what is left out and why, and the sources that could not be listed."""

    repositories: list[Repository]
    left: list[Left]
    faults: list[Fault]


def take(sweep: Sweep, web: Web) -> Inventory:
    """List every source. One that cannot be listed is a fault; the others are swept.

    Raises UsageError for a source that the user has to mend: a folder that is not there, a token that is not set.
    """
    found = Inventory([], [], [])
    names: set[str] = set()
    for source in sweep.sources:
        label = source.name or source.url or source.path or source.kind
        rows: list[Repository] = []
        try:
            for item in _listed(source, web):
                rows.append(item)  # noqa: PERF402 - what was listed before a fault is swept
        except UsageError:
            raise
        except ScanError as error:
            found.faults.append(Fault(f"source {label}", str(error)))
        kept, left = wanted(source, rows)
        found.left.extend(left)
        for item in kept:
            if item.name in names:
                found.left.append(Left(item.name, "is listed twice"))
            else:
                names.add(item.name)
                found.repositories.append(item)
    return found


def _listed(source: SourceTable, web: Web) -> Iterator[Repository]:
    if source.kind == "folder":
        yield from _folder(source)
    elif source.kind == "urls":
        for url in source.urls:
            yield Repository(_url_name(source, url), url, source.token_env)
    else:
        from scanner.sweep.forges import listed

        yield from listed(source, web)


def _url_name(source: SourceTable, url: str) -> str:
    if "://" in url:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
    else:
        host, _, path = url.rpartition(":")
    name = safe(path.strip("/").removesuffix(".git"))
    return f"{source.name or safe(host.rpartition('@')[2]) or 'local'}/{name}"


def _folder(source: SourceTable) -> Iterator[Repository]:
    """Every repository at or below the folder, bare ones too; not those inside another's working tree."""
    top = source.path
    if not os.path.isdir(top):
        raise UsageError(f"source {source.name or top}: {top} is no folder")
    label = source.name or safe(os.path.basename(os.path.normpath(top)))
    faults: list[OSError] = []
    for folder, inside, _ in os.walk(top, onerror=faults.append):
        if discover(folder) is not None:
            inside.clear()
            name = safe(os.path.relpath(folder, top)) if folder != top else "."
            yield Repository(f"{label}/{name.removesuffix('.git')}", folder, local=True)
        else:
            inside.sort()
    if faults:
        raise TargetError(f"{faults[0].filename}: cannot be read: {faults[0].strerror}")
