"""What trees name anew."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from scanner.sources.git.trees import _settled


def test_every_tree_whose_delta_inserts_the_same_part_of_an_id_is_read() -> None:
    """A delta may copy an id's first byte from the id that it replaces; only the first such tree was read, and the
    commits of the others seemed not to hold the file."""
    part, whole = b"\x99\x2d\x07\xae\xe1\x71\xf7\x22", b"\xfa\x99\x2d\x07\xae\xe1\x71\xf7"
    trees: Any = SimpleNamespace(ids=[part, whole, part], counts=[1, 1, 1], odd=[])

    class Builder:
        def fresh(self, row: int, found: list[bytes]) -> None:
            found.append(whole)

    builder: Any = Builder()
    present = np.array([int.from_bytes(whole, "big")], np.uint64)
    ids, owners, lacking = _settled(trees, builder, present)
    assert sorted(owners.tolist()) == [0, 1, 2]
    assert set(ids.tolist()) == {int.from_bytes(whole, "big")} and not lacking
