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
