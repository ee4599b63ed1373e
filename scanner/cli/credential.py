"""One credential from standard input, as `keysieve verify` and `keysieve revoke` take it: never as an argument."""

from __future__ import annotations

import re
import sys
from typing import Any

from scanner.errors import UsageError
from scanner.records import Confidence, Credential, Finding, Reason, Verdict
from scanner.secrets import PUBLISHED_KEY, Secret, fingerprint

MOST = 100_000
"""Bytes of standard input: no credential is longer."""
_LINE = re.compile(rb"([A-Za-z_]\w*)=(.*)")
_NO_PARTS = {"secret", "bare", "q"}


def kind_of(identity: str, own: tuple[str, ...]) -> Credential:
    """The kind of that id, also of the user's `own` pattern files. Raises UsageError."""
    from scanner.catalogue.index import Catalogue
    from scanner.prefilter import literals

    known = Catalogue(own, literals.build)
    number = known.numbers.get(identity)
    if number is None:
        raise UsageError(f"--pattern {identity}: no such kind; `keysieve patterns list` names all")
    return known.credentials[number]


def from_input(kind: Credential) -> Finding:
    """The credential on standard input as a finding, so that a canary is known here as in a scan. Raises UsageError."""
    data = sys.stdin.buffer.read(MOST + 1)
    if len(data) > MOST:
        raise UsageError(f"standard input: more than {MOST} bytes are no credential")
    value, parts = _parts(kind, data.strip(b"\r\n"))
    if not value:
        raise UsageError("standard input is empty; give the credential there")
    secret = Secret(value)
    return Finding(
        fingerprint=fingerprint(secret, PUBLISHED_KEY),
        pattern=kind.id,
        name=kind.name,
        provider=kind.provider,
        severity=kind.severity,
        confidence=Confidence.HIGH,
        score=kind.score,
        reasons=_reasons(kind, value, data),
        secret=secret,
        parts=tuple((name, Secret(part)) for name, part in parts.items()),
        places=(),
    )


def _parts(kind: Credential, data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The credential, and its further parts: from lines `name=value` at the end, and from a whole connection string."""
    from scanner.match.find import Kind
    from scanner.verify.section import needs

    expression = Kind(0, kind, 2.0).expression
    groups = set(expression.groupindex) - _NO_PARTS
    known = needs(kind) | groups | {part.name for part in kind.parts}
    lines, parts = data.splitlines(keepends=True), dict[str, bytes]()
    while len(lines) > 1 and (match := _LINE.fullmatch(lines[-1].strip(b"\r\n"))) and match[1].decode() in known:
        parts[match[1].decode()] = match[2]
        lines.pop()
    value = b"".join(lines).strip(b"\r\n")
    found = expression.fullmatch(value, timeout=2.0) if groups else None
    if found:
        named = {name: text for name, text in found.groupdict().items() if text is not None}
        value = named.pop("secret", None) or named.pop("bare", value)
        parts = {name: text for name, text in named.items() if name in groups} | parts
    return value, parts


def _reasons(kind: Credential, value: bytes, data: bytes) -> tuple[Reason, ...]:
    from scanner.score import structure

    evidence = [item for name in kind.structure for item in structure.check(name, value, data)]
    return tuple(Reason(item.text, item.weight) for item in evidence)


def written(verdict: Verdict, format_: str) -> str:
    """A verdict as a line of text or as JSON."""
    if format_ == "json":
        import json

        told: dict[str, Any] = {"state": verdict.state, "why": verdict.why, "at": verdict.at}
        return json.dumps(told | {"identity": dict(verdict.identity)})
    identity = [f"{name} {value}" for name, value in verdict.identity]
    details = "; ".join(filter(None, (verdict.why, *identity, verdict.at)))
    return plain(f"{verdict.state} ({details})" if details else verdict.state)


def plain(text: str) -> str:
    """Text without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
