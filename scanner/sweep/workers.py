"""Who visits the repositories: processes of this machine, or of a dask cluster. Outcomes are told as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from scanner.pipeline import detector_for
from scanner.store.results import Result
from scanner.sweep.visit import Outcome, Task, visit
from scanner.workers import Lost, Walker

SMALL = 1 << 20
"""Bytes up to which a repository is small: sending it to another machine is then a good part of what it costs."""


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


def visited(walker: Walker, tasks: Sequence[Task], large: list[Task], most: int = 1) -> Iterator[Outcome]:
    """Outcomes of tasks that run beside each other; `large` gets those that are left for all workers together.

    Up to `most` small repositories go to a worker as one; where it does not come back they go again, one by one.
    """
    again: list[Task] = []
    for (part,), outcomes in walker.run(visit_each, ((part,) for part in parts(tasks, most))):
        if not isinstance(outcomes, Lost):
            large += [task for task, outcome in zip(part, outcomes, strict=True) if outcome.large]
            yield from (outcome for outcome in outcomes if not outcome.large)
        elif len(part) > 1:
            again += part
        else:
            yield lost(part[0], str(outcomes))
    if again and not walker.interrupted:
        yield from visited(walker, again, large)


def visit_each(tasks: Sequence[Task]) -> list[Outcome]:
    """See `visit`, for one after another."""
    return [visit(task) for task in tasks]


def parts(tasks: Sequence[Task], most: int) -> Iterator[tuple[Task, ...]]:
    """The tasks in their order, up to `most` small ones beside each other as one; of unknown size is not small."""
    gathered: tuple[Task, ...] = ()
    for task in tasks:
        small = 0 < task.repository.size <= SMALL
        if gathered and (not small or len(gathered) >= most):
            yield gathered
            gathered = ()
        if small:
            gathered = (*gathered, task)
        else:
            yield (task,)
    if gathered:
        yield gathered


def lost(task: Task, why: str) -> Outcome:
    """A repository whose worker did not come back."""
    name, shown = task.repository.name, task.repository.shown
    return Outcome(Result(name, shown, "failed", task.started, refs=task.refs.digest, scope=task.scope, errors=(why,)))
