"""What a condition on an answer is, and a path into it: for files that are loaded and answers that are judged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d{1,4})\]|\['([^']+)'\]|\[(\*)\]")
_CONDITION = re.compile(r"(\d{3})(?: (?:body:(.+)|(\$[^=]*?)(?:=(.*))?))?\Z", re.DOTALL)
_NOTHING = object()
EACH = -1
"""The step of a path that takes every item of a list."""

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


def condition(text: str) -> Condition:
    """`200`, `200 $.ok=true`, `200 $.data`, `403 body:scope`; raises ValueError for anything else."""
    found = _CONDITION.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no condition; see docs/patterns.md")
    status, words, where, value = found.groups()
    return Condition(int(status), words or "", path(where) if where else None, value)


def trouble(status: int) -> str:
    """Why an answer of this status says nothing of a credential by itself, or ""."""
    if status == 429:
        return "the provider asks for fewer requests"
    if status >= 500 and status != 511:
        return "the provider is in trouble"
    return "a proxy wants a login" if status in (407, 511) else ""


def never(told: Iterable[tuple[str, str]]) -> str:
    """Of conditions as (state, text) in the order in which they count: why one can never come true, or "".

    Raises ValueError for a text that is no condition.
    """
    settled: dict[int, str] = {}
    for state, text in told:
        one = condition(text)
        why = trouble(one.status)
        if why and state == "inactive":
            return f"{text!r} never makes a credential inactive: {why}"
        if why and not one.demanding:
            return f"{text!r} can never come true: {why}; a demand on the answer may (`{text} body:...`)"
        if one.status in settled:
            return f"{text!r} of {state} can never come true: {settled[one.status]} takes every {one.status} before it"
        if not one.demanding:
            settled[one.status] = state
    return ""


def path(text: str) -> Path:
    """`$.a[0].b` -> ("a", 0, "b"), `$.a[*].b` -> ("a", EACH, "b"); raises ValueError."""
    steps: list[str | int] = []
    at = 1
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or text[0] != "$":
            raise ValueError(f"{text!r} is no path such as $.data[0].id")
        steps.append(EACH if step[4] else int(step[2]) if step[2] else step[1] or step[3])
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
    for at, step in enumerate(steps):
        found: Any = document
        if step == EACH:
            each = [dig(item, steps[at + 1 :]) for item in found] if isinstance(found, list) else [_NOTHING]
            return [item for item in each if item is not _NOTHING] or _NOTHING
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
