"""The shards of a large repository on a cluster: what one machine finds, whoever dies, and nothing in the clear."""

from __future__ import annotations

import pickle
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from scanner.deltas import DeltaBatch
from scanner.pipeline import scan_shard
from scanner.records import Batch, ShardResult, Tally
from scanner.secrets import Recalled, unseal
from scanner.settings import DetectSettings
from scanner.sources.git import inner, objects, plan
from scanner.store.database import Database
from scanner.store.reading import sealed
from scanner.sweep.redact import known
from scanner.sweep.sending import Sent, Terms, Unfit, send
from scanner.sweep.spread import Gone, Spread
from scanner.sweep.version import pattern_set
from tests.helpers.nodes import Nodes, nodes
from tests.sweep.made import Place, line, stored, token, whole
from tests.sweep.test_cluster import sweep

COMMITS = 40


def large(place: Place, name: str = "big") -> Path:
    """A repository whose versions hold credentials now and then, packed; and what makes it large."""
    rnd = random.Random(7)
    repo = place.repository(name)
    for number in range(COMMITS):
        files = {f"f{step}_dot_py": f"# {rnd.random()}\n" * 60 for step in range(3)}
        if number % 3 == 0:
            files |= {f"s{number}_dot_py": line(number)}
        repo.commit(f"change {number}", **files)
    place.push(name)
    bare = place.forge.root / place.owner / f"{name}.git"
    subprocess.run(["git", "-C", str(bare), "repack", "-a", "-d", "-q", "--depth=2"], check=True)
    place.options += "large = 1\n"
    return bare


@pytest.fixture(autouse=True)
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 400)
    monkeypatch.setattr(objects, "SHARD_BYTES", 4000)


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each function was sent to a cluster."""
    count: Counter[str] = Counter()
    real = Spread.submit

    def submit(self: Spread, function: Any, /, *arguments: Any) -> Any:
        count[function.__name__] += 1
        return real(self, function, *arguments)

    monkeypatch.setattr(Spread, "submit", submit)
    return count


def on_result(monkeypatch: pytest.MonkeyPatch, number: int, do: Any) -> None:
    """Do something when the shard of that number has been scanned."""
    count = 0
    real = Spread._settle

    def settle(self: Spread, call: Any, future: Any) -> None:
        nonlocal count
        count += call.function is scan_shard
        if count == number and call.function is scan_shard:
            do()
        real(self, call, future)

    monkeypatch.setattr(Spread, "_settle", settle)


@pytest.mark.parametrize("way", ["walk", "listing"])
def test_the_shards_of_a_large_repository_are_scanned_by_all_workers(
    place: Place, tmp_path: Path, spied: Counter[str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "listing":
        monkeypatch.setattr(inner, "COMPILED", False)
    monkeypatch.setenv("KEYSIEVE_WALK", "1" if way == "walk" else "")
    bare = large(place)
    with nodes(tmp_path / "nodes", 2) as made:
        done = sweep(place, made.address)
    assert (done.state, dict(done.states)) == ("complete", {"complete": 1})
    assert spied["visit_each"] == 1
    assert spied["scan_shard"] > 8
    # History is told by the workers, too: each reads commits by git, or the shards of trees are among those above.
    assert (spied["walk"] > 0) == (way == "listing")
    assert stored(place.known(), "gh/acme/big") == whole(bare)
    assert list((place.folder / "cache" / "doors").iterdir()) == []
    assert dict(place.sweep().states) == {"unchanged": 1}


def test_a_worker_that_is_killed_amid_a_large_repository_costs_nothing(
    place: Place, tmp_path: Path, spied: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = large(place)
    with nodes(tmp_path / "nodes", 3) as made:
        victim = made.processes[2]
        on_result(monkeypatch, 3, victim.kill)
        done = sweep(place, made.address)
        assert victim.wait(10) == -signal.SIGKILL
    assert (done.state, dict(done.states)) == ("complete", {"complete": 1})
    assert done.objects == 3 * COMMITS + COMMITS + len(range(0, COMMITS, 3))
    assert spied["scan_shard"] > 8
    assert stored(place.known(), "gh/acme/big") == whole(bare)


def test_a_scheduler_that_is_started_again_goes_on_with_the_repository(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = large(place)
    with nodes(tmp_path / "nodes", 1) as made:

        def again() -> None:
            made.scheduler.kill()
            made.scheduler.wait()
            made.start_scheduler()
            made.worker()

        on_result(monkeypatch, 3, again)
        done = sweep(place, made.address)
    assert (done.state, dict(done.states)) == ("complete", {"complete": 1})
    assert stored(place.known(), "gh/acme/big") == whole(bare)


def test_a_cluster_that_is_gone_for_good_ends_the_sweep_and_names_what_it_lacks(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.sweep.cluster._WAIT", 4)
    bare = large(place)
    with nodes(tmp_path / "nodes", 1) as made:
        on_result(monkeypatch, 3, made.processes[1].kill)
        done = sweep(place, made.address)
    assert (done.state, dict(done.states)) == ("incomplete", {"incomplete": 1})
    assert "no scheduler or no worker" in str(done.faults)
    assert place.sweep().state == "complete"
    assert stored(place.known(), "gh/acme/big") == whole(bare)


def test_what_workers_found_is_sealed_by_them(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.fernet import Fernet

    key = Fernet.generate_key()
    monkeypatch.setenv("SEALER", key.decode())
    place.options = 'seal_key_env = "SEALER"\n'
    large(place)
    with nodes(tmp_path / "nodes", 1) as made:
        assert sweep(place, made.address).state == "complete"
    store = Database(place.store)
    try:
        opened = [unseal(copy, key)[0][1].reveal().decode() for _, copy in sealed(store)]
    finally:
        store.close()
    assert sorted(opened) == sorted(token(number) for number in range(0, COMMITS, 3))


class OneLine:
    """A shard of one object."""

    weight, label = 10, "one line"

    def __init__(self, text: bytes) -> None:
        self.text = text

    def batches(self, tally: Tally) -> Iterator[Batch | DeltaBatch]:
        yield Batch(self.text, [0], [len(self.text)], ["a" * 40])


def here() -> str:
    return "tcp://worker"


def terms(**more: Any) -> Terms:
    detect = DetectSettings()
    return Terms(detect, more.get("version", pattern_set(detect)))


def test_nothing_that_a_worker_sends_is_in_the_clear() -> None:
    shard = OneLine(line(3).encode())
    in_the_clear = scan_shard(DetectSettings(), shard)
    assert token(3).encode() in pickle.dumps(in_the_clear)
    sent = send(terms(), here, scan_shard, (DetectSettings(), shard))
    assert isinstance(sent, Sent) and isinstance(sent.result, ShardResult)
    assert token(3).encode() not in pickle.dumps(sent)
    (mine,), (its,) = in_the_clear.sightings, sent.result.sightings
    assert isinstance(its.secret, Recalled)
    key = DetectSettings().fingerprint_key
    assert known(its, key) == known(mine, key)
    assert (its.object, its.span, its.score, its.reasons) == (mine.object, mine.span, mine.score, mine.reasons)


def test_a_worker_with_other_patterns_does_nothing() -> None:
    with pytest.raises(Unfit, match="other patterns"):
        send(terms(version="0" * 32), here, pytest.fail, ("it was called",))


@contextmanager
def connected(made: Nodes, workers: int) -> Iterator[Client]:
    with Client(made.address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=240)
        yield client


def die() -> None:
    import os

    os._exit(1)


def sick(path: str) -> str:
    """Fails in the way of a machine without room, unless it is the one whose temporary folder is `path`."""
    import os

    if os.environ["TMPDIR"] != path:
        raise OSError(28, "No space left on device")
    return path


def test_a_call_that_kills_every_worker_is_given_up_and_the_others_are_done(tmp_path: Path) -> None:
    with nodes(tmp_path / "nodes", 0) as made:
        made.worker(nanny=True)
        with connected(made, 1) as client:
            spread = Spread(client, terms(), 60)
            deadly, good = spread.submit(die), spread.submit(abs, -3)
            with pytest.raises(Gone, match="KilledWorker"):
                deadly.result(120)
            assert spread.submit(abs, -2).result(60) == 2
            try:
                assert good.result(60) == 3
            except Gone:  # it waited where the other one killed: the walker sends such a one again
                assert spread.submit(abs, -3).result(60) == 3
            spread.close()


def test_what_a_worker_without_room_could_not_do_another_one_does(tmp_path: Path) -> None:
    """A worker that fails at once has the shortest queue, and would get everything."""
    good = tmp_path / "good"
    good.mkdir()
    with nodes(tmp_path / "nodes", 0) as made:
        made.worker(TMPDIR=str(tmp_path / "not-there"))
        with connected(made, 1) as client:
            spread = Spread(client, terms(), 60)
            with pytest.raises(Gone, match="temporary folder cannot be used"):
                spread.submit(sick, str(good)).result(60)
            made.worker(TMPDIR=str(good))
            client.wait_for_workers(2, timeout=240)
            made_ = [spread.submit(sick, str(good)) for _ in range(20)]
            assert [item.result(60) for item in made_] == [str(good)] * 20
            spread.close()
