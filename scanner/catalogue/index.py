"""The catalogue, parsed and checked once, kept as JSON in the cache: a clean scan never parses TOML.

Lines of JSON, parsed one by one as they are needed: nothing in them can run. The compiled hyperscan database beside it
is native data and has the cache's own rules (`scanner.cache`).
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar, overload

from scanner import cache
from scanner.catalogue import load
from scanner.records import Credential, Entry, Part
from scanner.version import VERSION

FORMAT = 4
"""Raised when what is kept changes its form."""

T = TypeVar("T")
Build = Callable[[Sequence[Credential]], list[Entry]]


class Catalogue:
    """Credentials and the prefilter's table, read when first asked for."""

    def __init__(self, patterns: Sequence[str], build: Build) -> None:
        """`patterns` are users' own files and folders; `build` makes the table."""
        self._files = load.pattern_files([load.builtin_folder(), *patterns])
        self._build = build
        self._read: tuple[Sequence[Credential], Sequence[Entry], dict[str, int]] | None = None
        self.key = _key([*self._files, *(load.companions(load.pattern_files(patterns)) if patterns else ())])

    @property
    def credentials(self) -> Sequence[Credential]:
        """All kinds, sorted by id; each is parsed when it is asked for."""
        return self._all()[0]

    @property
    def entries(self) -> Sequence[Entry]:
        """The prefilter's table."""
        return self._all()[1]

    @property
    def numbers(self) -> dict[str, int]:
        """Id -> position in `credentials`."""
        return self._all()[2]

    def _all(self) -> tuple[Sequence[Credential], Sequence[Entry], dict[str, int]]:
        if self._read is None:
            name = f"catalogue-{self.key}.json"
            self._read = _parse(cache.read(name))
            if self._read is None:
                credentials = load.load(self._files)
                entries = self._build(credentials)
                self._read = (credentials, entries, {kind.id: number for number, kind in enumerate(credentials)})
                cache.write(name, _dump(credentials, entries))
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


class _Rows(Sequence[T]):
    """Lines of JSON, parsed one by one when they are asked for: a scan needs few of thousands."""

    def __init__(self, lines: list[bytes], make: Callable[[Any], T]) -> None:
        self._lines = lines
        self._make = make
        self._made: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> T: ...
    @overload
    def __getitem__(self, number: slice) -> list[T]: ...
    def __getitem__(self, number: int | slice) -> T | list[T]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._make(json.loads(self._lines[number]))
        return made


def _dump(credentials: Sequence[Credential], entries: Sequence[Entry]) -> bytes:
    """A checksum of the rest, the ids, then a line for each credential and for each entry."""
    rows = [entry._replace(needle=entry.needle.hex()) for entry in entries]  # type: ignore[arg-type]
    lines = [[item.id for item in credentials], *map(asdict, credentials), *rows]
    body = b"\n".join(json.dumps(line, separators=(",", ":")).encode() for line in lines)
    return b"%08x\n" % zlib.crc32(body) + body


def _parse(data: bytes | None) -> tuple[Sequence[Credential], Sequence[Entry], dict[str, int]] | None:
    if data is None:
        return None
    lines = data[9:].split(b"\n")
    if data[:9] != b"%08x\n" % zlib.crc32(data[9:]):
        return None  # a damaged cache is made anew
    try:
        numbers = {name: number for number, name in enumerate(json.loads(lines[0]))}
        credentials = _Rows(lines[1 : len(numbers) + 1], _credential)
        entries = _Rows(lines[len(numbers) + 1 :], _entry)
    except (ValueError, TypeError):
        return None
    return credentials, entries, numbers


def _credential(raw: dict[str, Any]) -> Credential:
    parts = tuple(Part(**part) for part in raw.pop("parts"))
    fixed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Credential(parts=parts, **fixed)


def _entry(raw: list[Any]) -> Entry:
    needle, caseless, codecs, literal, shift, credentials, expression, width = raw
    return Entry(bytes.fromhex(needle), caseless, tuple(codecs), literal, shift, tuple(credentials), expression, width)
