"""What an expression tells about itself: its widest match, and whether it starts at its literal.

The standard library's parser is the only well-kept one for this syntax; it is private, so it is used
here alone. It parses more than `re` compiles (variable look-behind), which is what `regex` runs.
"""

from __future__ import annotations

import importlib
import itertools
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


def run(expression: str) -> tuple[frozenset[str], int]:
    """Characters in both cases that every match is made of, and how many of these it has at the least.

    None of them, and 0, where that cannot be told.
    """
    parsed = parser.parse(expression)
    sets = list(_all_chars(list(parsed)))
    if not all(sets):
        return frozenset(), 0
    return frozenset(case for char in Chars().union(*sets) for case in (char, char.upper())), parsed.getwidth()[0]


def _all_chars(nodes: list[Any]) -> Iterator[Chars]:
    """Those of each place, as `_chars` tells them."""
    for op, argument in nodes:
        if op is sre.SUBPATTERN:
            yield from _all_chars(list(argument[3]))
        elif op is sre.BRANCH:
            for branch in argument[1]:
                yield from _all_chars(list(branch))
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            yield from _all_chars(list(argument[2]))
        elif op not in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            yield _chars(op, argument)


def breaks(expression: str) -> int:
    """The most line breaks in a match, those that it only looks at included; of an expression that `width` reads."""
    parsed = parser.parse(expression)
    return min(_breaks(list(parsed), bool(parsed.state.flags & re.S), {}), UNBOUNDED)


def _breaks(nodes: list[Any], dots: bool, groups: dict[int, int]) -> int:
    """The same of a sequence; `dots` where a dot stands for a line break, too; `groups` are those seen before."""
    return sum(_breaks_in(op, argument, dots, groups) for op, argument in nodes)


def _breaks_in(op: Any, argument: Any, dots: bool, groups: dict[int, int]) -> int:
    if op is sre.SUBPATTERN:
        number, add, drop, inner = argument
        groups[number] = _breaks(list(inner), (dots or bool(add & re.S)) and not drop & re.S, groups)
        return groups[number]
    if op is sre.BRANCH:
        return max(_breaks(list(branch), dots, groups) for branch in argument[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return _breaks(list(argument[1]), dots, groups)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        inside = _breaks(list(argument[2]), dots, groups)
        return inside * int(argument[1]) if inside else 0
    if op is sre.GROUPREF:
        return groups.get(argument, UNBOUNDED)
    if op is sre.GROUPREF_EXISTS:
        return max(_breaks(list(way or ()), dots, groups) for way in argument[1:])
    if op in (sre.AT, sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
        return int(_is_break(op, argument, dots))
    return UNBOUNDED


def _is_break(op: Any, argument: Any, dots: bool) -> bool:
    """Whether a character can be a line break."""
    if op is sre.ANY:
        return dots
    if op is sre.IN:
        kinds = [kind for kind, _ in argument]
        return any(_has_break(kind, what) for kind, what in argument) != (sre.NEGATE in kinds)
    return op is not sre.AT and bool(argument == _BREAK) == (op is sre.LITERAL)


def _has_break(kind: Any, what: Any) -> bool:
    """The same of one part of a class."""
    if kind is sre.RANGE:
        return bool(what[0] <= _BREAK <= what[1])
    return what == _BREAK or what in (sre.CATEGORY_SPACE, sre.CATEGORY_NOT_WORD, sre.CATEGORY_NOT_DIGIT)


_BREAK = ord("\n")

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
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[:2] == (0, 1):
        heads, whole = _heads(list(argument[2]))
        return ["", *heads], whole
    if op is sre.IN and len(argument) <= 12 and all(kind is sre.LITERAL for kind, _ in argument):
        return [chr(code) for _, code in argument], True
    return [""], False
