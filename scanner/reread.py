"""The credentials of a report, which holds none: read again from the places that it names.

A place is read as a file below its target, or as a blob of its repository. What is found there counts only if its
fingerprint is the report's: a file that has changed gives no other credential.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType

from scanner.detector import Detector
from scanner.errors import ScanError
from scanner.records import Finding, Place, Sighting
from scanner.secrets import Redacted, fingerprint
from scanner.sources.git.discover import discover_upward
from scanner.sources.git.door import Door

WIDEST = 64 << 20
"""Bytes of a file or blob that is read again."""


class Places:
    """Reads places, each once; what it opens is closed at its end."""

    def __init__(self, detector: Detector, key: bytes) -> None:
        """`key` is that of the report's fingerprints."""
        self._detector = detector
        self._key = key
        self._doors: dict[str, Door | None] = {}
        self._seen: dict[tuple[str, str], dict[str, Sighting]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Places:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def again(self, finding: Finding) -> Finding | None:
        """The finding with its credential and parts; None where no place holds it."""
        if not isinstance(finding.secret, Redacted):
            return finding  # the report was made with --show-secrets
        for place in finding.places:
            for where in (place.path, place.blob):
                found = self._at(place, where).get(finding.fingerprint) if where else None
                if found is not None:
                    return replace(finding, secret=found.secret, parts=found.parts, pattern=found.credential)
        return None

    def _at(self, place: Place, where: str) -> dict[str, Sighting]:
        known = self._seen.get((place.target, where))
        if known is None:
            data = self._blob(place) if where == place.blob else _file(place)
            sightings = self._detector.inspect(data, place.path) if data else []
            known = {fingerprint(item.secret, self._key): item for item in sightings}
            self._seen[place.target, where] = known
        return known

    def _blob(self, place: Place) -> bytes:
        try:
            door = self._door(place.target)
            if door is None or int(door.run("cat-file", "-s", place.blob)) > WIDEST:
                return b""
            return door.run("cat-file", "-p", place.blob)
        except (ScanError, ValueError):
            return b""

    def _door(self, target: str) -> Door | None:
        if target not in self._doors:
            repository = discover_upward(target) if os.path.isdir(target) else None
            self._doors[target] = Door(repository) if repository else None
            if door := self._doors[target]:
                self._stack.callback(door.close)
        return self._doors[target]


def _file(place: Place) -> bytes:
    for path in (os.path.join(place.target, place.path), place.target):
        try:
            if os.path.isfile(path) and os.path.getsize(path) <= WIDEST:
                with open(path, "rb") as stream:
                    return stream.read()
        except (OSError, ValueError):
            continue
    return b""
