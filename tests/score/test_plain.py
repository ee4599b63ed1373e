"""Words as passwords: where one is meant, and where a word is a type, a rule or a label."""

from __future__ import annotations

import pytest

from scanner.score.literal import below_login
from scanner.score.plain import joined, word
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


@pytest.mark.parametrize(
    "value", ["nerf" + "_herder", "Silent_Otter2", "fuzzy-otters", "Quiet" + "TheOtter", "otter_Den7!"]
)
@pytest.mark.parametrize(
    "text", ["username: 'susan',\n  password: '{}',", '{{ "email": "a@b.net", "password": "{}" }}']
)
def test_joined_words_beside_a_login_were_silent(text: str, value: str) -> None:
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize("value", ["user_field", "PasswordBox", "client_buffer", "SSH-Passwort", "foo_bar", "A_B"])
def test_joined_names_of_code_are_no_passwords(value: str) -> None:
    assert not joined(value)
    assert shown(f"username: 'susan', password: '{value}'") == []


@pytest.mark.parametrize("value", ["nerf" + "_herder", "jks-secure" + "-pass", "super-secret" + "-password"])
@pytest.mark.parametrize("text", ["const adminPassword = '{}';", 'store.setKeyStorePassword("{}");', "password: '{}',"])
def test_joined_words_under_a_passwords_name_were_silent(text: str, value: str) -> None:
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize(
    "text",
    ["'password' => 'nerf{}herder',", "PASSWORD_COLUMN = 'nerf{}herder'", "password: 'wrong{}password'",
     "password: 'hashed{}password'", "password: 'form{}password'", ":password=\"nerf{}herder\""],
)  # fmt: skip
def test_names_of_columns_and_wrong_passwords_are_silent(text: str) -> None:
    assert shown(text.format("_")) == []


@pytest.mark.parametrize("text", ['client_secret = "{}"', "  clientSecret: '{}',", "APP_CLIENT_SECRET={}\n"])
def test_joined_words_as_the_secret_of_a_client_were_silent(text: str) -> None:
    value = "shop-web" + "-secret"
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize("value", ["client-secret", "test-client-secret", "the_secret", "your-app-secret"])
def test_words_that_stand_for_the_secret_of_a_client_are_silent(value: str) -> None:
    assert shown(f'client_secret = "{value}"') == []


def test_a_word_with_a_symbol_at_its_end_was_silent() -> None:
    assert shown("password: '{}'".format("otter" + "den!")) == [b"otterden!"]


def test_four_letters_of_yaml_beside_the_users_name_were_silent() -> None:
    assert shown("username: root\npassword: {}\nport: 1".format("ma" + "ll")) == [b"mall"]
    assert shown("username: root\npassword: file\nport: 1") == []


@pytest.mark.parametrize(
    "line",
    [
        'SECRET_KEY = "{}"',
        "JWT_SECRET={}",
        "const sessionSecret = '{}';",
        'private String SECRET = "{}";',
        "jwt.secret={}",
    ],
)
def test_a_word_that_a_program_signs_with_was_silent(line: str) -> None:
    assert shown(line.format("otter" + "garden")) == [b"ottergarden"]


@pytest.mark.parametrize(
    "line",
    [
        "clientSecret: '{}'",
        "client_secret = '{}'",
        'tlsSecret: "{}"',
        "imagePullSecret: '{}'",
        "SECRET_KEY = '{}' + x",
        "secret_name = '{}'",
    ],
)
def test_a_word_that_may_name_a_secret_is_silent(line: str) -> None:
    assert shown(line.format("otter" + "garden")) == []


def test_a_field_of_oauth_is_no_secret_of_a_client() -> None:
    assert shown('secret = "{}"'.format("access_token" + "_secret")) == []
    assert shown('client_secret = "{}"'.format("camel-client" + "-secret")) == [b"camel-client-secret"]
