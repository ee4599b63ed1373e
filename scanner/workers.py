"""The multi-process walker: shards out, results back; the serial twin calls the same function.

A worker that dies takes only its shard's answer with it: the shard is scanned again, alone. A shard that
kills its worker twice is named in the summary, and the scan is incomplete.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

SMALL = 16 << 20
"""Bytes of input up to which no process is started."""

Result = TypeVar("Result")
Task = tuple[Any, ...]


class Lost(Exception):
    """A task whose worker died each time it was tried."""


class Walker:
    """Runs tasks in this process while they are small, else in a pool, with a bounded number in flight."""

    def __init__(self, jobs: int, executor: Executor | None = None) -> None:
        """`executor` is any `concurrent.futures.Executor`; without one a process pool is made when needed."""
        self.jobs = jobs
        self._given = executor
        self._pool: Executor | None = executor
        self.interrupted = False

    def run(
        self,
        function: Callable[..., Result],
        tasks: Iterable[Task],
        weight: Callable[[Task], int] = lambda task: SMALL,
    ) -> Iterator[tuple[Task, Result | Lost]]:
        """(task, result) in the order of completion; Ctrl-C ends it early and sets `interrupted`."""
        try:
            tasks, small = self._sized(iter(tasks), weight)
            if small:
                yield from ((task, function(*task)) for task in tasks)
            else:
                yield from self._parallel(function, tasks)
        except KeyboardInterrupt:
            self.interrupted = True
            self.close(wait=False)

    def _sized(self, tasks: Iterator[Task], weight: Callable[[Task], int]) -> tuple[Iterator[Task], bool]:
        """The same tasks, and whether they are to run here."""
        import itertools

        if self._pool is not None or self.jobs == 1:
            return tasks, self._pool is None
        head: list[Task] = []
        total = 0
        for task in tasks:
            head.append(task)
            total += weight(task)
            if total > SMALL:
                return itertools.chain(head, tasks), False
        return iter(head), True

    def _parallel(self, function: Callable[..., Result], tasks: Iterator[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

        pending: dict[Future[Result], Task] = {}
        suspects: list[Task] = []
        more = True
        while more or pending:
            while more and len(pending) < 2 * self.jobs:
                task = next(tasks, None)
                more = task is not None
                if task is not None and not self._submit(function, task, pending):
                    suspects.append(task)
                    break  # the pool is broken: nothing more is pulled until it is made anew
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                task = pending.pop(future)
                try:
                    yield task, future.result()
                except BrokenExecutor:
                    suspects.append(task)
            if suspects and not pending:
                yield from self._again(function, suspects)
                suspects = []

    def _submit(self, function: Callable[..., Result], task: Task, pending: dict[Future[Result], Task]) -> bool:
        from concurrent.futures import BrokenExecutor

        if self._pool is None:
            self._pool = _pool(self.jobs)
        with contextlib.suppress(BrokenExecutor):
            pending[self._pool.submit(function, *task)] = task
            return True
        return False

    def _again(self, function: Callable[..., Result], suspects: list[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        """Each suspect alone in a pool of one, so that the guilty one is known; then a new pool."""
        if self._given is not None:
            for task in suspects:
                yield task, _once_more(self._given, function, task)
            return
        self._drop()
        for task in suspects:
            yield task, _alone(function, task)

    def _drop(self) -> None:
        if self._pool is not None and self._given is None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def close(self, wait: bool = True) -> None:
        """End the pool that we made."""
        if self._pool is None or self._given is not None:
            return
        if not wait:
            for process in list(getattr(self._pool, "_processes", None) or {}):
                with contextlib.suppress(ProcessLookupError, OSError):
                    _terminate(process)
        self._pool.shutdown(wait=wait, cancel_futures=True)
        self._pool = None


def _once_more(executor: Executor, function: Callable[..., Result], task: Task) -> Result | Lost:
    """The task with no other beside it: it may only have waited where a neighbour killed its worker."""
    from concurrent.futures import BrokenExecutor

    try:
        return executor.submit(function, *task).result()
    except BrokenExecutor as error:
        return Lost(f"its worker died: {error}")


def _alone(function: Callable[..., Result], task: Task, tries: int = 2) -> Result | Lost:
    """The task in a pool of one. Twice: a suspect may only have waited when a neighbour broke the pool."""
    from concurrent.futures import BrokenExecutor

    for _ in range(tries):
        pool = _pool(1)
        try:
            return pool.submit(function, *task).result()
        except BrokenExecutor:
            continue
        finally:
            pool.shutdown(cancel_futures=True)
    return Lost("its worker died twice")


def _terminate(process: int) -> None:
    import signal

    os.kill(process, signal.SIGTERM)


def _leave_with(parent: int) -> None:
    """End when the parent has: killed, it cannot say so, and its workers would wait for ever, with its locks."""
    import time

    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _pool(jobs: int) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # fork shares the loaded catalogue; where it is not to be had, workers load it from the cache.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(os.getpid(),))


def _begin(parent: int) -> None:
    """Ctrl-C is the parent's to answer, and what was made before the fork is not ours to search for garbage."""
    import gc
    import signal
    import threading

    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:  # nohup means us, too
        signal.signal(hangup, signal.SIG_DFL)
