"""What an expression tells about itself: its widest match, and whether it starts at its literal.

The standard library's parser is the only well-kept one for this syntax; it is private, so it is used
here alone. It parses more than `re` compiles (variable look-behind), which is what `regex` runs.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any

sre: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

UNBOUNDED = 1 << 20
"""A width at or above this is refused: matches must have a limit."""


def width(expression: str) -> int:
    """The widest match in bytes; raises ValueError for an expression that cannot be parsed."""
    try:
        return int(min(parser.parse(expression).getwidth()[1], UNBOUNDED))
    except (sre.error, RecursionError) as error:
        raise ValueError(str(error)) from error


_CLASSES = (
    ("[0-9]", frozenset("0123456789")),
    ("[0-9a-f]", frozenset("0123456789abcdef")),
    ("[0-9a-z]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz")),
    ("[0-9a-z_-]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz_-")),
    ("[0-9a-z+/]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz+/")),
    ("[0-9a-z_=.~+/-]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz_=.~+/-")),
)
"""Few classes, so that kinds whose values begin alike share one part of the prefilter's automaton."""
_MOST_FIRST = 16


def first(expression: str) -> str:
    """A necessary beginning of every match in any case: classes and characters with fixed counts, or "".

    At most 16 characters of it; fewer where the expression branches or repeats without a fixed count.
    """
    done, length = "", 0
    for text, count, fixed in _firsts(list(parser.parse(expression))):
        count = min(count, _MOST_FIRST - length)
        if count:
            done += text if count == 1 else f"{text}{{{count}}}"
        length += count
        if not fixed or length >= _MOST_FIRST:
            break
    return done if length >= 4 else ""


def _firsts(nodes: list[Any]) -> Iterator[tuple[str, int, bool]]:
    """(class, fewest repeats, whether what follows stands right behind) from the start on."""
    for op, argument in nodes:
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            continue
        if op is sre.SUBPATTERN:
            yield from _firsts(list(argument[3]))
            continue
        low, high = 1, 1
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and len(argument[2]) == 1:
            low, high, inner = argument
            op, argument = inner[0]
        text = _class(op, argument)
        if not text:
            yield "", 0, False
            return
        yield text, low, low == high
        if low != high:
            return


def _class(op: Any, argument: Any) -> str:
    if op is sre.LITERAL:
        return re.escape(chr(argument))
    if op is not sre.IN:
        return ""
    chars: set[str] = set()
    for kind, what in argument:
        if kind is sre.LITERAL:
            chars.add(chr(what).lower())
        elif kind is sre.RANGE:
            chars.update(chr(code).lower() for code in range(what[0], what[1] + 1))
        else:
            return ""
    return next((text for text, alphabet in _CLASSES if chars <= alphabet), "")


def leads(expression: str, literals: tuple[str, ...], caseless: bool) -> bool:
    """Whether every match starts with one of the literals, as far as the parse tree proves it."""
    heads, _ = _heads(list(parser.parse(expression)))
    fold = str.lower if caseless else str
    wanted = tuple(fold(word) for word in literals)
    return all(fold(head).startswith(wanted) for head in heads)


def _heads(nodes: list[Any]) -> tuple[list[str], bool]:
    """The literal texts that a sequence can start with, and whether they are all of the sequence."""
    heads = [""]
    for op, argument in nodes:
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            continue
        inner, whole = _inner(op, argument)
        heads = [head + tail for head in heads for tail in inner]
        if not whole or len(heads) > _MOST_HEADS:
            return heads, False
    return heads, True


_MOST_HEADS = 256


def _inner(op: Any, argument: Any) -> tuple[list[str], bool]:
    if op is sre.LITERAL:
        return [chr(argument)], True
    if op is sre.SUBPATTERN:
        return _heads(list(argument[3]))
    if op is sre.BRANCH:
        branches = [_heads(list(branch)) for branch in argument[1]]
        return [head for heads, _ in branches for head in heads], all(whole for _, whole in branches)
    if op is sre.IN and len(argument) <= 12 and all(kind is sre.LITERAL for kind, _ in argument):
        return [chr(code) for _, code in argument], True
    return [""], False
