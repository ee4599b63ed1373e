"""What an expression tells about itself: its widest match, and whether it starts at its literal.

The standard library's parser is the only well-kept one for this syntax; it is private, so it is used
here alone. It parses more than `re` compiles (variable look-behind), which is what `regex` runs.
"""

from __future__ import annotations

import importlib
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
