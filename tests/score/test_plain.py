"""Words as passwords: where one is meant, and where a word is a type, a rule or a label."""

from __future__ import annotations

import pytest

from scanner.score.literal import below_login
from scanner.score.plain import word
from tests.helpers.shown import shown


@pytest.mark.parametrize(
    "line",
    ["password: '{}',", 'user.setPassword("{}");', "'password' => '{}',", 'const password: string = "{}";',
     'config.setParameter("db.password", "{}");', "session.login('susan', '{}')",
     'new UsernamePasswordToken("susan", "{}");'],
)  # fmt: skip
@pytest.mark.parametrize("value", ["motocross", "lighthouse7", "citrusblend"])
def test_a_word_in_quotes_under_a_passwords_name_was_silent(line: str, value: str) -> None:
    assert shown(line.format(value)) == [value.encode()]


@pytest.mark.parametrize(
    "value", ["required", "hashed", "nullable", "wrongword", "mysecret", "hidden", "confirmed", "listener"]
)
@pytest.mark.parametrize("line", ["'password' => '{}',", "password: '{}',", "  user: ann\n  password: {}"])
def test_a_type_a_rule_and_what_says_that_it_is_none_are_silent(line: str, value: str) -> None:
    assert shown(line.format(value)) == []


@pytest.mark.parametrize(
    "line",
    ['<field :password="lighthouse" x>', '<input v-bind:password="lighthouse" x>', "rename('password', 'lighthouse')",
     "password: 'light' + 'house'", "password ? 'lighthouse' : x", "input-password: lighthouse"],
)  # fmt: skip
def test_a_word_that_is_not_all_a_passwords_name_is_given_is_silent(line: str) -> None:
    assert shown(line) == []


def test_a_word_of_yaml_beside_the_users_name_was_silent() -> None:
    assert shown("db:\n  username: shop\n  password: motocross\n  port: 1") == [b"motocross"]
    assert shown("db:\n  password: motocross\n  user: shop") == [b"motocross"]


@pytest.mark.parametrize(
    "text", ["x({\n  username: shop,\n  password: motocross\n})", "db:\n  port: 1\n  password: motocross\n  host: a"]
)
def test_a_bare_word_elsewhere_is_silent(text: str) -> None:
    assert shown(text) == []


def test_a_word_told_by_its_place_needs_its_quotes() -> None:
    text = b"login('ann', 'lighthouse')"
    assert word("lighthouse", text, 14, 24, told=True)
    assert not word("lighthouse", text, 14, 24)
    assert not word("lighthouse", b"mysql -plighthouse", 8, 18, told=True)
    assert not below_login(text, 14, 24)
