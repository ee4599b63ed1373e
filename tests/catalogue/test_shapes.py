"""A shape makes samples, the same for the same seed."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import shapes


def draw(shape: str, seed: int = 1) -> str:
    return shapes.sample(
        shape, random.Random(seed), {"word": lambda rnd: "w" * rnd.randint(1, 3)}, lambda text: f"<{len(text)}>"
    )


@pytest.mark.parametrize(
    ("shape", "expression"),
    [
        ("plain text", "plain text"),
        ("key_{hex*8}", "key_[0-9a-f]{8}"),
        ("{HEX*8}", "[0-9A-F]{8}"),
        ("{base62*3-5}", "[0-9A-Za-z]{3,5}"),
        ("{digits19*1}", "[1-9]"),
        ("{x*4}", "xxxx"),
        ("{**4}", r"\*{4}"),
        ("{one|two}", "one|two"),
        ("{word}-", "w{1,3}-"),
        ("abc{sum}", "abc<3>"),
        ("{{literal}}", r"\{literal\}"),
        ("${{{{ a }}}}", r"\$\{\{ a \}\}"),
        ("{{{hex*2}}}", r"\{[0-9a-f]{2}\}"),
        ("", ""),
    ],
)
def test_shape_is_drawn(shape: str, expression: str) -> None:
    for seed in range(20):
        assert re.fullmatch(expression, draw(shape, seed))


@pytest.mark.parametrize("name", sorted(shapes.ALPHABETS))
@given(count=st.integers(0, 30), seed=st.integers(0, 99))
def test_alphabet_gives_its_own_letters(name: str, count: int, seed: int) -> None:
    text = draw(f"{{{name}*{count}}}", seed)
    assert len(text) == count
    assert set(text) <= set(shapes.ALPHABETS[name])


def test_every_length_of_a_range_is_drawn() -> None:
    assert {len(draw("{hex*3-5}", seed)) for seed in range(60)} == {3, 4, 5}


def test_the_same_seed_makes_the_same_sample() -> None:
    assert draw("{base62*40}{word}", 5) == draw("{base62*40}{word}", 5) != draw("{base62*40}{word}", 6)


@pytest.mark.parametrize("shape", ["{nothing}", "{nothing*3}", "{}", "{hex}", "{hex*}", "{hex*a}"])
def test_a_field_that_is_not_understood_is_a_value_error(shape: str) -> None:
    with pytest.raises(ValueError, match="unknown"):
        draw(shape)
