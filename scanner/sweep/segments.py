"""A segment: ids of scanned objects, sorted, and what was seen in those that showed something; one file, mapped.

    8 bytes  magic                              8 x n    the ids' first 8 bytes, ascending
    8        n, ids                             4 x n    their next 4
    8        h, objects that showed something   24 x h   first 8, next 4, length, offset: where their text is
    8        bytes of text                               the text: a line of JSON for each sighting

All numbers are little-endian. 12 bytes of an id: for a billion objects the chance that two share them is 1e-11.
A file that is not of this form is no segment, and its objects are scanned again.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scanner.sources.git.arrays import Bytes

MAGIC = b"keysvS\x01\n"
_HEAD = struct.Struct("<8sQQQ")
HIT = np.dtype([("first", "<u8"), ("next", "<u4"), ("length", "<u4"), ("offset", "<u8")])

First = NDArray[np.uint64]
Next = NDArray[np.uint32]


def halves(ids: Bytes) -> tuple[First, Next]:
    """The first 8 and the next 4 bytes of ids, each a row, as numbers."""
    first = np.ascontiguousarray(ids[:, :8]).view(">u8").ravel().astype(np.uint64)
    following = np.ascontiguousarray(ids[:, 8:12]).view(">u4").ravel().astype(np.uint32)
    return first, following


def find(first: NDArray[np.uint64], following: NDArray[np.uint32], ids: tuple[First, Next]) -> NDArray[np.int64]:
    """Where in the sorted pair of columns each id stands, or -1."""
    found = np.full(len(ids[0]), -1, np.int64)
    if not len(first):
        return found
    at = np.searchsorted(first, ids[0]).astype(np.int64)
    line = np.arange(len(at))
    while len(line):  # ids that share 8 bytes stand side by side
        line = line[at[line] < len(first)]
        line = line[first[at[line]] == ids[0][line]]
        same = following[at[line]] == ids[1][line]
        found[line[same]] = at[line[same]]
        line = line[~same]
        at[line] += 1
    return found


class Segment:
    """An open segment. Raises ValueError for a file that is none, OSError for one that is gone."""

    def __init__(self, path: str) -> None:
        self.path = path
        with open(path, "rb") as stream:
            head = stream.read(_HEAD.size)
            whole = os.fstat(stream.fileno()).st_size
            if len(head) < _HEAD.size:
                raise ValueError("is cut off")
            magic, count, hits, text = _HEAD.unpack(head)
            self.text_at = _HEAD.size + 12 * count + HIT.itemsize * hits
            if magic != MAGIC or whole != self.text_at + text:
                raise ValueError("is cut off, or no segment")
            data = np.memmap(stream, np.uint8, "r")
        self._data = data
        self.count = int(count)
        at = _HEAD.size
        self.first: First = data[at : at + 8 * count].view("<u8")
        self.next: Next = data[at + 8 * count : at + 12 * count].view("<u4")
        self.hits: NDArray[np.void] = data[at + 12 * count : self.text_at].view(HIT)

    def text(self, number: int) -> bytes:
        """The lines of hit `number`."""
        row = self.hits[number]
        start = self.text_at + int(row["offset"])
        return self._data[start : start + int(row["length"])].tobytes()


def write(path: str, ids: tuple[First, Next], hits: Sequence[tuple[bytes, bytes]]) -> None:
    """A new segment of these ids and hits as (12 bytes of an id, lines); in any order, doubles count once."""
    order = np.lexsort((ids[1], ids[0]))
    first, following = ids[0][order], ids[1][order]
    if len(first):
        new = np.append(True, (first[1:] != first[:-1]) | (following[1:] != following[:-1]))
        first, following = first[new], following[new]
    once = sorted(dict(reversed(hits)).items())
    table = np.zeros(len(once), HIT)
    offset = 0
    for number, (name, lines) in enumerate(once):
        table[number] = (int.from_bytes(name[:8], "big"), int.from_bytes(name[8:12], "big"), len(lines), offset)
        offset += len(lines)
    with open(path, "wb") as out:
        out.write(_HEAD.pack(MAGIC, len(first), len(once), offset))
        out.write(first.astype("<u8").tobytes())
        out.write(following.astype("<u4").tobytes())
        out.write(table.tobytes())
        out.writelines(lines for _, lines in once)
        out.flush()
        os.fsync(out.fileno())


def merge(path: str, segments: Iterable[Segment]) -> None:
    """One segment of several."""
    parts = list(segments)
    first = np.concatenate([part.first for part in parts])
    following = np.concatenate([part.next for part in parts])
    hits = []
    for part in parts:
        for number, row in enumerate(part.hits):
            name = int(row["first"]).to_bytes(8, "big") + int(row["next"]).to_bytes(4, "big")
            hits.append((name, part.text(number)))
    write(path, (first, following), hits)
