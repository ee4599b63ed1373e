"""Expressions that are compiled when they are first used: a commit asks few of them, and waits for each."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """Looks like what `re.compile` makes; each method is kept once it was asked for."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._made = (text, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        text, flags = self._made
        found = self.__dict__[name] = getattr(re.compile(text, flags), name)
        return found


def lazily(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, but later."""
    return cast("re.Pattern[AnyStr]", _Lazy(text, flags))
