"""scan(): the stages joined. A source yields shards; workers scan them; the ledger tells what was found."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from scanner.detector import Detector
from scanner.errors import ScanError, said
from scanner.lazily import lazily
from scanner.ledger import Ledger, order
from scanner.records import Confidence, Fault, Finding, Origin, Shard, ShardResult, Sighting, Source, Summary, Tally
from scanner.secrets import without_login
from scanner.settings import DetectSettings, Settings
from scanner.sources import open_target, packed
from scanner.workers import Lost, Walker

if TYPE_CHECKING:
    from concurrent.futures import Executor

Progress = Callable[[int, int], None]
"""Told (objects, bytes) done, after each shard."""

_detectors: dict[DetectSettings, Detector] = {}


def detector_for(settings: DetectSettings) -> Detector:
    """This process's detector for these settings: made once, shared by fork."""
    if settings not in _detectors:
        _detectors.clear()
        _detectors[settings] = Detector(settings)
    return _detectors[settings]


def scan_shard(settings: DetectSettings, shard: Shard) -> ShardResult:
    """Scan one shard in whichever process this is."""
    detector = detector_for(settings)
    detector.begin()
    tally = Tally()
    found: list[Sighting] = []
    try:
        for batch in shard.batches(tally):
            found += detector.sightings(batch, tally)
            packed.note(batch, tally)
    except (ScanError, OSError) as error:
        tally.faults.append(Fault(shard.label, said(error)))
    return ShardResult(found, tally)


class Scan:
    """One run over targets: `events` yields sightings as they are found, `findings` what they came to."""

    def __init__(self, targets: Sequence[str], settings: Settings, executor: Executor | None = None) -> None:
        self._targets = targets
        self._settings = settings
        self._walker = Walker(settings.run.jobs, executor)
        self._detector = detector_for(settings.detect)
        self._excluded = excluder(settings.source.exclude)
        self._ledger = Ledger(settings.detect.fingerprint_key, self._detector.credential)
        self._tally = Tally()
        self._started = time.time()
        self._clock = time.perf_counter()

    def events(self, progress: Progress = lambda objects, size: None) -> Iterator[Sighting]:
        """Every sighting, in the order in which shards end."""
        try:
            for target in self._targets:
                yield from self._target(target, progress)
                if self._walker.interrupted:
                    break
        except KeyboardInterrupt:
            self._walker.interrupted = True
        finally:
            self._walker.close()

    def of(self, source: Source, recalled: Callable[[], Iterable[Sighting]] = tuple) -> Iterator[Sighting]:
        """Every sighting of a source that was made elsewhere; what is `recalled` of its objects counts, too.

        `recalled` is asked when the source has been read.
        """
        try:
            yield from self._one(source, "", lambda objects, size: None, recalled)
        except KeyboardInterrupt:
            self._walker.interrupted = True
        finally:
            self._walker.close()

    def _target(self, target: str, progress: Progress) -> Iterator[Sighting]:
        try:
            for source in open_target(target, self._settings.source, self._excluded):
                yield from self._one(source, source.target.removeprefix(target).strip("/"), progress)
                if self._walker.interrupted:
                    return
        except ScanError as error:
            self._tally.faults.append(Fault(without_login(target), str(error)))

    def _one(
        self,
        source: Source,
        inside: str,
        progress: Progress,
        recalled: Callable[[], Iterable[Sighting]] = tuple,
    ) -> Iterator[Sighting]:
        """One source; `inside` is the folder of the target that it is the repository of."""
        try:
            try:
                for result in self._results(source):
                    self._tally.add(result.tally)
                    self._ledger.add(result.sightings)
                    progress(self._tally.objects, self._tally.bytes)
                    yield from result.sightings
            except (ScanError, OSError) as error:  # a full disk, too
                self._tally.faults.append(Fault(source.target, said(error)))
            self._ledger.add(recalled())
            self._settle(source, inside)
        finally:
            source.close()

    def _results(self, source: Source) -> Iterator[ShardResult]:
        shards = ((self._settings.detect, shard) for shard in source.shards(self._tally))
        for (_, shard), result in self._walker.run(scan_shard, shards, lambda task: int(task[1].weight)):
            if isinstance(result, Lost):
                self._tally.faults.append(Fault(shard.label, str(result)))
            else:
                yield result

    def _settle(self, source: Source, inside: str) -> None:
        """Give what was found its places; where they cannot be told, it is reported without."""
        found = self._ledger.objects()
        try:
            origins = source.locate(found, self._call, self._tally)
        except (ScanError, OSError) as error:
            self._tally.faults.append(Fault(source.target, f"where its findings are cannot be told: {said(error)}"))
            origins = {
                (name, print_): [Origin("", kind="object")] for name, prints in found.items() for print_ in prints
            }
        self._ledger.settle(source.target, origins, lambda path: self._excluded(f"{inside}/{path}" if inside else path))

    def _call(self, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        for task, result in self._walker.run(function, tasks):
            if isinstance(result, Lost):
                self._tally.faults.append(Fault(str(task[0]), str(result)))
            else:
                yield result

    def findings(self, least: Confidence | None = None) -> list[Finding]:
        """All findings at or above `least`, else the settings' least confidence; complete once `events` has ended."""
        least = self._settings.detect.minimum if least is None else least
        return [finding for finding in self._ledger.findings() if finding.confidence >= least]

    @property
    def interrupted(self) -> bool:
        """Whether it was told to stop."""
        return self._walker.interrupted

    @property
    def asks(self) -> bool:
        """Whether the settings want providers to be asked."""
        return self._settings.verify.wanted

    def verified(self, findings: Sequence[Finding]) -> list[Finding]:
        """`findings` with what their providers say, sorted anew. Raises UsageError where an extra is missing."""
        from scanner.verify.verifier import Verifier

        asker = Verifier(self._settings.verify, self._detector.credential)
        try:
            told = sorted(asker.verify(findings), key=order)
            self._walker.interrupted = self._walker.interrupted or asker.interrupted
        finally:
            asker.close()
        return told

    def plan(self, findings: Sequence[Finding]) -> tuple[dict[str, int], dict[str, int]]:
        """What `verified` would do: host -> requests, and why not -> findings. Nothing is sent."""
        from scanner.verify.verifier import Verifier

        return Verifier(self._settings.verify, self._detector.credential).plan(findings)

    def summary(self, suppressed: int = 0) -> Summary:
        """What was looked at. A scan that looked at nothing is incomplete."""
        faults = list(dict.fromkeys(self._tally.faults))
        if self._walker.interrupted:
            faults.append(Fault(", ".join(map(without_login, self._targets)), "the scan was interrupted"))
        if not (self._tally.objects or self._tally.settled or faults):
            named = ", ".join(map(without_login, self._targets))
            faults.append(Fault(named, "nothing was scanned: the target holds no file or object"))
        return Summary(
            targets=tuple(map(without_login, self._targets)),
            objects=self._tally.objects,
            bytes=self._tally.bytes,
            seconds=round(time.perf_counter() - self._clock, 3),
            skipped=tuple(sorted(self._tally.skips)),
            errors=tuple(sorted(faults)),
            suppressed=suppressed,
            engine=self._detector.engine.name,
            jobs=self._settings.run.jobs,
            started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._started)),
        )


def scan(
    targets: str | Sequence[str],
    settings: Settings | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda objects, size: None,
) -> tuple[list[Finding], Summary]:
    """Scan `targets` and return merged findings, sorted, and the summary.

    Raises UsageError for settings that cannot be used. What could not be looked at is in the summary's
    errors, never an exception. With `executor` the shards go to it instead of a process pool.
    """
    names = [targets] if isinstance(targets, str) else list(targets)
    run = Scan(names, settings or Settings(), executor)
    for _ in run.events(progress):
        pass
    findings = run.findings()
    return (run.verified(findings) if run.asks else findings), run.summary()


def excluder(globs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path relative to the target, or one of its folders, matches one of `globs`."""
    if not globs:
        return lambda path: False
    expression = re.compile("|".join(_glob(glob) for glob in globs))
    return lambda path: bool(expression.match(path))


def _glob(glob: str) -> str:
    """A glob as in .gitignore: without a slash it matches at any depth; a folder's covers what is below it.

    `*` and `?` stay within one name, `**` crosses folders.
    """
    body = glob.removeprefix("./").rstrip("/").removesuffix("/**")
    anywhere = "/" not in body
    parts = _GLOB.split(body.lstrip("/"))
    translated = "".join(
        _WILD.get(part) or (_class(part) if part.startswith("[") else re.escape(part)) for part in parts
    )
    return f"(?s:{'(?:.*/)?' if anywhere else ''}{translated}(?:/.*)?)\\Z"


_GLOB = lazily(r"(\*\*/|\*\*|\*|\?|\[[!^]?\]?[^\]]*\])")
_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _class(text: str) -> str:
    inside = text[1:-1].replace("\\", "\\\\").replace("[", "\\[")
    return f"[^{inside[1:]}]" if inside[:1] in ("!", "^") else f"[{inside}]"
