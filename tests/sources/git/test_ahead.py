"""The order of the commits is worked out beside the last shards, or not at all; either way it is the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.records import Origin, Tally
from scanner.sources.git import chart
from scanner.sources.git.ahead import Ahead
from scanner.sources.git.delta import WalkShard
from scanner.sources.git.discover import discover
from scanner.sources.git.door import Door
from scanner.sources.git.history import HistorySource
from scanner.sources.git.inventory import Inventory
from tests.helpers.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repository")
    for number in range(6):
        made.commit(f"change {number}", **{f"file{number % 3}.txt": f"{number}\n" * 30, "folder__same.txt": "same\n"})
    made.git("tag", "-a", "-m", "a tag", "v1")
    made.git("repack", "-adq")
    return made


@pytest.fixture(autouse=True)
def reader(isolated: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk alone: where git reads there is nothing to be ahead of."""
    monkeypatch.setenv("KEYSIEVE_WALK", "1")


@pytest.fixture
def source(repo: Repo) -> Iterator[HistorySource]:
    made = HistorySource(Door(discover(str(repo.path))), str(repo.path))
    yield made
    made.close()


def read(source: HistorySource, lost: bool = False) -> Tally:
    """Every shard, as it comes; with `lost` what the walk left of commits goes astray."""
    tally = Tally()
    for shard in source.shards(tally):
        for _ in shard.batches(tally):
            pass
        if lost and isinstance(shard, WalkShard):
            os.unlink(shard.told)
    return tally


def origins(source: HistorySource, repo: Repo, tally: Tally) -> dict[str, list[Origin]]:
    blobs = {repo.git("rev-parse", f"HEAD:{path}") for path in ("file0.txt", "file2.txt", "folder/same.txt")}
    told = source.locate({name: {"print"} for name in blobs}, lambda function, tasks: iter(()), tally)
    assert told is not None
    return {name: places for (name, _), places in told.items()}


def test_it_is_begun_once_the_walk_has_ended(source: HistorySource, repo: Repo) -> None:
    tally = read(source)
    ahead, listing = source._ahead, source._listing
    assert isinstance(ahead, Ahead)
    assert isinstance(listing, Inventory)
    told, again = ahead.result(), chart.order(source._door, listing)
    assert told is not None
    assert (told.reached, told.loose) == (again.reached, again.loose)
    assert [chart.Line(told.reached, told.graph, listing)[place] for place in range(len(told.reached))] == repo.git(
        "rev-list", "--reverse", "HEAD"
    ).split()
    assert {path for places in origins(source, repo, tally).values() for path in [places[0].path]} == {
        "file0.txt",
        "file2.txt",
        "folder/same.txt",
    }
    assert tally.faults == []


def test_it_is_not_begun_where_a_shard_of_the_walk_left_nothing(source: HistorySource) -> None:
    read(source, lost=True)
    assert source._ahead is None
    assert isinstance(source._listing, Inventory)
    assert not source._listing.walked()


def test_what_could_not_be_told_ahead_is_told_when_it_is_asked_for(
    source: HistorySource, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> chart.Order:
        raise OSError("too many open files")

    monkeypatch.setattr("scanner.sources.git.ahead.order", failing)
    tally = read(source)
    assert source._ahead is not None
    assert source._ahead.result() is None
    assert all(places[0].commit for places in origins(source, repo, tally).values())


def test_the_types_of_packed_objects_are_told_without_git(source: HistorySource, repo: Repo) -> None:
    (repo.path / "loose.txt").write_text("loose\n")
    repo.git("add", "loose.txt")
    read(source)
    assert isinstance(source._listing, Inventory)
    named = dict(line.split()[:2] for line in repo.git("cat-file", "--batch-all-objects", "--batch-check").splitlines())
    told = source._listing.kinds(named)
    assert {named[name] for name in named if name not in told} == {"blob"}
    assert told == {name: kind for name, kind in named.items() if name in told}
    assert set(told.values()) == {"blob", "tree", "commit", "tag"}
    assert len(named) - len(told) == 1
