"""`first` is put into an expression that runs without a timeout, so it must take the same time on any text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import schema, widths
from scanner.errors import PatternError


def document(first: str) -> dict[str, object]:
    kind = {"id": "made-up", "name": "made up", "source": "unconfirmed", "keywords": ["madeup"], "value": "[a-z]{20}",
            "first": first, "shape": "{lower*20}"}  # fmt: skip
    return {"provider": {"name": "Made Up"}, "credential": [kind]}


@pytest.mark.parametrize("first", ["[a-z]{8}", "[0-9a-f]{8}-[0-9a-f]{4}-", r"[^\s\"'`\]]{4}", "abc"])
def test_fixed_counts_are_taken(first: str) -> None:
    assert schema.credentials(document(first), "made-up.toml")


@pytest.mark.parametrize("first", ["(a+)+b", "[a-z]+", "a*", "[a-z]{2,9}", "(?:a|b){3}", "a|b"])
def test_anything_else_is_refused(first: str) -> None:
    with pytest.raises(PatternError, match="first"):
        schema.credentials(document(first), "made-up.toml")


@pytest.mark.parametrize(
    ("value", "first"),
    [
        ("[0-9a-f]{32}", "[0-9a-f]{16}"),
        ("(?:[0-9a-f]{32}|[A-Za-z0-9]{64,128})", "[0-9a-z]{16}"),  # "any five characters": every scrollbar was a hit
        ("(?:sk_)?[0-9]{9}(?![0-9])", "[0-9a-z]{2}[0-9a-z_-][0-9]{6}"),
        ("(?:live|test)_[A-Z]{20}", "[0-9a-z]{4}_[0-9a-z]{11}"),
        ("(?:ab){3}[0-9]{2}", "ababab[0-9]{2}"),
        ("(?:ab){1,3}[0-9]{6}", ""),
        (r"[a-z]{3}\S{9}", ""),
        ("[0-9]{3}|[0-9]{9}", ""),
    ],
)
def test_what_every_way_to_match_begins_with_is_derived(value: str, first: str) -> None:
    assert widths.first(value) == first


def test_each_part_that_may_be_left_out_took_twice_the_time() -> None:
    assert widths.first("[a-f]?" * 200 + "[0-9]{20}") == "[0-9a-f]{16}"


PARTS = st.sampled_from(
    [
        "[0-9a-f]",
        "[A-Z]",
        "x",
        "_",
        "[!#-]",
        "(?:ab|c)",
        "(?:d)?",
        "(?:[0-9]{2}|ef[a-z]g)",
        "(?:h[0-9]){2}",
        "[i-k]{1,3}",
    ]
)


@given(parts=st.lists(PARTS, min_size=1, max_size=8), draws=st.data())
def test_no_match_begins_otherwise_than_is_derived(parts: list[str], draws: st.DataObject) -> None:
    value = "".join(parts)
    text = draws.draw(st.from_regex(value, fullmatch=True))
    assert re.match(widths.first(value), text, re.IGNORECASE)
