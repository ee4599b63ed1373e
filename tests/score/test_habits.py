"""Passwords as people make them, against names and words that stand for a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.score.habits import habit, phrase, stands_in

MADE = {
    "a word and a year": ["Win" + "ter2024!", "dra" + "gon1987", "Soc" + "cer_1979#"],
    "a word and digits": ["hun" + "ter22", "mon" + "key4711", "99" + "balloons"],
    "letters turned into digits": ["P@s" + "sw0rd1", "b1g" + "b0ss77"],
    "letters, digits and symbols": ["Quick" + "#river32", "Aa" + "1!xyz"],
    "words and digits": ["correct-horse-" + "battery9"],
}
NAMES = ["user_password", "getPassword", "sha256", "utf8", "token1", "test123", "password", "db.user.name", "a b c", ""]


@pytest.mark.parametrize(("how", "value"), [(how, value) for how, values in MADE.items() for value in values])
def test_a_habit_is_told(how: str, value: str) -> None:
    assert habit(value) == how


@pytest.mark.parametrize("value", NAMES)
def test_names_show_no_habit(value: str) -> None:
    assert habit(value) == ""


@given(st.text(max_size=80))
def test_any_text_has_an_answer(value: str) -> None:
    assert isinstance(habit(value), str)
    assert not (stands_in(value) and habit(value))


def test_a_phrase_has_three_words_and_a_number() -> None:
    assert phrase("one-two-" + "three7")
    assert not phrase("one.two.three")


def test_words_joined_with_a_symbol_at_their_end_looked_like_words() -> None:
    assert habit("TheHorse" + "IsGreenNow!") == "words joined and a symbol"
    assert habit("VeryStrong" + "PasswordHere!") == "" and habit("UITextField!") == ""


@pytest.mark.parametrize("value", ["depot7" + "pw", "ship2" + "pass", "Meadow" + "@storage"])
def test_a_name_with_pw_and_two_words_with_a_symbol_were_no_habit(value: str) -> None:
    assert habit(value)


@pytest.mark.parametrize("value", ["depot" + "pw", "user@storage", "a1" + "pw"])
def test_an_address_and_a_word_with_pw_are_no_habit(value: str) -> None:
    assert not habit(value)


def test_digits_between_words_and_behind_them_were_no_habit() -> None:
    assert habit("Fit2" + "Shop20202") == "words and digits"
    assert habit("utf8_decode") == ""


@pytest.mark.parametrize("value", ["Sql" + "2019isfast", "rustling leaves " + "1990", "Meadow" + "77flower"])
def test_digits_between_words_and_words_with_a_year_showed_no_habit(value: str) -> None:
    assert habit(value)


@pytest.mark.parametrize("value", ["base64encode", "sha256sum", "at least 12", "minimum length 16", "utf16le"])
def test_names_of_encodings_and_rules_for_length_show_no_habit(value: str) -> None:
    assert habit(value) == ""
