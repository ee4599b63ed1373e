"""Objects that were scanned before, here or in another repository: they are not read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scanner.sources.git.arrays import Bytes, Numbers, Places

_AT_ONCE = 1 << 14


class Known(Protocol):
    """Tells which objects are new, and is told by that which the repository holds."""

    def fresh(self, ids: Bytes) -> NDArray[np.bool_]:
        """Which of these ids, each a row, name blobs, commits or tags that were not scanned before."""


Row = tuple[bytes, bytes, int]
"""An object's id in hex, its type and its bytes."""


def marked(rows: Iterable[Row], known: Known | None) -> Iterator[tuple[Row, bool]]:
    """The rows, and whether each is to be read."""
    if known is None:
        yield from ((row, True) for row in rows)
        return
    rows = iter(rows)
    while part := list(islice(rows, _AT_ONCE)):
        ids = np.frombuffer(bytes.fromhex("".join(name.decode() for name, _, _ in part)), np.uint8)
        fresh = known.fresh(ids.reshape(len(part), -1))
        yield from zip(part, fresh.tolist(), strict=True)


def needed(wanted: Bytes, bases: Places, but: Bytes) -> Bytes:
    """`wanted` without what nothing is made of that counts: entries of `but` 1, and all that they are made of, stay."""
    kept = but.astype(bool)
    line: Numbers = np.unique(bases[kept])
    while len(line := line[line >= 0]):
        line = line[~kept[line]]
        kept[line] = True
        line = np.unique(bases[line])
    return np.where(kept, wanted, 0).astype(np.uint8)
