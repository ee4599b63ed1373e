"""The signature, computed anew by a server on loopback from what arrived, and the answers that Azure documents."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from scanner.records import Verdict
from scanner.secrets import Secret
from tests.report.made import RANDOM, make_finding
from tests.verify.conftest import Make
from tests.verify.provider import Asked, Reply, serve

KIND, ACCOUNT = "azure-storage-connection-string", "mystore"
KEY, OTHER = (base64.b64encode(RANDOM.randbytes(64)).decode() for _ in range(2))
LISTED = b'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="x"></EnumerationResults>'


def refused(code: str) -> Reply:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
    return Reply(403, body.encode(), {"Content-Type": "application/xml"})


def storage(asked: Asked) -> Reply:
    """The rules of "Authorize with Shared Key" over the request as it came in."""
    fields = ["content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
              "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"]  # fmt: skip
    own = sorted((name, value.strip()) for name, value in asked.headers.items() if name.startswith("x-ms-"))
    where = urlsplit(asked.path)
    query = sorted((name.lower(), ",".join(sorted(values))) for name, values in parse_qs(where.query).items())
    text = asked.method + "\n" + "".join(asked.headers.get(name, "") + "\n" for name in fields)
    text += "".join(f"{name}:{value}\n" for name, value in own)
    text += f"/{ACCOUNT}{unquote(where.path)}" + "".join(f"\n{name}:{value}" for name, value in query)
    proof = base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()
    parsedate_to_datetime(asked.headers["x-ms-date"])
    if asked.headers["authorization"] != f"SharedKey {ACCOUNT}:{proof}":
        return refused("AuthenticationFailed")
    return Reply(200, LISTED, {"Content-Type": "application/xml"})


def ask(
    verifier: Make, kind: str, secret: str, play: Callable[[Asked], Reply], **parts: str
) -> tuple[Verdict, list[Asked]]:
    given = tuple((name, Secret(value.encode())) for name, value in parts.items())
    finding = make_finding(secret.encode(), pattern=kind, provider="Azure", parts=given)
    with serve(play) as server:
        (told,) = verifier(endpoints=((kind, server.url),)).verify([finding])
    return told.verdict, server.asked


def test_a_key_that_signs(verifier: Make) -> None:
    verdict, asked = ask(verifier, KIND, KEY, storage, account=ACCOUNT)
    assert verdict.state == "active", verdict
    assert KEY not in str(asked)


def test_a_key_that_was_changed(verifier: Make) -> None:
    assert ask(verifier, KIND, OTHER, storage, account=ACCOUNT)[0].state == "inactive"


@pytest.mark.parametrize("code", ["AuthorizationFailure", "KeyBasedAuthenticationNotPermitted"])
def test_a_firewall_says_nothing_of_the_key(verifier: Make, code: str) -> None:
    assert ask(verifier, KIND, KEY, lambda asked: refused(code), account=ACCOUNT)[0].state == "unknown"


def test_what_cannot_be_asked_about(verifier: Make) -> None:
    verdict, asked = ask(verifier, "azure-storage-account-key", KEY, storage)
    assert (verdict.state, verdict.why) == ("unknown", "its part 'account' was not found beside it")
    other, more = ask(verifier, KIND, "no base64!", storage, account=ACCOUNT)
    assert (other.state, other.why) == ("unknown", "it is no key that can be used")
    assert asked == more == []


def sas(**changes: Any) -> tuple[str, str]:
    proof = base64.b64encode(RANDOM.randbytes(32)).decode().replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    query = "sp=r&st=2023-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https&sv=2022-11-02&sr=b"
    return f"https://mystore.blob.core.windows.net/box/a.txt?{query}&sig={proof}", proof


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (Reply(206, b"x"), "active"),
        (Reply(404, b"<Error><Code>BlobNotFound</Code></Error>"), "active"),
        (refused("AuthenticationFailed"), "inactive"),
        (refused("AuthorizationPermissionMismatch"), "restricted"),
        (refused("AuthorizationSourceIPMismatch"), "restricted"),
        (refused("AuthorizationFailure"), "unknown"),
    ],
)
def test_a_signed_address(verifier: Make, reply: Reply, state: str) -> None:
    """Found with its whole address, which is asked for its first byte."""
    from scanner.api import scan_text

    url, proof = sas()
    (found,) = [item for item in scan_text(f"fetch('{url}')\n".encode()) if item.credential == "azure-sas-token"]
    assert found.secret.reveal().decode() == proof
    assert dict(found.parts)["url"].reveal().decode() == url
    verdict, asked = ask(verifier, "azure-sas-token", proof, lambda asked: reply, url=url)
    assert verdict.state == state, verdict
    assert asked[0].path == "/box/a.txt?" + url.split("?")[1]
    assert asked[0].headers["range"] == "bytes=0-0"


def test_an_address_that_goes_on_is_not_asked_in_part(verifier: Make) -> None:
    from scanner.api import scan_text

    url, _ = sas()
    (found,) = [item for item in scan_text(f"'{url}&skoid=1'\n".encode()) if item.credential == "azure-sas-token"]
    assert "url" not in dict(found.parts)
