"""What a pattern itself says against a match: too little entropy, words in the value or around it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scanner.compiled import compiled
from scanner.score.context import line_of

if TYPE_CHECKING:
    import regex

_SECONDS = 1.0
"""For one search."""


def excuse(tables: Sequence[dict[str, Any]], value: bytes, text: bytes, outer: tuple[int, int]) -> str:
    """Why one of the pattern's `unless` tables holds, all of it, or "".

    `text` is the match at `outer` with what is read around it. Raises TimeoutError.
    """
    for table in tables:
        if all(_holds(key, wanted, value, text, outer) for key, wanted in table.items()):
            return f"its pattern does not count it: {' and '.join(table)}"
    return ""


def _holds(key: str, wanted: Any, value: bytes, text: bytes, outer: tuple[int, int]) -> bool:
    if key == "entropy":
        return _entropy(value) <= float(wanted)
    if key == "entropy_below":
        return _entropy(value) < float(wanted)
    place = {"secret": value, "match": text[outer[0] : outer[1]]}.get(key)
    area = line_of(text, *outer) if place is None else place
    return all(_compiled(item).search(area, timeout=_SECONDS) for item in wanted)


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> regex.Pattern[bytes]:
    return compiled(expression.encode())


def _entropy(value: bytes) -> float:
    """Shannon's, in bits a byte."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())
