"""SMTP by the standard library: STARTTLS or TLS, then AUTH; no mail is begun. Codes are the reply's, with its
enhanced code behind it.

Sources: https://www.rfc-editor.org/rfc/rfc4954, https://www.rfc-editor.org/rfc/rfc8314,
https://www.rfc-editor.org/rfc/rfc3463
"""

from __future__ import annotations

import re
import smtplib
import socket
from typing import Any

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.hosts import Failed
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Values

PORT, SECURE = 587, 465
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """235 with the user, or the code of the refusal. Raises Failed."""
    wanted = _login(parts)
    with _client(wanted, line) as client:
        client.ehlo()
        if wanted.port != SECURE:
            if client.has_extn("starttls"):
                client.starttls(context=line.tls)
                client.ehlo()
            else:
                line.clear(wanted.host)
        try:
            code, text = _once(client, wanted)
        except smtplib.SMTPAuthenticationError as error:
            return Said(_word(error.smtp_code, error.smtp_error))
        return Said(_word(code, text), (("user", wanted.user),))


def _login(parts: Values) -> Login:
    return login.read(parts, PORT, {"smtps": SECURE})


def _client(wanted: Login, line: Line) -> smtplib.SMTP:
    class Given(smtplib.SMTP):
        """The client over a connection to the address that was looked at."""

        def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
            plain = line.connect(host, port)
            return line.secure(plain, host) if port == SECURE or wanted.scheme == "smtps" else plain

    return Given(wanted.host, wanted.port, local_hostname="localhost", timeout=line.left)


def _once(client: smtplib.SMTP, wanted: Login) -> tuple[int, bytes]:
    """One attempt by one mechanism, where `login` would go on to the next: accounts are locked by failures."""
    client.user, client.password = wanted.user, wanted.password
    offered = client.esmtp_features.get("auth", "").upper().split()
    for name, method in (
        ("PLAIN", client.auth_plain),
        ("LOGIN", client.auth_login),
        ("CRAM-MD5", client.auth_cram_md5),
    ):
        if name in offered:
            return client.auth(name, method, initial_response_ok=name != "LOGIN")
    raise Failed("the server offers no way to log in with a password", fault=False)


def _word(code: int, text: bytes | str) -> str:
    found = _ENHANCED.match(text if isinstance(text, bytes) else text.encode())
    return f"{code} {found[0].decode()}" if found else str(code)
