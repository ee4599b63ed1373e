"""Manners: how often and how many at a time one host is asked, when to wait, and when to leave it alone."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from scanner.records import Verdict
from scanner.settings import VerifySettings
from scanner.verify.answer import Answer, Said

FAULTS = 5
"""So many failures in a row, and a host is not asked any more in this run."""
LANES = 16
"""Requests at a time to all hosts together."""


class Failed(Exception):
    """No answer: the text says why, in words that hold nothing of the request.

    `fault` tells whether it speaks against the host, so that the circuit breaker counts it.
    """

    def __init__(self, why: str, fault: bool = True) -> None:
        super().__init__(why)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Job:
    """One credential to ask about: `ask` sends, `judge` reads the answer."""

    key: str
    host: str
    ask: Callable[[], Any]  # an `Answer` of HTTP, or what a server of another protocol `Said`
    judge: Callable[[Any], Verdict]
    further: Callable[[Verdict], Questions] | None = None
    more: tuple[tuple[str, int], ...] = ()  # host, and at most how many further requests it would get


Questions = Generator[Callable[[], Answer], Answer | None, Verdict]
"""What else to ask about a credential that lives; None stands for an answer that did not come."""


class Host:
    """One host's queue, pace and health; used by several threads."""

    def __init__(self, jobs: Sequence[Job], settings: VerifySettings) -> None:
        self._jobs = deque(jobs)
        self._alive: deque[tuple[Job, Verdict]] = deque()  # whose further questions wait until all first ones are asked
        self._settings = settings
        self._lock = threading.Lock()
        self._next = 0.0  # monotonic seconds
        self._held_until = 0.0
        self._faults = 0
        self._closed = ""

    def run(self, told: Callable[[str, Verdict], None], stop: threading.Event) -> None:
        """Work the queue until it is empty; `told` hears each verdict.

        Further questions come last, so that no trouble with one of them costs another credential its verdict.
        """
        while not stop.is_set():
            try:
                job = self._jobs.popleft()
            except IndexError:
                break
            verdict = self._one(job, stop)
            told(job.key, verdict)
            if verdict.state == "active" and job.further:
                self._alive.append((job, verdict))
        while not stop.is_set():
            try:
                job, verdict = self._alive.popleft()
            except IndexError:
                return
            told(job.key, self._more(job, verdict, stop))

    def _one(self, job: Job, stop: threading.Event) -> Verdict:
        try:
            return job.judge(self._answer(job.ask, stop))
        except Failed as error:
            return Verdict("unknown", str(error))
        except Exception as error:  # one answer that nobody foresaw costs one verdict, and its words stay here
            return Verdict("unknown", f"the answer could not be read: {type(error).__name__}")

    def _more(self, job: Job, verdict: Verdict, stop: threading.Event) -> Verdict:
        """The verdict with what further questions tell; whatever goes wrong with them, it stays as it is."""
        assert job.further is not None
        asking = job.further(verdict)
        answer: Answer | None = None
        try:
            while True:
                ask = asking.send(answer)
                try:
                    answer = self._answer(ask, stop)
                except Failed:
                    answer = None
        except StopIteration as end:
            told: Verdict = end.value
            return told
        except Exception:
            return verdict

    def _answer(self, ask: Callable[[], Any], stop: threading.Event) -> Any:
        """What `ask` brings, in this host's time, asked again once where the host says when. Raises Failed."""
        for last in (False, True):
            if self._closed:
                raise Failed(self._closed)
            if self._wait(stop):
                raise Failed("interrupted")
            try:
                answer = ask()
            except Failed as error:
                self._count(error.fault)
                raise
            self._count(answer.status >= 500 or answer.status == 429)
            if not self._held(answer, last):
                break
        return answer

    def _wait(self, stop: threading.Event) -> bool:
        """Sleep until this host's next turn; True where the run was stopped meanwhile."""
        while not stop.is_set():
            with self._lock:
                left = max(self._next, self._held_until) - time.monotonic()
                if left <= 0:
                    self._next = time.monotonic() + self._settings.pace
                    return False
            stop.wait(min(left, 0.5))
        return True

    def _held(self, answer: Answer | Said, last: bool) -> bool:
        """Whether to ask again: the host said when, and it is not too long."""
        if answer.status not in (429, 503):
            return False
        wait = retry_after(answer.headers)
        if wait is None:
            return False
        if wait > self._settings.longest_wait or last:
            self._close(f"status {answer.status}: the provider asks to wait {wait:.0f} s; not asked again")
            return False
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + wait)
        return True

    def _count(self, fault: bool) -> None:
        with self._lock:
            self._faults = self._faults + 1 if fault else 0
            closing = self._faults >= FAULTS
        if closing:
            self._close(f"the host failed {FAULTS} times in a row; not asked again in this run")

    def _close(self, why: str) -> None:
        self._closed = self._closed or why


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After asks for, a number or a date; None where there is none that can be read."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def run(jobs: Sequence[Job], settings: VerifySettings) -> tuple[dict[str, Verdict], bool]:
    """Ask about every job, hosts beside each other: key -> verdict, and whether it was interrupted.

    An interruption stops the asking; what was learnt until then counts.
    """
    queues: dict[str, list[Job]] = {}
    for job in jobs:
        queues.setdefault(job.host, []).append(job)
    verdicts: dict[str, Verdict] = {}
    stop = threading.Event()
    with ThreadPoolExecutor(LANES, thread_name_prefix="verify") as pool:
        lanes = []
        for queue in queues.values():
            host = Host(queue, settings)
            beside = min(settings.per_host, len(queue))
            lanes += [pool.submit(host.run, verdicts.__setitem__, stop) for _ in range(beside)]
        try:
            for lane in lanes:
                lane.result()
        except KeyboardInterrupt:
            stop.set()
    return verdicts, stop.is_set()
