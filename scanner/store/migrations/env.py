"""Run by Alembic: the steps go through the connection that the store hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from scanner.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
