"""PostgreSQL itself: let in, refused, no such database, no right to it, with and without TLS."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

pytest.importorskip("pg8000")

from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask, Place

KIND = "postgres-uri"
SUPER, READER = text_secret(20).decode(), f"{text_secret(9).decode()}@/:%é"


@pytest.fixture(scope="module")
def server() -> Iterator[Place]:
    home = servers.program("initdb", "/usr/lib/postgresql/*/bin/initdb").rsplit("/", 1)[0]
    with servers.folder() as root:
        ca, certificate, key = servers.certificate(root)
        word = servers.put(root / "word", SUPER)
        data, port = root / "data", servers.free_port()
        auth = "--auth=scram-sha-256"
        servers.run([f"{home}/initdb", "-D", data, "-U", "boss", auth, f"--pwfile={word}", "-N", "-E", "UTF8"], root)
        pages = {"listen_addresses": "localhost", "port": port, "unix_socket_directories": root, "fsync": "off"}
        pages |= {"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key}
        settings = [f"-c{name}={value}" for name, value in pages.items()]
        with servers.serving([f"{home}/postgres", "-D", data, *settings], root, servers.listens(port)):
            _fill(port)
            yield Place(port, ca)


def _fill(port: int) -> None:
    from pg8000 import native

    for _ in range(100):  # it listens before it lets anybody in
        try:
            boss = native.Connection("boss", host="localhost", port=port, password=SUPER, database="postgres")
            break
        except native.DatabaseError:
            import time

            time.sleep(0.1)
    boss.run(f"CREATE ROLE reader LOGIN PASSWORD '{READER}' IN ROLE pg_read_all_data")
    boss.run("CREATE DATABASE closed")
    boss.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    boss.close()


def test_a_superuser(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, SUPER, server.ca, scheme="postgres", user="boss", port=server.port, database="postgres")
    assert verdict.state == "active", verdict
    assert verdict.identity[:2] == (("user", "boss"), ("privileged", "yes"))
    assert dict(verdict.identity)["permissions"].startswith("superuser, createrole")


def test_a_reader_whose_password_is_percent_encoded(ask: Ask, server: Place) -> None:
    parts = {"scheme": "postgresql", "user": "reader", "port": server.port, "database": "postgres"}
    verdict = ask(KIND, quote(READER, safe=""), server.ca, **parts)
    assert verdict.state == "active", verdict
    assert dict(verdict.identity) == {"user": "reader", "privileged": "no", "permissions": "pg_read_all_data"}


def test_a_password_file_holds_it_as_it_is(ask: Ask, server: Place) -> None:
    verdict = ask("postgres-uri-pgpass", SUPER, server.ca, user="boss", host=f"localhost:{server.port}")
    assert verdict.state == "active", verdict  # there is no database of that name, but the password was right


@pytest.mark.parametrize(
    ("user", "secret"), [("boss", "wrong" + SUPER[:8]), ("nobody-here", SUPER)], ids=["another password", "nobody"]
)  # fmt: skip
def test_who_is_refused(ask: Ask, server: Place, user: str, secret: str) -> None:
    verdict = ask(KIND, secret, server.ca, scheme="postgres", user=user, port=server.port)
    assert (verdict.state, verdict.why) == ("inactive", "the server said 28P01")


def test_no_right_to_that_database(ask: Ask, server: Place) -> None:
    parts = {"scheme": "postgres", "user": "reader", "port": server.port, "database": "closed"}
    verdict = ask(KIND, quote(READER, safe=""), server.ca, **parts)
    assert (verdict.state, verdict.why) == ("restricted", "the server said 42501")


def test_a_certificate_of_a_stranger_is_not_accepted(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, SUPER, scheme="postgres", user="boss", port=server.port)
    assert verdict.state == "unknown"
    assert "TLS: the server's certificate" in verdict.why
