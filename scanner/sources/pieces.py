"""What is too large for one batch, in overlapping pieces: huge files, huge blobs, standard input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from scanner.records import Batch, Piece, Tally

PIECE = 8 << 20
"""Bytes that each piece owns: a match belongs to the piece it starts in."""
OVERLAP = 64 << 10
"""Bytes read beyond both ends: more than the widest match, encoded, with the reach of judgement."""


class Readable(Protocol):
    """Anything with `read`: a file, a pipe."""

    def read(self, size: int, /) -> bytes | None: ...


def read_pieces(stream: Readable, name: str, tally: Tally, piece: int = PIECE) -> Iterator[Batch]:
    """The stream as batches of one segment each; memory is bounded by piece and overlap."""
    tally.objects += 1
    buffer, offset, newlines, ended = b"", 0, 0, False
    own = 0
    while not ended:
        wanted = own + piece + OVERLAP - offset - len(buffer)
        block = read_fully(stream, wanted)
        tally.bytes += len(block)
        ended = len(block) < wanted
        buffer += block
        limit = offset + len(buffer) if ended else own + piece
        if not buffer:
            return
        place = Piece(offset, newlines, own, limit + 1 if ended else limit)
        yield Batch(buffer, (0,), (len(buffer),), (name,), {0: place})
        own = limit
        drop = max(0, own - OVERLAP - offset)
        newlines += buffer.count(b"\n", 0, drop)
        buffer, offset = buffer[drop:], offset + drop


def read_fully(stream: Readable, size: int) -> bytes:
    """`size` bytes, or fewer where the stream ends: pipes give less than was asked for."""
    blocks = []
    while size > 0:
        block = stream.read(min(size, 1 << 20))
        if not block:
            break
        blocks.append(block)
        size -= len(block)
    return b"".join(blocks)


class Limited:
    """The next `size` bytes of a stream as a stream of their own."""

    def __init__(self, stream: Readable, size: int, head: bytes = b"") -> None:
        self._stream = stream
        self._head = head
        self.left = size

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        size = min(size, self.left)
        if self._head:
            block, self._head = self._head[:size], self._head[size:]
        else:
            block = self._stream.read(size) or b""
        self.left -= len(block)
        return block
