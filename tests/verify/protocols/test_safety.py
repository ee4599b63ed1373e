"""For every protocol alike: where it may go, when it ends, and that nothing of the credential is written anywhere."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("pg8000")
pytest.importorskip("pymysql")
pytest.importorskip("bson")
pytest.importorskip("scramp")
pytest.importorskip("amqp")
pytest.importorskip("ldap3")

from scanner.secrets import Secret
from scanner.settings import VerifySettings
from scanner.verify import login
from scanner.verify.hosts import Failed
from scanner.verify.http import Client
from scanner.verify.line import Line
from scanner.verify.template import Unfit
from tests.report.made import make_finding
from tests.verify.conftest import Make

MARKER = "planted-marker-" + "0123456789"
KINDS = {
    "postgres-uri": {"scheme": "postgres", "user": "ann"},
    "mysql-uri": {"scheme": "mysql", "user": "ann"},
    "mongodb-uri": {"scheme": "mongodb", "user": "ann"},
    "redis-uri": {"scheme": "redis", "user": "ann"},
    "amqp-uri": {"scheme": "amqp", "user": "ann"},
    "smtp-uri": {"scheme": "smtp", "user": "ann"},
    "ldap-uri": {"bind_dn": "cn=ann,dc=a"},
}


@contextmanager
def listening(answer: bytes, echo: bool = False, pause: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A port that says `answer`, then what it heard, or a byte again and again; and what it heard."""
    heard: list[bytes] = []
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def one(peer: socket.socket) -> None:
        with peer:
            try:
                peer.sendall(answer)
                while not over.is_set():
                    if pause:
                        peer.sendall(b"\x01")
                        time.sleep(pause)
                        continue
                    peer.settimeout(0.2)
                    try:
                        piece = peer.recv(4096)
                    except TimeoutError:
                        continue
                    if not piece:
                        return
                    heard.append(piece)
                    if echo:
                        peer.sendall(piece)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            heard.append(b"")
            threading.Thread(target=one, args=(peer,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def ask(verifier: Make, kind: str, host: str, port: int, **settings: Any) -> Any:
    parts = {"host": host, "port": str(port)} | KINDS[kind]
    if kind == "ldap-uri":
        parts = {"id": f"ldap://{host}:{port}"} | KINDS[kind]
    given = tuple((name, Secret(value.encode())) for name, value in parts.items())
    finding = make_finding(MARKER.encode(), pattern=kind, provider="x", parts=given)
    (told,) = verifier(**settings).verify([finding])
    return told.verdict


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_private_host_in_content_is_not_contacted(verifier: Make, kind: str, host: str) -> None:
    with listening(b"") as (port, heard):
        verdict = ask(verifier, kind, host, port, timeout=5.0)
    assert verdict.state == "unknown"
    assert "not of the public internet" in verdict.why or "cannot be resolved" in verdict.why
    assert heard == []


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_addresses_are_not_contacted(verifier: Make, kind: str) -> None:
    verdict = ask(verifier, kind, "169.254.169.254", 80, timeout=5.0)
    assert "not of the public internet" in verdict.why  # and the test's own guard saw no connection


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_is_resolved_once_and_what_was_seen_is_what_is_contacted(
    verifier: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["8.8.8.8", *["127.0.0.1"] * 9])
    tried: list[str] = []

    def resolver(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        number = host if host[:1].isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address[0])
        raise OSError("not from a test")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket.socket, "connect", connect)
    verdict = ask(verifier, kind, "rebinding.example", 5555, timeout=5.0)
    assert (verdict.state, verdict.why) == ("unknown", "no connection")
    assert tried == ["8.8.8.8"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_never_ends_is_cut(verifier: Make, kind: str) -> None:
    """A byte every moment keeps every wait for data short, and the whole must still end."""
    with listening(b"", pause=0.05) as (port, _):
        begun = time.monotonic()
        verdict = ask(verifier, kind, "localhost", port, allow_hosts=("localhost",), timeout=1.5)
        took = time.monotonic() - begun
    assert verdict.state == "unknown"
    assert took < 12, took


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"220 mail\r\n", b"\x00" * 64, b"\xff" * 300])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_such_server_says_nothing_and_no_log_holds_the_credential(
    verifier: Make, kind: str, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(answer, echo=True) as (port, _):
        verdict = ask(verifier, kind, "localhost", port, allow_hosts=("localhost",), timeout=1.0)
    assert verdict.state == "unknown", verdict
    assert MARKER not in caplog.text + repr(verdict)


def line(*allowed: str, timeout: float = 5.0) -> Line:
    return Line(Client(VerifySettings(allow_hosts=allowed)), allowed, timeout)


def test_a_password_goes_in_the_clear_only_to_a_host_that_is_named() -> None:
    with line("db.corp.example") as one:
        one.clear("DB.corp.example")
        with pytest.raises(Failed, match="would travel in the clear"):
            one.clear("db.example")


def test_the_words_of_a_library_stay_inside() -> None:
    with pytest.raises(Failed) as caught, line():
        raise ValueError(f"login failed for ann with {MARKER}")
    assert str(caught.value) == "the server's answer was not understood: ValueError"
    assert MARKER not in repr(caught.value.__cause__)
    assert caught.value.__suppress_context__


HOSTS = ["", "..", "a b", "a@b", "a/b", "%2Fvar%2Frun", "[::1]", "a\r\nb", "-a", "a..b", "*", "{{host}}", "$HOST"]


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_no_host_is_never_one(host: str) -> None:
    with pytest.raises(Unfit, match="what stands for a host is none"):
        login.read({"host": Secret(host.encode()), "secret": Secret(b"x")}, 5432)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("postgresql+psycopg2://ann:p%40ss-W0rd9@db.corp.net:6432/app?sslmode=require",
         ("db.corp.net", 6432, "ann", "p@ss-W0rd9", "app", {"sslmode": "require"})),
        ("mysql://ann:p4ssW0rd-x@db.corp.net/app", ("db.corp.net", 5432, "ann", "p4ssW0rd-x", "app", {})),
        ("mongodb+srv://ann:p4ssW0rd-x@c0.ab1.mongodb.net/app?retryWrites=true&authSource=admin",
         ("c0.ab1.mongodb.net", 5432, "ann", "p4ssW0rd-x", "app", {"retryWrites": "true", "authSource": "admin"})),
        ("mongodb://ann:p4ssW0rd-x@h1.corp.net:27018,h2.corp.net:27019/app",
         ("h1.corp.net", 27018, "ann", "p4ssW0rd-x", "app", {})),
        ("rediss://:p4ssW0rd-x9Kq@cache.corp.net:6390/0", ("cache.corp.net", 6390, "", "p4ssW0rd-x9Kq", "", {})),
        ("amqps://ann:p4ssW0rd-x@mq.corp.net/%2Fapp", ("mq.corp.net", 5432, "ann", "p4ssW0rd-x", "/app", {})),
        ("smtps://ann%40corp.net:p4ssW0rd-x@mail.corp.net:465",
         ("mail.corp.net", 465, "ann@corp.net", "p4ssW0rd-x", "", {})),
    ],
)  # fmt: skip
def test_a_connection_string_keeps_all_its_parts(text: str, wanted: tuple[Any, ...]) -> None:
    from scanner.api import scan_text
    from scanner.settings import DetectSettings, confidence

    found = scan_text(f"url = '{text}'\n".encode(), DetectSettings(minimum=confidence("low")))
    (best,) = [item for item in found if item.credential.endswith("-uri")]
    told = login.read({**dict(best.parts), "secret": best.secret}, 5432)
    assert (told.host, told.port, told.user, told.password, told.database, told.options) == wanted
    assert told.whole
    assert "p4ss" not in repr(told)


def test_what_was_not_read_is_known() -> None:
    from scanner.api import scan_text

    options = "&".join(f"option{at}=value{at}" for at in range(20))
    text = f"url = 'mongodb://ann:p4ssW0rd-x@h1.corp.net/app?{options}'\n"
    (best,) = [item for item in scan_text(text.encode()) if item.credential == "mongodb-uri"]
    assert not login.read({**dict(best.parts), "secret": best.secret}, 27017).whole


@pytest.mark.parametrize("length", [120, 121, 200])
def test_a_long_host_is_whole_or_none(length: int) -> None:
    """Never its beginning, which would be another host."""
    from scanner.api import scan_text

    host = ("a" * 40 + ".") * 5
    host = host[: length - 4] + ".net"
    text = f"url = 'postgres://ann:p4ssW0rd-x@{host}/app'\n"
    (best,) = [item for item in scan_text(text.encode()) if item.credential == "postgres-uri"]
    named = {name: value.reveal().decode() for name, value in best.parts}
    assert named.get("host") == (host if length <= 120 else None)
