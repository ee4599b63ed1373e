"""What is to be told to whom: each event once for each channel, in messages with a key that stays the same.

A message is written before it is sent and marked after, so a crash between the two sends it again under the same key;
receivers that know keys take it once.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, or_, select, update

from scanner.records import Confidence
from scanner.store.database import Database, now
from scanner.store.schema import delivery, event, finding, occurrence, outbox, place, repository
from scanner.store.writing import parts

SCHEMA = "keysieve-notify/1"
MOST = 100
"""Events in one message."""
LEASE = 120
"""Seconds after which a message that somebody began to send counts as not sent."""
_MOST_ATTEMPTS = 50
_LONGEST = 6 * 3600
_SILENT = ("false-positive", "accepted", "rotated")


class Message(NamedTuple):
    """One that is to be sent now."""

    id: int
    key: str
    payload: dict[str, Any]
    attempts: int
    doubtful: bool  # a sweep died while it sent this, so it may have arrived


def fill(store: Database, channel: str, least: Confidence) -> int:
    """Put what the channel was not told yet into the outbox: how many events. Below `least` nothing is ever told."""
    with store.begin() as connection:
        told = select(delivery.c.event_id).where(delivery.c.channel == channel)
        rows = connection.execute(
            select(event.c.id.label("event_id"), event.c.key, event.c.kind, event.c.at.label("event_at"), finding)
            .join(finding, finding.c.id == event.c.finding_id)
            .where(event.c.id.not_in(told))
            .order_by(event.c.id)
        ).all()
        count = 0
        for part in parts(rows):
            for first in range(0, len(part), MOST):
                count += _message(store, connection, channel, part[first : first + MOST], least)
    return count


def _message(store: Database, connection: Connection, channel: str, rows: Sequence[Row[Any]], least: Confidence) -> int:
    key = hashlib.sha256("\0".join([channel, *(row.key for row in rows)]).encode()).hexdigest()[:32]
    claims = [{"event_id": row.event_id, "channel": channel, "outbox_key": key} for row in rows]
    made = store.insert(delivery, claims, ("event_id", "channel")).returning(delivery.c.event_id)
    mine = {row.event_id for row in connection.execute(made)}  # another sweep may have taken the others
    wanted = [row for row in rows if row.event_id in mine and _counts(row, least)]
    if not wanted:
        return 0
    places = _places(connection, [row.id for row in wanted])
    payload = {"schema": SCHEMA, "key": key, "events": [_event(row, places.get(row.id, [])) for row in wanted]}
    values = {"key": key, "channel": channel, "payload": json.dumps(payload), "created": now(), "next_at": now()}
    connection.execute(store.insert(outbox, [values], ("key",)))
    return len(wanted)


def _counts(row: Row[Any], least: Confidence) -> bool:
    sure = Confidence.VERIFIED if row.verdict == "active" else Confidence[row.confidence.upper()]
    return sure >= least and row.triage not in _SILENT and row.verdict != "inactive"


def _event(row: Row[Any], places: list[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind, "at": row.event_at, "fingerprint": row.fingerprint, "pattern": row.pattern,
        "name": row.name, "provider": row.provider, "severity": row.severity, "confidence": row.confidence,
        "secret": row.preview, "verdict": row.verdict, "respond": row.respond,
        "repositories": sorted({spot.repository for spot in places}), "places": len(places),
        "first_place": {
            "repository": places[0].repository, "path": places[0].path, "line": places[0].line,
            "commit": places[0].commit,
        } if places else None,
    }  # fmt: skip


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = connection.execute(
        select(
            occurrence.c.finding_id, repository.c.name.label("repository"), place.c.path, place.c.line, place.c.commit
        )
        .join(occurrence, occurrence.c.id == place.c.occurrence_id)
        .join(repository, repository.c.id == occurrence.c.repository_id)
        .where(occurrence.c.finding_id.in_(ids), place.c.gone_at == "")
        .order_by(repository.c.name, place.c.path, place.c.line)
    )
    for row in rows:
        found.setdefault(row.finding_id, []).append(row)
    return found


def claim(store: Database, channel: str) -> Message | None:
    """A message that is due, taken so that no other sweep sends it now."""
    at = now()
    with store.begin() as connection:
        due = and_(outbox.c.channel == channel, outbox.c.state.in_(("pending", "sending")), outbox.c.next_at <= at)
        row = connection.execute(
            select(outbox).where(due).order_by(outbox.c.id).limit(1).with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        values = {"state": "sending", "next_at": _later(LEASE), "attempts": row.attempts + 1}
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
    return Message(row.id, row.key, json.loads(row.payload), row.attempts + 1, row.state == "sending")


def sent(store: Database, message: Message) -> None:
    """It has arrived."""
    _set(store, message, state="sent", sent_at=now(), error="")


def failed(store: Database, message: Message, why: str) -> None:
    """It has not: it is tried again, later and later; in the end it is given up."""
    state = "dead" if message.attempts >= _MOST_ATTEMPTS else "pending"
    wait = min(_LONGEST, 30 * 2 ** min(message.attempts, 12))
    _set(store, message, state=state, next_at=_later(wait), error=why[:500])


def skipped(store: Database, message: Message, why: str) -> None:
    """It may have arrived, and is given up so that it does not come twice."""
    _set(store, message, state="dead", error=why)


def _set(store: Database, message: Message, **values: str) -> None:
    with store.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.id == message.id).values(**values))


def waiting(store: Database) -> dict[str, int]:
    """State -> messages."""
    found: dict[str, int] = {}
    with store.begin() as connection:
        for row in connection.execute(select(outbox.c.state, outbox.c.id)):
            found[row.state] = found.get(row.state, 0) + 1
    return found


def release(store: Database) -> None:
    """What a dead sweep began to send is due again. Only while no other sweep runs."""
    with store.begin() as connection:
        left = or_(outbox.c.state == "sending", outbox.c.state == "pending")
        connection.execute(update(outbox).where(left).values(next_at=now()))


def _later(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
