"""Where a finding is, for the formats that know files and lines only."""

from __future__ import annotations

import hashlib

from scanner.records import Finding, Place
from scanner.report._words import kind_name, printable
from scanner.secrets import without_login


def by_path(places: tuple[Place, ...]) -> list[list[Place]]:
    """The places grouped by target and path, in their order; messages and lost objects by their kind."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        groups.setdefault((place.target, place.path or f"\0{place.kind}"), []).append(place)
    return list(groups.values())


def file_name(place: Place) -> str:
    """The path; of what has none, where git would store it; else ``stdin``. On one line."""
    stored = place.blob or place.commit
    if not place.path and stored:
        return f".git/objects/{stored[:2]}/{stored[2:]}"
    return printable(place.path or "stdin")


def people_name(place: Place) -> str:
    """The path, or in words what it is that has no path."""
    if not place.path and (place.blob or place.commit):
        return f"{kind_name(place)} {(place.commit or place.blob)[:12]}"
    return printable(place.path or "standard input")


def target_name(place: Place) -> str:
    """The target without a login, on one line."""
    return printable(without_login(place.target))


def identity(finding: Finding, place: Place, several: bool) -> str:
    """64 hex digits that stay the same while the credential stays at this path.

    The target only where there are several: it may be named otherwise on another machine.
    """
    fields = [finding.fingerprint, place.path or place.kind]
    fields += [place.target] if several else []
    return hashlib.sha256("\0".join(fields).encode("utf-8", "surrogatepass")).hexdigest()


def place_notes(place: Place, digits: int) -> list[str]:
    """What a person is told of a place beside its path: the commit with so many `digits` of its id, and so on."""
    notes = [f"commit {place.commit[:digits]}"] if place.commit else []
    notes += filter(None, (place.author, place.date[:10]))
    if place.blobs > 1:
        notes.append(f"in {place.blobs:,} versions")
    if place.commit and place.kind == "file" and not place.in_head:
        notes.append("not in HEAD any more")
    if place.encoding:
        notes.append("encoded as " + " in ".join(reversed(place.encoding)))
    return notes
