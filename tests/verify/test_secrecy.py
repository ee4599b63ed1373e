"""A planted marker is in no log at any level and in no traceback, whatever goes wrong."""

from __future__ import annotations

import logging
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import UsageError
from scanner.settings import VerifySettings
from scanner.verify.hosts import Failed
from scanner.verify.http import Client
from scanner.verify.request import Request
from tests.report.made import make_finding
from tests.verify.conftest import Make, custom
from tests.verify.provider import Reply, serve

MARKER = b"planted-marker-" + b"0123456789"
REPLIES = {
    "well": Reply(200, b"{}"),
    "dead": Reply(401, b"{}"),
    "in trouble": Reply(500, MARKER),
    "echo": Reply(418, MARKER, {"X-Echo": MARKER.decode(), "Location": f"https://other.example/?k={MARKER.decode()}"}),
    "elsewhere": Reply(302, b"", {"Location": f"https://other.example/?k={MARKER.decode()}"}),
    "cut": Reply(200, MARKER * 9, missing=20),
    "slow": Reply(200, b"{}", delay=0.6),
}


@pytest.mark.parametrize("name", REPLIES)
def test_no_log_at_any_level_holds_it(verifier: Make, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").propagate = True
    kind = custom(url="https://api.acme.example/v1/me?key={{secret}}", body="key={{secret}}", method="POST")
    with serve(lambda asked: REPLIES[name]) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), timeout=0.3 if name == "slow" else 20.0)
        (told,) = asker.verify([make_finding(MARKER, pattern=kind.id)])
        assert MARKER.decode() in provider.asked[0].path
    assert MARKER.decode() not in caplog.text
    assert "api.acme" not in caplog.text
    assert MARKER.decode() not in repr(told) + repr(told.verdict)


@pytest.mark.parametrize("reply", [REPLIES["cut"], REPLIES["elsewhere"], REPLIES["slow"]])
def test_no_traceback_holds_it(reply: Reply) -> None:
    with serve(lambda asked: reply) as provider:
        client = Client(VerifySettings(allow_hosts=("127.0.0.1",), timeout=0.3))
        sent = Request("GET", f"{provider.url}/?key={MARKER.decode()}", (("X", MARKER.decode()),), b"")
        with pytest.raises(Failed) as caught:
            client.send(sent)
        client.close()
    chain = "".join(traceback.format_exception(caught.value))
    assert MARKER.decode() not in chain
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert MARKER.decode() not in repr(sent)


def tls_server(certificate: Any) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.mark.parametrize(("known", "named"), [(True, "127.0.0.1"), (False, "127.0.0.1"), (True, "other.example")])
def test_tls_is_always_checked(tmp_path: Path, known: bool, named: str) -> None:
    """The own CA's certificate for the right name counts; a stranger's, or one for another name, does not."""
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(file)
    with serve(lambda asked: Reply(200, b"{}")) as provider:
        provider.socket = tls_server(ca.issue_cert(named)).wrap_socket(provider.socket, server_side=True)
        client = Client(VerifySettings(allow_hosts=("127.0.0.1",), ca_file=str(file) if known else "", timeout=5))
        sent = Request("GET", f"https://127.0.0.1:{provider.server_port}/", (), b"")
        if known and named == "127.0.0.1":
            assert client.send(sent).status == 200
        else:
            with pytest.raises(Failed, match="TLS: the server's certificate"):
                client.send(sent)
            assert provider.asked == []
        client.close()


def test_a_proxy_is_used_and_its_login_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Plain http goes to the proxy whole; a private host is refused before the proxy hears of it."""
    caplog.set_level(logging.DEBUG)
    with serve(lambda asked: Reply(200, b"{}")) as proxy:
        settings = VerifySettings(
            proxy=f"http://ann:{MARKER.decode()}@127.0.0.1:{proxy.server_port}", allow_hosts=("localhost",), timeout=5
        )
        client = Client(settings)
        assert client.send(Request("GET", "http://localhost:9/x", (), b"")).status == 200
        assert proxy.asked[0].path == "http://localhost:9/x"
        assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")
        with pytest.raises(Failed, match="not of the public internet"):
            client.send(Request("GET", "https://10.0.0.1/x", (), b""))
        client.close()
        assert len(proxy.asked) == 1
    assert MARKER.decode() not in caplog.text + repr(settings)


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(UsageError, match="ca.pem: is no file of CA certificates"):
        Client(VerifySettings(ca_file=str(file)))


def test_an_answer_without_end_is_given_up() -> None:
    with serve(lambda asked: Reply(200, b"x" * 2_000_000)) as provider:
        client = Client(VerifySettings(allow_hosts=("127.0.0.1",)))
        with pytest.raises(Failed, match="too long"):
            client.send(Request("GET", provider.url, (), b""))
        client.close()


@pytest.mark.parametrize(("spared", "proxied"), [(("localhost",), 0), (("other.example",), 1), (("*",), 0)])
def test_hosts_that_no_proxy_names_are_asked_directly(spared: tuple[str, ...], proxied: int) -> None:
    with serve(lambda asked: Reply(200, b"{}")) as proxy, serve(lambda asked: Reply(200, b"{}")) as provider:
        url = f"http://127.0.0.1:{proxy.server_port}"
        client = Client(VerifySettings(proxy=url, no_proxy=spared, allow_hosts=("localhost",), timeout=5))
        assert client.send(Request("GET", f"http://localhost:{provider.server_port}/x", (), b"")).status == 200
        client.close()
    assert (len(proxy.asked), len(provider.asked)) == (proxied, 1 - proxied)


@pytest.mark.parametrize(
    ("rules", "host", "direct"),
    [
        (("corp.example",), "git.corp.example", True),
        ((".corp.example",), "git.corp.example", True),
        (("*.corp.example",), "GIT.corp.example", True),
        (("corp.example",), "notcorp.example", False),
        (("corp.example",), "corp.example.evil.example", False),
        (("",), "a.example", False),
        ((), "a.example", False),
        (("*",), "a.example", True),
    ],
)
def test_what_no_proxy_means(rules: tuple[str, ...], host: str, direct: bool) -> None:
    assert VerifySettings(no_proxy=rules).direct(host) is direct
