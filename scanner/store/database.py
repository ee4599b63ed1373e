"""A database by its URL: SQLite in WAL mode or PostgreSQL, its schema brought up to date when it is opened."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from scanner.errors import StoreError, UsageError
from scanner.secrets import without_login

try:
    from sqlalchemy import Connection, Engine, Table, create_engine, event, func, inspect, make_url, select, text
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
    from sqlalchemy.pool import NullPool
except ImportError:
    raise UsageError("the findings store needs SQLAlchemy and Alembic: pip install 'keysieve[sweep]'") from None

_BUSY = 60_000
"""Milliseconds that one writer of SQLite waits for another."""
_SERVER = "postgresql"
_LOCK = 0x6B657973
"""PostgreSQL's advisory lock while the schema changes."""
NEWEST = "2"
"""The last step of the migrations."""


def now() -> str:
    """This moment as the store writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def engine_of(url: str) -> Engine:
    """The engine behind `url`: a URL of SQLAlchemy's, or the path of an SQLite file.

    Raises UsageError for an address that cannot be used.
    """
    named = url if "://" in url else f"sqlite:///{os.path.abspath(url)}"
    try:
        address = make_url(named)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername=f"{_SERVER}+psycopg")
        if address.get_backend_name() not in ("sqlite", "postgresql"):
            raise UsageError(f"store {without_login(url)}: only SQLite and PostgreSQL are supported")
        if address.get_backend_name() == "sqlite":
            if not address.database or address.database == ":memory:":
                raise UsageError(f"store {without_login(url)}: name a file; a store in memory would be lost")
            os.makedirs(os.path.dirname(os.path.abspath(address.database)), mode=0o700, exist_ok=True)
        # No connection outlives its transaction: processes are forked between them.
        engine = create_engine(address, poolclass=NullPool, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(f"store {without_login(url)}: is no database URL: {_first(error)}") from None
    except ModuleNotFoundError as error:
        raise UsageError(f"store: PostgreSQL needs {error.name}: pip install 'keysieve[postgres]'") from None
    except OSError as error:
        raise UsageError(f"store {without_login(url)}: cannot be written: {error.strerror}") from None
    if engine.dialect.name == "sqlite":
        _tune(engine)
    return engine


def _tune(engine: Engine) -> None:
    """WAL, and transactions that begin as writers: two sweeps wait for each other instead of failing."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in (
            f"busy_timeout={_BUSY}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class Database:
    """An open store; every method that writes is one transaction."""

    def __init__(self, url: str) -> None:
        """Raises UsageError for an address that cannot be used, StoreError where the database does not answer."""
        self.url = url
        self._engine = engine_of(url)
        self.dialect = self._engine.dialect.name
        with self.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            self._bring_up(connection)

    def _bring_up(self, connection: Connection) -> None:
        """Migrate where the schema is not the newest: Alembic's import alone is a good part of an idle sweep."""
        if self._step(connection) == NEWEST:
            return
        from alembic.util import CommandError

        try:
            migrate(connection)
        except CommandError as error:
            raise StoreError(
                f"store {without_login(self.url)}: a newer keysieve has used it: update this one ({_first(error)})"
            ) from None

    def _step(self, connection: Connection) -> str:
        """The last step that it has seen, "" for a new database."""
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction. Raises StoreError in the database's own words, without any value."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreError(f"store {without_login(self.url)}: {_first(error.orig or error)}") from None

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _dialect(self) -> Any:
        """What the database's own INSERT is made by; PostgreSQL's takes time to import."""
        if self.dialect == "postgresql":
            from sqlalchemy.dialects import postgresql

            return postgresql
        return sqlite

    def insert(
        self, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str], update: Sequence[str] = ()
    ) -> Any:
        """An INSERT of `rows` that, where `keys` are there already, updates these columns, or does nothing."""
        made = self._dialect().insert(table).values(list(rows))
        if not update:
            return made.on_conflict_do_nothing(index_elements=list(keys))
        return made.on_conflict_do_update(
            index_elements=list(keys), set_={name: made.excluded[name] for name in update}
        )


def migrate(connection: Connection, to: str = "head") -> None:
    """Run the steps that this database has not seen."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "scanner:store/migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _first(error: BaseException) -> str:
    """The first line of what a driver says: those after it may quote values."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0]
