"""Small repositories go to a worker as one, and each still comes to its own outcome."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.settings import DetectSettings
from scanner.store.results import Result
from scanner.sweep import workers
from scanner.sweep.cluster import at_once
from scanner.sweep.refs import Tips
from scanner.sweep.repositories import Repository
from scanner.sweep.visit import Outcome, Task
from scanner.sweep.workers import SMALL, parts, visited
from scanner.workers import Walker


def task(number: int, size: int) -> Task:
    repository = Repository(f"r{number}", f"https://example.org/r{number}.git", size=size)
    return Task(repository, Tips("", "", "", False, False), "", DetectSettings(), "", "", "")


def outcome(task: Task, large: bool = False) -> Outcome:
    return Outcome(Result(task.repository.name, "", "complete", ""), large=large)


@given(st.lists(st.sampled_from([0, 1, SMALL, SMALL + 1])), st.integers(1, 9))
def test_parts_are_the_tasks_in_their_order_and_only_small_ones_stand_together(sizes: list[int], most: int) -> None:
    tasks = [task(number, size) for number, size in enumerate(sizes)]
    made = list(parts(tasks, most))
    assert [each for part in made for each in part] == tasks
    for one, following in zip(made, [*made, ()][1:], strict=True):
        assert 1 <= len(one) <= most
        assert len(one) == 1 or all(0 < each.repository.size <= SMALL for each in one)
        full = len(one) == most or not all(0 < each.repository.size <= SMALL for each in (*one, *following[:1]))
        assert full or not following


@pytest.mark.parametrize(
    ("tasks", "machines", "most"), [(100_000, 64, 8), (300, 4, 8), (100, 4, 3), (5, 4, 1), (9, 0, 1)]
)
def test_every_worker_has_its_turn_several_times(tasks: int, machines: int, most: int) -> None:
    assert at_once(tasks, machines) == most


def test_a_worker_that_dies_costs_the_others_of_its_part_only_another_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit(task: Task) -> Outcome:
        with (tmp_path / "seen").open("a") as out:
            out.write(f"{task.repository.name}\n")
        if task.repository.name == "r5":
            os._exit(1)
        return outcome(task, task.repository.name == "r2")

    monkeypatch.setattr(workers, "visit", visit)
    large: list[Task] = []
    walker = Walker(2)
    tasks = [task(number, 1) for number in range(12)]
    try:
        made = list(visited(walker, tasks, large, 4))
    finally:
        walker.close()
    states = {each.result.name: each.result.state for each in made}
    assert states == {f"r{number}": "failed" if number == 5 else "complete" for number in range(12) if number != 2}
    assert len(made) == 11
    assert large == [tasks[2]]
    assert (tmp_path / "seen").read_text().split().count("r4") > 1
