"""A mail server: STARTTLS, TLS from the start, refused, and none that would take the password in the clear."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiosmtpd")

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask

KIND = "smtp-uri"
SECRET = text_secret(20).decode()


class Letters:
    """Any mail that arrives is a fault: the verifier sends none."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    async def handle_MAIL(self, *rest: Any) -> str:
        self.commands.append("MAIL")
        return "250 OK"


class Mail:
    def __init__(self, refusal: str = "") -> None:
        self.letters = Letters()
        self.asked: list[bytes] = []
        self.refusal = refusal

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.asked.append(data.login)
        good = (data.login, data.password) == (b"ann@post.example", SECRET.encode())
        if not good and self.refusal:
            return AuthResult(success=False, handled=False, message=self.refusal)
        return AuthResult(success=good, handled=good)


@contextmanager
def serving(tmp_path: Path, how: str, refusal: str = "") -> Iterator[tuple[Mail, int, Path]]:
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    mail, port = Mail(refusal), servers.free_port()
    tls = {"starttls": {"tls_context": context}, "tls": {"ssl_context": context}, "clear": {}}[how]
    controller = Controller(
        mail.letters, hostname="127.0.0.1", port=port, authenticator=mail.authenticate,
        auth_require_tls=how == "starttls", **tls,
    )  # fmt: skip
    controller.start()
    try:
        yield mail, port, file
    finally:
        controller.stop()


@pytest.mark.parametrize(("how", "scheme"), [("starttls", "smtp"), ("tls", "smtps"), ("clear", "smtp")])
def test_whoever_is_let_in(ask: Ask, tmp_path: Path, how: str, scheme: str) -> None:
    with serving(tmp_path, how) as (mail, port, ca):
        verdict = ask(KIND, SECRET, ca, scheme=scheme, user="ann%40post.example", port=port)
    assert verdict.state == "active", verdict
    assert verdict.identity == (("user", "ann@post.example"),)
    assert mail.letters.commands == []


def test_who_is_refused(ask: Ask, tmp_path: Path) -> None:
    with serving(tmp_path, "starttls") as (mail, port, ca):
        verdict = ask(KIND, "wrong-password", ca, scheme="smtp", user="ann%40post.example", port=port)
    assert (verdict.state, verdict.why) == ("inactive", "the server said 535 5.7.8")
    assert len(mail.asked) == 1  # not by one mechanism after the other


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        ("535 5.7.139 Authentication unsuccessful, disabled for the tenant", "unknown"),
        ("534 5.7.9 Application-specific password required", "unknown"),
        ("454 4.7.0 Temporary authentication failure", "unknown"),
        ("535 authentication failed", "inactive"),
    ],
)
def test_what_else_a_server_may_say(ask: Ask, tmp_path: Path, refusal: str, state: str) -> None:
    with serving(tmp_path, "starttls", refusal) as (_, port, ca):
        verdict = ask(KIND, "wrong-password", ca, scheme="smtp", user="ann", port=port)
    assert verdict.state == state, verdict


def test_a_certificate_of_a_stranger_is_not_accepted(ask: Ask, tmp_path: Path) -> None:
    with serving(tmp_path, "starttls") as (mail, port, _):
        verdict = ask(KIND, SECRET, scheme="smtp", user="ann", port=port)
    assert verdict.state == "unknown"
    assert "TLS: the server's certificate" in verdict.why
    assert mail.asked == []


def test_a_login_of_a_mail_library(ask: Ask, tmp_path: Path) -> None:
    with serving(tmp_path, "starttls") as (_, port, ca):
        verdict = ask("phpmailer-credentials", SECRET, ca, user="ann@post.example", port=port)
    assert verdict.state == "active", verdict
