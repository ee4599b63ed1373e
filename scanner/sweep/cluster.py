"""A dask cluster as the workers: repositories are its tasks, several small ones as one; of a large one, the shards.

The cache folder must be the same for coordinator and workers (a shared file system); the store is the coordinator's
alone. What a worker sends back is redacted. TLS between the nodes is dask's own: see docs/sweep.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.errors import TargetError, UsageError
from scanner.sweep.config import Sweep
from scanner.sweep.sending import Terms
from scanner.sweep.visit import Outcome, Task, visit
from scanner.sweep.workers import lost, visited
from scanner.workers import Walker

try:
    from distributed import Client
    from distributed.security import Security

    from scanner.sweep.spread import Spread
except ImportError:
    raise UsageError("--cluster needs dask.distributed: pip install 'keysieve[cluster]'") from None

_WAIT = 60
"""Seconds in which a scheduler must answer and have a worker."""
_LEAST = 32
"""Half of what is sent ahead at least: so a cluster that grows by its load sees some."""

_MOST, _TURNS = 8, 8
"""Small repositories sent as one at the most, and how often each worker is to be sent some at the least."""


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
        """See `Workers.run`: repositories beside each other, then each large one by all workers."""
        if not tasks:
            return
        first = tasks[0]
        spread = Spread(self._client, Terms(first.detect, first.version, first.seal), _WAIT)
        jobs = max(_LEAST, spread.workers())
        walker = Walker(jobs, spread)
        large: list[Task] = []
        try:
            yield from visited(walker, tasks, large, at_once(len(tasks), spread.workers()))
            self.interrupted = walker.interrupted
            while large and not self.interrupted:
                yield self._shared(replace(large.pop(0), large=0, jobs=jobs), spread)
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            spread.close()

    def _shared(self, task: Task, spread: Spread) -> Outcome:
        """A repository by all workers; it is fetched, and its history told, here."""
        try:
            return visit(task, spread)
        except Exception as error:  # whatever a worker answers is one repository's fault, never the sweep's
            return lost(task, f"it could not be shared among the workers: {type(error).__name__}")
        finally:
            spread.sealed.clear()

    def close(self) -> None:
        """Leave the cluster; it goes on without us."""
        self._client.close()


def at_once(tasks: int, workers: int) -> int:
    """How many small repositories to send as one: each worker is to have its turn several times."""
    return max(1, min(_MOST, tasks // (_TURNS * max(1, workers))))


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
