"""Marvin32 signatures against worked examples; values are made up and written in pieces."""

from __future__ import annotations

import pytest

from scanner.score import structure

STORAGE = (
    "NyvBS0/gr" + "lCDMYFjBh" + "VjKuDCs9u" + "LIBKgKzVb" + "djf6rZLFw" + "h3ezQ6pZf" + "URFR37Wih" + "n+gPiKVdP"
    + "h+9q+AStN" + "qgrKQ=="
)  # fmt: skip
ANNOTATED = (
    "A1b2C3d4E" + "5f6A1b2C3" + "d4E5f6A1b" + "2C3d4E5f6" + "A1b2C3d4E" + "5f6G7h8JQ" + "QJ99BCAAA" + "AAAAAAAAA"
    + "AAABACOGu" + "uv3"
)  # fmt: skip
APPLICATION = "aaa8Q~bbbbbbbbb" + "bbbbbbbbb" + "bbbbbbbbb" + "bbbbakM"
EXAMPLES = [("marvin32-his", STORAGE), ("marvin32-cask", ANNOTATED), ("marvin32-base66", APPLICATION)]


@pytest.mark.parametrize(("name", "key"), EXAMPLES)
def test_worked_example_is_proved(name: str, key: str) -> None:
    assert structure.check(name, key.encode(), key.encode())[0].kind == "proved"


@pytest.mark.parametrize(("name", "key"), EXAMPLES)
def test_one_other_character_is_broken(name: str, key: str) -> None:
    other = key[:20] + ("B" if key[20] != "B" else "C") + key[21:]
    assert structure.check(name, other.encode(), other.encode())[0].kind == "broken"


def test_key_without_signature_is_neither_proved_nor_broken() -> None:
    key = b"A" * 43 + b"B" * 42 + b"Q=="
    assert structure.check("marvin32-his", key, key) == []


def test_short_key_is_refuted() -> None:
    assert structure.check("marvin32-his", b"QUJD", b"QUJD")[0].kind == "refuted"


def test_annotated_key_tells_when_it_was_made() -> None:
    assert structure.check("marvin32-cask", ANNOTATED.encode(), b"")[1].text == "created 2025-03"


def test_older_application_password_has_no_checksum() -> None:
    assert structure.check("marvin32-base66", b"yyy7Q~" + b"y" * 31, b"") == []
