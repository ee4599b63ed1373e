"""RabbitMQ itself: let in, refused, no right to that virtual host, over TLS and without."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("amqp")

from tests.report.made import text_secret
from tests.verify.protocols import servers
from tests.verify.protocols.conftest import Ask, Place

KIND = "amqp-uri"
SECRET = text_secret(20).decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Place]:
    program = servers.program("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server")
    inner = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    with servers.folder() as root:
        ca, certificate, key = servers.certificate(root)
        port, secure, other, names = (servers.free_port() for _ in range(4))
        page = [
            f"listeners.tcp.1 = 127.0.0.1:{port}", f"listeners.ssl.1 = 127.0.0.1:{secure}",
            f"ssl_options.cacertfile = {ca}", f"ssl_options.certfile = {certificate}",
            f"ssl_options.keyfile = {key}", "ssl_options.verify = verify_none", "default_user = ann",
            f"default_pass = {SECRET}", "default_vhost = app", "loopback_users = none",
        ]  # fmt: skip
        config = servers.put(root / "rabbit.conf", "\n".join(page) + "\n")
        settings = {
            "RABBITMQ_NODENAME": f"ks{port}@localhost", "RABBITMQ_CONFIG_FILE": str(config.with_suffix("")),
            "RABBITMQ_MNESIA_BASE": str(root / "db"), "RABBITMQ_LOG_BASE": str(root / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(root / "plugins"), "RABBITMQ_DIST_PORT": str(other),
            "RABBITMQ_PID_FILE": str(root / "pid"), "RABBITMQ_CONF_ENV_FILE": str(root / "none"),
            "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }  # fmt: skip
        command = [inner if inner.exists() else program]
        with servers.serving(command, root, servers.listens(secure), **settings):
            yield Place(port, ca, secure)
        # The register of names that it started goes with it.
        subprocess.run(["epmd", "-port", str(names), "-kill"], capture_output=True, check=False)


@pytest.mark.parametrize("secure", [True, False])
def test_whoever_is_let_in(ask: Ask, server: Place, secure: bool) -> None:
    parts = {"scheme": "amqps", "port": server.secure} if secure else {"scheme": "amqp", "port": server.port}
    verdict = ask(KIND, SECRET, server.ca, user="ann", database="app", **parts)
    assert verdict.state == "active", verdict
    assert dict(verdict.identity) == {"user": "ann", "virtual_host": "app", "server": "RabbitMQ"}


@pytest.mark.parametrize(
    ("user", "secret"), [("ann", "wrong-password"), ("nobody-here", SECRET)], ids=["another password", "nobody"]
)  # fmt: skip
def test_who_is_refused(ask: Ask, server: Place, user: str, secret: str) -> None:
    verdict = ask(KIND, secret, server.ca, scheme="amqps", user=user, port=server.secure, database="app")
    assert (verdict.state, verdict.why) == ("inactive", "the server said 403")


def test_a_virtual_host_that_is_not_theirs(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, SECRET, server.ca, scheme="amqps", user="ann", port=server.secure)
    assert (verdict.state, verdict.why) == ("restricted", "the server said 530")


def test_a_certificate_of_a_stranger_is_not_accepted(ask: Ask, server: Place) -> None:
    verdict = ask(KIND, SECRET, scheme="amqps", user="ann", port=server.secure)
    assert verdict.state == "unknown"
    assert "TLS: the server's certificate" in verdict.why
