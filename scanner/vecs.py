"""Integers of the machine and growing arrays of them, for what mypyc compiles; see its "librt" documentation.

They are librt's, which is there wherever what mypyc made runs. Without it the loops run interpreted, and lists and
integers serve as well: `append` returns what goes on from then on, since librt's arrays may have to move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["append", "i64", "read_i64_be", "vec"]

if TYPE_CHECKING:
    from librt.strings import read_i64_be
    from librt.vecs import append, vec
    from mypy_extensions import i64
else:
    try:
        from librt.strings import read_i64_be
        from librt.vecs import append, vec
        from mypy_extensions import i64
    except ImportError:
        i64 = int
        vec: Any = {i64: list}

        def append(numbers: list[int], number: int) -> list[int]:
            """The same list, with one more."""
            numbers.append(number)
            return numbers

        def read_i64_be(data: bytes, at: int) -> int:
            """The eight bytes there, the highest first. Raises IndexError."""
            if not 0 <= at <= len(data) - 8:
                raise IndexError("index out of range")
            return int.from_bytes(data[at : at + 8], "big", signed=True)
