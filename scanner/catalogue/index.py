"""The catalogue, parsed and checked once, kept as JSON in the cache: a clean scan never parses TOML.

Lines of JSON, mapped, checked and parsed one by one as they are needed: nothing in them can run. The compiled hyperscan
database beside it is native data and has the cache's own rules (`scanner.cache`).
"""

from __future__ import annotations

import json
import os
import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar, overload

from scanner import cache
from scanner.catalogue import load
from scanner.records import Credential, Entry, Part
from scanner.version import VERSION

FORMAT = 6
"""Raised when what is kept changes its form."""

T = TypeVar("T")
Build = Callable[[Sequence[Credential]], list[Entry]]
Tables = tuple[Sequence[Credential], Sequence[Entry], dict[str, int]]


class Catalogue:
    """Credentials and the prefilter's table, read when first asked for."""

    def __init__(self, patterns: Sequence[str], build: Build, key: str = "") -> None:
        """`patterns` are users' own files and folders; `build` makes the table; `key` is given where it is known."""
        self._patterns = patterns
        self._build = build
        self._read: Tables | None = None
        self.key = key or _key([*self._files(), *(load.companions(load.pattern_files(patterns)) if patterns else ())])

    def _files(self) -> list[str]:
        return load.pattern_files([load.builtin_folder(), *self._patterns])

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

    def _all(self) -> Tables:
        if self._read is None:
            self._read = _parse(cache.mapped(self._name), self._anew) or self._anew()
        return self._read

    @property
    def _name(self) -> str:
        return f"catalogue-{self.key}.json"

    def _anew(self) -> Tables:
        """From the pattern files, and kept; also where a row turns out to be damaged."""
        credentials = load.load(self._files())
        entries = self._build(credentials)
        self._read = (credentials, entries, {kind.id: number for number, kind in enumerate(credentials)})
        cache.write(self._name, _dump(credentials, entries))
        return self._read


def _key(files: Sequence[str]) -> str:
    """Changes with any file's name, size or time of change, and with the code's version."""
    from hashlib import sha256

    digest = sha256(f"{VERSION}/{FORMAT}".encode())
    package = os.path.dirname(os.path.abspath(__file__))
    sources = [os.path.join(package, name) for name in ("schema.py", "relation.py", "widths.py", "load.py")]
    sources.append(os.path.join(os.path.dirname(package), "prefilter", "literals.py"))
    for file in (*files, *sources):
        status = os.stat(file)
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


class _Rows(Sequence[T]):
    """Lines of JSON, checked and parsed one by one when they are asked for: a scan needs few of thousands."""

    def __init__(self, rows: _Index, make: Callable[[Any], T], anew: Callable[[], Sequence[T]]) -> None:
        """`anew` makes the table where a row of it is damaged."""
        self._rows = rows
        self._make = make
        self._anew = anew
        self._made: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._rows.sums)

    @overload
    def __getitem__(self, number: int) -> T: ...
    @overload
    def __getitem__(self, number: slice) -> list[T]: ...
    def __getitem__(self, number: int | slice) -> T | list[T]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if number < 0:
            number += len(self)
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._row(number)
        return made

    def _row(self, number: int) -> T:
        body, ends, sums = self._rows
        line = body[ends[number] : ends[number + 1]]
        return self._make(json.loads(line)) if zlib.crc32(line) == sums[number] else self._anew()[number]


class _Index(NamedTuple):
    """Where the rows of a table begin and end, and their checksums."""

    body: Any  # of the file, mapped
    ends: Sequence[int]  # where row n begins, and the one before it ends
    sums: Sequence[int]


def _dump(credentials: Sequence[Credential], entries: Sequence[Entry]) -> bytes:
    """A line with the head's checksum, the number of bytes of the ids and that of the rows; then head and rows.

    The head is the ids as JSON, where each row begins, and the checksum of each; the rows are lines of JSON.
    """
    from dataclasses import asdict  # dear, and a cache that is there needs none

    shown = [entry._replace(needle=entry.needle.hex()) for entry in entries]  # type: ignore[arg-type]
    rows = [json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in [*map(asdict, credentials), *shown]]
    ids = json.dumps([item.id for item in credentials]).encode() + b"\n"
    ends = array("I", accumulate(map(len, rows), initial=0))
    head = ids + ends.tobytes() + array("I", map(zlib.crc32, rows)).tobytes()
    return b"%08x %08d %08d\n" % (zlib.crc32(head), len(ids), len(rows)) + head + b"".join(rows)


_FIRST = 27
"""Bytes of the first line."""


def _parse(data: Any, anew: Callable[[], Tables]) -> Tables | None:
    """The tables of a file that `_dump` wrote; None where its head is damaged."""
    if data is None:
        return None
    try:
        _, size, count = map(int, data[:_FIRST].split(), (16, 10, 10))
        body = _FIRST + size + 4 * (2 * count + 1)
        head = data[_FIRST:body]
        if data[:8] != b"%08x" % zlib.crc32(head):
            return None  # a damaged cache is made anew
        numbers = {name: number for number, name in enumerate(json.loads(head[:size]))}
        table = array("I", head[size:])
        ends, sums = array("I", [body + end for end in table[: count + 1]]), table[count + 1 :]
    except (ValueError, TypeError):
        return None
    kinds = len(numbers)
    credentials = _Rows(_Index(data, ends[: kinds + 1], sums[:kinds]), credential, lambda: anew()[0])
    entries = _Rows(_Index(data, ends[kinds:], sums[kinds:]), _entry, lambda: anew()[1])
    return credentials, entries, numbers


def credential(raw: dict[str, Any]) -> Credential:
    """A kind of what `asdict` makes of one, read back from JSON."""
    fixed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    fixed["parts"] = tuple(Part(**part) for part in raw["parts"])
    return Credential(**fixed)


def _entry(raw: list[Any]) -> Entry:
    needle, caseless, codecs, literal, shift, credentials, expression, width = raw
    return Entry(bytes.fromhex(needle), caseless, tuple(codecs), literal, shift, tuple(credentials), expression, width)
