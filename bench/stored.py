"""What a store of sweeps holds, and how that differs from what it should."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLACES = """
SELECT finding.fingerprint, repository.name, place.path, place.line, place."column", place."commit", place.blob,
       place.blobs, place.in_head, place.kind, occurrence.confidence, occurrence.score
FROM place JOIN occurrence ON place.occurrence_id = occurrence.id JOIN finding ON occurrence.finding_id = finding.id
JOIN repository ON occurrence.repository_id = repository.id WHERE place.gone_at = '' AND occurrence.gone_at = ''
"""
_VISITS = """
SELECT repository.name, visit.state, visit.errors FROM visit JOIN repository ON visit.repository_id = repository.id
WHERE visit.sweep_id = (SELECT max(id) FROM sweep)
"""


@dataclass(frozen=True)
class Rows:
    """Every place of every finding as often as it is there, and each repository's state in the last sweep."""

    places: Counter[tuple[Any, ...]]
    visits: dict[str, str]
    findings: int
    events: int


@dataclass(frozen=True)
class Difference:
    """Of a sweep: its state and its repositories', and what is wrong in the store."""

    state: str
    repositories: dict[str, int]
    unaccounted: int
    lost: int
    doubled: int
    extra: int
    errors: list[str]


class Stored:
    """A store in SQLite."""

    def __init__(self, path: Path) -> None:
        with sqlite3.connect(path) as connection:
            visits = list(connection.execute(_VISITS))
            self.rows = Rows(
                Counter(connection.execute(_PLACES)),
                {name: state for name, state, _ in visits},
                connection.execute("SELECT count(*) FROM finding").fetchone()[0],
                connection.execute("SELECT count(*) FROM event").fetchone()[0],
            )
            (self.state,) = connection.execute("SELECT state FROM sweep ORDER BY id DESC LIMIT 1").fetchone()
        self.errors = sorted({error for _, _, errors in visits for error in json.loads(errors)})
        connection.close()

    def against(self, expected: Rows) -> Difference:
        """How it differs from what it should hold; a finding or an event too many counts as doubled."""
        mine, its = self.rows.places, expected.places
        again = max(0, self.rows.findings - expected.findings) + max(0, self.rows.events - expected.events)
        return Difference(
            state=self.state,
            repositories=dict(sorted(Counter(self.rows.visits.values()).items())),
            unaccounted=len(expected.visits.keys() - self.rows.visits.keys()),
            lost=sum(1 for row in its if row not in mine),
            doubled=sum(count - 1 for count in mine.values()) + again,
            extra=sum(1 for row in mine if row not in its),
            errors=self.errors[:10],
        )
