"""Findings and sightings without credentials: previews and keyed hashes, and sealed copies apart."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from scanner.records import Finding, Sighting
from scanner.secrets import fingerprint, recalled, seal

Item = TypeVar("Item", Finding, Sighting)
Known = tuple[str, tuple[tuple[str, str], ...]]
"""The keyed hash of a credential, and of its parts by name."""


class Elsewhere(Executor):
    """An executor on other machines: results come redacted, and `sealed` holds sealed copies of what was found."""

    sealed: dict[Known, bytes]


def redacted(item: Item, key: bytes) -> Item:
    """The same with previews and keyed hashes instead of credentials."""
    parts = tuple((name, recalled(part, key)) for name, part in item.parts)
    return replace(item, secret=recalled(item.secret, key), parts=parts)


def sealed(items: Iterable[Finding] | Iterable[Sighting], key: bytes, print_key: bytes) -> dict[Known, bytes]:
    """Sealed copies of those that are known in the clear; none without a key."""
    if not key:
        return {}
    once: dict[Known, Finding | Sighting] = {known(item, print_key): item for item in items}
    made = {name: seal([("", item.secret), *item.parts], key) for name, item in once.items()}
    return {name: copy for name, copy in made.items() if copy}


def known(item: Finding | Sighting, key: bytes) -> Known:
    """What a credential and its parts are known by, redacted or not."""
    return fingerprint(item.secret, key), tuple((name, fingerprint(part, key)) for name, part in item.parts)
