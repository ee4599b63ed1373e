"""Tokens against what an issuer on loopback publishes; the token itself is sent nowhere."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("jwt")

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.report.made import text_secret
from tests.verify.protocols.conftest import Ask
from tests.verify.provider import Asked, Provider, Reply, serve

KIND = "jwt"
RSA, EC, STRANGER = (
    rsa.generate_private_key(65537, 2048),
    ec.generate_private_key(ec.SECP256R1()),
    rsa.generate_private_key(65537, 2048),
)
KEYS = {"a": (RSA, "RS256"), "b": (EC, "ES256")}


def published() -> dict[str, Any]:
    rows = [RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True) | {"kid": "a"}]
    rows.append(ECAlgorithm.to_jwk(EC.public_key(), as_dict=True) | {"kid": "b"})
    return {"keys": rows}


@pytest.fixture
def issuer() -> Iterator[Provider]:
    def play(asked: Asked) -> Reply:
        url = f"http://localhost:{server.server_port}"
        documents = {
            "/tenant/.well-known/openid-configuration": {"issuer": f"{url}/tenant", "jwks_uri": f"{url}/keys"},
            "/other/.well-known/openid-configuration": {"issuer": f"{url}/tenant", "jwks_uri": f"{url}/keys"},
            "/old/.well-known/oauth-authorization-server": {"issuer": f"{url}/old", "jwks_uri": f"{url}/keys"},
            "/far/.well-known/openid-configuration": {
                "issuer": f"{url}/far", "jwks_uri": "http://169.254.169.254/latest"},
            "/keys": published(),
        }  # fmt: skip
        found = documents.get(asked.path)
        return Reply(200, json.dumps(found).encode()) if found else Reply(404, b"{}")

    with serve(play) as server:
        yield server


def token(issuer: Any, kid: str | None = "a", key: Any = None, path: str = "tenant", **claims: Any) -> str:
    known, name = KEYS.get(kid or "a", KEYS["a"])
    told = {"iss": f"http://localhost:{issuer.server_port}/{path}", "sub": "ann", "scope": "read write"}
    told |= {"exp": int(time.time()) + 600} | claims
    return str(jwt.encode(told, key or known, name, headers={"kid": kid} if kid else {}))


@pytest.mark.parametrize(("kid", "path"), [("a", "tenant"), ("b", "tenant"), ("a", "old")])
def test_a_token_that_its_issuer_signed(ask: Ask, issuer: Provider, kid: str, path: str) -> None:
    text = token(issuer, kid, path=path)
    verdict = ask(KIND, text, host=None)
    assert (verdict.state, verdict.why) == ("active", "the server said valid")
    identity = dict(verdict.identity)
    assert (identity["sub"], identity["scope"]) == ("ann", "read write")
    assert identity["expires"].endswith("Z")
    told = "".join(f"{asked.path}{asked.headers}{asked.body!r}" for asked in issuer.asked)
    assert text not in told
    assert text.split(".")[2] not in told


def test_a_token_that_is_over_is_dead_and_nobody_is_asked(ask: Ask, issuer: Provider) -> None:
    verdict = ask(KIND, token(issuer, exp=int(time.time()) - 5), host=None)
    assert (verdict.state, verdict.why) == ("inactive", "the server said expired")
    assert issuer.asked == []


def test_a_token_of_somebody_else(ask: Ask, issuer: Provider) -> None:
    verdict = ask(KIND, token(issuer, key=STRANGER), host=None)
    assert (verdict.state, verdict.why) == ("inactive", "the server said forged")


def test_a_token_before_its_time(ask: Ask, issuer: Provider) -> None:
    assert ask(KIND, token(issuer, nbf=int(time.time()) + 300), host=None).state == "restricted"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kid": "c"}, "the server said unpublished"),
        ({"kid": None}, "the server said unpublished"),
        ({"path": "none"}, "its issuer publishes no keys"),
        ({"path": "other"}, "its issuer publishes no keys"),  # its document is of another issuer
        ({"path": "far"}, "its issuer is no https address"),
        ({"iss": "https://169.254.169.254/"}, "not of the public internet"),
        ({"iss": "http://issuer.example/"}, "its issuer is no https address"),
    ],
)
def test_what_nobody_can_tell(ask: Ask, issuer: Provider, changes: dict[str, Any], why: str) -> None:
    verdict = ask(KIND, token(issuer, **changes), host=None)
    assert verdict.state == "unknown", verdict
    assert why in verdict.why


def test_what_is_not_asked_about(ask: Ask, issuer: Provider) -> None:
    shared = str(jwt.encode({"iss": "https://a.example"}, text_secret(64), "HS256"))
    assert "shared secret" in ask(KIND, shared, host=None).why
    assert "names no issuer" in ask(KIND, token(issuer, iss="ann"), host=None).why
    assert "names no issuer" in ask(KIND, token(issuer, iss="https://u:p@a.example"), host=None).why
    assert "no token that can be read" in ask(KIND, "eyJx.eyJx.x", host=None).why
    assert issuer.asked == []
