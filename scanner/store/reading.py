"""What the store knows, as findings that every report can show, and the time each one has been exposed."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from scanner.errors import UsageError
from scanner.records import Confidence, Fault, Finding, Place, Reason, Span, Summary, Verdict
from scanner.secrets import reread
from scanner.store.database import Database, now
from scanner.store.schema import finding, occurrence, place, repository, sweep, triage, verdict, visit
from scanner.store.writing import parts


@dataclass(frozen=True, slots=True)
class Exposure:
    """How long a credential has been where it must not be; times as the store has them, "" where not known."""

    first_commit: str
    first_seen: str
    last_seen: str
    days: float  # from the first commit, or where there is none from when it was first seen, until it was rotated
    in_head: bool
    rotated: str


@dataclass(frozen=True, slots=True)
class Known:
    """A finding with what people decided and how long it has been exposed."""

    finding: Finding
    exposure: Exposure
    triage: str  # as it counts today: an acceptance that has expired is open again
    decided: tuple[str, str, str, str]  # reason, expires, by, at
    there: bool  # whether some repository still holds it

    @property
    def told(self) -> Finding:
        """The finding with exposure and triage among its reasons, so that every report shows them."""
        shown = self.exposure
        exposed = f"exposed {shown.days:.0f} days: first commit {shown.first_commit or 'not known'}, "
        exposed += f"first seen {shown.first_seen}, last seen {shown.last_seen}, "
        exposed += "still in HEAD" if shown.in_head else "not in HEAD"
        exposed += f", rotated {shown.rotated}" if shown.rotated else ""
        state = f"triage: {self.triage}" + (f" ({self.decided[0]})" if self.decided[0] else "")
        return replace(self.finding, reasons=(*self.finding.reasons, Reason(exposed, 0.0), Reason(state, 0.0)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: all that are asked for must hold. "" and () ask for nothing."""

    fingerprint: str = ""
    triage: tuple[str, ...] = ()
    pattern: str = ""
    repository: str = ""  # part of its name
    verdict: str = ""
    gone: bool = False  # also what no repository holds any more


def findings(store: Database, wanted: Wanted) -> list[Known]:
    """The findings in the order of reports: the surest first."""
    with store.begin() as connection:
        rows = connection.execute(select(finding).where(*_where(wanted)).order_by(finding.c.id)).all()
        places = _places(connection, [row.id for row in rows])
        found = [_known(row, places.get(row.id, [])) for row in rows]
    there = [item for item in found if item.there or wanted.gone]
    return sorted((item for item in there if not wanted.triage or item.triage in wanted.triage), key=_order)


def one(store: Database, fingerprint: str) -> tuple[Known, list[dict[str, str]]]:
    """A finding by its fingerprint's first 8 digits or more, and its history. Raises UsageError."""
    found = findings(store, Wanted(fingerprint=fingerprint, gone=True)) if len(fingerprint) >= 8 else []
    if len(found) != 1:
        raise UsageError(f"{fingerprint}: {'more than one finding begins so' if found else 'no such finding'}")
    with store.begin() as connection:
        own = select(finding.c.id).where(finding.c.fingerprint == found[0].finding.fingerprint).scalar_subquery()
        said = connection.execute(select(verdict).where(verdict.c.finding_id == own)).all()
        decided = connection.execute(select(triage).where(triage.c.finding_id == own)).all()
    told = [{"at": row.at, "what": f"verdict {row.state}", "why": row.why, "by": ""} for row in said]
    told += [
        {"at": row.at, "what": f"triage {row.state}", "why": " until ".join(filter(None, (row.reason, row.expires))),
         "by": row.by}
        for row in decided
    ]  # fmt: skip
    return found[0], sorted(told, key=lambda item: item["at"])


def sealed(store: Database) -> list[tuple[Finding, bytes]]:
    """Findings of which a sealed copy is kept, but for those that people have dealt with."""
    with store.begin() as connection:
        kept = finding.c.sealed.is_not(None) & finding.c.triage.not_in(("false-positive",))
        rows = connection.execute(select(finding).where(kept).order_by(finding.c.id)).all()
    return [(_known(row, []).finding, bytes(row.sealed)) for row in rows]


def _where(wanted: Wanted) -> Iterator[Any]:
    if wanted.fingerprint:
        yield finding.c.fingerprint.startswith(wanted.fingerprint)
    if wanted.pattern:
        yield finding.c.pattern == wanted.pattern
    if wanted.verdict:
        yield finding.c.verdict == wanted.verdict
    if wanted.repository:
        held = (
            select(occurrence.c.finding_id)
            .join(repository, repository.c.id == occurrence.c.repository_id)
            .where(repository.c.name.contains(wanted.repository, autoescape=True))
        )
        yield finding.c.id.in_(held)


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for part in parts(list(ids)):
        rows = connection.execute(
            select(
                place, occurrence.c.finding_id, repository.c.name.label("repository"), repository.c.checked_at,
                occurrence.c.gone_at.label("left_at"),
            )
            .join(occurrence, occurrence.c.id == place.c.occurrence_id)
            .join(repository, repository.c.id == occurrence.c.repository_id)
            .where(occurrence.c.finding_id.in_(part))
        )  # fmt: skip
        for row in rows:
            found[row.finding_id].append(row)
    return found


def _known(row: Row[Any], places: list[Row[Any]]) -> Known:
    there = [spot for spot in places if not spot.gone_at and not spot.left_at]
    expired = row.triage == "accepted" and row.triage_expires < now()[:10]
    told = Finding(
        fingerprint=row.fingerprint,
        pattern=row.pattern,
        name=row.name,
        provider=row.provider,
        severity=row.severity,
        confidence=Confidence.VERIFIED if row.verdict == "active" else Confidence[row.confidence.upper()],
        score=row.score,
        reasons=tuple(Reason(text, weight) for text, weight in json.loads(row.reasons)),
        secret=reread(row.preview),
        parts=tuple((name, reread(text)) for name, text in json.loads(row.parts)),
        places=tuple(sorted(map(_place, there or places), key=_spot)),
        verdict=Verdict(
            row.verdict, row.verdict_why, row.verdict_at, tuple((k, v) for k, v in json.loads(row.verdict_identity))
        ),
        source=row.source,
        respond=row.respond,
    )
    decided = (row.triage_reason, row.triage_expires, row.triage_by, row.triage_at)
    return Known(told, _exposure(row, places, there), "open" if expired else row.triage, decided, bool(there))


def _place(row: Row[Any]) -> Place:
    return Place(
        target=row.repository,
        path=row.path,
        span=Span(0, 0, row.line, row.column, row.end_line, row.end_column),
        commit=row.commit,
        author=row.author,
        date=row.date,
        blob=row.blob,
        blobs=row.blobs,
        in_head=bool(row.in_head),
        kind=row.kind,
        encoding=tuple(json.loads(row.encoding)),
    )


def _spot(item: Place) -> tuple[Any, ...]:
    return (item.target, item.path, item.span, item.commit, item.blob)


def _exposure(row: Row[Any], places: list[Row[Any]], there: list[Row[Any]]) -> Exposure:
    dates = sorted((spot.date for spot in places if spot.date), key=_moment)
    last = max(
        [spot.checked_at or spot.first_seen for spot in there]
        or [spot.gone_at or spot.left_at for spot in places]
        or [""]
    )
    begun = dates[0] if dates else row.first_seen
    days = max(0.0, _moment(row.rotated_at or now()) - _moment(begun)) / 86400
    held = any(spot.in_head for spot in there)
    return Exposure(dates[0] if dates else "", row.first_seen, last, round(days, 2), held, row.rotated_at)


def _moment(text: str) -> float:
    """Seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _order(item: Known) -> tuple[Any, ...]:
    told = item.finding
    severity = ("critical", "high", "medium", "low").index(told.severity)
    dead = told.verdict.state == "inactive"
    return (dead, -told.confidence, severity, told.pattern, told.places[0].target if told.places else "",
            told.fingerprint)  # fmt: skip


# ---------------------------------------------------------------- sweeps


def last_states(store: Database) -> dict[str, tuple[str, str]]:
    """Repository -> (refs, scope) of the last time it was looked at whole."""
    with store.begin() as connection:
        rows = connection.execute(
            select(repository.c.name, repository.c.refs, repository.c.scope).where(
                and_(repository.c.refs != "", or_(repository.c.state == "complete", repository.c.state == "empty"))
            )
        )
        return {row.name: (row.refs, row.scope) for row in rows}


def summary(store: Database) -> Summary:
    """The last sweep as the summary of a report: what could not be looked at is among its errors."""
    with store.begin() as connection:
        last = connection.execute(select(sweep).order_by(sweep.c.id.desc()).limit(1)).first()
        names = tuple(connection.execute(select(repository.c.name).order_by(repository.c.name)).scalars())
        if last is None:
            return Summary(names, 0, 0, 0.0, errors=(Fault("store", "no sweep has been recorded"),))
        rows = connection.execute(
            select(visit, repository.c.name)
            .join(repository, repository.c.id == visit.c.repository_id)
            .where(visit.c.sweep_id == last.id)
        ).all()
    faults = [
        Fault(row.name, problem)
        for row in rows
        if row.state in ("failed", "incomplete")
        for problem in json.loads(row.errors) or ["could not be looked at"]
    ]
    if last.state != "complete" and not faults:
        faults.append(Fault(f"sweep {last.id}", f"is {last.state}"))
    took = max(0.0, _moment(last.ended or now()) - _moment(last.started))
    return Summary(
        targets=names, objects=sum(row.objects for row in rows), bytes=sum(row.bytes for row in rows), seconds=took,
        errors=tuple(sorted(faults)), started=last.started,
    )  # fmt: skip


def statistics(store: Database) -> dict[str, Any]:
    """Counts by triage, confidence, verdict, kind and repository, of what is there; and the last sweep."""
    known = findings(store, Wanted())
    repositories = Counter(name for item in known for name in {spot.target for spot in item.finding.places})
    open_days = sorted(item.exposure.days for item in known if item.triage in ("open", "confirmed"))
    with store.begin() as connection:
        last = connection.execute(select(sweep).order_by(sweep.c.id.desc()).limit(1)).first()
        visits = (
            select(visit.c.state, func.count().label("number"))
            .where(visit.c.sweep_id == (last.id if last else 0))
            .group_by(visit.c.state)
        )
        states = {row.state: row.number for row in connection.execute(visits)}
    return {
        "findings": len(known),
        "triage": dict(Counter(item.triage for item in known).most_common()),
        "confidence": dict(Counter(item.finding.confidence.label for item in known).most_common()),
        "verdict": dict(Counter(item.finding.verdict.state for item in known).most_common()),
        "in_head": sum(item.exposure.in_head for item in known),
        "kinds": dict(Counter(item.finding.pattern for item in known).most_common(20)),
        "repositories": dict(repositories.most_common(20)),
        "median_days_exposed": open_days[len(open_days) // 2] if open_days else 0,
        "last_sweep": {"number": last.id, "state": last.state, "started": last.started, "ended": last.ended,
                       "repositories": states} if last else {},
    }  # fmt: skip
