"""What the store is told: one repository's outcome in one sweep."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.records import Finding

WHOLE = ("complete", "unchanged", "empty")
"""States in which it is known what a repository holds."""


@dataclass(frozen=True, slots=True)
class Result:
    """One repository's outcome. `findings` hold redacted credentials only; times as `database.now`.

    `state`: complete | empty | unchanged | incomplete (something could not be read) | failed (nothing could).
    """

    name: str
    url: str
    state: str
    started: str  # when its refs were listed: what is known of it is as of then
    refs: str = ""
    scope: str = ""
    tip: str = ""
    objects: int = 0
    size: int = 0  # bytes that were scanned
    seconds: float = 0.0
    errors: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    sealed: dict[str, bytes] = field(default_factory=dict, repr=False)  # fingerprint -> what only a key opens
