"""What is no credential at all, under whatever name it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.score.silent import silent_reason


@given(st.text(max_size=60), st.binary(max_size=40), st.booleans())
def test_any_value_and_name_have_an_answer(value: str, name: bytes, quoted: bool) -> None:
    assert isinstance(silent_reason(value, name, quoted), str)


def test_a_value_that_repeats_its_name_is_silent() -> None:
    assert silent_reason("db-password", b"DB_PASSWORD", True) == "repeats its name"


def test_a_bare_word_is_silent_and_a_quoted_one_is_not() -> None:
    assert silent_reason("wonderland", b"password", False) == "is a bare word"
    assert silent_reason("wonderland", b"password", True) == ""


def test_a_value_that_ends_with_a_dash_before_a_closing_tag_was_a_template() -> None:
    assert silent_reason("lkUvNGBeu3YV" + "4IedU7OW2vw-", b"token", True, (b"", b"</string>")) == ""
    assert silent_reason("acme-", b"token", True, (b"", b"<b>"))
