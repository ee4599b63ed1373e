"""A dask scheduler and workers in processes of their own: the same findings as here, whoever dies."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from distributed import Client

from scanner.errors import TargetError, UsageError
from scanner.store.database import Database
from scanner.sweep.cluster import Cluster
from scanner.sweep.config import read
from scanner.sweep.run import Done, Run
from scanner.sweep.workers import Local
from tests.helpers.databases import free_port
from tests.helpers.nodes import nodes
from tests.sweep.made import Place
from tests.sweep.test_crash import MANY, expected, many, there


def sweep(place: Place, address: str, kill: object = None) -> Done:
    """A sweep by a cluster; `kill` is called when the first outcome is there."""
    settings = read(str(place.config()))
    store = Database(settings.store)
    cluster = Cluster(address, settings)
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if len(told) == 1 and callable(kill):
            kill()

    try:
        return Run(settings, store, cluster, tell).go()
    finally:
        cluster.close()
        store.close()


def test_a_cluster_finds_what_this_machine_finds_and_outlives_its_workers(place: Place, tmp_path: Path) -> None:
    many(place)
    with nodes(tmp_path / "nodes", 2) as made:
        victim = made.processes[1]

        def kill() -> None:
            victim.send_signal(signal.SIGKILL)

        done = sweep(place, made.address, kill)
        assert (done.state, dict(done.states)) == ("complete", {"complete": MANY})
        assert victim.wait(10) == -signal.SIGKILL
        by_cluster = {(item.finding.fingerprint, item.finding.places) for item in place.known()}
        assert there(place) == expected()
        assert dict(sweep(place, made.address).states) == {"unchanged": MANY}
    place.store = str(tmp_path / "other.db")
    place.folder = tmp_path / "other"
    place.folder.mkdir()
    settings = read(str(place.config()))
    store = Database(settings.store)
    Run(settings, store, Local(1), lambda text: None).go()
    store.close()
    assert {(item.finding.fingerprint, item.finding.places) for item in place.known()} == by_cluster


def test_two_workers_and_a_nanny_of_four_die_and_nothing_is_lost_or_doubled(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where several repositories are sent as one."""
    monkeypatch.setattr("scanner.sweep.cluster._TURNS", 1)
    many(place)
    with nodes(tmp_path / "nodes", 3) as made:
        victims = [*made.processes[1:3], made.worker(nanny=True)]
        with Client(made.address, set_as_default=False) as client:
            client.wait_for_workers(4, timeout=240)  # the nanny's among them

        def kill() -> None:
            for victim in victims:
                victim.send_signal(signal.SIGKILL)

        done = sweep(place, made.address, kill)
        assert [victim.wait(10) for victim in victims] == [-signal.SIGKILL] * 3
    assert (done.state, dict(done.states)) == ("complete", {"complete": MANY})
    assert there(place) == expected()
    assert len(place.prints()) == 3 * MANY
    assert dict(place.sweep().states) == {"unchanged": MANY}


def test_a_scheduler_that_dies_costs_no_finding(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.sweep.cluster._WAIT", 5)
    many(place)
    with nodes(tmp_path / "nodes", 1) as made:
        done = sweep(place, made.address, made.scheduler.kill)
        assert done.state == "incomplete"
        assert sum(done.states.values()) == MANY
    again = place.sweep()
    assert again.state == "complete"
    assert there(place) == expected()


def test_what_is_no_cluster_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    many(place)
    settings = read(str(place.config()))
    monkeypatch.setattr("scanner.sweep.cluster._WAIT", 1)
    with pytest.raises(UsageError, match="tcp://"):
        Cluster("http://here", settings)
    with pytest.raises(TargetError, match="no scheduler"):
        Cluster(f"tcp://127.0.0.1:{free_port()}", settings)
    with pytest.raises(UsageError, match="certificates"):
        Cluster("tls://127.0.0.1:1", settings)
