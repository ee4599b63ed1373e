"""LDAP by ldap3: a simple bind over TLS or StartTLS, and who that is.

Words are result codes, with what Active Directory tells of the reason behind them.

Sources: https://www.rfc-editor.org/rfc/rfc4511#appendix-A, https://www.rfc-editor.org/rfc/rfc4532,
https://learn.microsoft.com/troubleshoot/windows-server/active-directory/ldap-authentication-error-codes
"""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.hosts import Failed
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values, text_of

try:
    import ldap3
    from ldap3.core.exceptions import LDAPException
except ImportError:
    raise Unfit("verifying this kind needs ldap3; install it with: pip install 'keysieve[directories]'") from None

PORT, SECURE = 389, 636
_REASON = re.compile(r"AcceptSecurityContext error, data ([0-9a-f]{1,8})\b")
_GROUPS = 50


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """0 with the entry and its groups, or the code of the refusal. Raises Failed."""
    wanted = _login(parts)
    connection = _connection(wanted, line)
    connection.open(read_server_info=False)
    if wanted.scheme != "ldaps" and not _began_tls(connection):
        line.clear(wanted.host)
        connection = _connection(wanted, line)  # some servers say no word more after a StartTLS that they refused
        connection.open(read_server_info=False)
    connection.bind()
    told = connection.result or {}
    if "result" not in told:
        raise Failed("the server did not answer the bind")
    if told["result"] != 0:
        found = _REASON.search(str(told.get("message", "")))
        return Said(f"{int(told['result'])} data {found[1]}" if found else str(int(told["result"])))
    identity = _identity(connection, wanted.user)
    connection.unbind()
    return Said("0", identity)


def _login(parts: Values) -> Login:
    """Where `id` is the server's URI, and `bind_dn` or `user` whom the password is of."""
    given = dict(parts)
    uri = urlsplit(text_of(given.pop("id").reveal())) if "id" in given else None
    for name in ("bind_dn", "user"):
        if name in given:
            given["user"] = given[name]
            break
    else:
        raise Unfit("its part 'bind_dn' was not found beside it")
    if uri is None:
        return login.read(given, PORT, {"ldaps": SECURE})
    try:
        host, port = uri.hostname or "", uri.port or {"ldaps": SECURE}.get(uri.scheme, PORT)
    except ValueError:
        raise Unfit("what stands for a host is none") from None
    from scanner.secrets import Secret

    place = {"host": Secret(host.encode()), "port": Secret(str(port).encode())}
    return replace(login.read(given | place, port), scheme=uri.scheme.lower())


def _connection(wanted: Login, line: Line) -> Any:
    class Checked(ldap3.Tls):  # type: ignore[misc]
        """TLS as everywhere: checked authorities, and the certificate's name by Python's own rules."""

        def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
            connection.socket = line.secure(connection.socket, wanted.host)

    server = ldap3.Server("127.0.0.1", port=wanted.port, tls=Checked(), get_info=ldap3.NONE)  # never resolved
    connection: Any = ldap3.Connection(
        server,
        user=wanted.user,
        password=wanted.password,
        authentication=ldap3.SIMPLE,
        read_only=True,
        auto_referrals=False,  # whoever refers elsewhere gets no password sent there
        receive_timeout=line.left,
    )

    def opened(*_: Any, **__: Any) -> None:
        plain: socket.socket = line.connect(wanted.host, wanted.port)
        connection.socket = line.secure(plain, wanted.host) if wanted.scheme == "ldaps" else plain
        connection.closed = False

    connection.strategy._open_socket = opened
    return connection


def _began_tls(connection: Any) -> bool:
    try:
        return bool(connection.start_tls(read_server_info=False))
    except LDAPException as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, Failed):
                raise cause from None
            cause = cause.__context__
        return False


def _identity(connection: Any, user: str) -> tuple[tuple[str, str], ...]:
    try:
        who = str(connection.extend.standard.who_am_i() or "")
        connection.search(user, "(objectClass=*)", ldap3.BASE, attributes=["memberOf"], size_limit=1)
        entry = connection.response[0] if connection.response else {}
        groups = [str(group) for group in entry.get("attributes", {}).get("memberOf", ())][:_GROUPS]
    except (LDAPException, LookupError):
        who, groups = "", []
    return ("user", who.removeprefix("dn:") or user), ("groups", "; ".join(groups))
