"""Functions run by the workers of a dask cluster, as an executor: it outlives workers and the scheduler's restart.

Dask starts a task again whose worker died, and says `KilledWorker` after some times: that is told as a broken pool
is. What a scheduler took with it, or a worker is not fit for, is sent again; so functions must bear to run twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from concurrent.futures import Future as Made
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

from distributed import Client, Future, get_worker
from distributed.scheduler import KilledWorker

from scanner.errors import ScanError
from scanner.sweep.redact import Elsewhere, Known
from scanner.sweep.sending import Terms, Unfit, send

_TRIES = 4
"""Times that a call is sent in all."""
_PULSE = 1.0
"""Seconds between two looks at the cluster."""


_SENDING = object()


class Gone(BrokenExecutor):
    """The cluster did not bring a call to its end."""


@dataclass(eq=False, slots=True)
class _Call:
    """A function, its arguments, what the caller waits for; how often it was sent, and who is not fit for it."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    made: Made[Any] = field(default_factory=Made)
    sent: int = 0
    unfit: set[str] = field(default_factory=set)
    why: str = ""


class Spread(Elsewhere):
    """An executor over a client's cluster; `close` lets go of what is not done."""

    def __init__(self, client: Client, terms: Terms, patience: float) -> None:
        """`patience` in seconds: for so long may there be no scheduler, or no worker."""
        self.sealed: dict[Known, bytes] = {}
        self._client = client
        self._terms = terms
        self._patience = patience
        self._open: dict[_Call, Any] = {}  # with dask's future; None while there is nobody to send it to
        self._lock = Lock()
        self._over = Event()
        self._lost = ""
        self._watch = Thread(target=self._watched, daemon=True)
        self._watch.start()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Made[Any]:
        """See `Executor.submit`. Raises Gone where the cluster is."""
        if self._lost or more:
            raise Gone(self._lost or "functions are called with positional arguments only")
        call = _Call(function, arguments)
        self._send(call)
        return call.made

    def workers(self) -> int:
        """How many there are now; 0 where the scheduler does not answer."""
        return len(self._nodes())

    def close(self) -> None:
        """Let go of what is not done: nobody waits for it any more."""
        self._over.set()
        self._watch.join()
        with self._lock:
            futures = [future for future in self._open.values() if future not in (None, _SENDING)]
            self._open.clear()
        if futures and self._client.status == "running":
            self._client.cancel(futures)

    def _nodes(self) -> list[str]:
        try:
            return list(self._client.nthreads()) if self._client.status == "running" else []
        except Exception:  # dask has many words for a scheduler that is gone
            return []

    def _send(self, call: _Call) -> None:
        """Send a call, to a worker that may be fit for it where there is one."""
        call.sent += 1
        fit = [node for node in self._nodes() if node not in call.unfit] if call.unfit else []
        choice: dict[str, Any] = {"workers": fit, "allow_other_workers": True} if fit else {}
        with self._lock:
            self._open[call] = _SENDING
        try:
            future = self._client.submit(
                send, self._terms, _here, call.function, call.arguments, pure=False, key=_key(call), **choice
            )
        except Exception:  # there is no connection: `_watched` tries again
            call.sent -= 1
            future = None
        with self._lock:
            self._open[call] = future
        if future is None:
            return
        future.add_done_callback(lambda done: self._settle(call, done))

    def _settle(self, call: _Call, future: Future[Any]) -> None:
        """In dask's own thread: give the result, or find out what to do without one."""
        with self._lock:
            current = self._open.get(call) is future
        if not current or self._over.is_set():
            return
        try:
            sent = future.result()
        except Exception as error:
            if future.status == "error":
                self._failed(call, error)
            else:  # the scheduler took it with it
                call.why = "the scheduler was lost"
                with self._lock:
                    self._open[call] = None
            return
        self.sealed |= sent.sealed
        self._end(call, lambda made: made.set_result(sent.result))

    def _failed(self, call: _Call, error: Exception) -> None:
        if isinstance(error, Unfit):
            node, call.why = error.args
            call.unfit.add(node)
            if call.sent < _TRIES:
                self._send(call)
                return
            error = Gone(call.why)
        elif not isinstance(error, ScanError | OSError):
            words = "its worker was lost" if isinstance(error, KilledWorker) else "its worker could not do it"
            error = Gone(f"{words}: {type(error).__name__}")
        self._end(call, lambda made: made.set_exception(error))

    def _end(self, call: _Call, how: Callable[[Made[Any]], None]) -> None:
        with self._lock:
            if self._open.pop(call, self) is self:
                return
        how(call.made)

    def _watched(self) -> None:
        """In a thread of our own: send again what was taken by a scheduler; give up where nobody comes back."""
        since = time.monotonic()
        while not self._over.wait(_PULSE):
            if self._nodes():
                since = time.monotonic()
                self._lost = ""
                self._again()
            elif time.monotonic() - since > self._patience:
                self._lost = f"the cluster has had no scheduler or no worker for {self._patience:.0f} seconds"
                with self._lock:
                    calls = list(self._open)
                for call in calls:
                    self._end(call, lambda made: made.set_exception(Gone(self._lost)))

    def _again(self) -> None:
        with self._lock:
            adrift = [call for call, future in self._open.items() if future is None]
        for call in adrift:
            if call.sent < _TRIES:
                self._send(call)
            else:
                self._end(call, lambda made, why=call.why: made.set_exception(Gone(why)))  # type: ignore[misc]


def _key(call: _Call) -> str:
    from uuid import uuid4

    return f"keysieve-{call.function.__name__}-{uuid4().hex}"


def _here() -> str:
    """The address of the worker that this is."""
    return str(get_worker().address)
