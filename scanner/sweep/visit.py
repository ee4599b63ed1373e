"""One repository: fetched, its new objects scanned, its findings told with what was known of the others."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import IO

from scanner.errors import ScanError, TargetError
from scanner.pipeline import Scan
from scanner.records import Finding, Found, Origin, Run, Shard, Sighting, Source, Summary, Tally
from scanner.secrets import recalled, seal
from scanner.settings import DetectSettings, RunSettings, Settings, SourceSettings
from scanner.sources.git.discover import discover
from scanner.sources.git.door import Door
from scanner.sources.git.history import HistorySource
from scanner.store.results import Result
from scanner.sweep.content import Content, View
from scanner.sweep.mirrors import Mirrors
from scanner.sweep.refs import Tips, token_of
from scanner.sweep.repositories import Repository
from scanner.sweep.version import pattern_set

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_MOST_ERRORS = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told. `large` in bytes: a mirror above it is fetched, and left for all processes together."""

    repository: Repository
    refs: Tips
    started: str
    detect: DetectSettings
    version: str
    scope: str
    cache: str
    exclude: tuple[str, ...] = ()
    timeout: float = 3600.0
    large: int = 0  # 0: there is nothing too large
    jobs: int = 1
    seal: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; `token` names the segment to publish once the result is stored."""

    result: Result
    token: str = ""
    large: bool = False  # fetched only


def visit(task: Task) -> Outcome:
    """Look at a repository. What goes wrong is in the result."""
    begun = time.perf_counter()
    try:
        if _version(task.detect, task.seal) != task.version:
            raise TargetError("this worker has other patterns, or another keysieve, than the coordinator")
        with _opened(task) as path:
            if path is None:
                return Outcome(_result(task, "complete", begun), large=True)
            return _scanned(task, path, begun)
    except ScanError as error:
        return Outcome(replace(_result(task, "failed", begun), errors=(str(error),)))
    except OSError as error:  # a full disk, a folder that is gone
        return Outcome(replace(_result(task, "failed", begun), errors=(f"{error.strerror or error}",)))


@lru_cache(maxsize=4)
def _version(detect: DetectSettings, sealed: bytes) -> str:
    return pattern_set(detect, sealed)


@contextlib.contextmanager
def _opened(task: Task) -> Iterator[str | None]:
    """The repository's folder, held while it is read; None where it is too large for one process."""
    if task.repository.local:
        yield task.repository.url
        return
    mirrors = Mirrors(task.cache, timeout=task.timeout)
    lock: IO[str]
    with mirrors.held(task.repository) as lock:
        path = mirrors.fetch(task.repository, task.refs, token_of(task.repository), lock)
        yield None if task.large and mirrors.size(task.repository) > task.large else path


def _scanned(task: Task, path: str, begun: float) -> Outcome:
    content = Content(task.cache, task.version)
    view = content.view()
    found = discover(path)
    if found is None:
        raise TargetError(f"{path}: is no repository")
    inner = HistorySource(Door(found), task.repository.name, known=view)
    settings = Settings(task.detect, source=SourceSettings(exclude=task.exclude), run=RunSettings(task.jobs))
    scan = Scan([task.repository.name], settings)
    fresh: list[Sighting] = list(scan.of(_Known(inner), view.recalled))
    summary = scan.summary()
    findings = scan.findings()
    seen = summary.objects + view.skipped
    token = _left(task, content, view, fresh, summary)
    result = replace(
        _result(task, "incomplete" if summary.errors else "complete" if seen else "empty", begun),
        objects=summary.objects,
        size=summary.bytes,
        errors=tuple(f"{fault.object}: {fault.problem}" for fault in summary.errors[:_MOST_ERRORS]),
        findings=tuple(_redacted(item, task.detect.fingerprint_key) for item in findings),
        sealed=_sealed(findings, task.seal),
    )
    return Outcome(result, token)


def _left(task: Task, content: Content, view: View, fresh: list[Sighting], summary: Summary) -> str:
    """Leave what was scanned as a pending segment, without what could not be read; nothing where that is not known."""
    bad = [fault.object for fault in summary.errors]
    if not all(_ID.match(name) for name in bad):
        return ""
    return content.leave(view.scanned(bad), fresh, task.detect.fingerprint_key)


def _result(task: Task, state: str, begun: float) -> Result:
    seconds = round(time.perf_counter() - begun, 3)
    return Result(
        task.repository.name, task.repository.shown, state, task.started, refs=task.refs.digest, scope=task.scope,
        tip=task.refs.tip, seconds=seconds,
    )  # fmt: skip


def _redacted(item: Finding, key: bytes) -> Finding:
    parts = tuple((name, recalled(part, key)) for name, part in item.parts)
    return replace(item, secret=recalled(item.secret, key), parts=parts)


def _sealed(findings: Iterable[Finding], key: bytes) -> dict[str, bytes]:
    if not key:
        return {}
    made = {item.fingerprint: seal([("", item.secret), *item.parts], key) for item in findings}
    return {print_: sealed for print_, sealed in made.items() if sealed}


class _Known:
    """A source whose known objects count as looked at: there may be nothing new in it."""

    def __init__(self, inner: Source) -> None:
        self.target = inner.target
        self._inner = inner

    def shards(self, tally: Tally) -> Iterator[Shard]:
        """See `Source.shards`."""
        yield from self._inner.shards(tally)
        tally.settled = True  # where there is no object at all, the repository is empty; where one lacks, that is told

    def locate(self, found: Found, run: Run, tally: Tally) -> dict[tuple[str, str], list[Origin]] | None:
        """See `Source.locate`."""
        return self._inner.locate(found, run, tally)

    def close(self) -> None:
        """See `Source.close`."""
        self._inner.close()
