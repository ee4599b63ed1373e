"""A `[credential.verify]` table, read: what to ask and what which answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.catalogue.asking import STATES
from scanner.catalogue.condition import Condition, condition
from scanner.records import Credential
from scanner.verify.template import names


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
    further: tuple[Section, ...] = ()  # what is asked, of the same host, about a credential that lives
    privileged: tuple[tuple[str, tuple[str, ...]], ...] = ()  # identity field, and what in it means too much power
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
        further=tuple(
            _read({"method": "GET", "headers": raw.get("headers", {})} | one) for one in raw.get("further", ())
        ),
        privileged=tuple((name, tuple(words)) for name, words in raw.get("privileged", {}).items()),
        client=raw.get("client"),
    )


def needs(kind: Credential) -> set[str]:
    """The names of the parts that the kind's request needs beside the credential itself."""
    section = read(kind)
    if section is None:
        return set()
    texts = (section.url, section.body, *(text for _, text in section.headers))
    signed = {"id"} if section.protocol and any(part.secret for part in kind.parts) else set()
    return set().union(signed, *map(names, texts)) - {"secret"}
