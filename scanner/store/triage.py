"""What people decide about a finding: its state, with who, when and why; every decision is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from scanner.errors import UsageError
from scanner.store.database import Database, now
from scanner.store.schema import finding, triage

STATES = ("open", "confirmed", "false-positive", "rotated", "accepted")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_PRINT = re.compile(r"[0-9a-f]{8,64}\Z")


@dataclass(frozen=True, slots=True)
class Decision:
    """`expires` is the last day that an acceptance holds, YYYY-MM-DD."""

    state: str
    by: str
    reason: str = ""
    expires: str = ""

    def check(self) -> None:
        """Raise UsageError for a decision that lacks what its state needs."""
        if self.state not in STATES:
            raise UsageError(f"{self.state!r} is no state; choose one of {', '.join(STATES)}")
        if self.expires and not _DAY.match(self.expires):
            raise UsageError(f"--expires {self.expires}: write a day as YYYY-MM-DD")
        if self.state == "accepted" and not (self.reason and self.expires):
            raise UsageError("accepted needs --reason and --expires: a risk is accepted for some time")
        if self.state != "accepted" and self.expires:
            raise UsageError("--expires goes with accepted only")


def decide(store: Database, prints: Sequence[str], decision: Decision) -> list[str]:
    """Put the findings into a state; their whole fingerprints. All of them, or none.

    A fingerprint may be told by its first 8 digits or more. Raises UsageError.
    """
    decision.check()
    at = now()
    with store.begin() as connection:
        rows: list[Row[Any]] = []
        for text in prints:
            if not _PRINT.match(text):
                raise UsageError(f"{text}: is no fingerprint (8 to 64 hex digits)")
            found = connection.execute(select(finding).where(finding.c.fingerprint.startswith(text)).limit(2)).all()
            if len(found) != 1:
                raise UsageError(f"{text}: {'more than one finding begins so' if found else 'no such finding'}")
            rows += found
        for row in rows:
            values = {
                "triage": decision.state, "triage_reason": decision.reason, "triage_expires": decision.expires,
                "triage_by": decision.by, "triage_at": at,
            }  # fmt: skip
            if decision.state == "rotated" and not row.rotated_at:
                values["rotated_at"] = at
            if decision.state in ("open", "confirmed") and row.triage == "rotated":
                values["rotated_at"] = ""
            connection.execute(update(finding).where(finding.c.id == row.id).values(**values))
            history = {"state": decision.state, "reason": decision.reason, "expires": decision.expires}
            connection.execute(triage.insert().values(finding_id=row.id, by=decision.by, at=at, **history))
    return [row.fingerprint for row in rows]
