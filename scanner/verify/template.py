"""`{{...}}` in a section's URL, headers and body -> the text that is sent.

A value comes from scanned content, so it is escaped for the place it stands in: nothing in it can end a
header, leave its field of a form, or turn a host into another one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

from scanner.secrets import Secret

_FIELD = re.compile(r"\{\{(.*?)\}\}")
_WORDS = re.compile(r"'([^']*)'|([A-Za-z_]\w*)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::\d{1,5})?(?:/[\w.~/-]{0,200})?\Z")
_LABELS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")
_HEADER = re.compile(r"[\t\x20-\x7e]*\Z")


class Unfit(Exception):
    """The request cannot be made: its text says why, without any value."""


Values = Mapping[str, Secret]
"""Name of a part -> its value; the credential itself is `secret`."""


def names(text: str) -> set[str]:
    """The parts that a template needs."""
    fields = (field.split("|", 1)[0] for field in _FIELD.findall(text))
    return {word for field in fields for _, word in _WORDS.findall(field) if word}


def render(text: str, values: Values, escape: Callable[[str], str]) -> str:
    """`text` with its fields filled in, each through `escape`. Raises Unfit."""

    def fill(found: re.Match[str]) -> str:
        inside, _, transform = found[1].partition("|")
        value = b":".join(_side(side, values) for side in _split(inside))
        if transform == "base64":
            return base64.b64encode(value).decode()
        if transform:
            raise Unfit(f"{transform!r} is no transform that a request may name")
        return escape(text_of(value))

    return _FIELD.sub(fill, text)


def _split(inside: str) -> list[str]:
    """The sides of the colon; one inside quotes separates nothing."""
    return re.split(r":(?=(?:[^']*'[^']*')*[^']*\Z)", inside)


def _side(side: str, values: Values) -> bytes:
    pieces = []
    for literal, name in _WORDS.findall(side):
        if name and name not in values:
            raise Unfit(f"its part {name!r} was not found beside it")
        pieces.append(values[name].reveal() if name else literal.encode())
    return b"".join(pieces)


def text_of(value: bytes) -> str:
    """The value as text. Raises Unfit."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Unfit("a part of it is not UTF-8") from None


def host(text: str, values: Values) -> str:
    """The host of a URL. Raises Unfit for a value that would make it another one.

    Only a field at the end may bring a port and a path along (a registry's, a self-hosted service's).
    """
    last = text.rfind("{{") if text.endswith("}}") else len(text)
    return render(text[:last], values, _named(_LABELS)) + render(text[last:], values, _named(_HOST))


def _named(form: re.Pattern[str]) -> Callable[[str], str]:
    def escape(value: str) -> str:
        if not form.match(value) or ".." in value:
            raise Unfit("what stands for a host is none")
        return value

    return escape


def in_url(value: str) -> str:
    """A value in a URL's path or query."""
    return quote(value, safe="")


def in_header(value: str) -> str:
    """A value in a header: nothing that ends it."""
    if not _HEADER.match(value):
        raise Unfit("a part of it cannot stand in a header")
    return value


def in_body(content_type: str) -> Callable[[str], str]:
    """How a value is written in a body of that type."""
    if "json" in content_type:
        return lambda value: json.dumps(value)[1:-1]
    if "urlencoded" in content_type:
        return quote_plus
    return lambda value: value
