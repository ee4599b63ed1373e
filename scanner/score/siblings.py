"""Neighbours of a value: lines beside it that give values of the same form to names of no credential.

A table of constants, columns or codes has such lines, and what stands in it under the name of a token or a password
is one of them.
"""

from __future__ import annotations

from os.path import commonprefix

from scanner.lazily import lazily
from scanner.score.login import around

_GIVEN = lazily(
    rb"(?<![\w.\-])([A-Za-z][\w.\-]{0,60})(?:[\"'`\])]{0,3}[ \t]{0,30}(?:=>|:=|=|:)|[\"'`],)[ \t]{0,20}[bru@]?"
    rb"([\"'`])([^\s\"'`]{5,60})\2"
)
_OF_AN_ACCOUNT = lazily(
    rb"(?i)pass|pwd|pw\b|secret|token|key|cred|auth(?!oriz)|user|login|name|mail|acc(?:ount|ess)|host|server|client|"
    rb"(?<![a-z])id|Id\b|salt|seed|nonce|hash|pin|cert"
)
_NEAR = 5
"""Characters of the beginning and the end that two values share, at least, and three of them at the beginning."""


def among_others(value: bytes, text: bytes, start: int, end: int) -> bool:
    """Whether names of no credential, two lines above or below, have values made as this one in quotes is."""
    if value.isalpha() or not 6 <= len(value) <= 40 or text[start - 1 : start] not in (b'"', b"'", b"`"):
        return False
    return any(
        _alike(value, found[3])
        for found in _GIVEN.finditer(around(text, start, end))
        if not _OF_AN_ACCOUNT.search(found[1])
    )


def _alike(value: bytes, other: bytes) -> bool:
    if value == other or abs(len(value) - len(other)) > 2:
        return False
    head = len(commonprefix((value, other)))
    tail = len(commonprefix((value[: head - 1 : -1], other[: head - 1 : -1])))
    if head < 3:
        return False
    return head + tail >= max(_NEAR, len(value) // 2) or _form(value) == _form(other)


def _form(value: bytes) -> bytes:
    return bytes(
        57 if 48 <= byte <= 57 else 97 if 97 <= byte <= 122 else 65 if 65 <= byte <= 90 else byte for byte in value
    )
