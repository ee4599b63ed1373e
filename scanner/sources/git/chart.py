"""Where blobs are in history, worked out from what the walk read: no commit is compared with its parents.

The first commit that holds a blob at a path is the one that brought it there, since its parents come before it.
`Unclear` is raised for all that git has to tell itself: what is lacking or damaged, what a shard did not leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, overload

import numpy as np

from scanner.errors import GitError
from scanner.sources.git import inner_trees
from scanner.sources.git.arrays import Numbers, Prefixes, beginnings, positions
from scanner.sources.git.door import Door
from scanner.sources.git.graph import Graph, prefixes
from scanner.sources.git.inventory import Inventory
from scanner.sources.git.trees import Holding, Trees, Unclear, check

Places = dict[tuple[str, bytes], int]
"""(blob, path) -> the number of the commit that brought it there."""

_ANSWER = re.compile(rb"([0-9a-f]{40,64}) (\w+) (\d+)\n")


class Line(Sequence[str]):
    """Commits in the order of history, their ids made only when asked for."""

    def __init__(self, numbers: Sequence[int], graph: Graph, inventory: Inventory) -> None:
        self._numbers = numbers
        self._graph = graph
        self._inventory = inventory

    def index(self, name: str, start: int = 0, stop: int | None = None) -> int:
        """The place of a commit, -1 if it has none."""
        number = int(self._graph.numbers(np.array([int(name[:16], 16)], np.uint64))[0])
        places = self._places
        return int(places[number]) if number >= 0 else -1

    @cached_property
    def _places(self) -> Numbers:
        places = np.full(len(self._graph.ids), -1)
        places[np.array(self._numbers, np.int64)] = np.arange(len(self._numbers))
        return places

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return Line(self._numbers[place], self._graph, self._inventory)
        return self._inventory.beginning(int(self._graph.ids[self._numbers[place]]).to_bytes(8, "big")).hex()


class Order(NamedTuple):
    """The commits in the order of history: those that refs reach; and what was read to tell that."""

    graph: Graph
    reached: list[int]
    present: Prefixes
    loose: dict[bytes, bytes]  # trees


def order(door: Door, inventory: Inventory) -> Order:
    """What of history asks for no tree, so that it can be told before these are read. Raises Unclear."""
    loose = _loose(door, inventory.loose_names)
    present = np.fromfile(inventory.present, np.uint64)
    graph = Graph(inventory.walks, loose["commit"])
    graph.cut(bytes.fromhex(name) for name in door.shallow())
    check(graph.needed(), present)
    tips = _tips(door)
    check(prefixes(tips), present)
    return Order(graph, graph.history(tips), present, loose["tree"])


def chart(inventory: Inventory, told: Order, blobs: frozenset[str]) -> tuple[Places, Line]:
    """Each blob's places and the commits that they count: those that refs reach, and then the others.

    Raises Unclear.
    """
    graph, reached = told.graph, told.reached
    trees = Trees(inventory.trees, told.loose, told.present)
    if not blobs:
        return {}, Line(reached, graph, inventory)
    holding = trees.holding([bytes.fromhex(name) for name in sorted(blobs)])
    places = _places(graph, reached, holding, sorted(blobs))
    missing = blobs - {name for name, _ in places}
    if missing:
        reached = reached + graph.rest(reached)
        found = _places(graph, reached, holding, sorted(blobs))
        places |= {place: number for place, number in found.items() if place[0] in missing}
    return places, Line(reached, graph, inventory)


def _places(graph: Graph, line: Sequence[int], holding: Holding, blobs: Sequence[str]) -> Places:
    """The places of `blobs`, which are the first objects of `holding`, in these commits."""
    ids = beginnings(holding.ids)
    by_id = np.argsort(ids, kind="stable")
    trees = graph.trees[np.array(line, np.int64)]
    at = positions(ids[by_id], trees)
    roots = np.where(at < 0, -1, by_id[at]).tolist()
    paths: list[tuple[int, int]] = []
    found = inner_trees.first_places(roots, holding.starts, holding.entry_names, holding.children, len(blobs), paths)
    texts = [b""]
    for above, name in paths:
        texts.append((texts[above] + b"/" if above else b"") + holding.names[name])
    return {
        (blobs[found[at]], texts[found[at + 1]]): found[at + 2] for at in range(0, len(found), 3)
    }  # fmt: skip


def _tips(door: Door) -> list[bytes]:
    """What HEAD and the refs name, and what their tags name in turn."""
    try:
        listed = door.run("show-ref", "--head", "--dereference")
    except GitError as error:
        if error.code != 1:  # a ref that names nothing; 1 means that there is no ref
            raise Unclear(str(error)) from None
        listed = b""
    return [bytes.fromhex(line.split(b" ", 1)[0].decode()) for line in listed.splitlines()]


def _loose(door: Door, names: Sequence[str]) -> dict[str, dict[bytes, bytes]]:
    """The loose commits and trees, read by git."""
    found: dict[str, dict[bytes, bytes]] = {"commit": {}, "tree": {}}
    if not names:
        return found
    try:
        check = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
        answers = door.run("cat-file", check, "--buffer", stdin="\n".join(names).encode() + b"\n")
        wanted = [name for name, kind, _ in _ANSWER.findall(answers) if kind in (b"commit", b"tree")]
        contents = door.run("cat-file", "--batch", "--buffer", stdin=b"\n".join(wanted) + b"\n") if wanted else b""
        for name, kind, data in _contents(contents):
            found[kind][name] = data
    except GitError as error:
        raise Unclear(str(error)) from None
    return found


def _contents(answers: bytes) -> Iterator[tuple[bytes, str, bytes]]:
    at = 0
    while at < len(answers):
        head = _ANSWER.match(answers, at)
        if head is None:
            raise Unclear("a loose object cannot be read")
        start, size = head.end(), int(head[3])
        yield bytes.fromhex(head[1].decode()), head[2].decode(), answers[start : start + size]
        at = start + size + 1
