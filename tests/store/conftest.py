"""Every test of the store runs on SQLite and on PostgreSQL."""

from tests.helpers.stores import postgresql, url

__all__ = ["postgresql", "url"]
