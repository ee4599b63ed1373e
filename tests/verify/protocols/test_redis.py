"""Redis itself: the default user, a user of its own, refused, and what is no Redis."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask, Place

KIND = "redis-uri"
BOSS, READER = text_secret(20).decode(), text_secret(20).decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Place]:
    program = servers.program("redis-server")
    with servers.folder() as root:
        ca, certificate, key = servers.certificate(root)
        port, secure = servers.free_port(), servers.free_port()
        page = [
            "bind 127.0.0.1", f"port {port}", f"tls-port {secure}", f"tls-cert-file {certificate}",
            f"tls-key-file {key}", "tls-auth-clients no", f"tls-ca-cert-file {ca}", 'save ""', f"requirepass {BOSS}",
            f"user reader on >{READER} ~app:* +get +mget +acl|whoami", f"user off off >{READER} +@all",
        ]  # fmt: skip
        config = servers.put(root / "redis.conf", "\n".join(page) + "\n")
        with servers.serving([program, config], root, servers.listens(secure)):
            yield Place(port, ca, secure)


def test_the_default_user_over_tls(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, BOSS, server.ca, scheme="rediss", user="", port=server.secure)
    assert verdict.state == "active", verdict
    identity = dict(verdict.identity)
    assert (identity["user"], identity["privileged"]) == ("default", "yes")
    assert identity["permissions"] == "+@all ~*"


def test_a_user_that_may_little(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, READER, server.ca, scheme="rediss", user="reader", port=server.secure)
    assert verdict.state == "active", verdict
    assert dict(verdict.identity) == {"user": "reader", "privileged": "no"}


def test_without_tls_to_a_host_that_is_allowed_by_name(ask: Ask, server: Place) -> None:
    assert ask(KIND, BOSS, scheme="redis", user="", port=server.port).state == "active"


@pytest.mark.parametrize("user", ["", "reader", "off", "nobody-here"])
def test_who_is_refused(ask: Ask, server: Place, user: str) -> None:
    secret = READER if user == "off" else "wrong-password"
    verdict = ask(KIND, secret, scheme="redis", user=user, port=server.port)
    assert (verdict.state, verdict.why) == ("inactive", "the server said WRONGPASS")


def test_a_certificate_of_a_stranger_is_not_accepted(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, BOSS, scheme="rediss", user="", port=server.secure)
    assert verdict.state == "unknown"
    assert "TLS: the server's certificate" in verdict.why


def test_a_sentinel_has_passwords_of_its_own(ask: Ask) -> None:
    verdict = ask(KIND, BOSS, scheme="redis+sentinel", user="", port=9)
    assert (verdict.state, verdict.why) == ("unknown", "a sentinel is not asked: its password is another one")


def played(answer: bytes) -> int:
    """The port of a server that says this to whoever connects, once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as peer:
            peer.recv(4096)
            peer.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (b"-ERR invalid password\r\n", "inactive", "the server said ERR invalid password"),
        (
            b"-ERR AUTH <password> called without any password configured\r\n",
            "unknown",
            "ERR AUTH, which tells nothing",
        ),
        (b"-DENIED Redis is running in protected mode\r\n", "unknown", "DENIED"),
        (b"-LOADING wait\r\n", "unknown", "LOADING"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "unknown", "what answers is no Redis"),
        (b"+OK", "unknown", "cut off"),
        (b"", "unknown", "cut off"),
        (b"+NO\r\n", "unknown", "no answer to AUTH"),
        (b"$99999999\r\n", "unknown", "too long"),
    ],
)
def test_what_else_a_server_may_say(ask: Ask, answer: bytes, state: str, why: str) -> None:
    verdict = ask(KIND, BOSS, scheme="redis", user="", port=played(answer))
    assert verdict.state == state
    assert why in verdict.why


def test_a_server_that_repeats_the_password_is_not_quoted(ask: Ask) -> None:
    verdict = ask(KIND, BOSS, scheme="redis", user="", port=played(f"-{BOSS} is wrong\r\n".encode()))
    assert (verdict.state, verdict.why) == ("unknown", "its words are not shown")
