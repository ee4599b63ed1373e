"""A dask scheduler and its workers, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import scanner
from tests.helpers.databases import free_port

ENV = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error", "PYTHONPATH": str(Path(scanner.__file__).parents[1])}


class Nodes:
    """A scheduler and workers; a worker may have a nanny that starts it again."""

    def __init__(self, folder: Path, *security: str) -> None:
        self.folder = folder
        self.security = security
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    @property
    def address(self) -> str:
        return f"{'tls' if self.security else 'tcp'}://127.0.0.1:{self.port}"

    def _start(self, module: str, *arguments: str, **changes: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, *self.security]
        out = (self.folder / f"{module}.log").open("ab")
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | ENV | changes, cwd=self.folder)
        out.close()
        self.processes.append(process)
        return process

    def start_scheduler(self) -> None:
        self.scheduler = self._start("dask_scheduler", "--host", self.address, "--no-dashboard", "--no-show")

    def worker(self, nanny: bool = False, **changes: str) -> subprocess.Popen[bytes]:
        """Another worker, with these changes to its environment."""
        return self._start(
            "dask_worker", self.address, "--nthreads", "1", "--no-dashboard", "--nanny" if nanny else "--no-nanny",
            "--local-directory", str(self.folder), "--host", "127.0.0.1", "--memory-limit", "0", **changes,
        )  # fmt: skip

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(30)


@contextmanager
def nodes(folder: Path, workers: int, *security: str) -> Iterator[Nodes]:
    folder.mkdir()
    made = Nodes(folder, *security)
    try:
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        made.stop()
