"""One repository: fetched, its new objects scanned, its findings told with what was known of the others."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO

from scanner.errors import ScanError, TargetError, said
from scanner.pipeline import Scan
from scanner.records import Finding, Found, Origin, Run, Shard, Sighting, Source, Summary, Tally
from scanner.settings import DetectSettings, RunSettings, Settings, SourceSettings
from scanner.sources.git.discover import discover
from scanner.sources.git.door import Door
from scanner.sources.git.history import HistorySource
from scanner.store.results import Result
from scanner.sweep.carry import Sets, carry
from scanner.sweep.content import Content, View
from scanner.sweep.mirrors import Mirrors, doors, packed
from scanner.sweep.redact import Elsewhere, Known, known, redacted, sealed
from scanner.sweep.refs import Tips, is_id, token_of
from scanner.sweep.repositories import Repository
from scanner.sweep.version import agree
from scanner.workers import Walker

_MOST_ERRORS = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told. `large` in bytes: a repository above it is fetched, and left for all processes together,
    as is one that another sweep is busy with: no worker waits for that.
    """

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
    before: str = ""  # the folder of the pattern set from which what is known may be carried over


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; `token` names the segment to publish once the result is stored."""

    result: Result
    token: str = ""
    large: bool = False  # fetched only, or not even that


def visit(task: Task, executor: Elsewhere | None = None) -> Outcome:
    """Look at a repository. What goes wrong is in the result. Raises KeyboardInterrupt.

    With `executor` its shards are scanned there, on machines that see the cache folder, too.
    """
    begun = time.perf_counter()
    try:
        agree(task.detect, task.seal, task.version)
        with _opened(task) as path:
            if not path:
                return Outcome(_result(task, "complete", begun), large=True)
            return _scanned(task, path, begun, executor)
    except (ScanError, OSError) as error:  # a full disk, a folder that is gone
        return Outcome(replace(_result(task, "failed", begun), errors=(said(error),)))


@contextlib.contextmanager
def _opened(task: Task) -> Iterator[str]:
    """The repository's folder, held while it is read; "" where it is to be left for all processes."""
    if task.repository.local:
        yield "" if _is_large(task, task.repository.url) else task.repository.url
        return
    mirrors = Mirrors(task.cache, timeout=task.timeout)
    with contextlib.ExitStack() as stack:
        try:
            lock: IO[str] = stack.enter_context(mirrors.held(task.repository, wait=not task.large))
        except BlockingIOError:
            yield ""
            return
        path = mirrors.fetch(task.repository, task.refs, token_of(task.repository), lock)
        yield "" if _is_large(task, path) else path


def _is_large(task: Task, path: str) -> bool:
    found = discover(path) if task.large else None
    return found is not None and packed(found.common_dir) > task.large


def _scanned(task: Task, path: str, begun: float, executor: Elsewhere | None) -> Outcome:
    content = Content(task.cache, task.version)
    found = discover(path)
    if found is None:
        raise TargetError(f"{path}: is no repository")
    shared = doors(task.cache) if executor else ""
    if task.before:
        with contextlib.suppress(ScanError, OSError):  # all of it is scanned again, and that tells what is wrong
            sets = Sets(task.before, content.folder, task.detect.engine)
            carry(content, sets, Door(found, shared), Walker(task.jobs, executor))
    view = content.view()
    door = Door(found, shared)
    inner = HistorySource(door, task.repository.name, known=view)
    settings = Settings(task.detect, source=SourceSettings(exclude=task.exclude), run=RunSettings(task.jobs))
    scan = Scan([task.repository.name], settings, executor)
    fresh: list[Sighting] = list(scan.of(_Looked(inner), view.recalled))
    if scan.interrupted:
        raise KeyboardInterrupt  # what is left of it is for the next sweep
    summary = scan.summary()
    findings = scan.findings()
    seen = summary.objects + view.skipped
    print_key = task.detect.fingerprint_key
    token = _left(task, content, view, fresh, summary)
    result = replace(
        _result(task, "incomplete" if summary.errors else "complete" if seen else "empty", begun),
        objects=summary.objects,
        size=summary.bytes,
        errors=tuple(f"{fault.object}: {fault.problem}" for fault in summary.errors[:_MOST_ERRORS]),
        findings=tuple(redacted(item, print_key) for item in findings),
        sealed=_sealed(task, findings, executor.sealed if executor else {}),
    )
    return Outcome(result, token)


def _left(task: Task, content: Content, view: View, fresh: list[Sighting], summary: Summary) -> str:
    """Leave what was scanned as a pending segment, without what could not be read; nothing where that is not known."""
    bad = [fault.object for fault in summary.errors]
    if not all(map(is_id, bad)):
        return ""
    return content.leave(view.scanned(bad), fresh, task.detect.fingerprint_key)


def _result(task: Task, state: str, begun: float) -> Result:
    seconds = round(time.perf_counter() - begun, 3)
    return Result(
        task.repository.name, task.repository.shown, state, task.started, refs=task.refs.digest, scope=task.scope,
        tip=task.refs.tip, seconds=seconds,
    )  # fmt: skip


def _sealed(task: Task, findings: Sequence[Finding], elsewhere: dict[Known, bytes]) -> dict[str, bytes]:
    """Fingerprint -> sealed copy, as far as a finding was made here, or by a worker that sealed it."""
    if not task.seal:
        return {}
    key = task.detect.fingerprint_key
    made = elsewhere | sealed(findings, task.seal, key)
    names = ((item.fingerprint, known(item, key)) for item in findings)
    return {print_: made[name] for print_, name in names if name in made}


class _Looked:
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
