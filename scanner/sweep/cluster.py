"""A dask cluster as the workers: whole repositories are its tasks, so that a worker that dies loses one at most.

The cache folder must be the same for coordinator and workers (a shared file system); the store is the coordinator's
alone. What a worker sends back is redacted. TLS between the nodes is dask's own: see docs/sweep.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

from scanner.errors import TargetError, UsageError
from scanner.sweep.config import Sweep
from scanner.sweep.visit import Outcome, Task, visit
from scanner.sweep.workers import lost

try:
    from distributed import Client, as_completed
    from distributed.security import Security
except ImportError:
    raise UsageError("--cluster needs dask.distributed: pip install 'keysieve[cluster]'") from None

_WAIT = 60
"""Seconds in which a scheduler must answer and have a worker."""
_TRIES = 3
"""Times that a repository may lose its worker."""
_alone = Lock()


def visit_alone(task: Task) -> Outcome:
    """`visit` in a worker: one at a time in a process, since a detector is for one thread."""
    with _alone:
        return visit(task)


class Cluster:
    """A scheduler and its workers (fulfils `Workers`)."""

    def __init__(self, address: str, sweep: Sweep) -> None:
        """Raises UsageError for an address that is none, TargetError where no scheduler answers, or has no worker."""
        if not address.startswith(("tcp://", "tls://")):
            raise UsageError(f"--cluster {address}: write tcp://HOST:PORT or tls://HOST:PORT")
        self.interrupted = False
        self._sweep = sweep
        try:
            self._client = Client(address, timeout=_WAIT, security=_security(address), set_as_default=False)
            self._client.wait_for_workers(1, timeout=_WAIT)
        except (OSError, TimeoutError) as error:
            raise TargetError(
                f"--cluster {address}: no scheduler with a worker answers: {type(error).__name__}"
            ) from None

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """See `Workers.run`. Dask starts a task again whose worker died; after some times that is told as a fault."""
        if not tasks:
            return
        small = [_whole(task) for task in tasks]
        futures = self._client.map(visit_alone, small, pure=False, retries=_TRIES, batch_size=64)
        waiting = dict(zip(futures, small, strict=True))
        try:
            for future in as_completed(futures, loop=self._client.loop):
                yield _outcome(future, waiting.pop(future))
        except KeyboardInterrupt:
            self.interrupted = True
            self._client.cancel(list(waiting))

    def close(self) -> None:
        """Leave the cluster; it goes on without us."""
        self._client.close()


def _whole(task: Task) -> Task:
    """A worker takes every repository whole, however large."""
    from dataclasses import replace

    return replace(task, large=0)


def _outcome(future: Any, task: Task) -> Outcome:
    try:
        found = future.result()
    except Exception as error:  # whatever ended the worker is one repository's fault, never the sweep's
        return lost(task, f"its worker was lost: {type(error).__name__}")
    finally:
        future.release()
    return found if isinstance(found, Outcome) else lost(task, "its worker answered something else")


def _security(address: str) -> Security | None:
    """For tls:// the files that dask's own configuration names (DASK_DISTRIBUTED__COMM__TLS__...)."""
    if not address.startswith("tls://"):
        return None
    made = Security(require_encryption=True)
    if not made.tls_ca_file:
        raise UsageError(
            f"--cluster {address}: name the certificates: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, ...__CLIENT__CERT and "
            "...__CLIENT__KEY"
        )
    for path in (made.tls_ca_file, made.tls_client_cert, made.tls_client_key):
        if path and not os.path.isfile(path):
            raise UsageError(f"--cluster {address}: {path}: no such file")
    return made
