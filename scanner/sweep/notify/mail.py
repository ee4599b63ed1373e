"""E-mail by SMTP; a message that comes twice has the same Message-ID."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from scanner.errors import StoreError, UsageError
from scanner.store.outbox import Message
from scanner.sweep.config import NotifyTable, environment
from scanner.sweep.notify.words import lines, title

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Mail:
    """One mail for each message."""

    def __init__(self, table: NotifyTable) -> None:
        if table.tls not in _PORTS:
            raise UsageError(f"notify {table.name}: 'tls' must be one of {', '.join(_PORTS)}")
        host, _, port = table.host.rpartition(":") if table.host.rpartition(":")[2].isdigit() else (table.host, "", "")
        if table.tls == "none" and host not in _LOOPBACK:
            raise UsageError(f"notify {table.name}: mail without TLS is for loopback only")
        self._table = table
        self._host, self._port = host, int(port or _PORTS[table.tls])
        self._word = environment(table.secret_env, f"notify {table.name}") if table.user else ""

    def send(self, message: Message) -> None:
        """See `Channel.send`."""
        mail = EmailMessage()
        mail["Subject"] = title(message.payload)
        mail["From"] = self._table.sender
        mail["To"] = ", ".join(self._table.to)
        mail["Message-ID"] = f"<{message.key}@keysieve.invalid>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n".join(lines(message.payload)) + "\n")
        try:
            with self._connection() as server:
                if self._table.user:
                    server.login(self._table.user, self._word)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise StoreError(f"mail by {self._host}: {type(error).__name__}") from None

    def _connection(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._table.tls == "tls":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=30, context=context)
        server = smtplib.SMTP(self._host, self._port, timeout=30)
        if self._table.tls == "starttls":
            server.starttls(context=context)
        return server
