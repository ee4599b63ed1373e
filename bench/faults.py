"""What dies amid a sweep by a cluster, and what comes of it: `python -m bench.faults FOLDER [--repositories N]`.

It makes an organisation with one large repository, serves it by a real `git http-backend` on loopback, and sweeps it by
a dask scheduler and four workers, each a process with a nanny. For each fault, with a new store and cache, it breaks
something, sweeps again, and holds what is in the store against a sweep by this machine alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import machine, results
from bench.stored import Rows, Stored
from bench.sweep import OWNER, credential, make, serve, stream, text
from tests.helpers.nodes import Nodes
from tests.sweep.made import start

LONG = 600
"""Seconds that anything may take."""
WORKERS = 4


@dataclass
class Trial:
    """One fault: a configuration of its own, the cluster, the coordinator."""

    folder: Path
    url: str
    nodes: Nodes | None = None
    process: subprocess.Popen[bytes] | None = None
    died: list[str] = field(default_factory=list)

    @property
    def audit(self) -> Path:
        return self.folder / "audit.jsonl"

    @property
    def small(self) -> Path:
        """The temporary folder of the last worker."""
        return self.folder / "small"

    def begin(self, large: str) -> None:
        """Write the configuration."""
        self.small.mkdir(parents=True)
        (self.folder / "sweep.toml").write_text(
            f'store = "store.db"\ncache = "cache"\naudit = "audit.jsonl"\nlarge = "{large}"\n'
            f'[[source]]\nkind = "github"\nname = "gh"\nurl = "{self.url}/api/v3"\norganisation = "{OWNER}"\n'
        )

    def sweep(self, *more: str) -> subprocess.Popen[bytes]:
        """Start a coordinator."""
        address = ("--cluster", self.nodes.address) if self.nodes else ()
        self.process = start("sweep", self.folder / "sweep.toml", "-q", "-f", "json", *address, *more)
        return self.process

    def workers(self) -> list[int]:
        """The ids of the workers' processes, once all are there."""
        from distributed import Client

        assert self.nodes is not None
        with Client(self.nodes.address, set_as_default=False) as client:
            client.wait_for_workers(WORKERS, timeout=LONG)
            return sorted(client.run(os.getpid).values())

    def kill(self, pid: int, name: str) -> None:
        """`kill -9`."""
        os.kill(pid, 9)
        self.died.append(name)

    def wait(self, what: Callable[[Trial], bool]) -> None:
        """Until something is so. Raises SystemExit where the sweep ends before that: nothing was tried then."""
        end = time.monotonic() + LONG
        while not what(self):
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{self.folder.name}: the sweep ended before anything could be broken")
            time.sleep(0.01)


def some_done(trial: Trial) -> bool:
    """A few repositories are stored, most are not."""
    return trial.audit.exists() and trial.audit.read_bytes().count(b"\n") >= 6


def amid_the_large_one(trial: Trial) -> bool:
    """A worker has walked a shard of the large repository."""
    return any((trial.folder / "cache" / "doors").glob("*/keysieve-walk-0-[0-9]*"))


def workers_and_a_nanny(trial: Trial) -> None:
    """Nannies start two of them again; the third worker ends with its nanny."""
    pids = trial.workers()
    for pid in pids[:2]:
        trial.kill(pid, "worker")
    trial.kill(int(Path(f"/proc/{pids[2]}/stat").read_text().rpartition(")")[2].split()[1]), "nanny")


def worker(trial: Trial) -> None:
    """Its nanny starts it again."""
    trial.kill(trial.workers()[0], "worker")


def disk(trial: Trial) -> None:
    """Fill the file system of the last worker's temporary folder."""
    with (trial.small / "filler").open("wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(1 << 16))
    trial.died.append("room on a worker's temporary folder")


def scheduler(trial: Trial) -> None:
    """Its workers end with it; another one, and workers, as an init system would start them."""
    assert trial.nodes is not None
    trial.kill(trial.nodes.scheduler.pid, "scheduler, and with it its workers")
    trial.nodes.scheduler.wait()
    trial.nodes.start_scheduler()
    add_workers(trial)


def coordinator(trial: Trial) -> None:
    """The sweep itself; the cluster stays."""
    assert trial.process is not None
    trial.kill(trial.process.pid, "coordinator")


def add_workers(trial: Trial) -> None:
    """Four workers; the last one has a temporary folder of its own."""
    assert trial.nodes is not None
    for number in range(WORKERS):
        trial.nodes.worker(True, **({"TMPDIR": str(trial.small)} if number == WORKERS - 1 else {}))


Fault = tuple[str, Callable[[Trial], bool] | None, Callable[[Trial], None] | None]
FAULTS: tuple[Fault, ...] = (
    ("nothing", None, None),
    ("kill -9 of two workers and a nanny", some_done, workers_and_a_nanny),
    ("kill -9 of a worker amid the large repository", amid_the_large_one, worker),
    ("a full disk in a worker's temp folder", some_done, disk),
    ("kill -9 of the scheduler, started again", some_done, scheduler),
    ("kill -9 of the scheduler amid the large repository, started again", amid_the_large_one, scheduler),
    ("kill -9 of the coordinator", some_done, coordinator),
    ("kill -9 of the coordinator amid the large repository", amid_the_large_one, coordinator),
)


@contextmanager
def small_disk(path: Path, wanted: bool) -> Iterator[bool]:
    """A file system of 8 MB, where this user may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "keysieve", str(path)]
    try:
        done = wanted and subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        done = False
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "-l", str(path)], check=False)


def tried(trial: Trial, fault: Fault, large: str, expected: Rows) -> dict[str, object] | None:
    """What came of one fault; None where it could not be brought about."""
    name, when, do = fault
    trial.begin(large)
    with small_disk(trial.small, do is disk) as mounted:
        if do is disk and not mounted:
            return None
        trial.nodes = Nodes(trial.folder)
        try:
            add_workers(trial)
            trial.workers()
            begun = time.perf_counter()
            process = trial.sweep()
            if when and do:
                trial.wait(when)
                do(trial)
            process.communicate(timeout=LONG)
            first = _told(trial, process.returncode, time.perf_counter() - begun, expected)
            again = trial.sweep()
            begun = time.perf_counter()
            again.communicate(timeout=LONG)
            second = _told(trial, again.returncode, time.perf_counter() - begun, expected)
        finally:
            trial.nodes.stop()
    return {"fault": name, "died": trial.died, "sweep": first, "next": second}


def _told(trial: Trial, code: int, seconds: float, expected: Rows) -> dict[str, object]:
    stored = Stored(trial.folder / "store.db")
    return {"exit": code, "seconds": round(seconds, 1), **asdict(stored.against(expected))}


def organisation(folder: Path, count: int) -> list[tuple[str, bool]]:
    """The small repositories, and one of eight long histories."""
    rows = make(folder, count, [])
    rnd = random.Random(2)
    path = folder / OWNER / "large.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    shared = [text(rnd, 150) for _ in range(40)]
    data = b"".join(
        stream(rnd, 700, credential(rnd), shared).replace(b"refs/heads/main", b"refs/heads/main%d" % number)
        for number in range(8)
    )
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=data, check=True)
    subprocess.run(["git", "-C", str(path), "symbolic-ref", "HEAD", "refs/heads/main0"], check=True)
    return [*rows, ("large", False)]


def run(folder: Path, count: int, base: Path, only: str) -> Path:
    """Make, serve, break, write; the folder of the results."""
    served = folder / "served"
    rows = organisation(served, count)
    port: multiprocessing.Queue[str] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(served, rows, port), daemon=True)
    server.start()
    url = port.get()
    facts = machine.facts()
    alone = Trial(folder / "alone", url)
    alone.begin("1 TB")
    process = alone.sweep("-j", "2")
    process.communicate(timeout=LONG)
    expected = Stored(alone.folder / "store.db").rows
    if process.returncode != 1 or len(expected.visits) != len(rows):
        raise SystemExit("the sweep by this machine alone did not come to its end")
    told: list[dict[str, object]] = []
    absent: list[str] = []
    for number, fault in enumerate(FAULTS):
        if only not in fault[0]:
            continue
        found = tried(Trial(folder / f"fault-{number}", url), fault, "4 MB", expected)
        if found is None:
            absent.append(f"{fault[0]}: a small file system cannot be mounted here")
        else:
            told.append(found)
            print(json.dumps(found), flush=True)
    server.terminate()
    from bench.faults_table import page

    held = {"repositories": len(rows), "places": len(expected.places)}
    raw = {"machine": facts, **held, "faults": told, "absent": absent}
    name = f"{datetime.now(UTC):%Y-%m-%d}-faults"
    return results.write(base, name, {"table.md": page(raw), "raw.json": json.dumps(raw, indent=1) + "\n"})


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="bench.faults")
    parser.add_argument("folder", type=Path, nargs="?", help="a new folder; left out: a temporary one")
    parser.add_argument("--repositories", type=int, default=60)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        print(run(folder.absolute(), given.repositories, given.out, given.only))


if __name__ == "__main__":
    main()
