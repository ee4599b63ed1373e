"""The baseline file: accepted findings by content, in a form that two branches can both add to.

    keysieve-baseline/1 salt=<32 hex digits>
    00
    ...
    9f
    <64 hex digits> <pattern> {"owner": "...", "reason": "..."}
    a0
    ...

One line for each finding, without paths, line numbers or dates of its own; fingerprints are keyed with the salt.
The lines `00` to `ff` stand between the fingerprints that begin so: lines that two branches add are rarely
neighbours, and git merges them. Where they are, `merge=union` in .gitattributes keeps both.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from scanner.errors import UsageError
from scanner.lazily import lazily
from scanner.lightly import dataclass, field
from scanner.records import Finding, Suppression
from scanner.suppress import Rule

NAME = ".keysieve-baseline"
_HEADER = lazily(r"keysieve-baseline/1 salt=([0-9a-f]{32})\Z")
_LINE = lazily(r"([0-9a-f]{64}) (\S+)(?: (\{.*\}))?\Z")
_ANCHOR = lazily(r"[0-9a-f]{2}\Z")
_DATE = lazily(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
STATES = ("true", "false", "rotate-later")


class Entry(NamedTuple):
    """One accepted finding."""

    fingerprint: str
    pattern: str
    reason: str = ""
    owner: str = ""
    expires: str = ""  # the last day it counts, YYYY-MM-DD
    state: str = ""  # what `audit` said: true, false, rotate-later
    paths: tuple[str, ...] = ()  # only there, where people wished so

    def line(self) -> str:
        """As it stands in the file."""
        extra = {key: value for key, value in self._asdict().items() if value and key not in ("fingerprint", "pattern")}
        if self.paths:
            extra["paths"] = sorted(self.paths)
        text = json.dumps(extra, sort_keys=True, ensure_ascii=True)
        return f"{self.fingerprint} {self.pattern}" + (f" {text}" if extra else "")


@dataclass(slots=True)
class Baseline:
    """A baseline in memory: `entries` by fingerprint."""

    salt: str
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def key(self) -> bytes:
        """Of its fingerprints."""
        return self.salt.encode()

    def dumps(self) -> str:
        """The file's text: sorted, the same for the same content."""
        lines = [f"keysieve-baseline/1 salt={self.salt}"]
        lines += sorted([*(f"{number:02x}" for number in range(256)), *(e.line() for e in self.entries.values())])
        return "\n".join(lines) + "\n"

    def add(self, entry: Entry) -> None:
        """Add an entry; of two for one fingerprint, as a merge may leave, the stricter of each field counts."""
        known = self.entries.get(entry.fingerprint)
        self.entries[entry.fingerprint] = _merged(known, entry) if known else entry

    def rules(self, path: str) -> list[Rule]:
        """What it suppresses, for `scanner.suppress`."""
        return [
            Rule(Suppression("baseline", path, entry.reason), entry.fingerprint, entry.paths, expires=entry.expires)
            for entry in self.entries.values()
        ]


def _merged(one: Entry, two: Entry) -> Entry:
    expires = min(filter(None, (one.expires, two.expires)), default="")
    state = one.state if one.state == two.state or not two.state else "" if one.state else two.state
    paths = tuple(sorted({*one.paths, *two.paths})) if one.paths and two.paths else one.paths or two.paths
    return Entry(
        one.fingerprint, two.pattern, one.reason or two.reason, one.owner or two.owner, expires, state, paths
    )


def new() -> Baseline:
    """An empty one with a salt of its own."""
    return Baseline(os.urandom(16).hex())


def entry_of(finding: Finding, by_path: bool = False, **said: str) -> Entry:
    """The entry for a finding whose fingerprint is keyed with the baseline's salt."""
    paths = tuple(sorted({place.path for place in finding.places if place.path})) if by_path else ()
    return Entry(finding.fingerprint, finding.pattern, paths=tuple(map(_literal, paths)), **said)


def _literal(path: str) -> str:
    """A glob that matches this path only."""
    escaped = "".join(f"[{char}]" if char in "*?[" else char for char in path)
    return escaped if "/" in escaped else f"/{escaped}"


def is_baseline(path: str) -> bool:
    """Whether a file begins as a baseline does; else it may be a JSON report."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.readline(200).startswith("keysieve-baseline/")
    except OSError:
        return False


def read(path: str) -> Baseline:
    """Read a file; raises UsageError that names it and the line."""
    try:
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    head = _HEADER.match(lines[0]) if lines else None
    if not head:
        raise UsageError(f"{path}:1: is no baseline; make one with `keysieve baseline create`")
    baseline = Baseline(head[1])
    for number, line in enumerate(lines[1:], 2):
        _read_line(baseline, line.strip(), f"{path}:{number}")
    return baseline


def _read_line(baseline: Baseline, line: str, where: str) -> None:
    if not line or _ANCHOR.match(line) or line.startswith("#"):
        return
    if line.startswith(_CONFLICT):
        raise UsageError(f"{where}: a merge left a conflict; keep the lines of both sides and take its marks out")
    other = _HEADER.match(line)
    if other and other[1] != baseline.salt:
        raise UsageError(f"{where}: two baselines with different salts were merged; keep one and `baseline update` it")
    found = _LINE.match(line)
    if not found and not other:
        raise UsageError(f"{where}: is no line of a baseline: fingerprint, pattern, and an object of JSON if wished")
    if found:
        baseline.add(_entry(found, where))


def _entry(found: re.Match[str], where: str) -> Entry:
    try:
        extra: dict[str, Any] = json.loads(found[3] or "{}")
    except ValueError:
        raise UsageError(f"{where}: what follows the pattern is no JSON") from None
    paths = extra.pop("paths", [])
    fields = set(Entry._fields) - {"fingerprint", "pattern", "paths"}
    if set(extra) - fields or not all(isinstance(value, str) for value in (*extra.values(), *paths)):
        raise UsageError(f"{where}: takes {', '.join(sorted(fields))} as texts, and paths as a list of them")
    check_date(extra.get("expires", ""), where)
    return Entry(found[1], found[2], paths=tuple(paths), **extra)


def check_date(text: str, where: str) -> None:
    """Raise UsageError where `text` is neither "" nor a day."""
    if text and not _DATE.match(text):
        raise UsageError(f"{where}: {text!r} is no day; write YYYY-MM-DD")


def difference(baseline: Baseline, findings: Iterable[Finding]) -> tuple[list[Finding], list[Entry]]:
    """The findings that the baseline lacks, and its entries that no finding matches."""
    found = {finding.fingerprint: finding for finding in findings}
    lacking = [finding for print_, finding in found.items() if print_ not in baseline.entries]
    return lacking, [entry for print_, entry in baseline.entries.items() if print_ not in found]
