"""What dies in the middle: the coordinator, a worker; and two sweeps at once. Nothing is lost, doubled or left out."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from scanner.records import Shard
from scanner.store.database import Database
from scanner.store.reading import statistics
from scanner.sweep import run as runs
from scanner.sweep import workers
from scanner.sweep.audit import Audit
from scanner.sweep.config import read
from scanner.sweep.mirrors import Mirrors
from scanner.sweep.run import Run
from scanner.sweep.visit import visit
from scanner.sweep.workers import Local
from tests.sweep.made import Place, line, start

MANY = 8


def many(place: Place) -> None:
    for number in range(MANY):
        repo = place.repository(f"r{number}")
        repo.commit("first", **{f"f{step}_dot_py": line(10 * number + step) for step in range(3)})
        place.push(f"r{number}")


def expected() -> set[tuple[str, str]]:
    return {(f"gh/acme/r{number}", f"f{step}.py") for number in range(MANY) for step in range(3)}


def there(place: Place) -> set[tuple[str, str]]:
    return {(repository, path) for _, repository, path in place.prints()}


def wait_for(path: Path, count: int) -> None:
    """Until the audit has so many lines."""
    end = time.monotonic() + 60
    while not (path.exists() and path.read_bytes().count(b"\n") >= count):
        assert time.monotonic() < end
        time.sleep(0.005)


def test_kill_9_of_the_coordinator_and_a_resume(place: Place, url: str) -> None:
    jobs = "2" if "://" in url else "1"
    place.store = url
    many(place)
    audit = place.folder / "audit.jsonl"
    place.options = f'audit = "{audit}"\n'
    config = place.config()
    process = start("sweep", config, "-q", "-j", jobs)
    try:
        wait_for(audit, 2)
    finally:
        process.kill()
        process.communicate()  # its output ends when its workers have ended, too
    done = place.sweep()
    assert done.state == "complete"
    assert sum(done.states.values()) == MANY and done.states["unchanged"] >= 2
    assert there(place) == expected()
    store = Database(url)
    try:
        assert statistics(store)["last_sweep"]["state"] == "complete"
        with store.begin() as connection:
            states = [row[0] for row in connection.exec_driver_sql("SELECT state FROM sweep ORDER BY id")]
    finally:
        store.close()
    assert states == ["interrupted", "complete"]


@pytest.mark.parametrize("step", ["before the store", "after the store", "after the segment"])
def test_a_crash_between_any_two_steps_loses_nothing(place: Place, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    many(place)
    settings = read(str(place.config()))
    store = Database(settings.store)
    count = 0

    class Crash(BaseException):
        pass

    def crash(*_arguments: object) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise Crash

    run = Run(settings, store, Local(1), lambda text: crash() if step == "after the segment" else None)
    if step == "before the store":
        real_record = runs.writing.record
        monkeypatch.setattr(runs.writing, "record", lambda *more: crash() or real_record(*more))
    elif step == "after the store":
        real_publish = run._content.publish
        monkeypatch.setattr(run._content, "publish", lambda token: crash() or real_publish(token))
    with pytest.raises(Crash):
        run.go()
    monkeypatch.undo()
    again = Run(settings, store, Local(1), lambda text: None).go()
    store.close()
    assert again.state == "complete"
    assert there(place) == expected()
    assert dict(place.sweep().states) == {"unchanged": MANY}


def test_a_worker_that_is_killed_loses_no_repository(place: Place) -> None:
    many(place)
    audit = place.folder / "audit.jsonl"
    place.options = f'audit = "{audit}"\n'
    process = start("sweep", place.config(), "-j", "2")
    wait_for(audit, 1)
    killed = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parent = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == process.pid and b"scanner" in Path("/proc", name, "cmdline").read_bytes() and not killed:
                os.kill(int(name), signal.SIGKILL)
                killed += 1
    _, err = process.communicate(timeout=120)
    assert process.returncode in (1, 3), err.decode()
    place.sweep()
    assert there(place) == expected()
    assert audit.read_bytes().count(b"\n") == 2 * MANY


def test_two_sweeps_at_once_neither_corrupt_nor_double(place: Place, url: str) -> None:
    place.store = url
    many(place)
    config = place.config()
    processes = [start("sweep", config, "-q", "-j", "1") for _ in range(2)]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode in (0, 1), err.decode()
    assert there(place) == expected()
    assert len(place.prints()) == 3 * MANY
    store = Database(url)
    try:
        with store.begin() as connection:
            counts = [
                connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
                for name in ("finding", "event", "place")
            ]
    finally:
        store.close()
    assert counts == [3 * MANY] * 3
    assert dict(place.sweep().states) == {"unchanged": MANY}


def test_a_fetch_that_was_killed_is_taken_up_again(place: Place) -> None:
    many(place)
    place.sweep(globs=("r0",))
    (mirror,) = (place.folder / "cache" / "mirrors").glob("r0-*.git")
    for name in ("packed-refs.lock", "HEAD.lock", "objects/pack/tmp_pack_abc", "refs/heads/main.lock"):
        (mirror / name).parent.mkdir(parents=True, exist_ok=True)
        (mirror / name).write_bytes(b"half")
    lost = place.work["r0"].git("rev-parse", "HEAD")
    (mirror / "keysieve-before").write_text(lost)
    place.work["r0"].git("commit", "-q", "--amend", "-m", "another")
    place.push("r0")
    assert place.sweep(globs=("r0",)).state == "complete"
    assert not list(mirror.rglob("*.lock"))
    assert place.work["r0"].git("--git-dir", str(mirror), "rev-parse", f"refs/keysieve/kept/{lost}") == lost


def test_sigterm_ends_it_with_3_and_the_next_goes_on(place: Place) -> None:
    many(place)
    audit = place.folder / "audit.jsonl"
    place.options = f'audit = "{audit}"\n'
    process = start("sweep", place.config(), "-q", "-j", "1", "--every", "1h")
    wait_for(audit, MANY)
    time.sleep(0.5)
    process.terminate()
    process.communicate(timeout=240)
    assert process.returncode == 3
    assert dict(place.sweep().states) == {"unchanged": MANY}


def test_ctrl_c_amid_a_large_repository_ends_the_sweep(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stored as incomplete, and the sweep went on with the next one."""
    many(place)
    place.options = "large = 1\n"
    asked: list[str] = []

    def stop(_detect: object, shard: Shard) -> None:
        asked.append(shard.label)
        raise KeyboardInterrupt

    monkeypatch.setattr("scanner.pipeline.scan_shard", stop)
    done = place.sweep()
    assert (done.state, dict(done.states), len(asked)) == ("interrupted", {}, 1)
    monkeypatch.undo()
    assert place.sweep().state == "complete"
    assert there(place) == expected()


def test_no_worker_waits_for_a_mirror_that_another_sweep_holds(place: Place) -> None:
    """On a cluster that sweep's shards may wait for the very worker."""
    many(place)
    settings = read(str(place.config()))
    store = Database(settings.store)
    try:
        tasks = Run(settings, store, Local(1), lambda text: None)._changed((), Audit("", 1, ""))
    finally:
        store.close()
    with Mirrors(settings.cache).held(tasks[0].repository):
        assert visit(tasks[0]).large
    assert not visit(tasks[0]).large


def test_a_large_repository_in_a_folder_is_shared_among_processes_too(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(place)
    bare = place.forge.root / "acme" / "r0.git"
    place.work["r0"].git("--git-dir", str(bare), "gc", "-q")
    place.options = "large = 1\n"
    seen: list[int] = []
    monkeypatch.setattr(workers, "visit", lambda task: seen.append(task.jobs) or visit(task))
    source = f'[[source]]\nkind = "folder"\nname = "gh/acme"\npath = "{bare.parent}"\n'
    done = place.sweep(jobs=2, globs=("*r0*",), source=source)
    assert (done.state, dict(done.states)) == ("complete", {"complete": 1})
    assert seen == [1, 2]
