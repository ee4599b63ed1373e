"""Tokens that are base64 of JSON, of a text, of MessagePack or of a key: what proves them and what is told."""

from __future__ import annotations

import base64
import json
import random

import pytest

from scanner.score import structure

RND = random.Random(11)

MADE = [
    ("grafana-cloud-json", "glc_", "grafana-cloud"),
    ("grafana-key-json", "", "grafana-key"),
    ("mapbox-json", "sk.", "mapbox"),
    ("onepassword-json", "ops_", "onepassword"),
    ("sentry-json", "sntrys_", "sentry"),
    ("msgpack-macaroon", "fm2_", "fly-macaroon"),
    ("base64-digits-bytes", "BBDC-", "digits-bytes"),
    ("base64-id-key", "", "id-key"),
    ("base64-cloud-id-key", "essu_", "cloud-id-key"),
    ("base64-uuid", "sec-c-", "base64-uuid"),
    ("base64-id-uuid", "", "id-uuid"),
    ("base64-uuid-key", "", "uuid-key"),
    ("base64-key-id", "sk_live_", "key-id"),
    ("base64-token-uuid", "", "token-uuid"),
    ("base64-reference-token", "", "reference-token"),
    ("base64-bedrock-user", "ABSK", "bedrock-user"),
    ("base64-signed-url", "bedrock-api-key-", "bedrock-url"),
    ("base64-armour", "", "base64-pem-rsa"),
    ("base64-armour", "", "base64-pem-ec"),
    ("base64-der-key", "", "der-rsa"),
    ("base64-der-key", "", "der-ec"),
    ("base64-der-key", "", "der-pkcs8"),
    ("base64-der-key-last", "sc_abc.x1.", "der-ed25519"),
    ("base64-password", "", "base64-password"),
]
TAILS = {"mapbox-json": ".abcdefghijklmnop", "sentry-json": "_abcdefghijklmnop"}


def look(name: str, text: str) -> list[structure.Evidence]:
    return structure.check(name, text.encode(), text.encode())


def texts(name: str, text: str) -> list[str]:
    return [item.text for item in look(name, text)]


def encoded(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(("name", "prefix", "maker"), MADE)
def test_made_token_is_proved(name: str, prefix: str, maker: str) -> None:
    for _ in range(20):
        assert look(name, prefix + structure.MAKERS[maker](RND) + TAILS.get(name, ""))[0].kind == "proved"


@pytest.mark.parametrize(("name", "prefix", "maker"), MADE)
def test_noise_of_the_same_length_is_never_proved(name: str, prefix: str, maker: str) -> None:
    length = len(structure.MAKERS[maker](RND))
    noise = prefix + encoded(RND.randbytes(length))[:length] + TAILS.get(name, "")
    assert all(item.kind != "proved" for item in look(name, noise))


def test_organisation_and_region_are_told() -> None:
    token = "glc_" + encoded({"o": "42", "n": "x", "k": "abcdefgh", "m": {"r": "eu"}})
    assert texts("grafana-cloud-json", token)[1:] == ["organisation 42", "region eu"]
    key = encoded({"k": "abcdefgh", "n": "name", "id": 7})
    assert texts("grafana-key-json", key)[1:] == ["named name", "organisation 7"]
    signed = "sntrys_" + encoded({"iat": 1.5, "url": "https://a", "region_url": None, "org": "b"}) + "_abcdefg"
    assert texts("sentry-json", signed)[1:] == ["organisation b", "at https://a"]


def test_placeholder_inside_the_document_is_refuted() -> None:
    assert look("grafana-cloud-json", "glc_" + encoded({"o": "1", "n": "x", "k": "xxxxxxxx"}))[0].kind == "refuted"


def test_public_token_is_told_of_and_not_proved() -> None:
    token = "pk." + encoded({"u": "someone", "a": "abc"}) + ".abcdefghij"
    assert look("mapbox-json", token) == [structure.Evidence("note", "of the user someone")]


def test_address_of_a_service_account_is_told() -> None:
    token = "ops_" + structure.MAKERS["onepassword"](RND)
    assert texts("onepassword-json", token)[1] == "signs in at my.1password.com"


def test_reference_token_tells_its_end() -> None:
    past = encoded(b"reftkn:01:1000000000:" + b"a1B2c3D4e5")
    assert [item.weight for item in look("base64-reference-token", past)] == [0.0, -0.35]
    endless = encoded(b"reftkn:01:0000000000:" + b"a1B2c3D4e5")
    assert len(look("base64-reference-token", endless)) == 1


def test_bedrock_keys_tell_account_and_end() -> None:
    key = "ABSK" + encoded(b"BedrockAPIKey-ab12-at-210987654321:" + b"a1" * 16)
    assert texts("base64-bedrock-user", key)[1] == "of AWS account 210987654321"
    dummy = "ABSK" + encoded(b"BedrockAPIKey-ab12-at-123456789012:" + b"a1" * 16)
    assert look("base64-bedrock-user", dummy)[0].kind == "refuted"
    url = b"bedrock.amazonaws.com/?X-Amz-Credential=A%2F20200101%2Fus-east-1%2Fbedrock%2Faws4_request"
    url += b"&X-Amz-Date=20200101T000000Z&X-Amz-Expires=3600&X-Amz-Signature=ab"
    told = texts("base64-signed-url", "bedrock-api-key-" + encoded(url))
    assert told[1:] == ["region us-east-1", "expired on 2020-01-01"]


def test_macaroon_tells_its_location_and_cut_off_is_broken() -> None:
    token = structure.MAKERS["fly-macaroon"](RND)
    assert texts("msgpack-macaroon", f"fm1r_{token},fm2_{token}") == ["macaroon for https://api.fly.io/v1"]
    assert [item.kind for item in look("msgpack-macaroon", "fm2_" + token[:80])] == ["broken"]


def test_forms_seen_on_samples_only_refute_nothing() -> None:
    for name in ("base64-uuid", "base64-id-uuid", "base64-key-id", "base64-token-uuid", "base64-cloud-id-key"):
        assert look(name, "bm90aGluZyBvZiB0aGUga2luZA==") == []


def test_password_that_is_a_placeholder_or_a_default() -> None:
    assert look("base64-password", encoded(b"changeme"))[0].kind == "refuted"
    assert look("base64-password", encoded(b"rootpassword"))[0].weight == -0.5
    assert look("base64-password", "plainpassword") == []


def test_bits_left_over_are_refuted() -> None:
    whole = structure.MAKERS["bytes-32"](RND)
    assert look("base64-whole-bytes", "ptr_" + whole) == []
    assert look("base64-whole-bytes", "ptr_" + whole[:42] + "B=")[0].kind == "refuted"
    assert look("base64-whole-bytes", structure.MAKERS["bytes-64"](RND)) == []


def test_web_token_tells_audience_and_service_account() -> None:
    def token(claims: dict[str, object]) -> str:
        return f"{encoded({'alg': 'RS256'})}.{encoded(claims)}.abc".replace("=", "")

    assert texts("jwt", token({"aud": ["one", "two"]}))[1:] == ["made for one, two"]
    account = {"namespace": "prod", "serviceaccount": {"name": "deployer"}}
    assert texts("jwt", token({"kubernetes.io": account}))[1:] == ["service account prod/deployer"]
    start = "kubernetes.io/serviceaccount/"
    legacy: dict[str, object] = {start + "namespace": "prod", start + "service-account.name": "deployer"}
    assert texts("jwt", token(legacy))[1:] == ["service account prod/deployer"]
