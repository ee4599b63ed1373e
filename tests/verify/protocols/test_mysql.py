"""MariaDB itself: let in, refused, no such database, no right to it, with and without TLS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("pymysql")

from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask, Place

KIND = "mysql-uri"
BOSS, READER = text_secret(20).decode(), text_secret(20).decode()


@pytest.fixture(scope="module", params=[True, False], ids=["tls", "without-tls"])
def server(request: pytest.FixtureRequest) -> Iterator[Place]:
    program = servers.program("mariadbd")
    install = servers.program("mariadb-install-db")
    with servers.folder() as root:
        data, port = root / "data", servers.free_port()
        ca, certificate, key = servers.certificate(root)
        servers.run([install, "--no-defaults", f"--datadir={data}", "--skip-test-db", "--skip-log-bin"], root)
        fill = servers.put(root / "fill.sql", "\n".join([
            f"CREATE USER boss@'%' IDENTIFIED BY '{BOSS}';",
            "GRANT ALL PRIVILEGES ON *.* TO boss@'%' WITH GRANT OPTION;",
            f"CREATE USER reader@'%' IDENTIFIED BY '{READER}';",
            "CREATE DATABASE app;",
            "CREATE DATABASE closed;",
            "GRANT SELECT ON app.* TO reader@'%';",
        ]))  # fmt: skip
        tls = [f"--ssl-cert={certificate}", f"--ssl-key={key}"] if request.param else ["--skip-ssl"]
        command = [
            program, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", *tls,
            f"--socket={root / 's'}", f"--pid-file={root / 'pid'}", f"--init-file={fill}", "--innodb-fast-shutdown=2",
            "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve",
        ]  # fmt: skip
        with servers.serving(command, root, servers.listens(port)):
            yield Place(port, ca if request.param else None)


def test_all_privileges(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, BOSS, server.ca, scheme="mysql", user="boss", port=server.port)
    assert verdict.state == "active", verdict
    identity = dict(verdict.identity)
    assert (identity["user"], identity["privileged"]) == ("boss@%", "yes")
    assert identity["permissions"].startswith("ALL PRIVILEGES ON *.*")
    assert "*" not in identity["permissions"].replace("*.*", "")  # no hash of the password


def test_a_reader(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, READER, server.ca, scheme="mariadb", user="reader", port=server.port, database="app")
    assert verdict.state == "active", verdict
    assert dict(verdict.identity) == {"user": "reader@%", "privileged": "no", "permissions": "SELECT ON `app`.*"}


def test_a_data_source_name(ask: Ask, server: Place) -> None:
    verdict = ask("mysql-uri-dsn", READER, server.ca, user="reader", host=f"localhost:{server.port}")
    assert verdict.state == "active", verdict


@pytest.mark.parametrize(("database", "state"), [("missing", "restricted"), ("closed", "restricted")])
def test_a_database_that_is_not_theirs(ask: Ask, server: Place, database: str, state: str) -> None:
    verdict = ask(KIND, READER, server.ca, scheme="mysql", user="reader", port=server.port, database=database)
    assert (verdict.state, verdict.why) == (state, "the server said 1044")


def test_a_database_that_is_not_there(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, BOSS, server.ca, scheme="mysql", user="boss", port=server.port, database="missing")
    assert (verdict.state, verdict.why) == ("active", "the server said 1049")


def test_who_is_refused_was_told_as_inactive_though_only_the_address_may_be_wrong(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, READER[::-1], server.ca, scheme="mysql", user="reader", port=server.port)
    assert (verdict.state, verdict.why) == (
        "unknown",
        "the server said 1045, which tells nothing of the credential",
    )


def test_a_certificate_of_a_stranger_is_not_accepted(ask: Ask, server: Place) -> None:
    if server.ca is None:
        pytest.skip("this one has no certificate")
    verdict = ask(KIND, BOSS, scheme="mysql", user="boss", port=server.port)
    assert verdict.state == "unknown"
    assert "TLS: the server's certificate" in verdict.why


def test_the_x_protocol_is_another_one(ask: Ask) -> None:
    verdict = ask(KIND, BOSS, scheme="mysqlx", user="boss", port=9)
    assert (verdict.state, verdict.why) == ("unknown", "the X protocol is not spoken")
