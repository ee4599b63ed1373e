"""Texts of which one is in every match of an expression: what the prefilter may look for, in any case."""

from __future__ import annotations

from itertools import product
from typing import Any

from scanner.catalogue.widths import parser, sre

_MOST = 64
"""Texts in one set."""
_SHORTEST = 2


def needed(expression: str) -> list[frozenset[str]]:
    """Sets of lower-case texts, of each of which every match holds one; the best for a prefilter first."""
    found = [texts for texts in _sets(list(parser.parse(expression))) if min(map(len, texts)) >= _SHORTEST]
    return sorted(found, key=lambda texts: (-min(map(len, texts)), len(texts), sorted(texts)))


def _sets(nodes: list[Any], before: list[str] | None = None) -> list[frozenset[str]]:
    """`before` is what may stand right before the nodes: a common beginning of branches, say."""
    found: list[frozenset[str]] = []
    run = before or [""]
    for op, argument in nodes:
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            continue
        exact = _exact(op, argument)
        if exact and len(run) * len(exact) <= _MOST:
            run = [head + tail for head in run for tail in exact]
            continue
        found.append(frozenset(run))
        if not exact:
            found += _inside(op, argument, run)
        run = exact or [""]
    return [texts for texts in (*found, frozenset(run)) if "" not in texts]


def _inside(op: Any, argument: Any, run: list[str]) -> list[frozenset[str]]:
    if op is sre.SUBPATTERN:
        return _sets(list(argument[3]), run)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and argument[0] > 0:
        return _sets(list(argument[2]))
    if op is sre.ATOMIC_GROUP:
        return _sets(list(argument))
    if op is sre.BRANCH:
        every = [_sets(list(branch), run) for branch in argument[1]]
        best = [max(sets, key=lambda texts: min(map(len, texts)), default=None) for sets in every]
        whole: frozenset[str] = frozenset().union(*(texts for texts in best if texts))
        return [whole] if all(best) and len(whole) <= _MOST else []
    return []


def _exact(op: Any, argument: Any) -> list[str]:
    """All that a node can be, where that is little; else []."""
    if op is sre.LITERAL:
        return [chr(argument).lower()]
    if op is sre.IN and len(argument) <= 8 and all(kind is sre.LITERAL for kind, _ in argument):
        return sorted({chr(code).lower() for _, code in argument})
    if op is sre.SUBPATTERN:
        return _all(list(argument[3]))
    if op is sre.BRANCH:
        branches = [_all(list(branch)) for branch in argument[1]]
        every = {text for texts in branches for text in texts}
        return sorted(every) if all(branches) and len(every) <= _MOST else []
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[0] == argument[1] <= 8:
        return _all(list(argument[2]) * argument[0])
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[:2] == (0, 1):
        inner = _all(list(argument[2]))
        return ["", *inner] if inner else []
    return []


def _all(nodes: list[Any]) -> list[str]:
    texts = [""]
    for op, argument in nodes:
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            continue
        tails = _exact(op, argument)
        if not tails or len(texts) * len(tails) > _MOST:
            return []
        texts = [head + tail for head, tail in product(texts, tails)]
    return sorted(set(texts))
