"""A sweep: inventory, listing of refs, visits of what changed, store, verdicts, notifications, metrics."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from scanner.engines import catalogue
from scanner.errors import ScanError, UsageError
from scanner.records import Fault
from scanner.store import outbox, reading, writing
from scanner.store.database import Database, now
from scanner.store.results import Result
from scanner.sweep import after, kinds, refs
from scanner.sweep.audit import Audit
from scanner.sweep.config import Sweep, environment
from scanner.sweep.content import Content
from scanner.sweep.inventory import Inventory, take
from scanner.sweep.mirrors import Mirrors, clear_doors
from scanner.sweep.refs import Tips
from scanner.sweep.repositories import Repository, only
from scanner.sweep.version import pattern_set
from scanner.sweep.visit import Outcome, Task
from scanner.sweep.web import Web
from scanner.sweep.workers import Workers

_LISTERS = 16
"""Requests for refs at a time."""
_AT_ONCE = 500
"""Unchanged repositories written in one transaction."""

Tell = Callable[[str], None]
Listed = tuple[Repository, "Tips | str", str]
"""A repository, its refs or why they could not be listed, and when they were."""


@dataclass(slots=True)
class Done:
    """What a sweep came to."""

    number: int = 0
    states: Counter[str] = field(default_factory=Counter)
    fresh: set[str] = field(default_factory=set)  # fingerprints that no sweep had seen before
    faults: list[Fault] = field(default_factory=list)
    objects: int = 0
    bytes: int = 0
    interrupted: bool = False

    @property
    def state(self) -> str:
        """complete | incomplete | interrupted."""
        if self.interrupted:
            return "interrupted"
        return "incomplete" if self.faults else "complete"


class Run:
    """One sweep over one store and one cache."""

    def __init__(self, sweep: Sweep, store: Database, workers: Workers, tell: Tell) -> None:
        """Raises UsageError for a configuration that cannot be used."""
        self._sweep = sweep
        self._store = store
        self._workers = workers
        self._tell = tell
        self._seal = seal_key(sweep)
        self._version = pattern_set(sweep.detect, self._seal)
        self._scope = scope(sweep, self._version)
        os.makedirs(sweep.cache, mode=0o700, exist_ok=True)
        self._content = Content(sweep.cache, self._version)
        self._mirrors = Mirrors(sweep.cache, sweep.budget, sweep.fetch_timeout)
        self._carried: str | None = None
        self.done = Done()
        self._begun = time.monotonic()

    def go(self, globs: Sequence[str] = ()) -> Done:
        """Sweep once. What goes wrong with a repository is told, and the sweep goes on."""
        done = self.done = Done()
        self._carried = None
        self._begun = time.monotonic()
        with open(os.path.join(self._sweep.cache, "sweep.lock"), "w") as lock:
            alone = _locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB) or not _locked(lock, fcntl.LOCK_SH)
            if alone:
                self._content.clear()
                clear_doors(self._sweep.cache)
                writing.interrupted(self._store, self._sweep.name)
                outbox.release(self._store)
                fcntl.flock(lock, fcntl.LOCK_SH)  # from now on others may sweep beside us
            done.number = writing.begin_sweep(self._store, self._sweep.name, self._version)
            audit = Audit(self._sweep.audit, done.number, self._version)
            try:
                tasks = self._changed(globs, audit)
                for outcome in self._workers.run(tasks):
                    self._keep(outcome, audit)
                done.interrupted = self._workers.interrupted
            except KeyboardInterrupt:
                done.interrupted = True
            finally:
                audit.close()
            self._content.tidy()
            writing.end_sweep(self._store, done.number, done.state)
        return done

    def verify(self) -> None:
        """Ask providers, where the settings want it."""
        if self._sweep.verify.wanted:
            after.verify(self._store, self._sweep.detect, self._sweep.verify, self._seal)

    def measure(self, metrics: Any) -> None:
        """Tell Prometheus what the last sweep came to."""
        after.measure(self._store, self.done, time.monotonic() - self._begun, metrics)

    def _changed(self, globs: Sequence[str], audit: Audit) -> list[Task]:
        """The tasks of the sweep. What did not change, or cannot be listed, is written at once."""
        web = Web()
        try:
            found = take(self._sweep, web)
            self.done.faults += found.faults
            last = reading.last_states(self._store)
            tasks: list[Task] = []
            same: list[Result] = []
            for repository, tips, at in listed(only(found.repositories, globs), web):
                if isinstance(tips, str):
                    self._failed(repository, tips, at, audit)
                elif last.get(repository.name) == (tips.digest, self._scope):
                    same.append(self._unchanged(repository, tips, at, audit))
                else:
                    task = self._task(repository, tips, at)
                    again = last.get(repository.name, ("", ""))[1] == self._scope
                    tasks.append(task if again else replace(task, before=self._before()))
                if len(same) >= _AT_ONCE:
                    writing.record_unchanged(self._store, self.done.number, same)
                    same = []
            writing.record_unchanged(self._store, self.done.number, same)
        finally:
            web.close()
        # Forks last: most of what they hold is known by then. Large ones first, so that no process waits long.
        return sorted(tasks, key=lambda task: (task.repository.fork, -task.repository.size, task.repository.name))

    def _task(self, repository: Repository, tips: Tips, at: str) -> Task:
        own = self._sweep
        return Task(
            repository, tips, at, own.detect, self._version, self._scope, own.cache, own.exclude, own.fetch_timeout,
            own.large, 1, self._seal,
        )  # fmt: skip

    def _before(self) -> str:
        """See `kinds.before`; asked when there is something to scan."""
        if self._carried is None:
            self._carried = kinds.before(
                self._content.folder, lambda: catalogue(self._sweep.detect.patterns).credentials
            )
        return self._carried

    def _unchanged(self, repository: Repository, tips: Tips, at: str, audit: Audit) -> Result:
        result = Result(repository.name, repository.shown, "unchanged", at, tips.digest, self._scope, tips.tip)
        audit.tell(result)
        self.done.states["unchanged"] += 1
        return result

    def _failed(self, repository: Repository, why: str, at: str, audit: Audit) -> None:
        self._keep(Outcome(Result(repository.name, repository.shown, "failed", at, errors=(why,))), audit)

    def _keep(self, outcome: Outcome, audit: Audit) -> None:
        """Store an outcome; only then count its objects as scanned."""
        result, done = outcome.result, self.done
        done.fresh |= set(writing.record(self._store, done.number, result))
        self._content.publish(outcome.token)
        audit.tell(result)
        done.states[result.state] += 1
        done.objects += result.objects
        done.bytes += result.size
        if result.state in ("failed", "incomplete"):
            done.faults += [Fault(result.name, problem) for problem in result.errors or ("could not be looked at",)]
        self._tell(
            f"{result.name}: {result.state}, {result.objects:,} new objects, {len(result.findings)} findings"
            + (f": {result.errors[0]}" if result.errors else "")
        )
        if self._sweep.budget:
            self._mirrors.trim()


def _locked(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how)
    except OSError:
        return False
    return True


def seal_key(sweep: Sweep) -> bytes:
    """The key of sealed copies, b"" where none are kept. Raises UsageError for one that is none."""
    if not sweep.seal_env:
        return b""
    key = environment(sweep.seal_env, f"{sweep.path}: 'seal_key_env'").encode()
    try:
        from cryptography.fernet import Fernet

        Fernet(key)
    except ImportError:
        raise UsageError("sealed copies need cryptography: pip install 'keysieve[seal]'") from None
    except ValueError:
        raise UsageError(
            f"{sweep.seal_env} is no key: make one with `python -c 'from cryptography.fernet import Fernet; "
            "print(Fernet.generate_key().decode())'`"
        ) from None
    return key


def scope(sweep: Sweep, version: str) -> str:
    """A hash of what decides what is looked for in a repository."""
    return hashlib.sha256(f"{version}\0{sorted(sweep.exclude)}".encode()).hexdigest()


def listed(repositories: Iterable[Repository], web: Web) -> Iterator[Listed]:
    """The refs of each repository, many at a time, in their order."""
    from concurrent.futures import ThreadPoolExecutor

    def ask(repository: Repository) -> Listed:
        at = now()
        try:
            return repository, refs.of(repository, web, refs.token_of(repository)).tips, at
        except ScanError as error:
            return repository, str(error), at

    with ThreadPoolExecutor(_LISTERS) as pool:
        yield from pool.map(ask, repositories)


def plan(sweep: Sweep, store: Database | None, globs: Sequence[str]) -> tuple[Inventory, list[tuple[Repository, str]]]:
    """What a sweep would do with each repository: fetch, nothing, or why it could not. Nothing is written."""
    web = Web()
    try:
        found = take(sweep, web)
        last = reading.last_states(store) if store else {}
        own = scope(sweep, pattern_set(sweep.detect, seal_key(sweep)))
        rows = []
        for repository, tips, _ in listed(only(found.repositories, globs), web):
            if isinstance(tips, str):
                rows.append((repository, f"failed: {tips}"))
            else:
                known = last.get(repository.name) == (tips.digest, own)
                rows.append((repository, "unchanged" if known else "would be scanned"))
    finally:
        web.close()
    return found, rows
