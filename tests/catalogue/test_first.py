"""`first` is put into an expression that runs without a timeout, so it must take the same time on any text."""

import pytest

from scanner.catalogue import schema
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
