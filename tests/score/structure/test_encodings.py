"""Encodings with a checksum of their own, against the vectors their standards publish."""

from __future__ import annotations

import random

import pytest

from scanner.score import structure


def kinds(name: str, text: str) -> list[str]:
    return [item.kind for item in structure.check(name, text.encode(), text.encode())]


@pytest.mark.parametrize("text", ["A12UEL5L", "a12uel5l", "abcdef1" + "qpzry9x8gf2tvdw0s3jn54khce6mua7l" + "mqqqxw"])
def test_vectors_of_bip_173_are_proved(text: str) -> None:
    assert kinds("bech32", text) == ["proved"]


@pytest.mark.parametrize("text", ["A12UEL5M", "a12UEL5L", "1pzry", "A1B2UEL5L", ""])
def test_other_letters_are_broken(text: str) -> None:
    assert kinds("bech32", text) == ["broken"]


def test_key_that_is_completed_is_proved_and_damaged_is_broken() -> None:
    key = "AGE-SECRET-KEY-1" + structure.MAKERS["bech32-bytes"](random.Random(1))
    key += structure.seal("bech32")(key)
    assert len(key) == 74
    assert kinds("bech32", key) == ["proved"]
    assert kinds("bech32", key[:-1] + ("Q" if key[-1] != "Q" else "P")) == ["broken"]


def test_seed_of_the_documentation_tells_its_type() -> None:
    begun = b"SUAAVWRZG6M5FA5" + b"VRRGWSCIHKTOJC7" + b"EWNIT4JV3FTOIPO4" + b"OBFR5WA7X5TE"
    assert structure.check("base32-crc16", begun, begun)[1].text == "seed of a key of type user"


@pytest.mark.parametrize("place", [0, 1, 20, 56])
def test_damaged_seed_is_refuted(place: int) -> None:
    seed = structure.MAKERS["nkey"](random.Random(2))
    other = seed[:place] + ("B" if seed[place] != "B" else "F") + seed[place + 1 :]
    assert kinds("base32-crc16", other) == ["refuted"]


@pytest.mark.parametrize(
    ("digits", "answer"),
    [("1", []), ("0" * 64, ["refuted"]), ("f" * 64, ["refuted"]), ("f" * 31 + "0" * 33, []), ("xyz", ["refuted"])],
)
def test_private_key_is_less_than_the_order_of_the_curve(digits: str, answer: list[str]) -> None:
    assert kinds("secp256k1-number", digits) == kinds("secp256k1-number", "0x" + digits) == answer


def test_vector_of_bip_39_is_proved() -> None:
    phrase = "legal winner thank year wave sausage worth useful " + "legal winner thank yellow"
    assert kinds("bip39-words", phrase) == ["proved"]
    assert kinds("bip39-words", phrase.replace("yellow", "zoo")) == ["broken"]


@pytest.mark.parametrize("phrase", ["the quick brown fox " * 3, "abandon " * 11 + "about", "legal winner thank"])
def test_other_words_are_no_seed_phrase(phrase: str) -> None:
    assert kinds("bip39-words", phrase) == ["refuted"]
