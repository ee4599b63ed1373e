"""A server that speaks MongoDB's protocol: both mechanisms, roles, refusals, TLS, and names of `mongodb+srv`."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("bson")
pytest.importorskip("scramp")

from tests.report.made import text_secret
from tests.verify.protocols import mongo
from tests.verify.protocols.conftest import Ask

KIND = "mongodb-uri"
BOSS, READER = text_secret(20).decode(), text_secret(9).decode() + "@/%"
USERS: mongo.USERS = {"boss": (BOSS, [("root", "admin")]), "reader": (READER, [("read", "app"), ("read", "logs")])}


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1"])
def test_whoever_is_let_in(ask: Ask, mechanism: str) -> None:
    with mongo.serve(USERS, mechanism) as server:
        port = server.server_address[1]
        boss = ask(KIND, BOSS, scheme="mongodb", user="boss", port=port)
        reader = ask(KIND, quote(READER, safe=""), scheme="mongodb", user="reader", port=port, database="app")
    assert boss.state == reader.state == "active", (boss, reader)
    assert dict(boss.identity) == {"user": "boss@admin", "privileged": "yes", "permissions": "root@admin"}
    assert dict(reader.identity) == {"user": "reader@app", "privileged": "no", "permissions": "read@app, read@logs"}
    assert set(server.commands) == {"hello", "saslStart", "saslContinue", "connectionStatus"}


@pytest.mark.parametrize(
    ("user", "secret"), [("boss", "wrong-password"), ("nobody-here", BOSS)], ids=["another password", "nobody"]
)  # fmt: skip
def test_who_is_refused(ask: Ask, user: str, secret: str) -> None:
    with mongo.serve(USERS) as server:
        verdict = ask(KIND, secret, scheme="mongodb", user=user, port=server.server_address[1])
    assert (verdict.state, verdict.why) == ("inactive", "the server said code 18")


def test_a_string_that_was_read_in_part_makes_nobody_dead(ask: Ask) -> None:
    """Its end may name another source of users."""
    with mongo.serve(USERS) as server:
        verdict = ask(KIND, "wrong-password", scheme="mongodb", user="boss", port=server.server_address[1], rest="?")
    assert verdict.state == "unknown"
    assert "read in part" in verdict.why


@pytest.mark.parametrize("known", [True, False])
def test_tls(ask: Ask, tmp_path: Path, known: bool) -> None:
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    with mongo.serve(USERS, context=context) as server:
        parts = {"scheme": "mongodb", "user": "boss", "port": server.server_address[1], "options": "tls=true&w=1"}
        verdict = ask(KIND, BOSS, tmp_path / "ca.pem" if known else None, **parts)
    if known:
        assert verdict.state == "active", verdict
    else:
        assert "TLS: the server's certificate" in verdict.why
        assert server.commands == []


def test_a_certificate_is_no_password(ask: Ask) -> None:
    verdict = ask(KIND, BOSS, scheme="mongodb", user="boss", port=9, options="authMechanism=MONGODB-X509")
    assert (verdict.state, verdict.why) == ("unknown", "its mechanism of authentication is not spoken")


def test_a_server_that_cannot_prove_itself_is_not_believed(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    said = mongo._Conversation._said

    def forged(text: str, done: bool) -> dict[str, Any]:
        return said("v=" + "A" * 43 + "=" if text.startswith("v=") else text, done)

    monkeypatch.setattr(mongo._Conversation, "_said", staticmethod(forged))
    with mongo.serve(USERS) as server:
        verdict = ask(KIND, BOSS, scheme="mongodb", user="boss", port=server.server_address[1])
    assert (verdict.state, verdict.why) == ("unknown", "the server's proof was not understood")


class Row:
    priority, weight = 0, 5

    def __init__(self, target: str, port: int) -> None:
        import dns.name

        self.target = dns.name.from_text(target)
        self.port = port


@pytest.mark.parametrize(
    ("name", "target", "why"),
    [
        ("cluster0.ab1.mongodb.net", "evil.example", "of another domain"),
        ("cluster0.ab1.mongodb.net", "evil-ab1.mongodb.net.example", "of another domain"),
        ("mongodb.net", "shard.mongodb.net", "of another domain"),
        ("cluster0.ab1.localhost", "shard.ab1.localhost", ""),
    ],
)
def test_a_name_of_many_hosts(ask: Ask, monkeypatch: pytest.MonkeyPatch, name: str, target: str, why: str) -> None:
    """The resolver's answer is believed only below the name's own domain, and the host goes through every check."""
    import dns.resolver

    asked: list[tuple[str, str]] = []

    def resolve(self: Any, question: str, kind: str) -> list[Any]:
        asked.append((question, kind))
        if kind == "TXT":
            raise dns.resolver.NoAnswer
        return [Row(target, 27099)]

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    verdict = ask(KIND, BOSS, scheme="mongodb+srv", user="boss", host=name)
    assert asked[0] == (f"_mongodb._tcp.{name}", "SRV")
    assert verdict.state == "unknown"
    assert (why or "not of the public internet") in verdict.why or "cannot be resolved" in verdict.why
