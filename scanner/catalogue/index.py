"""The catalogue, parsed and checked once, kept as JSON in the cache: a clean scan never parses TOML.

JSON because nothing in it can run; the compiled hyperscan database beside it is native data and has the
cache's own rules (`scanner.cache`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from scanner import cache
from scanner.catalogue import load
from scanner.records import Credential, Entry, Part
from scanner.version import VERSION

FORMAT = 2
"""Raised when what is kept changes its form."""

Build = Callable[[Sequence[Credential]], list[Entry]]


class Catalogue:
    """Credentials and the prefilter's table, read when first asked for."""

    def __init__(self, patterns: Sequence[str], build: Build) -> None:
        """`patterns` are users' own files and folders; `build` makes the table."""
        self._files = load.pattern_files([load.builtin_folder(), *patterns])
        self._build = build
        self._read: tuple[list[Credential], list[Entry]] | None = None
        self.key = _key([*self._files, *(load.companions(load.pattern_files(patterns)) if patterns else ())])

    @property
    def credentials(self) -> list[Credential]:
        """All kinds, sorted by id."""
        return self._all()[0]

    @property
    def entries(self) -> list[Entry]:
        """The prefilter's table."""
        return self._all()[1]

    def _all(self) -> tuple[list[Credential], list[Entry]]:
        if self._read is None:
            name = f"catalogue-{self.key}.json"
            self._read = _parse(cache.read(name))
            if self._read is None:
                credentials = load.load(self._files)
                self._read = (credentials, self._build(credentials))
                cache.write(name, _dump(*self._read))
        return self._read


def _key(files: Sequence[str]) -> str:
    """Changes with any file's name, size or time of change, and with the code's version."""
    digest = hashlib.sha256(f"{VERSION}/{FORMAT}".encode())
    package = os.path.dirname(os.path.abspath(__file__))
    sources = [os.path.join(package, name) for name in ("schema.py", "relation.py", "widths.py", "load.py")]
    sources.append(os.path.join(os.path.dirname(package), "prefilter", "literals.py"))
    for file in (*files, *sources):
        status = os.stat(file)
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _dump(credentials: Sequence[Credential], entries: Sequence[Entry]) -> bytes:
    rows = [entry._replace(needle=entry.needle.hex()) for entry in entries]  # type: ignore[arg-type]
    document = {"credentials": [asdict(item) for item in credentials], "entries": rows}
    return json.dumps(document, separators=(",", ":")).encode()


def _parse(data: bytes | None) -> tuple[list[Credential], list[Entry]] | None:
    if data is None:
        return None
    try:
        document = json.loads(data)
        return (
            [_credential(raw) for raw in document["credentials"]],
            [_entry(raw) for raw in document["entries"]],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # a damaged cache is made anew


def _credential(raw: dict[str, Any]) -> Credential:
    parts = tuple(Part(**part) for part in raw.pop("parts"))
    fixed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Credential(parts=parts, **fixed)


def _entry(raw: list[Any]) -> Entry:
    needle, caseless, codecs, literal, shift, credentials, expression, width = raw
    return Entry(bytes.fromhex(needle), caseless, tuple(codecs), literal, shift, tuple(credentials), expression, width)
