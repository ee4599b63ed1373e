"""Integers of the machine, growing arrays of them and of bytes, for what mypyc compiles; see its "librt" documentation.

They are librt's, which is there wherever what mypyc made runs. Without it the loops run interpreted, and lists and
integers serve as well: `append` returns what goes on from then on, since librt's arrays may have to move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["BytesWriter", "append", "i64", "read_i64_be", "vec"]

if TYPE_CHECKING:
    from librt.strings import BytesWriter, read_i64_be
    from librt.vecs import append, vec
    from mypy_extensions import i64
else:
    try:
        from librt.strings import BytesWriter, read_i64_be
        from librt.vecs import append, vec
        from mypy_extensions import i64
    except ImportError:
        i64 = int
        vec: Any = {i64: list}

        def append(numbers: list[int], number: int) -> list[int]:
            """The same list, with one more."""
            numbers.append(number)
            return numbers

        class BytesWriter:
            """Bytes in the making."""

            def __init__(self) -> None:
                self._made = bytearray()

            def write(self, data: bytes) -> None:
                """Put `data` behind what there is."""
                self._made += data

            def __getitem__(self, at: int) -> int:
                return self._made[at]

            def __setitem__(self, at: int, byte: int) -> None:
                self._made[at] = byte

            def truncate(self, size: int) -> None:
                """Keep so many bytes."""
                del self._made[size:]

            def getvalue(self) -> bytes:
                """All of it."""
                return bytes(self._made)

        def read_i64_be(data: bytes, at: int) -> int:
            """The eight bytes there, the highest first. Raises IndexError."""
            if not 0 <= at <= len(data) - 8:
                raise IndexError("index out of range")
            return int.from_bytes(data[at : at + 8], "big", signed=True)
