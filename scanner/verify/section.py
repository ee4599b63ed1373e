"""A `[credential.verify]` table, read: what to ask and what which answer means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.records import Credential
from scanner.verify.template import names

STATES = ("active", "inactive", "restricted")
"""In the order in which their conditions are tried."""
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d{1,4})\]|\['([^']+)'\]")
_CONDITION = re.compile(r"(\d{3})(?: (?:body:(.+)|(\$[^=]*?)(?:=(.*))?))?\Z", re.DOTALL)
_NOTHING = object()
_CLIENT = {"environment", "files", "key", "document", "at"}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A status, alone or with one demand on the answer."""

    status: int
    text: str = ""
    path: Path | None = None
    value: str | None = None

    @property
    def demanding(self) -> bool:
        return bool(self.text) or self.path is not None

    def fits(self, status: int, body: str, document: object) -> bool:
        """Whether this answer meets it; `document` is the parsed body, or NOTHING."""
        if status != self.status or self.text not in body:
            return False
        if self.path is None:
            return True
        found = dig(document, self.path)
        return found is not _NOTHING and (self.value is None or written(found) == self.value)


@dataclass(frozen=True, slots=True)
class Section:
    """One request as data, and its conditions as (state, condition) in the order in which they count."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    conditions: tuple[tuple[str, Condition], ...]
    identity: tuple[tuple[str, str], ...]
    protocol: str
    confirmed: bool
    words: tuple[tuple[str, str], ...] = ()  # (state, the server's own word) where the protocol is not HTTP
    client: Mapping[str, Any] | None = None  # where the user's own client keeps the host, see `registry`
    elsewhere: bool = False  # the host is not surely the one that the credential is for


def read(kind: Credential) -> Section | None:
    """The kind's section, None where it has none. Raises ValueError for a condition that is none."""
    return _read(kind.verify) if kind.verify else None


def revocation(kind: Credential) -> Section | None:
    """The request that ends a credential's life, None where none is documented: `revoked` is done, `inactive` gone."""
    raw = kind.revoke
    return (
        _read(raw | {"revoked": raw["done"], "inactive": raw.get("gone", ())}, ("revoked", "inactive")) if raw else None
    )


def _read(raw: dict[str, Any], meant: tuple[str, ...] = STATES) -> Section:
    protocol = str(raw.get("protocol", ""))
    states = meant if raw.get("method") else (*meant, "unknown")  # a longer word that a shorter one would judge
    told = [(state, str(text)) for state in states for text in raw.get(state, ())]
    http = bool(raw.get("method"))
    return Section(
        method=str(raw.get("method", "")),
        url=str(raw["url"]),
        headers=tuple(sorted(raw.get("headers", {}).items())),
        body=str(raw.get("body", "")),
        conditions=tuple((state, condition(text)) for state, text in told) if http else (),
        identity=tuple(sorted(raw.get("identity", {}).items())),
        protocol=protocol,
        confirmed=str(raw.get("source", "")).startswith("https://"),
        words=() if http else tuple(told),
        client=_client(raw),
    )


def _client(raw: dict[str, Any]) -> Mapping[str, Any] | None:
    table = raw.get("client")
    if table is not None and (not isinstance(table, dict) or set(table) - _CLIENT or not table.get("key")):
        raise ValueError(f"client is a table with a key, and knows {', '.join(sorted(_CLIENT))}")
    return table


def needs(kind: Credential) -> set[str]:
    """The names of the parts that the kind's request needs beside the credential itself."""
    section = read(kind)
    if section is None:
        return set()
    texts = (section.url, section.body, *(text for _, text in section.headers))
    signed = {"id"} if section.protocol and any(part.secret for part in kind.parts) else set()
    return set().union(signed, *map(names, texts)) - {"secret"}


def condition(text: str) -> Condition:
    """`200`, `200 $.ok=true`, `200 $.data`, `403 body:scope`; raises ValueError for anything else."""
    found = _CONDITION.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no condition; see docs/patterns.md")
    status, words, where, value = found.groups()
    return Condition(int(status), words or "", path(where) if where else None, value)


def path(text: str) -> Path:
    """`$.a[0].b` -> ("a", 0, "b"); raises ValueError."""
    steps: list[str | int] = []
    at = 1
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or text[0] != "$":
            raise ValueError(f"{text!r} is no path such as $.data[0].id")
        steps.append(int(step[2]) if step[2] else step[1] or step[3])
        at = step.end()
    return tuple(steps)


def parsed(body: str) -> object:
    """The body as JSON, or what `dig` finds nothing in."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NOTHING


def is_json(document: object) -> bool:
    """Whether `parsed` could read it."""
    return document is not _NOTHING


def dig(document: object, steps: Path) -> object:
    """What stands at the path; a mark that equals nothing else where there is no such path."""
    for step in steps:
        found: Any = document
        if isinstance(step, str):
            known = isinstance(found, dict) and step in found
        else:
            known = isinstance(found, list) and step < len(found)
        if not known:
            return _NOTHING
        document = found[step]
    return document


def written(value: object) -> str:
    """A JSON value as conditions and identities write it: strings bare, lists of plain values joined by commas."""
    if value is _NOTHING:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, (str, int)) for item in value):
        return ",".join(map(written, value))
    return json.dumps(value, ensure_ascii=False)
