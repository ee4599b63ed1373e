"""RabbitMQ and other AMQP 0-9-1 brokers by py-amqp: the login and the virtual host. Codes are AMQP's reply codes.

PLAIN gives the password as it is, so without TLS only to a host that the user allowed.
Sources: https://www.rabbitmq.com/docs/uri-spec, https://www.rabbitmq.com/docs/auth-notification,
https://www.rabbitmq.com/amqp-0-9-1-reference#constants
"""

from __future__ import annotations

import socket
from typing import Any

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values

try:
    import amqp
    from amqp.exceptions import AMQPError
    from amqp.transport import TCPTransport
except ImportError:
    raise Unfit("verifying this kind needs py-amqp; install it with: pip install 'keysieve[brokers]'") from None

PORT, SECURE = 5672, {"amqps": 5671}


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """200 with the user and the virtual host, or the reply code of the refusal. Raises Failed."""
    wanted = _login(parts)
    plain = line.connect(wanted.host, wanted.port)
    if wanted.scheme in SECURE:
        plain = line.secure(plain, wanted.host)
    else:
        line.clear(wanted.host)
    where = wanted.database or "/"
    connection = _over(plain, wanted, where)
    try:
        connection.connect()
    except AMQPError as error:
        if not getattr(error, "reply_code", 0):
            raise
        return Said(str(error.reply_code))
    product = connection.server_properties.get("product", "")
    connection.close()
    return Said("200", (("user", wanted.user), ("virtual_host", where), ("server", str(product))))


def _login(parts: Values) -> Login:
    return login.read(parts, PORT, SECURE)


def _over(plain: socket.socket, wanted: Login, where: str) -> Any:
    """A connection of the library over one that is there."""

    class Given(TCPTransport):  # type: ignore[misc]
        def _connect(self, host: str, port: int, timeout: float) -> None:
            self.sock = plain

        def _set_socket_options(self, settings: object) -> None:
            """None: not every kernel knows all that the library would set."""

    class Connection(amqp.Connection):  # type: ignore[misc]
        def Transport(self, host: str, *rest: Any, **named: Any) -> Any:
            return Given(host)

    return Connection(
        f"{wanted.host}:{wanted.port}",
        wanted.user,
        wanted.password,
        login_method="PLAIN",
        virtual_host=where,
        heartbeat=0,
    )
