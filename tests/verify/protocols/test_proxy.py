"""An HTTP proxy on loopback, through which a mail server is asked: it speaks first, and TLS begins inside."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiosmtpd")

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from scanner.secrets import Secret
from scanner.verify.tunnel import proxy as read
from tests.report.made import make_finding, text_secret
from tests.verify.conftest import Make
from tests.verify.protocols import servers

SECRET, LOGIN = text_secret(20).decode(), "ann:p@ss"


class Tunnels:
    """CONNECT as a proxy does it: what it was asked, and whatever bytes go to and fro."""

    def __init__(self, status: str = "200 OK", login: str = "") -> None:
        self.heads: list[str] = []
        self.passed = bytearray()
        self._status, self._login = status, login
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://ann:p%40ss@127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:  # the verifier has ended its conversation
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._one, args=(peer,)))
            self._threads[-1].start()

    def _one(self, peer: socket.socket) -> None:
        with peer:
            self._answer(peer)

    def _answer(self, peer: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            piece = peer.recv(4096)
            if not piece:
                return
            head += piece
        self.heads.append(head.decode())
        host, _, port = self.heads[-1].split(" ")[1].rpartition(":")
        wanted = base64.b64encode(self._login.encode()).decode()
        status = self._status if wanted in self.heads[-1] else "407 Proxy Authentication Required"
        if not status.startswith("200"):
            peer.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        with socket.create_connection((host, int(port))) as beyond:
            peer.sendall(f"HTTP/1.1 {status}\r\nVia: test\r\n\r\n".encode())
            back = threading.Thread(target=self._pump, args=(beyond, peer))
            back.start()
            self._pump(peer, beyond)
            back.join()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(4096):
                self.passed += piece
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A mail server's port, and its authority."""
    ca, certificate, key = servers.certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def good(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == SECRET.encode())

    controller = Controller(
        object(), hostname="127.0.0.1", port=servers.free_port(), authenticator=good, auth_required=True,
        auth_require_tls=True, require_starttls=True, tls_context=context,
    )  # fmt: skip
    controller.start()
    yield controller.port, ca
    controller.stop()


@contextmanager
def proxying(*told: str) -> Iterator[Tunnels]:
    made = Tunnels(*told)
    try:
        yield made
    finally:
        made.close()


def ask(verifier: Make, port: int, ca: Path, host: str = "localhost", **settings: Any) -> Any:
    parts = {"host": host, "port": str(port), "scheme": "smtp", "user": "ann@post.example"}
    given = tuple((name, Secret(value.encode())) for name, value in parts.items())
    found = make_finding(SECRET.encode(), pattern="smtp-uri", provider="x", parts=given)
    (told,) = verifier(**{"allow_hosts": ("localhost",), "ca_file": str(ca)} | settings).verify([found])
    return told.verdict


def test_through_the_proxy_to_the_address_that_was_looked_at(verifier: Make, mail: tuple[int, Path]) -> None:
    port, ca = mail
    with proxying("200 OK", LOGIN) as tunnels:
        verdict = ask(verifier, port, ca, proxy=tunnels.url)
        assert verdict.state == "active", verdict
        assert [head.split("\r\n")[0] for head in tunnels.heads] == [f"CONNECT 127.0.0.1:{port} HTTP/1.1"]
        assert b"STARTTLS" in tunnels.passed
        assert SECRET.encode() not in tunnels.passed
        assert base64.b64encode(f"\0ann@post.example\0{SECRET}".encode()) not in tunnels.passed


def test_a_host_that_no_proxy_names_is_asked_directly(verifier: Make, mail: tuple[int, Path]) -> None:
    port, ca = mail
    with proxying() as tunnels:
        assert ask(verifier, port, ca, proxy=tunnels.url, no_proxy=("localhost",)).state == "active"
        assert tunnels.heads == []


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (("403 Forbidden",), "the proxy refused: status 403"),
        (("200 OK", "bob:else"), "status 407: a proxy wants a login"),
        (("nonsense",), "what answers is no HTTP proxy"),
    ],
)
def test_a_proxy_that_refuses(verifier: Make, mail: tuple[int, Path], told: tuple[str, ...], why: str) -> None:
    port, ca = mail
    with proxying(*told) as tunnels:
        verdict = ask(verifier, port, ca, proxy=tunnels.url)
        assert (verdict.state, verdict.why, len(tunnels.heads)) == ("unknown", why, 1)


def test_a_private_host_is_refused_before_the_proxy_hears_of_it(verifier: Make, mail: tuple[int, Path]) -> None:
    port, ca = mail
    with proxying("200 OK", LOGIN) as tunnels:
        verdict = ask(verifier, port, ca, proxy=tunnels.url, allow_hosts=())
        assert "not of the public internet" in verdict.why
        assert tunnels.heads == []


def test_a_proxy_that_is_none(verifier: Make, mail: tuple[int, Path]) -> None:
    port, ca = mail
    verdict = ask(verifier, port, ca, proxy=f"http://127.0.0.1:{servers.free_port()}")
    assert (verdict.state, verdict.why) == ("unknown", "no connection")
    assert ask(verifier, port, ca, proxy="https://127.0.0.1:9").why == "an https proxy is used for HTTP only"


def test_a_login_is_decoded() -> None:
    assert base64.b64decode(read("http://ann:p%40ss@proxy.example").login) == LOGIN.encode()
    assert read("http://proxy.example").port == 8080
    assert read("http://proxy.example:3128").login == ""
