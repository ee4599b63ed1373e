"""What an expression tells about itself: its widest match, and whether it starts at its literal.

The standard library's parser is the only well-kept one for this syntax; it is private, so it is used
here alone. It parses more than `re` compiles (variable look-behind), which is what `regex` runs.
"""

from __future__ import annotations

import importlib
import itertools
import re
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


Chars = frozenset[str]
Firsts = tuple[list[Chars], bool]
"""The characters that may stand at each place, in lower case, and whether these places are all. No more places than
the shortest way to match has, 16 at most, and no character at a place of which nothing is known."""

_CLASSES = (
    ("[0-9]", frozenset("0123456789")),
    ("[0-9a-f]", frozenset("0123456789abcdef")),
    ("[0-9a-z]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz")),
    ("[0-9a-z_-]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz_-")),
    ("[0-9a-z+/]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz+/")),
    ("[0-9a-z_=.~+/-]", frozenset("0123456789abcdefghijklmnopqrstuvwxyz_=.~+/-")),
    ("[!-~]", frozenset(map(chr, range(33, 127)))),
)
"""Few classes, so that kinds whose values begin alike share one part of the prefilter's automaton."""
_MOST_FIRST = 16


def first(expression: str) -> str:
    """A necessary beginning of every match in any case: classes and characters with fixed counts, or "".

    At most 16 characters of it; fewer where the shortest way to match has no more.
    """
    sets, _ = _firsts(list(parser.parse(expression)))
    texts = list(itertools.takewhile(bool, map(_class, sets)))
    runs = ((text, len(list(same))) for text, same in itertools.groupby(texts))
    done = "".join(text if count == 1 else f"{text}{{{count}}}" for text, count in runs)
    return done if len(texts) >= 4 else ""


def _firsts(nodes: list[Any], behind: Firsts = ([], True)) -> Firsts:
    """What may stand at each place from the start on, before what stands `behind`.

    From the last node to the first, so that each is seen once, however many may be left out.
    """
    for op, argument in reversed(nodes):
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            continue
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[:2] == (0, 1):
            behind = _any([_firsts(list(argument[2]), behind), behind])
        else:
            behind = _joined(_places(op, argument), behind)
    return behind


def _places(op: Any, argument: Any) -> Firsts:
    """`_firsts` of one node, which is not left out."""
    if op is sre.SUBPATTERN:
        return _firsts(list(argument[3]))
    if op is sre.BRANCH:
        return _any([_firsts(list(branch)) for branch in argument[1]])
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, inner = argument
        sets, whole = _firsts(list(inner))
        return (sets * min(low, _MOST_FIRST), low == high) if whole else (sets if low else [], False)
    return [_chars(op, argument)], True


def _joined(here: Firsts, behind: Firsts) -> Firsts:
    """What stands here and, where that is all of it, what stands behind."""
    if not here[1]:
        return here
    sets = here[0] + behind[0]
    return sets[:_MOST_FIRST], behind[1] and len(sets) <= _MOST_FIRST


def _any(ways: list[Firsts]) -> Firsts:
    """What holds whichever of these ways it matches."""
    sets = [
        Chars() if not all(chars) else Chars().union(*chars) for chars in zip(*(way for way, _ in ways), strict=False)
    ]
    return sets, all(whole and len(way) == len(sets) for way, whole in ways)


def _chars(op: Any, argument: Any) -> Chars:
    """The characters of a literal or a class, in lower case; none where they cannot be told."""
    if op is sre.LITERAL:
        return Chars(chr(argument).lower())
    chars: set[str] = set()
    for kind, what in argument if op is sre.IN else ():
        if kind is sre.LITERAL:
            chars.add(chr(what).lower())
        elif kind is sre.RANGE:
            chars.update(chr(code).lower() for code in range(what[0], what[1] + 1))
        else:
            return Chars()
    return Chars(chars)


def _class(chars: Chars) -> str:
    if len(chars) == 1:
        return re.escape(next(iter(chars)))
    return next((text for text, alphabet in _CLASSES if chars and chars <= alphabet), "")


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
