"""What the formats share: safe text, numbers for people, and what to do next."""

from __future__ import annotations

import re

from scanner.records import Finding, Place
from scanner.secrets import Secret, clear_text, preview

SHORT = 16
"""Hex digits of a fingerprint that are shown to people and that name it in an ignore."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {"unreachable": "unreachable object"}


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, as os.fsdecode keeps it
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    return char.encode("unicode_escape").decode("ascii")


def printable(text: str) -> str:
    """`text` on one line and without anything a terminal acts on: controls, escapes, marks of direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def unicode_text(text: str) -> str:
    r"""`text` as true Unicode: bytes of a path that are no UTF-8 become ``\xNN``."""
    return _SURROGATE.sub(lambda found: _escaped(found[0]), text)


def shown(secret: Secret, clear: bool) -> str:
    """The credential as a report shows it."""
    return clear_text(secret) if clear else preview(secret)


def kind_name(place: Place) -> str:
    """`place.kind` in words."""
    return _KINDS.get(place.kind, place.kind.replace("-", " "))


def advice(finding: Finding) -> str:
    """What to do next."""
    if finding.respond.strip():
        return finding.respond.strip()
    owner = f"at {finding.provider}" if finding.provider else "where it was issued"
    return (
        f"Revoke it {owner} and issue a new one, then take it out of the code.\n"
        "Deleting the line is not enough: whoever has read it can still use it."
    )


def plural(count: int, noun: str) -> str:
    """``1 object``, ``2,000 objects``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Bytes for people, in powers of ten."""
    if count < 1000:
        return plural(count, "byte")
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:,.1f} TB"
