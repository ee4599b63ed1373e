"""The store's schema, step by step (Alembic); `database.Store` runs what is missing when it opens."""
