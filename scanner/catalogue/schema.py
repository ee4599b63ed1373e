"""A pattern file's text -> `Credential` records, or an error that names file, credential and field."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from scanner.catalogue import asking, relation, widths
from scanner.errors import PatternError
from scanner.records import Credential, Part

BOUNDS = {
    "base62": "0-9A-Za-z",
    "base64": "0-9A-Za-z+/=",
    "base64url": r"0-9A-Za-z_\-",
    "none": "",
}
"""Named alphabets that may not follow a match (of which the first also may not precede it)."""

_LEFT = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=\x1b\[[0-9;]{0,8}m))"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_SEVERITIES = ("low", "medium", "high", "critical")
_RANKS = {"distinctive": 0.85, "named": 0.65, "generic": 0.5}
WIDEST = 20_000
"""No match is wider than this: a private key of 16,384 bits in armour is about 13,000 bytes."""

_FIELDS: dict[str, type | tuple[type, ...]] = {
    "id": str, "name": str, "source": str, "literals": list, "caseless": bool, "regex": str,
    "bounds": str, "expression": str, "keywords": list, "beside": list, "value": str, "first": str,
    "structure": (str, list), "shape": (str, list), "near_misses": list, "severity": str,
    "rank": str, "score": (float, int), "dummies": list, "placeholders": str, "part": list,
    "joins": dict, "unless": list, "path": str, "public": str, "min_randomness": (float, int), "verify": dict,
    "revoke": dict, "respond": dict,
}  # fmt: skip
_REQUIRED = ("id", "name", "source", "shape")
_FOUND_IN = ("secret", "match", "line")
_NUMBERS = ("entropy", "entropy_below")


class _Table:
    """One [[credential]] table with its whereabouts, for errors."""

    def __init__(self, raw: dict[str, Any], file: str) -> None:
        self.raw = raw
        self.file = file
        self.id = str(raw.get("id", ""))

    def fail(self, field: str, problem: str) -> PatternError:
        return PatternError(self.file, self.id, field, problem)

    def check_fields(self, imported: bool) -> None:
        for name, value in self.raw.items():
            kind = _FIELDS.get(name)
            if kind is None:
                raise self.fail(name, "is not a field of a credential; see docs/patterns.md")
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise self.fail(name, f"has the wrong type {type(value).__name__}")
        for name in _REQUIRED:
            if not self.raw.get(name) and not (imported and name == "shape"):
                raise self.fail(name, "is missing")

    def strings(self, name: str) -> tuple[str, ...]:
        value = self.raw.get(name, ())
        items = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(item, str) and item for item in items):
            raise self.fail(name, "must hold non-empty strings")
        return items

    def choice(self, name: str, default: str, choices: Any) -> str:
        value = str(self.raw.get(name, default))
        if value not in choices:
            raise self.fail(name, f"is {value!r}, not one of {', '.join(choices)}")
        return value


def credentials(document: dict[str, Any], file: str) -> list[Credential]:
    """The credentials of one parsed pattern file.

    Raises PatternError for an unknown field, a wrong type, an expression that cannot be parsed or has no
    limit, an id that is taken or malformed, or a literal that is missing.
    """
    provider = document.get("provider")
    if not isinstance(provider, dict) or not isinstance(provider.get("name"), str):
        raise PatternError(file, "", "provider.name", "is missing")
    tables = document.get("credential")
    if not isinstance(tables, list) or not tables:
        raise PatternError(file, "", "credential", "at least one [[credential]] table is needed")
    for name in document:
        if name not in ("provider", "credential"):
            raise PatternError(file, "", name, "is not a table of a pattern file")
    shared = provider.get("respond", {})
    if not isinstance(shared, dict):
        raise PatternError(file, "", "provider.respond", "must be a table")
    if not all(isinstance(raw, dict) for raw in tables):
        raise PatternError(file, "", "credential", "must be tables: [[credential]]")
    for raw in tables:  # what was imported has no documentation to write a shape from
        _Table(raw, file).check_fields(bool(provider.get("imported")))
    return [_credential(_Table(raw, file), provider["name"], shared) for raw in tables]


def _credential(table: _Table, provider: str, respond: dict[str, Any]) -> Credential:
    if not _ID.match(table.id):
        raise table.fail("id", "must be lower-case words joined by hyphens")
    raw = table.raw
    keywords = table.strings("keywords")
    names = (*keywords, *table.strings("beside"))
    literals = tuple(dict.fromkeys(text for word in names for text in relation.spellings(word)))
    literals = literals or table.strings("literals")
    if not literals:
        raise table.fail("literals", "is missing: without one the prefilter cannot find the credential")
    caseless = bool(keywords) or bool(raw.get("caseless"))
    rank = table.choice("rank", "named" if keywords else "distinctive", _RANKS)
    common = rank == "generic" or relation.common(keywords)
    regex = _expression(table, keywords, not common)
    wide = _width(table, regex)
    sought = _sought(table, names, common)
    return Credential(
        id=table.id,
        name=raw["name"],
        provider=provider,
        source=raw["source"],
        literals=tuple(word.lower() for word in literals) if caseless else literals,
        regex=regex,
        caseless=caseless,
        expression=sought,
        expression_width=_span(table, sought, literals),
        keywords=keywords,
        value=str(raw.get("value", "")),
        structure=table.strings("structure"),
        shapes=table.strings("shape"),
        near_misses=table.strings("near_misses"),
        severity=table.choice("severity", "high", _SEVERITIES),
        rank=rank,
        score=float(raw.get("score", _RANKS[rank])),
        dummies=_dummies(table),
        placeholders=_parsed(table, "placeholders"),
        parts=tuple(_part(table, part) for part in raw.get("part", ())),
        **_joins(table),
        unless=tuple(_unless(table, item) for item in raw.get("unless", ())),
        path=_parsed(table, "path"),
        public=str(raw.get("public", "")),
        min_randomness=float(raw.get("min_randomness", 0)),
        width=wide,
        breaks=widths.breaks(str(raw["value"]) if keywords else regex),
        leads=bool(keywords) or widths.leads(regex, literals, caseless),
        verify=_asked(table, "verify"),
        revoke=_asked(table, "revoke"),
        respond={**respond, **raw.get("respond", {})},
        file=table.file,
    )


def _expression(table: _Table, keywords: tuple[str, ...], further: bool) -> str:
    raw = table.raw
    bounds = BOUNDS[table.choice("bounds", "base62", BOUNDS)]
    if keywords:
        if "regex" in raw:
            raise table.fail("regex", "goes with literals; with keywords give `value`")
        if not raw.get("value"):
            raise table.fail("value", "is missing: keywords need the form of the value")
        beside = table.strings("beside")
        if beside and not further:
            raise table.fail("beside", "goes with names that are in use for one provider alone")
        return relation.compose(keywords, _parsed(table, "value"), bounds, further, beside)
    if "beside" in raw:
        raise table.fail("beside", "goes with keywords")
    if not raw.get("regex"):
        raise table.fail("regex", "is missing")
    body = _parsed(table, "regex")
    return f"{_LEFT}{body}(?![{bounds}])" if bounds else body


def _sought(table: _Table, keywords: tuple[str, ...], common: bool) -> str:
    """What hyperscan looks for; of kinds whose names are common all that can be said, lest it hits too often."""
    if keywords:
        return (relation.screen if common else relation.near)(keywords, _first(table))
    return _parsed(table, "expression")


_FIXED = re.compile(r"(?:(?:\[(?:\\.|[^\]\\])+\]|\\.|[\w\-])(?:\{\d{1,3}\})?)+\Z")
"""Classes and characters with fixed counts: such an expression takes the same time on any text."""


def _first(table: _Table) -> str:
    value = _parsed(table, "value")
    text = str(table.raw.get("first") or widths.first(value) or r"[^\s\"'`<>(){}$,;]{5}")
    if not _FIXED.match(text):
        raise table.fail("first", "must be classes and characters with fixed counts, as [0-9a-f]{16}")
    return text


def _parsed(table: _Table, field: str) -> str:
    text = str(table.raw.get(field, ""))
    _guard(table, field, lambda: widths.width(text))
    return text


def _width(table: _Table, regex: str) -> int:
    field = "value" if table.raw.get("keywords") else "regex"
    wide = _guard(table, field, lambda: widths.width(_abridged(regex)))
    if wide > WIDEST:
        raise table.fail(field, f"can match {wide} bytes or more; give every repetition a limit")
    return wide


def _abridged(regex: str) -> str:
    """An expression of the same width in which what all kinds have in common is any bytes: else it is parsed anew,
    10 ms each, for each of the kinds that are known by a name."""
    for shared, stand_in in _stand_ins():
        regex = regex.replace(shared, stand_in)
    return regex


@cache
def _stand_ins() -> tuple[tuple[str, str], ...]:
    return tuple((shared, rf"[\s\S]{{{widths.width(shared)}}}") for shared in relation.SHARED)


def _guard(table: _Table, field: str, parse: Callable[[], int]) -> int:
    try:
        return parse()
    except ValueError as error:
        raise table.fail(field, f"is no regular expression: {error}") from None


_LONGEST, _WIDEST = 50, 200
"""Bytes of a literal, which grows fourfold at most where it is encoded, and of what the prefilter looks for: all that
it finds must lie within what is looked at around a change (`deltas.BEFORE`)."""


def _span(table: _Table, sought: str, literals: tuple[str, ...]) -> int:
    """The most bytes that a hit of `sought` takes. Raises PatternError where that is, or a literal is, too wide."""
    named = "keywords" if table.raw.get("keywords") else ""
    if max(map(len, literals)) > _LONGEST:
        raise table.fail(named or "literals", f"{_LONGEST} characters at most")
    width = _guard(table, "expression", lambda: widths.width(sought.replace("(?<=", "(?:")))
    if width > _WIDEST:
        raise table.fail(
            named or "expression", f"may take {_WIDEST} bytes at most, and takes up to {width}: a beginning is enough"
        )
    return width


def _dummies(table: _Table) -> tuple[str, ...]:
    values = table.strings("dummies")
    for value in values:
        if not re.fullmatch(r"[0-9a-f]{64}", value):
            raise table.fail("dummies", "must hold SHA-256 digests; `keysieve patterns hash` prints one")
    return values


def _joins(table: _Table) -> dict[str, Any]:
    raw = {"to": "", "as": "", "lines": 30} | table.raw.get("joins", {})
    texts = isinstance(raw["to"], str) and isinstance(raw["as"], str)
    if set(raw) != {"to", "as", "lines"} or not texts or type(raw["lines"]) is not int:
        raise table.fail("joins", "holds the strings `to` and `as` and the number `lines`")
    return {"joins": raw["to"], "join_as": raw["as"], "join_lines": raw["lines"]}


def _asked(table: _Table, field: str) -> dict[str, Any]:
    raw = dict(table.raw.get(field, {}))
    problem = (asking.verify if field == "verify" else asking.revoke)(raw)
    if problem:
        raise table.fail(field, problem)
    return raw


def _unless(table: _Table, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or not raw or set(raw) - {*_FOUND_IN, *_NUMBERS}:
        raise table.fail("unless", f"must be tables of {', '.join((*_FOUND_IN, *_NUMBERS))}")
    made: dict[str, Any] = {}
    for key, value in raw.items():
        if key in _NUMBERS:
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise table.fail("unless", f"{key} must be a number: Shannon entropy in bits a byte")
            made[key] = float(value)
            continue
        made[key] = [value] if isinstance(value, str) else value
        if not isinstance(made[key], list) or not all(isinstance(text, str) and text for text in made[key]):
            raise table.fail("unless", f"{key} must be an expression or a list of them")
        for text in made[key]:
            _guard(table, "unless", partial(widths.width, text))
    return made


def _part(table: _Table, raw: Any) -> Part:
    if not isinstance(raw, dict) or not all(isinstance(raw.get(key, ""), str) for key in ("name", "regex")):
        raise table.fail("part", "must be tables with the strings name and regex")
    unknown = set(raw) - {"name", "regex", "required", "secret"}
    if unknown or not raw.get("name") or not raw.get("regex"):
        raise table.fail("part", "needs name and regex, and knows required and secret beside them")
    _guard(table, "part", lambda: widths.width(raw["regex"]))
    return Part(raw["name"], raw["regex"], bool(raw.get("required")), bool(raw.get("secret")))
