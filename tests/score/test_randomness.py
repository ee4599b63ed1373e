"""How random a text looks: names and prose near 0, what a machine drew near 1."""

from __future__ import annotations

import random
import statistics
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.score import bigrams
from scanner.score.randomness import FEATURES, WEIGHTS, features, randomness, shannon, surprise

DRAWN = {
    "letters and digits": (string.ascii_letters + string.digits, 20),
    "long letters and digits": (string.ascii_letters + string.digits, 40),
    "small letters and digits": (string.ascii_lowercase + string.digits, 32),
    "hex": ("0123456789abcdef", 32),
    "base64": (string.ascii_letters + string.digits + "+/", 43),
}
WORDS = [
    "configuration", "database_connection", "getUserName", "my_application_settings", "ConnectionStringBuilder",
    "user.profile.image", "the quick brown fox", "production-environment", "AUTHENTICATION_FAILED", "hello_world",
    "com.company.project.module", "background-color", "application/json", "onClickHandler", "Europe/Berlin",
]  # fmt: skip


def draw(name: str, seed: int) -> str:
    alphabet, length = DRAWN[name]
    return "".join(random.Random(f"{name}/{seed}").choices(alphabet, k=length))


@pytest.mark.parametrize("name", DRAWN)
def test_what_a_machine_drew_looks_drawn(name: str) -> None:
    answers = [randomness(draw(name, seed)) for seed in range(200)]
    assert statistics.median(answers) > 0.9
    assert sum(answer > 0.5 for answer in answers) >= 195


@pytest.mark.parametrize("text", WORDS)
def test_names_and_words_do_not(text: str) -> None:
    assert randomness(text) < 0.3


@given(st.text(max_size=300))
def test_any_text_has_an_answer_between_0_and_1(text: str) -> None:
    assert 0.0 <= randomness(text) <= 1.0


@given(st.binary(max_size=100))
def test_entropy_lies_between_nothing_and_that_of_its_length(data: bytes) -> None:
    assert 0.0 <= shannon(data) <= 8.0
    assert shannon(data + data) == pytest.approx(shannon(data))


def test_entropy_of_known_texts() -> None:
    assert shannon(b"") == 0.0
    assert shannon(b"aaaa") == 0.0
    assert shannon("abcd") == 2.0
    assert shannon(bytes(range(256))) == 8.0


def test_surprise_grows_with_strange_letters() -> None:
    assert surprise("1234") == 0.0
    assert surprise("station") < surprise("xqzjvk")


@given(st.text(min_size=1, max_size=60))
def test_every_feature_has_a_weight(text: str) -> None:
    assert len(features(text)) == len(FEATURES) == len(WEIGHTS)


def test_the_table_of_letter_pairs_is_whole() -> None:
    assert len(bigrams.SURPRISE) == len(bigrams.SYMBOLS)
    assert all(len(row) == len(bigrams.SYMBOLS) for row in bigrams.SURPRISE)
    assert all(value > 0 for row in bigrams.SURPRISE for value in row)
