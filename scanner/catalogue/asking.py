"""The tables `verify` and `revoke` of a credential, checked when their file is loaded.

A request that is not as it was meant is refused then, and not found out while a provider is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scanner.catalogue.condition import never, path

STATES = ("active", "inactive", "restricted")
"""In the order in which their conditions are tried."""
_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE")
_LISTS = (*STATES, "unknown", "done", "gone")
_TYPES: dict[str, Any] = {
    "source": str, "method": str, "url": str, "headers": dict, "body": str, "identity": dict, "protocol": str,
    "effect": str, **dict.fromkeys(_LISTS, list), "further": list, "privileged": dict, "client": dict,
}  # fmt: skip
_ASKED = frozenset({"source", "method", "url", "headers", "body", "identity", "protocol", "further", "privileged"})
_VERIFY = _ASKED | {*STATES, "unknown", "client"}
_CLIENT = frozenset({"environment", "files", "key", "document", "at"})
_FURTHER = frozenset({"source", "method", "url", "headers", "body", "identity"})
_REVOKE = frozenset({"source", "method", "url", "headers", "body", "done", "gone", "effect"})
_ORIGIN = re.compile(r"https://[^/?#]+|\{\{\w+\}\}")


def verify(raw: Mapping[str, Any]) -> str:
    """What is wrong with a table `verify`, or ""."""
    return _guarded(raw, _verify) if raw else ""


def revoke(raw: Mapping[str, Any]) -> str:
    """What is wrong with a table `revoke`, or "". Only what a page documents: a change is no place for a guess."""
    return _guarded(raw, _revoke) if raw else ""


def origin(url: str) -> str:
    """Scheme and host of a URL as a section writes it, fields and all; "" where there is none."""
    found = _ORIGIN.match(url)
    return found[0] if found else ""


def _guarded(raw: Mapping[str, Any], check: Any) -> str:
    try:
        return str(check(raw))
    except ValueError as error:
        return str(error)


def _verify(raw: Mapping[str, Any]) -> str:
    problem = _types(raw, _VERIFY, {"url"})
    if problem or not raw.get("method"):
        return problem or ("further requests need a `method`" if raw.get("further") else "")
    told = [(state, text) for state in STATES for text in raw.get(state, ())]
    return never(told) or _identity(raw) or _further(raw) or _privileged(raw) or _client(raw)


def _revoke(raw: Mapping[str, Any]) -> str:
    problem = _types(raw, _REVOKE, {"source", "method", "url", "done"})
    if not problem and not raw["source"].startswith("https://"):
        problem = "needs the provider's page in source"
    told = [("revoked", text) for text in raw.get("done", ())] + [("inactive", text) for text in raw.get("gone", ())]
    return problem or never(told)


def _types(raw: Mapping[str, Any], known: frozenset[str], needed: set[str]) -> str:
    if set(raw) - known or needed - set(raw):
        return f"needs {', '.join(sorted(needed))}, and knows {', '.join(sorted(known))}"
    for name, value in raw.items():
        if not isinstance(value, _TYPES[name]):
            return f"{name} has the wrong type {type(value).__name__}"
        strings = value.values() if name in ("headers", "identity") else value if name in _LISTS else ()
        if not all(isinstance(text, str) for text in strings):
            return f"{name} must hold strings"
    if raw.get("method", "GET") not in _METHODS:
        return f"method is {raw['method']!r}, not one of {', '.join(_METHODS)}"
    return ""


def _identity(raw: Mapping[str, Any]) -> str:
    for where in raw.get("identity", {}).values():
        if not where.startswith(("header:", "element:")):
            path(where)
    return ""


def _further(raw: Mapping[str, Any]) -> str:
    """Another request of the same host: what a page names, for what it tells, and with nobody else."""
    for item in raw.get("further", ()):
        problem = _types(item, _FURTHER, {"source", "url", "identity"}) if isinstance(item, dict) else "must be tables"
        problem = problem or _identity(item)
        if not problem and not item["source"].startswith("https://"):
            problem = "needs the provider's page in source"
        if not problem and item.get("method", "GET") not in ("GET", "POST"):
            problem = "must be a request that reads"
        if not problem and (not origin(raw["url"]) or origin(item["url"]) != origin(raw["url"])):
            problem = "must go to the host of the first request"
        if problem:
            return f"further: {problem}"
    return ""


def _privileged(raw: Mapping[str, Any]) -> str:
    told = {name for item in (raw, *raw.get("further", ())) for name in item.get("identity", {})}
    for name, words in raw.get("privileged", {}).items():
        if name not in told:
            return f"privileged: no identity field is called {name!r}"
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            return f"privileged: {name} must be a list of non-empty strings"
    return ""


def _client(raw: Mapping[str, Any]) -> str:
    table = raw.get("client")
    if table is not None and (set(table) - _CLIENT or not table.get("key")):
        return f"client is a table with a key, and knows {', '.join(sorted(_CLIENT))}"
    if table is not None and "further" in raw:
        return "further requests need a host that the file names, and `client` has none"
    return ""
