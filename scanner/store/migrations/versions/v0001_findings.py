"""Findings, places, verdicts, triage, sweeps and what each repository came to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision: str | None = None


def upgrade() -> None:
    """Make the tables."""
    _repository()
    _finding()
    _occurrence()
    _place()
    _verdict()
    _triage()
    _sweep()
    _visit()


def _repository() -> None:
    op.create_table(
        "repository",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("url", sa.Text(), nullable=False, server_default=""),
        sa.Column("refs", sa.Text(), nullable=False, server_default=""),
        sa.Column("scope", sa.Text(), nullable=False, server_default=""),
        sa.Column("tip", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.Text(), nullable=False, server_default=""),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.Column("objects", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("first_seen", sa.Text(), nullable=False, server_default=""),
        sa.Column("checked_at", sa.Text(), nullable=False, server_default=""),
        sa.Column("scanned_at", sa.Text(), nullable=False, server_default=""),
    )


def _finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("fingerprint", sa.Text(), nullable=False, unique=True),
        sa.Column("pattern", sa.Text(), nullable=False, server_default=""),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("provider", sa.Text(), nullable=False, server_default=""),
        sa.Column("severity", sa.Text(), nullable=False, server_default=""),
        sa.Column("confidence", sa.Text(), nullable=False, server_default=""),
        sa.Column("score", sa.Float(), nullable=False, server_default="0"),
        sa.Column("reasons", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("preview", sa.Text(), nullable=False, server_default=""),
        sa.Column("parts", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("source", sa.Text(), nullable=False, server_default=""),
        sa.Column("respond", sa.Text(), nullable=False, server_default=""),
        sa.Column("first_seen", sa.Text(), nullable=False, server_default=""),
        sa.Column("verdict", sa.Text(), nullable=False, server_default="not_checked"),
        sa.Column("verdict_why", sa.Text(), nullable=False, server_default=""),
        sa.Column("verdict_at", sa.Text(), nullable=False, server_default=""),
        sa.Column("verdict_identity", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("triage", sa.Text(), nullable=False, server_default="open"),
        sa.Column("triage_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("triage_expires", sa.Text(), nullable=False, server_default=""),
        sa.Column("triage_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("triage_at", sa.Text(), nullable=False, server_default=""),
        sa.Column("rotated_at", sa.Text(), nullable=False, server_default=""),
        sa.Column("sealed", sa.LargeBinary()),
    )


def _occurrence() -> None:
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("finding_id", sa.Integer(), sa.ForeignKey("finding.id"), nullable=False),
        sa.Column("repository_id", sa.Integer(), sa.ForeignKey("repository.id"), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False, server_default=""),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("provider", sa.Text(), nullable=False, server_default=""),
        sa.Column("severity", sa.Text(), nullable=False, server_default=""),
        sa.Column("confidence", sa.Text(), nullable=False, server_default=""),
        sa.Column("score", sa.Float(), nullable=False, server_default="0"),
        sa.Column("reasons", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("preview", sa.Text(), nullable=False, server_default=""),
        sa.Column("parts", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("source", sa.Text(), nullable=False, server_default=""),
        sa.Column("respond", sa.Text(), nullable=False, server_default=""),
        sa.Column("first_seen", sa.Text(), nullable=False, server_default=""),
        sa.Column("gone_at", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("finding_id", "repository_id"),
    )
    op.create_index("ix_occurrence_finding_id", "occurrence", ["finding_id"])
    op.create_index("ix_occurrence_repository_id", "occurrence", ["repository_id"])


def _place() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("occurrence_id", sa.Integer(), sa.ForeignKey("occurrence.id"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, server_default=""),
        sa.Column("path", sa.Text(), nullable=False, server_default=""),
        sa.Column("line", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("column", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("end_line", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("end_column", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("commit", sa.Text(), nullable=False, server_default=""),
        sa.Column("author", sa.Text(), nullable=False, server_default=""),
        sa.Column("date", sa.Text(), nullable=False, server_default=""),
        sa.Column("blob", sa.Text(), nullable=False, server_default=""),
        sa.Column("blobs", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("in_head", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("kind", sa.Text(), nullable=False, server_default="file"),
        sa.Column("encoding", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("first_seen", sa.Text(), nullable=False, server_default=""),
        sa.Column("gone_at", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("occurrence_id", "key"),
    )
    op.create_index("ix_place_occurrence_id", "place", ["occurrence_id"])


def _verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("finding_id", sa.Integer(), sa.ForeignKey("finding.id"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default=""),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.Text(), nullable=False, server_default=""),
        sa.Column("identity", sa.Text(), nullable=False, server_default="[]"),
        sa.UniqueConstraint("finding_id", "at", "state"),
    )
    op.create_index("ix_verdict_finding_id", "verdict", ["finding_id"])


def _triage() -> None:
    op.create_table(
        "triage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("finding_id", sa.Integer(), sa.ForeignKey("finding.id"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("expires", sa.Text(), nullable=False, server_default=""),
        sa.Column("by", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_triage_finding_id", "triage", ["finding_id"])


def _sweep() -> None:
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("version", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.Text(), nullable=False, server_default="running"),
        sa.Column("started", sa.Text(), nullable=False, server_default=""),
        sa.Column("ended", sa.Text(), nullable=False, server_default=""),
    )


def _visit() -> None:
    op.create_table(
        "visit",
        sa.Column("sweep_id", sa.Integer(), sa.ForeignKey("sweep.id"), primary_key=True),
        sa.Column("repository_id", sa.Integer(), sa.ForeignKey("repository.id"), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False, server_default=""),
        sa.Column("tip", sa.Text(), nullable=False, server_default=""),
        sa.Column("objects", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("seconds", sa.Float(), nullable=False, server_default="0"),
        sa.Column("findings", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("errors", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("at", sa.Text(), nullable=False, server_default=""),
    )
