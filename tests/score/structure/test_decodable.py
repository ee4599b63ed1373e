"""Tokens, keys, documents and values that decode: what is told of them."""

from __future__ import annotations

import base64
import json
import random

import pytest

from scanner.score import structure
from scanner.score.structure import tokens

RND = random.Random(7)


def kinds(name: str, secret: bytes | str, whole: bytes | str = b"") -> list[str]:
    return [item.kind for item in look(name, secret, whole)]


def look(name: str, secret: bytes | str, whole: bytes | str = b"") -> list[structure.Evidence]:
    texts = [text.encode() if isinstance(text, str) else text for text in (secret, whole or secret)]
    return structure.check(name, *texts)


def jwt(**claims: object) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def test_token_tells_issuer_and_validity() -> None:
    assert [item.text for item in look("jwt", jwt(iss="https://issuer", exp=4_000_000_000))] == [
        "JSON web token, algorithm HS256", "issued by https://issuer", "valid until 2096-10-02",
    ]  # fmt: skip


def test_expired_token_and_public_role_are_worth_less() -> None:
    found = look("jwt", jwt(role="anon", exp=1_000_000_000))
    assert [(item.text, item.weight) for item in found[1:]] == [
        ("role anon: public by design", -0.5), ("expired on 2001-09-09", -0.35),
    ]  # fmt: skip


def test_text_that_decodes_to_no_object_is_no_token() -> None:
    assert kinds("jwt", "eyJub3QganNvbiBhdCBhbGw.eyJhbHNvIG5vdCBqc29u.abc") == ["refuted"]


def test_what_its_provider_names_need_not_decode() -> None:
    assert kinds("jwt-if-any", "eyJub3QganNvbiBhdCBhbGw.eyJhbHNvIG5vdCBqc29u.abc") == []
    assert kinds("jwt-if-any", jwt(iss="https://issuer"))[0] == "proved"


def test_macaroon_tells_its_location() -> None:
    start = "AgEIcHlwaS5vcmc"
    found = look("macaroon", start + tokens.make_macaroon_rest(RND))
    assert found[0] == structure.Evidence("proved", "macaroon for pypi.org")
    assert kinds("macaroon", start) == ["broken"]


def test_account_is_read_from_the_key_id() -> None:
    found = look("base32-account", "AKIARZPUZ" + "DIKAAAAAAAA")
    assert found == [
        structure.Evidence("refuted", "decodes to AWS account 123456789012, which only documentation uses")
    ]


@pytest.mark.parametrize("key", ["AKIASP2TP" + "HJSQH3FJRUX", "AKIA2OGYB" + "AH6STMMNXNN"])
def test_published_canary_is_named(key: str) -> None:
    assert look("base32-account", key)[0].text == "a canary of Thinkst canarytokens.org: do not verify"


def test_older_key_ids_hold_no_account() -> None:
    assert look("base32-account", "AKIAI" + "A" * 15) == []


def test_numeric_id() -> None:
    assert kinds("base64-numeric-id", tokens.make_numeric_id(RND) + ".abc.def") == ["proved"]
    assert kinds("base64-numeric-id", "MTxxxxxx.abc.def") == ["refuted"]


@pytest.mark.parametrize(
    ("maker", "check", "text"),
    [
        ("pem-rsa", "der-key", "RSA private key, 1024 bits"),
        ("pem-ec", "der-key", "EC private key, 256 bits"),
        ("pem-dsa", "der-key", "DSA private key, 1024 bits"),
        ("pem-pkcs8", "der-key", "RSA private key, 1024 bits"),
        ("pem-pkcs8-escaped", "der-key", "RSA private key, 1024 bits"),
        ("openssh", "openssh-key", "OpenSSH key of type ssh-ed25519"),
        ("putty", "putty-key", "PuTTY key without a passphrase"),
        ("pgp", "armour-crc24", "checksum valid"),
    ],
)
def test_made_key_is_described(maker: str, check: str, text: str) -> None:
    assert look(check, structure.MAKERS[maker](RND)) == [structure.Evidence("proved", text)]


def test_key_joined_from_string_literals_is_read() -> None:
    lines = structure.MAKERS["pem-rsa"](RND).split("\n")
    joined = '\\n" +\n    "'.join(lines)
    assert kinds("der-key", joined) == ["proved"]


def test_encrypted_key_is_worth_less() -> None:
    found = look("der-key", structure.MAKERS["pem-encrypted"](RND))
    assert [(item.kind, item.weight) for item in found] == [("note", -0.45)]


@pytest.mark.parametrize("body", ["...", "<your key>", "MIIE" + "x" * 40, "${KEY}"])
def test_placeholder_body_is_no_key(body: str) -> None:
    assert kinds("der-key", f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----") == ["refuted"]


def test_service_account_tells_its_address() -> None:
    document = structure.MAKERS["service-account"](RND)
    found = look("service-account-json", json.loads(document)["private_key"], document)
    assert found[0].kind == "proved"
    assert found[1].text.startswith("key of ")


def test_user_and_password() -> None:
    assert kinds("base64-user-password", structure.MAKERS["basic"](RND)) == ["proved"]
    assert kinds("base64-user-password", base64.b64encode(b"user:password")) == ["refuted"]
    assert kinds("base64-user-password", base64.b64encode(b"no colon")) == ["refuted"]
    assert look("base64-user-password", base64.b64encode(b"admin:admin"))[0].weight == -0.5


def test_uri_on_this_machine_with_a_default_login_sinks() -> None:
    found = look("uri-password", "postgres", "postgres://postgres:postgres@localhost:5432/db")
    assert sum(item.weight for item in found) == pytest.approx(-0.3)
    found = look("uri-password", "test", "postgres://test:test@localhost:5432/db")
    assert sum(item.weight for item in found) == pytest.approx(-0.6)


def test_the_default_login_of_a_product_elsewhere_was_held_to_be_made_up() -> None:
    assert sum(item.weight for item in look("uri-password", "guest", "amqp://guest:guest@mq.lan/")) == -0.1
    assert sum(item.weight for item in look("pair-password", "root", "getConnection(url, 'root', 'root')")) == -0.1
    assert sum(item.weight for item in look("pair-password", "demo", "getConnection(url, 'demo', 'demo')")) == -0.4


def test_a_password_of_a_uri_that_decodes_to_less_than_four_characters_was_reported() -> None:
    assert sum(item.weight for item in look("uri-password", "%41%42c", "https://u:%41%42c@host.net/")) == -0.3
    assert look("uri-password", "%41%42cd", "https://u:%41%42cd@host.net/") == []


@pytest.mark.parametrize("glue", ['\\n" + "', '\\n"\n\t\t\t+ "', "\\n' . '", '\\n" +\n  "'])
def test_a_key_joined_from_strings_of_one_line_was_refuted(glue: str) -> None:
    pem = structure.MAKERS["pem-ec"](RND).strip()
    assert kinds("der-key", pem.replace("\n", glue)) == ["proved"] == kinds("der-key", pem)


def test_expired_signature() -> None:
    assert look("signed-query", "x", "sv=2022-11-02&se=2020-01-01T00:00:00Z&sig=x")[0].weight == -0.35
    assert kinds("signed-query", "x", "se=2020-01-01&sig=x") == ["refuted"]


def test_secret_of_a_manifest() -> None:
    assert kinds("kubernetes-secret", "  password: " + "c3VwZXJz" + "ZWNyZXQx\n", "data:\n") == ["proved"]
    dummy = structure.MAKERS["dummy-value"](RND)
    assert kinds("kubernetes-secret", f"  password: {dummy}\n", "data:\n") == ["refuted"]
