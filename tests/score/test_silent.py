"""What is no credential at all, under whatever name it stands."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.score.silent import silent_reason
from tests.helpers.shown import shown


@given(st.text(max_size=60), st.binary(max_size=40), st.booleans())
def test_any_value_and_name_have_an_answer(value: str, name: bytes, quoted: bool) -> None:
    assert isinstance(silent_reason(value, name, quoted), str)


def test_a_value_that_repeats_its_name_is_silent() -> None:
    assert silent_reason("db-password", b"DB_PASSWORD", True) == "repeats its name"


def test_a_bare_word_is_silent_and_a_quoted_one_is_not() -> None:
    assert silent_reason("wonderland", b"password", False) == "is a bare word"
    assert silent_reason("wonderland", b"password", True) == ""


def test_the_head_of_a_token_without_its_body_was_shown() -> None:
    head = "eyJ" + "hbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"
    assert shown(f'const verifiedToken = "{head}." +') == []


def test_the_first_line_of_a_key_in_base64_was_the_head_of_a_token() -> None:
    line = "eyJ" + "hbGciOiAiUlMyNTYiLCAia3R5IjogIlJTQSIsICJuIjogIjlSbXdqZDJadG9D"
    assert shown(f'PRIVATE_KEY = "{line}"') == [line.encode()]


def test_the_digest_of_nothing_was_shown_as_a_password() -> None:
    for value in (hashlib.md5(b"").hexdigest(), hashlib.sha1(b"").hexdigest(), hashlib.sha256(b"").hexdigest()):
        assert shown(f"oldPassword = '{value}'") == []


@pytest.mark.parametrize(
    "line",
    [
        "('LastPassword', '16s=b\"\"'),",
        "UserName='app',Password='<PWD>',IncludeAcls='False'",
        "JWTKey:     l.JWTKey,",
        "unique key `device_hash_sha256` (`device_hash_sha256`),",
        "const OPT_DB_PASSWORD = 'db-password';",
        'REGISTRY_PASSWORD: "registry_password",',
        "rules regarding password reuse: SRG-APP-000173,",
        "'snmp_password'        => 'snmp_password',",
        'one_of = { "token", "kubernetes" }',
        'Reader text = new CharArrayReader("test".toCharArray());',
        "dsn: monitoring:<PASSWORD>@clickhouse:9000/",
        "secret = ctx.es512.jwk",
    ],
)
def test_code_and_fields_were_shown_as_credentials(line: str) -> None:
    assert shown(line) == []


def test_a_password_made_by_a_policy_was_silent_under_an_odd_name() -> None:
    value = "Kx" + "m1nPlank0rd!"
    assert shown(f"change.py -altuser root -altpass '{value}'") == [value.encode()]


def test_digits_in_a_row_made_a_password_by_a_policy_a_placeholder() -> None:
    value = "Kestrel#" + "12345678"
    assert shown(f'password = "{value}"') == [value.encode()]
    assert shown(f'password = "{value[8:]}"') == []


def test_a_value_that_ends_with_a_dash_before_a_closing_tag_was_a_template() -> None:
    assert silent_reason("lkUvNGBeu3YV" + "4IedU7OW2vw-", b"token", True, (b"", b"</string>")) == ""
    assert silent_reason("acme-", b"token", True, (b"", b"<b>"))


@pytest.mark.parametrize(
    "line",
    [
        "$args{'Password'} = '*NO-PASSWORD*';",
        "fields => { PrivateKey => '{}' },".replace("{}", "F0CB3B48" + "2CFA4856"),
    ],
)
def test_marks_and_fingerprints_were_shown(line: str) -> None:
    assert shown(line) == []
