"""MySQL and MariaDB by PyMySQL: the login, and what it was granted. Codes are the server's error numbers.

Sources: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html,
https://dev.mysql.com/doc/refman/8.4/en/show-grants.html
"""

from __future__ import annotations

import re
from typing import Any

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values

try:
    import pymysql
    from pymysql.connections import Connection
except ImportError:
    raise Unfit("verifying this kind needs PyMySQL; install it with: pip install 'keysieve[databases]'") from None

PORT = 3306
_X_PROTOCOL = "mysqlx"
_NO_TLS = 2026
"""CR_SSL_CONNECTION_ERROR: the client wants TLS, and the server has none."""
_DEMANDS = ("required", "verify_ca", "verify_identity", "verify-ca", "verify-full", "true")
_GRANT = re.compile(r"GRANT (.+?) ON (\S+) TO ", re.IGNORECASE)
_WIDE = re.compile(r"\b(?:ALL PRIVILEGES|SUPER|GRANT OPTION|CREATE USER|FILE)\b", re.IGNORECASE)
_WITHOUT_TLS = (b"mysql_clear_password", b"dialog", b"mysql_old_password")
"""Plug-ins that give the password, or next to it."""


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """The number of the error, or 0 with the account. Raises Failed."""
    wanted = _login(parts)
    connection = _careful(wanted, line, ssl=line.tls)
    try:
        try:
            connection.connect(line.connect(wanted.host, wanted.port))
        except pymysql.err.OperationalError as error:
            if error.args[:1] != (_NO_TLS,) or _demands_tls(wanted):
                raise
            connection = _careful(wanted, line, ssl_disabled=True)
            connection.connect(line.connect(wanted.host, wanted.port))
    except pymysql.err.MySQLError as error:
        code = error.args[0] if error.args else ""
        if not isinstance(code, int) or not 1000 <= code < 2000 and not 3000 <= code < 5000:
            raise  # of the client: the connection, not the server's word
        return Said(str(code))
    try:
        return Said("0", _identity(connection))
    finally:
        connection.close()


def _login(parts: Values) -> Login:
    wanted = login.read(parts, PORT)
    if wanted.scheme == _X_PROTOCOL:
        raise Unfit("the X protocol is not spoken")
    return wanted


def _demands_tls(wanted: Login) -> bool:
    return wanted.option("ssl-mode", "sslmode", "ssl_mode", "usessl", "tls") in _DEMANDS


def _careful(wanted: Login, line: Line, **tls: Any) -> Any:
    class Careful(Connection):  # type: ignore[misc]
        """Speaks TLS where it is offered, and gives the password as it is over TLS only."""

        def _process_auth(self, plugin_name: bytes, *rest: Any) -> Any:
            if not self._secure and bytes(plugin_name) in _WITHOUT_TLS:
                line.clear(wanted.host)
            return super()._process_auth(plugin_name, *rest)

    return Careful(
        host=wanted.host,
        user=wanted.user,
        password=wanted.password,
        database=wanted.database or None,
        **tls,
        read_timeout=line.left,
        write_timeout=line.left,
        defer_connect=True,
    )


def _identity(connection: Any) -> tuple[tuple[str, str], ...]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_USER()")
            ((user,),) = cursor.fetchall()
            cursor.execute("SHOW GRANTS")
            told = [str(row[0]) for row in cursor.fetchall()]
    except (pymysql.err.MySQLError, ValueError):
        return ()
    # Only what stands before TO: MariaDB tells the password's hash behind it.
    grants = [f"{found[1]} ON {found[2]}" for text in told if (found := _GRANT.match(text))]
    grants = [text for text in grants if not text.startswith("USAGE ")]
    wide = any(text.endswith("*.*") and _WIDE.search(text) for text in grants)
    return (
        ("user", str(user)),
        ("privileged", "yes" if wide else "no"),
        ("permissions", "; ".join(grants)),
    )
