"""Byte offset -> line and column, counted onward from the last answer and only for hits."""

from __future__ import annotations

_LONGEST = 1 << 16
"""A column beyond this many bytes of line is counted in bytes: such a line is no text for people."""


class Lines:
    """Lines and columns in one segment, both from 1; columns are code points.

    Offsets should be asked in ascending order: then the segment is walked once.
    """

    def __init__(self, segment: bytes | bytearray | memoryview, first: int = 0) -> None:
        self._data = bytes(segment)
        self._first = first + 1
        self._at = 0
        self._newlines = 0

    def locate(self, offset: int) -> tuple[int, int]:
        """(line, column) of the byte at `offset`."""
        if offset < self._at:
            self._at = self._newlines = 0
        self._newlines += self._data.count(b"\n", self._at, offset)
        self._at = offset
        start = self._data.rfind(b"\n", max(0, offset - _LONGEST), offset) + 1
        start = start or max(0, offset - _LONGEST)
        return self._first + self._newlines, _columns(self._data[start:offset]) + 1


def _columns(line: bytes) -> int:
    if len(line) >= _LONGEST:
        return len(line)
    if line.isascii():
        return len(line.replace(b"\0", b""))
    return len(line.decode("utf-8", "replace"))
