"""What HTTP alone cannot ask: one module for each signature, found by being here and loaded when it is needed.

A module has `sign(request, parts) -> Request`, raising `Unfit` where a part is missing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from scanner.verify.request import Request
from scanner.verify.template import Values

Sign = Callable[[Request, Values], Request]


def signer(name: str) -> Sign | None:
    """The signature of that name, None where it is not built. Raises Unfit where its extra is missing."""
    known = {module.name for module in pkgutil.iter_modules(__path__)}
    module = name.replace("-", "_")
    if module not in known:
        return None
    sign: Sign | None = getattr(importlib.import_module(f"{__name__}.{module}"), "sign", None)
    return sign
