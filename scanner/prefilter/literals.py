"""Credentials -> the prefilter's table: every literal in plain form and in the forms it takes when encoded.

Base64 of a text has three looks, by where the text starts in a group of three bytes; only the letters that
the literal alone decides are looked for. Where fewer than `FEWEST` letters remain the form is left out.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence

from scanner.records import Credential, Entry

FEWEST = 4
"""Letters that a base64 form needs at the least: one chance hit in 16 MB of base64 text."""
FEWEST_NESTED = 5
"""The same for base64 of base64 and of UTF-16, of which there are many more forms."""


def build(credentials: Sequence[Credential]) -> list[Entry]:
    """The table, in a fixed order; rows that look the same are one row for several credentials."""
    rows: dict[tuple[object, ...], list[int]] = {}
    entries: dict[tuple[object, ...], Entry] = {}
    for number, credential in enumerate(credentials):
        for entry in _forms(credential):
            key = entry[:5] + (entry.expression,)
            rows.setdefault(key, []).append(number)
            entries[key] = entry
    return [entries[key]._replace(credentials=tuple(numbers)) for key, numbers in rows.items()]


def _forms(credential: Credential) -> Iterator[Entry]:
    for literal in credential.literals:
        raw = literal.encode()
        if not credential.expression:
            yield Entry(raw, credential.caseless, (), literal, 0, ())
        if not credential.caseless:
            yield from _encoded(literal, raw)
    if credential.expression:
        # Its literals are what the portable engine looks for, and what anchors the exact match. hyperscan knows no
        # look-behind: what is looked behind at is read here.
        expression = credential.expression.replace("(?<=", "(?:")
        yield Entry(b"", True, (), "", 0, (), expression, credential.expression_width)


def _encoded(literal: str, raw: bytes) -> Iterator[Entry]:
    for needle, shift in base64_forms(raw, FEWEST):
        yield Entry(needle, False, ("base64",), literal, shift, ())
        for outer, outer_shift in base64_forms(needle, FEWEST_NESTED):
            yield Entry(outer, False, ("base64", "base64"), literal, outer_shift * 3 + shift, ())
    for codec in ("utf-16-le", "utf-16-be"):
        wide = literal.encode(codec)
        yield Entry(wide, False, (codec,), literal, 0, ())
        for needle, shift in base64_forms(wide, FEWEST_NESTED):
            yield Entry(needle, False, ("base64", codec), literal, shift, ())
    yield Entry(raw.hex().encode(), True, ("hex",), literal, 0, ())
    yield Entry(b"".join(b"%%%02x" % byte for byte in raw), True, ("percent",), literal, 0, ())
    from urllib.parse import quote  # only where the table is made, not where it is loaded

    partly = quote(raw, safe="").encode()
    if partly != raw:
        yield Entry(partly, True, ("percent",), literal, 0, ())


def base64_forms(raw: bytes, fewest: int) -> list[tuple[bytes, int]]:
    """The looks of `raw` inside base64 as (letters, shift), url-safe ones too; shift is bytes before it."""
    forms: list[tuple[bytes, int]] = []
    for shift in range(3):
        letters = base64.b64encode(bytes(shift) + raw)
        needle = letters[math.ceil(shift * 8 / 6) : (shift + len(raw)) * 8 // 6]
        if len(needle) < fewest:
            continue
        forms.append((needle, shift))
        if b"+" in needle or b"/" in needle:
            forms.append((needle.translate(bytes.maketrans(b"+/", b"-_")), shift))
    return forms
