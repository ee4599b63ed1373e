"""The tables. Times are UTC texts of ISO 8601 (`2026-01-31T12:00:00Z`), which sort as they are; lists are JSON texts.

No table holds a credential: its keyed hash (`fingerprint`), its redacted preview, and where a key was given a sealed
copy that the database alone cannot open.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _link(name: str, other: str, primary: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{other}.id"), nullable=False, index=not primary, primary_key=primary)


repository = Table(
    "repository",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # unique in the sweep: `source/owner/name`
    _text("url"),
    _text("refs"),  # a hash of all refs and their ids when it was last looked at whole
    _text("scope"),  # a hash of the settings that decided what was looked for
    _text("tip"),
    _text("state"),
    _text("error"),
    _number("objects"),
    _number("bytes"),
    _text("first_seen"),
    _text("checked_at"),  # the last time it was known what it holds
    _text("scanned_at"),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    _text("pattern"),
    _text("name"),
    _text("provider"),
    _text("severity"),
    _text("confidence"),
    Column("score", Float, nullable=False, server_default="0"),
    _text("reasons", "[]"),
    _text("preview"),
    _text("parts", "[]"),  # [[name, redacted preview], ...]
    _text("source"),
    _text("respond"),
    _text("first_seen"),
    _text("verdict", "not_checked"),
    _text("verdict_why"),
    _text("verdict_at"),
    _text("verdict_identity", "[]"),
    _text("triage", "open"),
    _text("triage_reason"),
    _text("triage_expires"),
    _text("triage_by"),
    _text("triage_at"),
    _text("rotated_at"),
    Column("sealed", LargeBinary),
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("finding_id", "finding"),
    _link("repository_id", "repository"),
    _text("pattern"),
    _text("name"),
    _text("provider"),
    _text("severity"),
    _text("confidence"),
    Column("score", Float, nullable=False, server_default="0"),
    _text("reasons", "[]"),
    _text("preview"),
    _text("parts", "[]"),
    _text("source"),
    _text("respond"),
    _text("first_seen"),
    _text("gone_at"),  # when it was first not found there any more; "" while it is there
    UniqueConstraint("finding_id", "repository_id"),
)

place = Table(
    "place",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("occurrence_id", "occurrence"),
    _text("key"),  # a hash of all that makes it this place and no other
    _text("path"),
    _number("line"),
    _number("column"),
    _number("end_line"),
    _number("end_column"),
    _text("commit"),
    _text("author"),
    _text("date"),
    _text("blob"),
    _number("blobs"),
    _number("in_head"),
    _text("kind", "file"),
    _text("encoding", "[]"),
    _text("first_seen"),
    _text("gone_at"),
    UniqueConstraint("occurrence_id", "key"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("finding_id", "finding"),
    _text("state"),
    _text("why"),
    _text("at"),
    _text("identity", "[]"),
    UniqueConstraint("finding_id", "at", "state"),
)

triage = Table(
    "triage",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("finding_id", "finding"),
    _text("state"),
    _text("reason"),
    _text("expires"),
    _text("by"),
    _text("at"),
)

sweep = Table(
    "sweep",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("name"),
    _text("version"),  # of the pattern set
    _text("state", "running"),
    _text("started"),
    _text("ended"),
)

visit = Table(
    "visit",
    metadata,
    _link("sweep_id", "sweep", primary=True),
    _link("repository_id", "repository", primary=True),
    _text("state"),
    _text("tip"),
    _number("objects"),
    _number("bytes"),
    Column("seconds", Float, nullable=False, server_default="0"),
    _number("findings"),
    _text("errors", "[]"),
    _text("at"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _link("finding_id", "finding"),
    _text("kind"),  # new | active
    _text("at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # told to the receiver, so that a repetition is known as one
    _text("channel"),
    _text("payload"),
    _text("state", "pending"),
    _number("attempts"),
    _text("created"),
    _text("next_at"),
    _text("sent_at"),
    _text("error"),
)

delivery = Table(
    "delivery",
    metadata,
    _link("event_id", "event", primary=True),
    Column("channel", Text, primary_key=True),
    _text("outbox_key"),
)

COPIED = (
    "pattern", "name", "provider", "severity", "confidence", "score", "reasons", "preview", "parts", "source",
    "respond",
)  # fmt: skip
"""What a finding has from the best of its occurrences."""
