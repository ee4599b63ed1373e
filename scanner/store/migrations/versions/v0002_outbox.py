"""What is to be told to whom: events, and an outbox with a key for each message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision: str | None = "1"


def upgrade() -> None:
    """Make the tables."""
    _event()
    _outbox()
    _delivery()


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("finding_id", sa.Integer(), sa.ForeignKey("finding.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_event_finding_id", "event", ["finding_id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("channel", sa.Text(), nullable=False, server_default=""),
        sa.Column("payload", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.Text(), nullable=False, server_default="pending"),
        sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("created", sa.Text(), nullable=False, server_default=""),
        sa.Column("next_at", sa.Text(), nullable=False, server_default=""),
        sa.Column("sent_at", sa.Text(), nullable=False, server_default=""),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("outbox_key", sa.Text(), nullable=False, server_default=""),
    )
