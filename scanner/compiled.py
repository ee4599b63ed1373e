"""Exact expressions in the form that `regex` pickles them in, kept: 0.05 ms to read where it takes 1 to 4 to compile.

What reads them is the native part of `regex` alone: the rest of it, which compiles, is a fifth of what is imported
at commit time. A kept one holds for one file of that native part, and for one expression, which is looked at before it
is believed. Like the compiled database it is data for native code, and has the cache's own rules.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from typing import TYPE_CHECKING, Any, AnyStr, cast

from scanner import cache

if TYPE_CHECKING:
    import regex

_PACKAGE, _NATIVE = "regex", "regex._regex"


def compiled(expression: AnyStr, flags: int = 0) -> regex.Pattern[AnyStr]:
    """As `regex.compile`. Raises regex.error."""
    key = (_HOLDS_FOR, expression, int(flags))
    text = repr(key).encode("utf-8", "surrogatepass")
    name = f"expression-{zlib.crc32(text):08x}.bin"
    return cast("regex.Pattern[AnyStr]", _read(name, key) or _made(name, key))


def _read(name: str, key: tuple[str, str | bytes, int]) -> Any:
    """What is kept under `name`, if it is of `key` and not damaged; else None."""
    data = cache.read(name)
    if data is None or data[:8] != b"%08x" % zlib.crc32(data[8:]):
        return None
    whose, told = marshal.loads(data[8:])
    return _native.compile(*told) if whose == key else None  # as `pickle` would


def _made(name: str, key: tuple[str, str | bytes, int]) -> Any:
    import copyreg

    import regex

    _, expression, flags = key
    pattern: Any = regex.compile(expression, flags)
    reduced: Any = copyreg.dispatch_table[regex.Pattern](pattern)
    data = marshal.dumps((key, reduced[1]))
    cache.write(name, b"%08x" % zlib.crc32(data) + data)
    return pattern


def _loaded() -> Any:
    """`regex._regex`, without its package where that is not imported yet."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    package = None if _PACKAGE in sys.modules else PathFinder.find_spec(_PACKAGE)
    found = package and PathFinder.find_spec(_NATIVE, package.submodule_search_locations)
    if not found or not found.loader:
        import regex._regex as imported

        return imported
    module = sys.modules[_NATIVE] = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _told(path: str) -> str:
    """The file of the native part, and what it was made for."""
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns} {sys.implementation.cache_tag} {sys.byteorder}"


_native = _loaded()
_HOLDS_FOR = _told(_native.__file__)
