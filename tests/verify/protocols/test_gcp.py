"""The assertion, checked by a token endpoint on loopback as Google's documentation says it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

pytest.importorskip("jwt")

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.records import Verdict
from scanner.secrets import Secret
from tests.report.made import make_finding, text_secret
from tests.verify.conftest import Make
from tests.verify.provider import Asked, Reply, serve

KIND, EMAIL = "gcp-service-account-key", "robot@project.iam.gserviceaccount.com"
KEY, STRANGER = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
JSON = {"Content-Type": "application/json"}


def written(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def google(asked: Asked) -> Reply:
    """The answers that Google documents, by what the assertion is."""
    if asked.path.endswith(":testIamPermissions"):
        return permissions(asked)
    form = parse_qs(asked.body.decode())
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    try:
        claims = jwt.decode(
            form["assertion"][0], KEY.public_key(), ["RS256"], audience="https://oauth2.googleapis.com/token",
            options={"require": ["iss", "scope", "exp", "iat"]},
        )  # fmt: skip
    except jwt.InvalidSignatureError:
        told = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        return Reply(400, json.dumps(told).encode(), JSON)
    assert 0 < claims["exp"] - time.time() <= 3600
    if claims["iss"] != EMAIL:
        told = {"error": "invalid_grant", "error_description": "Invalid grant: account not found"}
        return Reply(400, json.dumps(told).encode(), JSON)
    token = READING if claims["scope"].endswith("cloud-platform.read-only") else text_secret().decode()
    return Reply(200, json.dumps({"access_token": token, "expires_in": 3599}).encode(), JSON)


READING = text_secret().decode()
HAS = ["storage.buckets.list", "iam.serviceAccountKeys.create"]


def permissions(asked: Asked) -> Reply:
    """What the resource manager answers: of what is asked for that which the caller has."""
    assert (asked.method, asked.path) == ("POST", "/v1/projects/project:testIamPermissions")
    if asked.headers["authorization"] != f"Bearer {READING}":
        return Reply(401, b"{}", JSON)
    known = [name for name in json.loads(asked.body)["permissions"] if name in HAS]
    return Reply(200, json.dumps({"permissions": [*known, "not.asked.for"]}).encode(), JSON)


def ask(
    verifier: Make, secret: str, email: str | None = EMAIL, play: Callable[[Asked], Reply] = google
) -> tuple[Verdict, list[Asked]]:
    parts = (("client_email", Secret(email.encode())),) if email else ()
    finding = make_finding(secret.encode(), pattern=KIND, provider="Google Cloud", parts=parts)
    with serve(play) as server:
        (told,) = verifier(endpoints=((KIND, server.url),)).verify([finding])
    return told.verdict, server.asked


@pytest.mark.parametrize("line", ["\n", "\\n", "\\\\n"])
def test_a_key_that_signs(verifier: Make, line: str) -> None:
    """As it is, as JSON holds it, and as JSON inside of a string holds it."""
    verdict, asked = ask(verifier, written(KEY).replace("\n", line))
    assert verdict.state == "active", verdict
    assert len(asked) == 3
    assert written(KEY)[40:80].encode() not in b"".join(one.body for one in asked)  # the key stays here
    told = dict(verdict.identity)
    assert told == {
        "project": "project", "permissions": "iam.serviceAccountKeys.create, storage.buckets.list", "privileged": "yes"
    }  # fmt: skip


@pytest.mark.parametrize("reply", [Reply(403, b"{}", JSON), Reply(400, b"{}", JSON), Reply(500), Reply(200, b"[")])
def test_whoever_may_not_ask_lives_all_the_same(verifier: Make, reply: Reply) -> None:
    verdict, _ = ask(verifier, written(KEY), play=lambda one: reply if "testIam" in one.path else google(one))
    assert (verdict.state, verdict.identity) == ("active", (("project", "project"),))


def test_an_account_without_a_project_of_its_own_is_not_asked_about(verifier: Make) -> None:
    compute = "123456789012-compute@developer.gserviceaccount.com"
    told = Reply(200, b'{"access_token": "x"}', JSON)
    verdict, asked = ask(verifier, written(KEY), compute, play=lambda _: told)
    assert (verdict.state, verdict.identity, len(asked)) == ("active", (), 1)


def test_a_key_that_was_deleted(verifier: Make) -> None:
    assert ask(verifier, written(STRANGER))[0].state == "inactive"


def test_an_account_that_was_deleted(verifier: Make) -> None:
    assert ask(verifier, written(KEY), "gone@project.iam.gserviceaccount.com")[0].state == "inactive"


def test_a_clock_that_is_wrong_makes_nobody_dead(verifier: Make) -> None:
    text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    told = json.dumps({"error": "invalid_grant", "error_description": text}).encode()
    assert ask(verifier, written(KEY), play=lambda asked: Reply(400, told, JSON))[0].state == "unknown"


def test_what_cannot_be_asked_about(verifier: Make) -> None:
    verdict, asked = ask(verifier, written(KEY), None)
    assert (verdict.state, verdict.why) == ("unknown", "its part 'client_email' was not found beside it")
    other, more = ask(verifier, text_secret(300).decode())
    assert (other.state, other.why) == ("unknown", "it is no key that can be used")
    assert asked == more == []


def test_the_address_is_taken_from_the_file() -> None:
    from scanner.api import scan_text

    text = json.dumps({"type": "service_account", "private_key_id": "0a" * 20, "private_key": written(KEY),
                       "client_email": EMAIL, "client_id": "1" * 21})  # fmt: skip
    found = [item for item in scan_text(text.encode()) if item.credential == KIND]
    assert [dict(item.parts)["client_email"].reveal().decode() for item in found] == [EMAIL]
