"""Words that stand for a password: meant in a setting, beside a login in settings, in a connection; else silent."""

from __future__ import annotations

import pytest

from scanner.score.standin import stands
from tests.helpers.shown import shown

WORDS = ["pass" + "word", "sec" + "ret", "my" + "password"]


@pytest.mark.parametrize("value", WORDS)
@pytest.mark.parametrize(
    "text",
    ["  postgres:\n    environment:\n      POSTGRES_PASSWORD: {}\n      PORT: 1", "MYSQL_ROOT_PASSWORD={}",
     '      - "ORACLE_PASSWORD={}"', "spring.datasource.password={}", "auth:\n  username: neutron\n  password: {}",
     "[db]\nuser = shop\npassword = {}", "Server=db1;Database=shop;User Id=sa;Password={};",
     'dsn: "host=127.0.0.1 port=5432 user=shop password={} dbname=shop"',
     "connect({{ host: 'db1', user: 'shop', password: '{}', database: 'shop' }})"],
)  # fmt: skip
def test_a_plain_word_that_an_account_has_was_silent(text: str, value: str) -> None:
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize("value", WORDS)
@pytest.mark.parametrize(
    "text",
    ["password: {}", "PASSWORD={}", "MY_PASSWORD={}", "{{ user: 'shop', password: '{}' }}", "login('shop', '{}')",
     "user: string\npassword: {}", "username: username\npassword: {}", "POSTGRES_PASSWORD: {} of the database",
     "connect({{ host: 'db1', password: '{}' }})", "connect({{ host: 'db1', user: 'shop', password: '{}' + x }})"],
)  # fmt: skip
def test_a_plain_word_is_silent_where_no_account_has_it(text: str, value: str) -> None:
    assert shown(text.format(value)) == []


def test_a_constant_that_says_what_a_field_is_called_was_shown() -> None:
    assert shown('CONF_PASSWORD = "{}"'.format("pass" + "word")) == []


def test_what_asks_to_be_changed_stands_for_nothing_in_use() -> None:
    assert not stands("changeme")
    assert shown("POSTGRES_PASSWORD: changeme") == []
