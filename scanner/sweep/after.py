"""After the visits: what providers say of what is sealed, and the figures that Prometheus is told."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scanner.pipeline import detector_for
from scanner.records import Finding
from scanner.secrets import unseal
from scanner.settings import DetectSettings, VerifySettings
from scanner.store import outbox, reading, writing
from scanner.store.database import Database

if TYPE_CHECKING:
    from scanner.sweep.run import Done

AT_ONCE = 500


def verify(store: Database, detect: DetectSettings, settings: VerifySettings, key: bytes) -> int:
    """Ask providers about every finding whose sealed copy `key` opens; how many were asked about."""
    from scanner.verify.verifier import Verifier

    asker = Verifier(settings, detector_for(detect).credential)
    count = 0
    try:
        batch: list[Finding] = []
        for finding, sealed in reading.sealed(store):
            opened = _opened(finding, sealed, key)
            if opened is not None:
                batch.append(opened)
            if len(batch) >= AT_ONCE:
                writing.record_verdicts(store, asker.verify(batch))
                count, batch = count + len(batch), []
        writing.record_verdicts(store, asker.verify(batch))
        return count + len(batch)
    finally:
        asker.close()


def _opened(finding: Finding, sealed: bytes, key: bytes) -> Finding | None:
    try:
        (_, secret), *parts = unseal(sealed, key)
    except ValueError:
        return None
    return replace(finding, secret=secret, parts=tuple(parts))


def measure(store: Database, done: Done, seconds: float, metrics: Any) -> None:
    """Set every gauge and write the text file."""
    metrics.forget()
    for state, count in done.states.items():
        metrics.set("sweep_repositories", "Repositories of the last sweep by what they came to.", count, state=state)
    metrics.set("sweep_objects", "Objects that the last sweep scanned.", done.objects)
    metrics.set("sweep_bytes", "Bytes that the last sweep scanned.", done.bytes)
    metrics.set("sweep_seconds", "Seconds that the last sweep took.", round(seconds, 3))
    metrics.set("sweep_errors", "What the last sweep could not look at or tell.", len(done.faults))
    metrics.set("sweep_new_findings", "Findings that no sweep had seen before.", len(done.fresh))
    metrics.set("sweep_complete", "1 where the last sweep looked at everything.", float(done.state == "complete"))
    metrics.set("sweep_end_time_seconds", "When the last sweep ended, in seconds since 1970.", time.time())
    told = reading.statistics(store)
    for state, count in told["triage"].items():
        metrics.set("findings", "Findings that a repository holds by triage state.", count, triage=state)
    for state, count in told["verdict"].items():
        metrics.set("findings_by_verdict", "Findings that a repository holds by verdict.", count, verdict=state)
    metrics.set("findings_in_head", "Findings that are in some HEAD.", told["in_head"])
    for state, count in outbox.waiting(store).items():
        metrics.set("notifications", "Messages by state.", count, state=state)
    metrics.write()
