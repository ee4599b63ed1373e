"""What changes from tree to tree, and which trees hold an object."""

from __future__ import annotations

import itertools
import random
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.records import Tally
from scanner.sources.git import inner
from scanner.sources.git.arrays import save
from scanner.sources.git.delta import rows
from scanner.sources.git.plan import ROW
from scanner.sources.git.trees import TreeShard, Unclear, _told
from tests.sources.git.test_inner import LOOPS, Tree, copy, difference, tree, varint

OIDS = [bytes([number, 7]) * 10 for number in range(40, 52)]
FILES = st.dictionaries(
    st.sampled_from([b"a", b"b", b"lib", b"a 1", b"100644 x", b"z" * 40]),
    st.tuples(st.sampled_from([b"100644", b"40000", b"160000"]), st.sampled_from(OIDS)),
    max_size=6,
)
FOREST = st.lists(st.tuples(st.integers(0, 4), FILES, st.integers(0, 2)), min_size=1, max_size=10)
"""How many steps up the path from the last tree its base is, what it holds, and how its delta is made."""


def entry(kind: int, data: bytes) -> bytes:
    """A pack's entry of less than 2,048 bytes; the offset of a delta's base is not looked at."""
    head = bytes([kind << 4 | len(data) & 15 | 128, len(data) >> 4])
    return head + (b"\1" if kind == 6 else b"") + zlib.compress(data)


def shredded(base: bytes, version: bytes, rnd: random.Random) -> bytes:
    """A delta that copies from wherever the same bytes stand, entries or not."""
    delta, at = varint(len(base)) + varint(len(version)), 0
    while at < len(version):
        text = version[at : at + rnd.randint(1, 30)]
        source = base.find(text)
        delta += copy(source, len(text)) if source >= 0 else bytes([len(text)]) + text
        at += len(text)
    return delta


def stored(folder: Path, entries: list[tuple[int, int, bytes]]) -> TreeShard:
    """A shard of (kind, row of its base, content)."""
    offset, plan, pack = 0, np.zeros(len(entries), ROW), b""
    bases = {base for _, base, _ in entries}
    for row, (kind, base, data) in enumerate(entries):
        raw = entry(kind, data)
        marks = inner.TREE | (0 if row in bases else inner.IS_LEAF)
        plan[row] = (offset, offset + len(raw), row, base, zlib.crc32(raw), marks)
        offset += len(raw)
        pack += raw
    (folder / "pack").write_bytes(pack)
    save(plan, str(folder / "plan"))
    save(np.sort([int.from_bytes(oid[:8], "big") for oid in OIDS]).astype(np.uint64), str(folder / "present"))
    paths = [str(folder / name) for name in ("pack", "plan")]
    return TreeShard(*paths, 20, str(folder / "present"), 0, len(entries), 1)


def told(shard: TreeShard) -> Any:
    assert list(shard.batches(Tally())) == []
    return _told(shard)


def packed(forest: list[tuple[int, Tree, int]]) -> list[tuple[int, int, bytes]]:
    rnd = random.Random(1)
    path: list[tuple[int, bytes]] = []
    entries = []
    for row, (up, files, way) in enumerate(forest):
        data = tree(files)
        path = path[: len(path) - up] if up < len(path) else []
        if not path:
            entries.append((inner.TREE, -1, data))
        else:
            base, above = path[-1]
            entries.append((6, base, shredded(above, data, rnd) if way else difference(above, data)))
        path.append((row, data))
    return entries


@given(forest=FOREST)
def test_rows_hold_what_their_trees_hold(forest: list[tuple[int, Tree, int]]) -> None:
    wanted = sorted(int.from_bytes(oid[:8], "big") for oid in OIDS)
    with tempfile.TemporaryDirectory() as folder:
        events = told(stored(Path(folder), packed(forest)))
        expected = {
            (row, name, int.from_bytes(oid[:8], "big"))
            for row, (_, files, _) in enumerate(forest)
            for name, (mode, oid) in files.items()
            if mode != b"160000"
        }
        for some in (wanted, wanted[3:5]):
            found = zip(*(column.tolist() for column in events.held(np.array(some, np.uint64))), strict=True)
            held = [(row, events.name(name), some[place]) for row, name, place in found]
            assert sorted(held) == sorted(known for known in expected if known[2] in some)
        missing = np.array([5], np.uint64)
        assert all(len(column) == 0 for column in events.held(missing))


@given(forest=FOREST, most=st.integers(1, 9))
def test_both_loops_tell_the_same_of_trees_however_often_they_stop(
    forest: list[tuple[int, Tree, int]], most: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shard = stored(Path(folder), packed(forest))
        answers = []
        for loop, stop in itertools.product(LOOPS.values(), (most, 10**6)):
            columns: list[list[Any]] = [[], [], [], [], [], []]
            with open(shard.pack, "rb") as stream:
                trees = loop.Trees(rows(shard.plan, 0, shard.count), 0, shard.count, stream.fileno(), 20)
                more = True
                while more:
                    more = trees.read(stop)
                    for column, numbers in zip(
                        columns, [x for e in (trees.new, trees.gone) for x in (e.ids, e.names, e.counts)], strict=True
                    ):
                        column += numbers
                    trees.begin()
            answers.append((columns, list(trees.ends), trees.names, trees.lost))
        assert all(answer == answers[0] for answer in answers)
        assert not answers[0][3]


def test_an_id_of_which_a_delta_copies_a_part_is_not_lost(tmp_path: Path) -> None:
    """A file was renamed and its id written as one inserted byte and 19 copied ones: it seemed to be gone."""
    wanted, other = bytes(range(40, 60)), OIDS[3]
    base = b"100644 a\0" + wanted + b"100644 c\0" + other
    head = b"100644 bb\0" + wanted[:1]
    tail = len(base) - 10
    delta = varint(len(base)) + varint(len(head) + tail) + bytes([len(head)]) + head + copy(10, tail)
    assert base[10:29] == wanted[1:]
    shard = stored(tmp_path, [(inner.TREE, -1, base), (6, 0, delta)])
    present = sorted(int.from_bytes(oid[:8], "big") for oid in (wanted, other))
    save(np.array(present, np.uint64), shard.present)
    events = told(shard)
    row, name, _ = events.held(np.array([int.from_bytes(wanted[:8], "big")], np.uint64))
    assert [(number, events.name(text)) for number, text in zip(row.tolist(), name.tolist(), strict=True)] == [
        (0, b"a"),
        (1, b"bb"),
    ]


@pytest.mark.parametrize(
    "damage",
    [
        (inner.TREE, -1, b"100644 a\0" + OIDS[0][:19]),
        (inner.TREE, -1, b"100644a\0" + OIDS[0]),
        (inner.TREE, -1, b"100644 a\0" + b"\xff" * 20),
        (6, 0, b"\1\1\1x"),
        (6, -1, b"\0\1\1x"),
    ],
    ids=["cut off", "without a name", "names what is not there", "of another base", "of no base"],
)
def test_what_cannot_be_told_is_left_to_git(tmp_path: Path, damage: tuple[int, int, bytes]) -> None:
    whole = b"100644 a\0" + OIDS[0]
    shard = stored(tmp_path, [(inner.TREE, -1, whole), damage])
    with pytest.raises(Unclear):
        told(shard)


def test_trees_that_change_too_much_are_left_to_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delta of a few bytes may drop thousands of entries: what is told of them would have no bound."""
    monkeypatch.setattr("scanner.sources.git.trees._EVENTS", 1)
    shard = stored(tmp_path, [(inner.TREE, -1, b"100644 a\0" + oid) for oid in OIDS])
    assert len(told(shard).ids) == len(OIDS)
    monkeypatch.setattr("scanner.sources.git.trees._MOST_EVENTS", 3)
    with pytest.raises(Unclear):
        told(shard)


def test_bytes_that_changed_since_they_were_packed_are_left_to_git(tmp_path: Path) -> None:
    shard = stored(tmp_path, [(inner.TREE, -1, b"100644 a\0" + OIDS[0])])
    pack = tmp_path / "pack"
    pack.write_bytes(pack.read_bytes()[:-1] + b"?")
    with pytest.raises(Unclear):
        told(shard)
