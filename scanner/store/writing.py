"""Results into the store: every step may be repeated, and in any order; a repetition changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, bindparam, select, update

from scanner.records import Finding, Place, Verdict
from scanner.secrets import preview
from scanner.store.database import Database, now
from scanner.store.results import WHOLE, Result
from scanner.store.schema import COPIED, event, finding, occurrence, place, repository, sweep, verdict, visit

ROWS = 400
"""Rows in one statement: SQLite takes 32,766 values."""

Item = TypeVar("Item")

_PLACE = (
    "path", "line", "column", "end_line", "end_column", "commit", "author", "date", "blob", "blobs", "in_head", "kind",
    "encoding",
)  # fmt: skip


def begin_sweep(store: Database, name: str, version: str) -> int:
    """A new sweep's number."""
    with store.begin() as connection:
        made = connection.execute(
            sweep.insert().values(name=name, version=version, started=now()).returning(sweep.c.id)
        )
        return int(made.scalar_one())


def end_sweep(store: Database, number: int, state: str) -> None:
    """Say how a sweep ended: complete | incomplete | interrupted."""
    with store.begin() as connection:
        connection.execute(update(sweep).where(sweep.c.id == number).values(state=state, ended=now()))


def interrupted(store: Database, name: str) -> None:
    """Say of sweeps of that name that did not come to their end that they were interrupted; none may be running."""
    with store.begin() as connection:
        left = (sweep.c.name == name) & (sweep.c.state == "running")
        connection.execute(update(sweep).where(left).values(state="interrupted", ended=now()))


def record(store: Database, number: int, result: Result) -> list[str]:
    """Write what a repository came to; the fingerprints that no repository had shown before.

    What an earlier look at the repository knows is not taken back by a later-written result of an older one.
    """
    with store.begin() as connection:
        own, latest = _repository(store, connection, result)
        fresh: list[str] = []
        if result.state != "unchanged" and result.state != "failed":
            fresh = _findings(store, connection, own, result)
            if result.state in WHOLE and latest:
                _gone(connection, own, result)
        _visit(store, connection, number, own, result)
        return fresh


def record_unchanged(store: Database, number: int, results: Sequence[Result]) -> None:
    """Repositories whose refs are what they were when they were last looked at whole, many in one transaction."""
    if not results:
        return
    with store.begin() as connection:
        ids = dict(_by_name(connection, [result.name for result in results]))
        checked = (repository.c.id == bindparam("own")) & (repository.c.checked_at < bindparam("at"))
        connection.execute(
            update(repository).where(checked).values(checked_at=bindparam("at"), error=""),
            [{"own": ids[result.name], "at": result.started} for result in results],
        )
        rows = [_visit_row(number, ids[result.name], result) for result in results]
        for part in parts(rows):
            connection.execute(store.insert(visit, part, ("sweep_id", "repository_id")))


def _by_name(connection: Connection, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    for part in parts(sorted(names)):
        rows = connection.execute(select(repository.c.name, repository.c.id).where(repository.c.name.in_(part)))
        yield from ((row.name, row.id) for row in rows)


def _repository(store: Database, connection: Connection, result: Result) -> tuple[int, bool]:
    """Its number, locked until the transaction ends, and whether nothing later is known of it."""
    named = {"name": result.name, "url": result.url, "first_seen": result.started}
    connection.execute(store.insert(repository, [named], ("name",)))
    row = connection.execute(select(repository).where(repository.c.name == result.name).with_for_update()).one()
    latest = bool(row.scanned_at <= result.started)
    values: dict[str, Any] = {"url": result.url}
    if latest:
        values |= {"state": result.state, "error": "; ".join(result.errors[:3])}
    if latest and result.state in WHOLE:
        values |= {"checked_at": result.started, "refs": result.refs, "scope": result.scope, "tip": result.tip}
        values |= {"scanned_at": result.started}
    if result.state not in ("failed", "unchanged"):
        values |= {"objects": row.objects + result.objects, "bytes": row.bytes + result.size}
    connection.execute(update(repository).where(repository.c.id == row.id).values(**values))
    return int(row.id), latest


def _visit(store: Database, connection: Connection, number: int, own: int, result: Result) -> None:
    row = _visit_row(number, own, result)
    changed = [name for name in row if name not in ("sweep_id", "repository_id")]
    connection.execute(store.insert(visit, [row], ("sweep_id", "repository_id"), changed))


def _visit_row(number: int, own: int, result: Result) -> dict[str, Any]:
    return {
        "sweep_id": number, "repository_id": own, "state": result.state, "tip": result.tip, "objects": result.objects,
        "bytes": result.size, "seconds": result.seconds, "findings": len(result.findings),
        "errors": json.dumps(list(result.errors)), "at": now(),
    }  # fmt: skip


# ---------------------------------------------------------------- findings


def _findings(store: Database, connection: Connection, own: int, result: Result) -> list[str]:
    # In the order of fingerprints: two sweeps that write the same ones wait for each other in one direction.
    found = sorted(result.findings, key=lambda item: item.fingerprint)
    rows = [
        _copied(item)
        | {"fingerprint": item.fingerprint, "first_seen": result.started, "sealed": result.sealed.get(item.fingerprint)}
        for item in found
    ]
    fresh: list[tuple[int, str]] = []
    for part in parts(rows):
        made = store.insert(finding, part, ("fingerprint",)).returning(finding.c.id, finding.c.fingerprint)
        fresh += [(row.id, row.fingerprint) for row in connection.execute(made)]
    ids = _ids(connection, [item.fingerprint for item in found])
    _seal(connection, ids, result)
    told = [
        {"key": f"new:{print_}", "finding_id": identity, "kind": "new", "at": result.started}
        for identity, print_ in fresh
    ]
    for part in parts(told):
        connection.execute(store.insert(event, part, ("key",)))
    _occurrences(store, connection, own, [(ids[item.fingerprint], item) for item in found], result)
    for item in found:
        if item.verdict.state != "not_checked":
            _verdict(store, connection, ids[item.fingerprint], item)
    return [print_ for _, print_ in fresh]


def _copied(item: Finding) -> dict[str, Any]:
    return {
        "pattern": item.pattern, "name": item.name, "provider": item.provider, "severity": item.severity,
        "confidence": item.confidence.label, "score": item.score,
        "reasons": json.dumps([[reason.text, reason.weight] for reason in item.reasons]),
        "preview": preview(item.secret), "parts": json.dumps([[name, preview(part)] for name, part in item.parts]),
        "source": item.source, "respond": item.respond,
    }  # fmt: skip


def _ids(connection: Connection, prints: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts(list(prints)):
        rows = connection.execute(select(finding.c.fingerprint, finding.c.id).where(finding.c.fingerprint.in_(part)))
        found |= {row.fingerprint: row.id for row in rows}
    return found


def _seal(connection: Connection, ids: dict[str, int], result: Result) -> None:
    """The latest copy counts: the key may be another one since."""
    for print_, sealed in sorted(result.sealed.items()):
        if print_ in ids:
            connection.execute(update(finding).where(finding.c.id == ids[print_]).values(sealed=sealed))


def _occurrences(
    store: Database, connection: Connection, own: int, found: Sequence[tuple[int, Finding]], result: Result
) -> None:
    rows = [
        _copied(item) | {"finding_id": identity, "repository_id": own, "first_seen": result.started, "gone_at": ""}
        for identity, item in found
    ]
    for part in parts(rows):
        connection.execute(store.insert(occurrence, part, ("finding_id", "repository_id"), (*COPIED, "gone_at")))
    known = select(occurrence.c.finding_id, occurrence.c.id).where(occurrence.c.repository_id == own)
    numbers = {row.finding_id: row.id for row in connection.execute(known)}
    made = (_place(numbers[identity], spot, result.started) for identity, item in found for spot in item.places)
    places = {(row["occurrence_id"], row["key"]): row for row in made}
    for part in parts(list(places.values())):
        changed = ("blobs", "in_head", "author", "date", "gone_at")
        connection.execute(store.insert(place, part, ("occurrence_id", "key"), changed))
    _best(connection, [identity for identity, _ in found])


def _place(number: int, spot: Place, at: str) -> dict[str, Any]:
    row = {
        "path": _storable(spot.path), "line": spot.span.line, "column": spot.span.column,
        "end_line": spot.span.end_line, "end_column": spot.span.end_column, "commit": spot.commit,
        "author": _storable(spot.author), "date": spot.date, "blob": spot.blob, "blobs": spot.blobs,
        "in_head": int(spot.in_head), "kind": spot.kind, "encoding": json.dumps(list(spot.encoding)),
    }  # fmt: skip
    same = [row[name] for name in _PLACE if name not in ("blobs", "in_head", "author", "date")]
    key = hashlib.sha256(json.dumps(same).encode()).hexdigest()
    return row | {"occurrence_id": number, "key": key, "first_seen": at, "gone_at": ""}


def _storable(text: str) -> str:
    """Bytes that are no UTF-8, and NUL, which PostgreSQL does not take, as escapes."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return whole.replace("\0", "\\x00")


def _best(connection: Connection, ids: Sequence[int]) -> None:
    """A finding looks as in the best of its places, wherever that is."""
    for part in parts(sorted(ids)):
        there = (occurrence.c.finding_id.in_(part)) & (occurrence.c.gone_at == "")
        best: dict[int, Row[Any]] = {}
        for row in connection.execute(select(occurrence).where(there)):
            known = best.get(row.finding_id)
            if known is None or (row.score, row.pattern, -row.id) > (known.score, known.pattern, -known.id):
                best[row.finding_id] = row
        for identity, row in sorted(best.items()):
            values = {name: row._mapping[name] for name in COPIED}
            connection.execute(update(finding).where(finding.c.id == identity).values(**values))


def _gone(connection: Connection, own: int, result: Result) -> None:
    """What the repository held and does not hold any more gets the time at which that was seen."""
    keys = {item.fingerprint: {_place(0, spot, "")["key"] for spot in item.places} for item in result.findings}
    held = (
        select(occurrence.c.id, occurrence.c.finding_id, occurrence.c.gone_at, finding.c.fingerprint)
        .join(finding, finding.c.id == occurrence.c.finding_id)
        .where(occurrence.c.repository_id == own)
    )
    rows = connection.execute(held).all()
    lost = [row for row in rows if row.fingerprint not in keys and not row.gone_at]
    _mark(connection, occurrence, [row.id for row in lost], result.started)
    prints = {row.id: row.fingerprint for row in rows}
    spots: list[int] = []
    for part in parts(sorted(prints)):
        there = (place.c.occurrence_id.in_(part)) & (place.c.gone_at == "")
        held_there = connection.execute(select(place.c.id, place.c.occurrence_id, place.c.key).where(there))
        spots += [row.id for row in held_there if row.key not in keys.get(prints[row.occurrence_id], ())]
    _mark(connection, place, spots, result.started)
    _best(connection, [row.finding_id for row in lost])


def _mark(connection: Connection, table: Table, ids: Sequence[int], at: str) -> None:
    for part in parts(list(ids)):
        connection.execute(update(table).where(table.c.id.in_(part)).values(gone_at=at))


def record_verdicts(store: Database, told: Iterable[Finding]) -> None:
    """What providers said of findings that are known."""
    asked = sorted((item for item in told if item.verdict.state != "not_checked"), key=lambda item: item.fingerprint)
    with store.begin() as connection:
        ids = _ids(connection, [item.fingerprint for item in asked])
        for item in asked:
            if item.fingerprint in ids:
                _verdict(store, connection, ids[item.fingerprint], item)


def _verdict(store: Database, connection: Connection, identity: int, item: Finding) -> None:
    told: Verdict = item.verdict
    values = {
        "state": told.state, "why": told.why, "at": told.at or now(), "identity": json.dumps(list(told.identity)),
    }  # fmt: skip
    before = connection.execute(select(finding).where(finding.c.id == identity).with_for_update()).one()
    connection.execute(store.insert(verdict, [values | {"finding_id": identity}], ("finding_id", "at", "state")))
    if before.verdict_at > values["at"]:
        return
    now_known: dict[str, Any] = {
        "verdict": told.state, "verdict_why": told.why, "verdict_at": values["at"],
        "verdict_identity": values["identity"],
    }  # fmt: skip
    if told.state == "inactive" and not before.rotated_at and before.verdict in ("active", "restricted"):
        now_known["rotated_at"] = values["at"]
    if told.state == "active":
        now_known["rotated_at"] = ""
        if before.verdict != "active":
            row = {"key": f"active:{item.fingerprint}:{values['at']}", "finding_id": identity, "kind": "active"}
            connection.execute(store.insert(event, [row | {"at": values["at"]}], ("key",)))
    connection.execute(update(finding).where(finding.c.id == identity).values(**now_known))


def parts(rows: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The rows in pieces that one statement takes."""
    for first in range(0, len(rows), ROWS):
        yield rows[first : first + ROWS]
