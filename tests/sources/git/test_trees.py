"""What trees name anew."""

from __future__ import annotations

import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from scanner.sources.git.inner_trees import Builder
from scanner.sources.git.trees import _settled
from tests.sources.git.test_inner import copy, varint


def test_every_tree_whose_delta_inserts_the_same_part_of_an_id_is_read() -> None:
    """A delta may copy an id's first byte from the id that it replaces; only the first such tree was read, and the
    commits of the others seemed not to hold the file."""
    part, whole = b"\x99\x2d\x07\xae\xe1\x71\xf7\x22", b"\xfa\x99\x2d\x07\xae\xe1\x71\xf7"
    trees: Any = SimpleNamespace(ids=[part, whole, part], counts=[1, 1, 1], odd=[])

    class Reads:
        def fresh(self, row: int, found: list[bytes]) -> None:
            found.append(whole)

    builder: Any = Reads()
    present = np.array([int.from_bytes(whole, "big")], np.uint64)
    ids, owners, lacking = _settled(trees, builder, present)
    assert sorted(owners.tolist()) == [0, 1, 2]
    assert set(ids.tolist()) == {int.from_bytes(whole, "big")} and not lacking


def test_an_id_of_which_a_delta_copies_a_part_is_not_lost(tmp_path: Path) -> None:
    """A file was renamed and its id written as one inserted byte and 19 copied ones: it seemed to be gone."""
    wanted, other = bytes(range(100, 120)), bytes(range(200, 220))
    base = b"100644 a\0" + wanted + b"100644 c\0" + other
    head = b"100644 bb\0" + wanted[:1]
    tail = len(base) - 10
    delta = varint(len(base)) + varint(len(head) + tail) + bytes([len(head)]) + head + copy(10, tail)
    assert base[10:29] == wanted[1:]
    stored = [entry(2, base), entry(6, delta)]
    pack = tmp_path / "pack"
    pack.write_bytes(b"".join(stored))
    with pack.open("rb") as stream:
        ends = [len(stored[0]), len(stored[0]) + len(stored[1])]
        builder = Builder(stream.fileno(), 20, [0, ends[0]], ends, [-1, 0])
        found: list[int] = []
        names: dict[bytes, int] = {}
        builder.holders({0: [0]}, [wanted], found, names)
    assert (found, list(names)) == ([0, 0, 0, 1, 1, 0], [b"a", b"bb"])


def entry(kind: int, data: bytes) -> bytes:
    """A pack's entry of less than 2,048 bytes; the offset of a delta's base is not looked at."""
    head = bytes([kind << 4 | len(data) & 15 | 128, len(data) >> 4])
    return head + (b"\1" if kind == 6 else b"") + zlib.compress(data)
