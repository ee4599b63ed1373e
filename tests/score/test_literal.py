"""Values without quotes that are meant as they stand, by their place."""

from __future__ import annotations

import random
import string

import pytest

from scanner.score.literal import literal
from tests.helpers.shown import shown

LITERAL = [
    "<user>app</user>\n  <password>{}</password>",
    "curl -d 'user=app&user_password={}' http://db1/login",
    "http://db1/login?password={}&x=1",
    'c = "Server=db1;User Id=app;Password={};Encrypt=true";',
    '<add connectionString="Data Source=db1;Initial Catalog=shop;Password={}"/>',
    "DB_PASSWORD={}",
    "mysql -u app --password={} shop",
    "./configure --db-password={} --with-ssl",
    "keyStorePassword: {}",
    "%prod.quarkus.datasource.password={}",
]
CODE = [
    "if (password>{}) {{",
    "add(--password={}, 1)",
    "tool --password={}=x",
    "x = a;password={};b = c;",
    "call(password={}, retry=1)",
    "  password={}; // of the user",
    'var a="x";b=c;password={};',
]


def place(line: str, value: str) -> tuple[bytes, int, int]:
    text = line.format(value).encode()
    start = text.rindex(value.encode())
    return text, start, start + len(value)


@pytest.mark.parametrize("line", LITERAL)
def test_what_no_code_can_be_is_a_literal(line: str) -> None:
    assert literal(*place(line, "marigold"))


@pytest.mark.parametrize("line", CODE)
def test_what_code_can_be_is_none(line: str) -> None:
    assert not literal(*place(line, "marigold"))


@pytest.mark.parametrize("line", LITERAL)
def test_a_password_in_an_element_a_form_or_a_connection_string_was_taken_for_a_variable(line: str) -> None:
    value = "".join(random.Random(line).choices(string.ascii_letters, k=10)) + "2002"
    assert shown(line.format(value)) == [value.encode()]


@pytest.mark.parametrize("size", [16, 32])
def test_the_padding_of_base64_in_an_element_was_taken_for_a_gap(size: int) -> None:
    drawn = "".join(random.Random(size).choices(string.ascii_letters + string.digits, k=22 if size == 16 else 43))
    value = drawn + "=" * (-len(drawn) % 4)
    assert shown(f"<signingKey>{value}</signingKey>") == [value.encode()]
