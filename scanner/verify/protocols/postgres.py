"""PostgreSQL by pg8000: the login, and what the role may do. Codes are SQLSTATEs.

TLS first, as libpq prefers; a server without it is given proofs of the password (SCRAM, MD5), never the password.
Sources: https://www.postgresql.org/docs/current/protocol-flow.html,
https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import struct
from typing import Any

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values

try:
    from pg8000 import native
    from pg8000.exceptions import DatabaseError, InterfaceError
except ImportError:
    raise Unfit("verifying this kind needs pg8000; install it with: pip install 'keysieve[databases]'") from None

PORT = 5432
_WANTS_TLS = ("require", "verify-ca", "verify-full")
_CLEAR_TEXT = 3
"""AuthenticationCleartextPassword."""
_ROLE = (
    "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    " FROM pg_catalog.pg_roles WHERE rolname = current_user"
)
_MEMBER = (
    "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname <> current_user"
    " AND pg_catalog.pg_has_role(current_user, oid, 'MEMBER') ORDER BY rolname LIMIT 50"
)
_RIGHTS = ("superuser", "createrole", "createdb", "replication", "bypassrls")


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """The SQLSTATE of a refused login, or 00000 with the role. Raises Failed."""
    wanted = _login(parts)
    try:
        connection = _connected(wanted, line)
    except DatabaseError as error:
        told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        return Said(str(told.get("C", "an error without a code")))
    try:
        return Said("00000", _identity(connection))
    finally:
        connection.close()


def _login(parts: Values) -> Login:
    return login.read(parts, PORT)


class _Careful(native.Connection):  # type: ignore[misc]
    """Gives the password as it is over TLS only, or where the user allowed the host."""

    clear_is_allowed = False

    def handle_AUTHENTICATION_REQUEST(self, data: Any, context: Any) -> None:
        if struct.unpack_from("!i", data)[0] == _CLEAR_TEXT:
            self.before_clear()
        super().handle_AUTHENTICATION_REQUEST(data, context)

    def before_clear(self) -> None:
        """Nothing to say where TLS is spoken."""


def _connected(wanted: Login, line: Line) -> Any:
    given = {"host": wanted.host, "database": wanted.database or None, "password": wanted.password}
    try:
        plain = line.connect(wanted.host, wanted.port)
        return _Careful(wanted.user, sock=plain, ssl_context=line.tls, **given)
    except InterfaceError as error:
        if "refuses SSL" not in str(error) or wanted.option("sslmode") in _WANTS_TLS:
            raise

    class Clear(_Careful):
        def before_clear(self) -> None:
            line.clear(wanted.host)

    return Clear(wanted.user, sock=line.connect(wanted.host, wanted.port), ssl_context=False, **given)


def _identity(connection: Any) -> tuple[tuple[str, str], ...]:
    try:
        connection.run("START TRANSACTION READ ONLY")
        ((role, *flags),) = connection.run(_ROLE)
        member = [name for (name,) in connection.run(_MEMBER)]
    except (DatabaseError, InterfaceError, ValueError):
        return ()  # a pooler or a proxy: it let in, and that is all
    rights = [name for name, has in zip(_RIGHTS, flags, strict=True) if has]
    return (
        ("user", str(role)),
        ("privileged", "yes" if "superuser" in rights or "pg_execute_server_program" in member else "no"),
        ("permissions", ", ".join([*rights, *member[: 0 if "superuser" in rights else 50]])),
    )
