"""Who visits the repositories: processes of this machine, or of a dask cluster. Outcomes are told as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from scanner.pipeline import detector_for
from scanner.store.results import Result
from scanner.sweep.visit import Outcome, Task, visit
from scanner.workers import Lost, Walker


class Workers(Protocol):
    """Visits repositories, many at once; a worker that dies loses no repository without saying so."""

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """An outcome for each task, in any order; fewer once `interrupted`."""

    interrupted: bool


class Local:
    """Processes of this machine: small repositories beside each other, then each large one with all processes."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self.interrupted = False

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """See `Workers.run`."""
        from dataclasses import replace

        if tasks:
            detector_for(tasks[0].detect)  # loaded once, before the processes are forked
        walker = Walker(self._jobs if len(tasks) > 1 else 1)
        large: list[Task] = []
        try:
            yield from visited(walker, tasks, large)
        finally:
            walker.close()
        self.interrupted = walker.interrupted
        while large and not self.interrupted:
            try:
                yield visit(replace(large.pop(0), large=0, jobs=self._jobs))
            except KeyboardInterrupt:
                self.interrupted = True


def visited(walker: Walker, tasks: Sequence[Task], large: list[Task]) -> Iterator[Outcome]:
    """Outcomes of tasks that run beside each other; `large` gets those that are left for all workers together."""
    for (task,), outcome in walker.run(visit, ((task,) for task in tasks)):
        if isinstance(outcome, Lost):
            yield lost(task, str(outcome))
        elif outcome.large:
            large.append(task)
        else:
            yield outcome


def lost(task: Task, why: str) -> Outcome:
    """A repository whose worker did not come back."""
    name, shown = task.repository.name, task.repository.shown
    return Outcome(Result(name, shown, "failed", task.started, refs=task.refs.digest, scope=task.scope, errors=(why,)))
