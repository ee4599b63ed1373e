"""The walker: nothing is lost and nothing is doubled, whatever the workers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scanner import workers
from scanner.workers import SMALL, Lost, Task, Walker

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the tests' functions reach the workers by fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def double(number: int) -> int:
    return 2 * number


def process_id(number: int) -> int:
    return os.getpid()


def dies_once(number: int, folder: str) -> int:
    mark = os.path.join(folder, str(number))
    if number % 5 == 3 and not os.path.exists(mark):
        open(mark, "w").close()
        os._exit(9)
    return number


def dies_always(number: int, victim: int) -> int:
    if number == victim:
        os._exit(9)
    time.sleep(0.005)
    return number


def raises(number: int) -> int:
    raise ValueError(f"number {number}")


def never_a_pool(jobs: int) -> Executor:
    raise AssertionError("a pool was started")


def numbers(count: int) -> Iterator[Task]:
    return ((number,) for number in range(count))


def test_results_come_with_their_tasks() -> None:
    walker = Walker(2)
    assert sorted(walker.run(double, numbers(30))) == [((n,), 2 * n) for n in range(30)]
    walker.close()


def test_work_is_done_by_other_processes() -> None:
    walker = Walker(2)
    seen = {result for _, result in walker.run(process_id, numbers(20))}
    walker.close()
    assert os.getpid() not in seen
    assert 1 <= len(seen) <= 2


def test_a_worker_that_dies_once_loses_and_doubles_nothing(tmp_path: Path) -> None:
    walker = Walker(2)
    done = list(walker.run(dies_once, ((n, str(tmp_path)) for n in range(20))))
    walker.close()
    assert sorted(result for _, result in done if not isinstance(result, Lost)) == list(range(20))
    assert len(list(tmp_path.iterdir())) == 4


def test_a_task_that_always_kills_its_worker_is_lost_and_no_other() -> None:
    walker = Walker(2)
    done = list(walker.run(dies_always, ((n, 7) for n in range(20))))
    walker.close()
    lost = [task for task, result in done if isinstance(result, Lost)]
    assert lost == [(7, 7)]
    assert sorted(result for _, result in done if not isinstance(result, Lost)) == [n for n in range(20) if n != 7]


@pytest.mark.parametrize("victim", [0, 19])
def test_the_first_and_the_last_task_may_die_too(victim: int) -> None:
    walker = Walker(2)
    done = list(walker.run(dies_always, ((n, victim) for n in range(20))))
    walker.close()
    assert len(done) == 20
    assert [task[0] for task, result in done if isinstance(result, Lost)] == [victim]


def test_a_walker_is_usable_after_a_worker_died() -> None:
    walker = Walker(2)
    list(walker.run(dies_always, ((n, 3) for n in range(6))))
    assert sorted(result for _, result in walker.run(double, numbers(6))) == [0, 2, 4, 6, 8, 10]
    walker.close()


def test_an_exception_of_the_function_is_the_callers() -> None:
    walker = Walker(2)
    with pytest.raises(ValueError, match="number 0"):
        list(walker.run(raises, numbers(1), lambda task: SMALL + 1))
    walker.close()


def test_no_more_is_in_flight_than_twice_the_jobs() -> None:
    pulled = 0

    def tasks() -> Iterator[Task]:
        nonlocal pulled
        for number in range(200):
            pulled += 1
            yield (number,)

    walker = Walker(2)
    ahead = []
    for done, _ in enumerate(walker.run(double, tasks()), 1):
        ahead.append(pulled - done)
    walker.close()
    assert pulled == 200
    assert max(ahead) <= 4


def test_small_input_stays_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_pool", never_a_pool)
    walker = Walker(8)
    done = list(walker.run(process_id, numbers(16), lambda task: SMALL // 16))
    assert {result for _, result in done} == {os.getpid()}
    assert len(done) == 16


def test_one_byte_more_goes_to_other_processes() -> None:
    walker = Walker(2)
    done = list(walker.run(process_id, numbers(17), lambda task: SMALL // 16))
    walker.close()
    assert os.getpid() not in {result for _, result in done}
    assert len(done) == 17


def test_one_job_never_starts_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_pool", never_a_pool)
    done = list(Walker(1).run(process_id, numbers(50), lambda task: SMALL))
    assert [task for task, _ in done] == [(n,) for n in range(50)]
    assert {result for _, result in done} == {os.getpid()}


def test_one_job_reads_nothing_ahead() -> None:
    pulled: list[int] = []

    def tasks() -> Iterator[Task]:
        for number in range(5):
            pulled.append(number)
            yield (number,)

    for done, _ in enumerate(Walker(1).run(double, tasks()), 1):
        assert len(pulled) == done


def test_no_task_is_no_result() -> None:
    assert list(Walker(2).run(double, [])) == []


def test_an_executor_that_was_given_is_used_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_pool", never_a_pool)
    with ThreadPoolExecutor(2) as executor:
        walker = Walker(1, executor)
        assert sorted(result for _, result in walker.run(double, numbers(9))) == [2 * n for n in range(9)]
        walker.close()
        assert executor.submit(double, 4).result() == 8


def test_a_given_executor_is_used_for_small_input_too() -> None:
    with ThreadPoolExecutor(1) as executor:
        seen = {result for _, result in Walker(1, executor).run(thread_id, numbers(2), lambda task: 1)}
    assert threading.get_ident() not in seen


def thread_id(number: int) -> int:
    return threading.get_ident()


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_it_and_is_told(jobs: int) -> None:
    def tasks() -> Iterator[Task]:
        yield from numbers(5)
        raise KeyboardInterrupt

    walker = Walker(jobs)
    done = list(walker.run(double, tasks()))
    assert walker.interrupted
    assert len(done) <= 5


def test_ctrl_c_ends_the_workers() -> None:
    """The whole process group gets SIGINT, as from a terminal: it ends at once and leaves no child."""
    code = (
        "import time\n"
        "from scanner.workers import Walker\n"
        "walker = Walker(2)\n"
        "print('ready', flush=True)\n"
        "list(walker.run(time.sleep, ((60,) for _ in range(4))))\n"
        "print(walker.interrupted, flush=True)\n"
    )
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    try:
        out, err = process.communicate(timeout=20)
    finally:
        with_group_gone(process.pid)
    assert out == "True\n", err
    assert time.monotonic() - started < 20


def outlives_a_hangup(number: int) -> bool:
    os.kill(os.getpid(), signal.SIGHUP)
    return True


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a terminal that is closed says so")
def test_the_workers_of_a_scan_under_nohup_died_with_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    walker = Walker(2)
    try:
        assert [answer for _, answer in walker.run(outlives_a_hangup, numbers(4))] == [True] * 4
    finally:
        walker.close()
        signal.signal(signal.SIGHUP, before)


def with_group_gone(group: int) -> None:
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError("a worker outlived its walker")


class Breaking(ThreadPoolExecutor):
    """An executor that says of a task, some times, that its worker died."""

    def __init__(self, times: int) -> None:
        super().__init__(1)
        self.left = times

    def submit(self, function: Any, /, *arguments: Any, **more: Any) -> Any:
        if arguments == (3,) and self.left:
            self.left -= 1
            broken: Future[int] = Future()
            broken.set_exception(BrokenExecutor("it was killed"))
            return broken
        return super().submit(function, *arguments, **more)


@pytest.mark.parametrize("times", [1, 2])
def test_a_given_executor_is_asked_once_more_for_what_it_lost(times: int) -> None:
    """A task may only have waited where a neighbour killed its worker."""
    with Breaking(times) as executor:
        done = {task: result for (task,), result in Walker(2, executor).run(double, numbers(9))}
    assert len(done) == 9
    lost = done.pop(3)
    assert lost == 6 if times == 1 else isinstance(lost, Lost) and "killed" in str(lost)
    assert done == {number: 2 * number for number in range(9) if number != 3}
