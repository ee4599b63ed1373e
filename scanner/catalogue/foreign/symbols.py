"""Characters and classes of other dialects' expressions, as `regex` over bytes has them."""

from __future__ import annotations

import re
from typing import Protocol


class Unmapped(ValueError):
    """Something that has no counterpart here; the text says what, without the expression."""


WIDE = "characters beyond ASCII count as their bytes"
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t\x20", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": r"\x20-~", "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r\x20", "upper": "A-Z", "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_EVERYTHING = {r"[\s\S]", r"[\S\s]", r"[\w\W]", r"[\W\w]", r"[\d\D]", r"[\D\d]", r"[\s\S\-]", r"[\x00-\xff]"}


class Reader(Protocol):
    """What reads the expression that a class stands in; `at` is where it is."""

    text: str
    at: int
    changes: dict[str, None]

    def single(self) -> str: ...

    def property(self) -> str: ...


class CharClass:
    """What stands in brackets."""

    def __init__(self, reader: Reader, verbose: bool, rust: bool) -> None:
        self._reader = reader
        self._skip = verbose and rust
        self._rust = rust
        self._items: list[str] = []
        self._wide: list[str] = []

    def read(self) -> tuple[str, bool]:
        """The class, and whether letters and ends of lines may be in it."""
        reader = self._reader
        negated = reader.text.startswith("^", reader.at)
        reader.at += negated
        first = True
        while first or not reader.text.startswith("]", reader.at):
            if reader.at >= len(reader.text):
                raise Unmapped("its expression is none: a bracket is not closed")
            self._item()
            first = False
        reader.at += 1
        body = f"[{'^' if negated else ''}{''.join(self._items)}]"
        if self._wide and not negated:
            wide = "|".join("".join(f"\\x{byte:02x}" for byte in char.encode()) for char in self._wide)
            body = f"(?:{body}|{wide})" if self._items else f"(?:{wide})"
        elif not self._items:
            body = r"[\x00-\xff]"
        return body, body in _EVERYTHING or (not negated and _long(self._items))

    def _item(self) -> None:
        reader = self._reader
        text = reader.text
        if self._skip and text[reader.at].isspace():
            reader.at += 1
            return
        found = re.compile(r"\[:(\^?)(\w+):\]").match(text, reader.at)
        if found and found[2] in _POSIX and not found[1]:
            reader.at = found.end()
            self._items.append(_POSIX[found[2]])
            return
        if found or (self._rust and (text[reader.at] == "[" or text.startswith(("&&", "--", "~~"), reader.at))):
            raise Unmapped("a class inside of a class")
        if text[reader.at] == "\\" and text[reader.at + 1 : reader.at + 2] in tuple("dDwWsSpPh"):
            self._named()
            return
        low = self._one()
        if text.startswith("-", reader.at) and not text.startswith("-]", reader.at):
            reader.at += 1
            self._range(low, self._one())
        elif ord(low) >= 0x80:
            reader.changes[WIDE] = None
            self._wide.append(low)
        else:
            self._items.append(plain(low))

    def _named(self) -> None:
        reader = self._reader
        char = reader.text[reader.at + 1]
        reader.at += 1
        if char in "pP":
            if char == "P":
                raise Unmapped("a class of Unicode characters")
            self._items.append(reader.property())
            return
        reader.at += 1
        self._items.append(r"\t\x20" if char == "h" else f"\\{char}")

    def _one(self) -> str:
        reader = self._reader
        char = reader.text[reader.at : reader.at + 1]
        reader.at += 1
        if char == "\\":
            if reader.text[reader.at : reader.at + 1] == "b":
                raise Unmapped("the escape \\b in a class")
            return reader.single()
        if not char:
            raise Unmapped("its expression is none: a bracket is not closed")
        return char

    def _range(self, low: str, high: str) -> None:
        if low > high:
            raise Unmapped("its expression is none: a range ends before it begins")
        if ord(high) < 0x80:
            self._items.append(f"{plain(low)}-{plain(high)}")
            return
        self._reader.changes[WIDE] = None
        self._items.append(f"{plain(low) if ord(low) < 0x80 else chr(92) + 'x80'}-\\xff")


def _long(items: list[str]) -> bool:
    """Whether a class holds the end of a line and letters: a body in armour, say."""
    lines = any(item in (r"\s", r"\n", r"\x0a") or item.startswith(r"\t\n") for item in items)
    return lines and any(item in (r"\w", r"\S", "a-z", "A-Z", "0-9A-Za-z", "A-Za-z", "0-9A-Za-z_") for item in items)


def plain(char: str) -> str:
    """One ASCII character as it stands in an expression or a class, for itself alone."""
    if char.isalnum() or char == "_" or char in "!\"%',/:;<=>@`":
        return char
    return f"\\{char}" if char.isprintable() and char != " " else f"\\x{ord(char):02x}"
