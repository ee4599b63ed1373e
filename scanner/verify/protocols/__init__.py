"""What HTTP alone cannot ask: one module for each protocol, found by being here and loaded when it is needed.

A signature over a request is a module with `sign(request, parts) -> Request`. It may have `further(request, parts,
identity)`, which asks what else there is to tell of a key that lives, and `reach(request)`: of which hosts, and at most
how often. Another protocol than HTTP is a module with `target(parts) -> (host, port)` and `ask(parts, line) -> Said`,
which reads and changes nothing. All of them raise `Unfit` where a part is missing or does not fit, or where the client
library of an extra is not installed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Generator
from types import ModuleType
from typing import NamedTuple

from scanner.verify.answer import Answer, Said
from scanner.verify.line import Line
from scanner.verify.request import Request
from scanner.verify.template import Values

Sign = Callable[[Request, Values], Request]
Pairs = tuple[tuple[str, str], ...]
Questions = Generator[Request, Answer | None, Pairs]
"""Requests, each answered by `send` (None where it failed), and in the end the fields of an identity."""


class Speaker(NamedTuple):
    """A protocol of its own: where it would go, and the question."""

    target: Callable[[Values], tuple[str, int]]
    ask: Callable[[Values, Line], Said]


def signer(name: str) -> Sign | None:
    """The signature of that name, None where it is not built. Raises Unfit where its extra is missing."""
    sign: Sign | None = getattr(_module(name), "sign", None)
    return sign


class Further(NamedTuple):
    """What a protocol asks about a key that lives, of which hosts, and at most how often."""

    ask: Callable[[Request, Values, Pairs], Questions]
    reach: Callable[[Request], tuple[tuple[str, int], ...]]


def further(name: str) -> Further | None:
    """The further questions of the protocol of that name, None where it has none."""
    module = _module(name)
    return Further(module.further, module.reach) if hasattr(module, "further") else None  # type: ignore[union-attr]


def speaker(name: str) -> Speaker | None:
    """The protocol of that name, None where it is not spoken. Raises Unfit where its extra is missing."""
    module = _module(name)
    if not hasattr(module, "ask"):
        return None
    return Speaker(module.target, module.ask)  # type: ignore[union-attr]


def _module(name: str) -> ModuleType | None:
    known = {module.name for module in pkgutil.iter_modules(__path__)}
    module = name.replace("-", "_")
    return importlib.import_module(f"{__name__}.{module}") if module in known else None
