"""What holds for every structure: no input makes it raise, and what is sealed is proved."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.score import structure

PREFIXES = {
    "crc32-base62": "ghp_" + "a1" * 15,
    "crc32-hex-body": "cfut_" + "a1" * 20,
    "crc32-upper-hex-all": "ATBB" + "a1" * 10,
    "crc32-base36": "glpat-" + "a1" * 20 + ".01.14",
    "crc32-little-hex": "glsa_" + "a1" * 16 + "_",
    "crc32-middle-hex": "zpka_" + "a1" * 16 + "_",
    "crc32-base62-last": "polar_oat_" + "a1" * 18 + "z",
    "crc32-little-base64": "cflt" + "a1" * 27,
    "bech32": "AGE-SECRET-KEY-1" + "QP" * 26,
    "marvin32-his": "a1B2" * 19 + "+ASt",
    "marvin32-cask": "a1B2" * 13 + "JQQJ99BCAC" + "a1B2" * 3 + "a1" + "AZDO",
    "marvin32-base66": "a1B8Q~" + "a1" * 15 + "z",
}


@pytest.mark.parametrize("name", sorted(structure.SEALED))
def test_sealed_text_is_proved(name: str) -> None:
    text = PREFIXES[name]
    whole = (text + structure.seal(name)(text)).encode()
    assert structure.check(name, whole, whole)[0].kind == "proved"


@pytest.mark.parametrize("name", sorted(structure.names()))
@given(secret=st.binary(max_size=200), whole=st.binary(max_size=200))
def test_no_input_raises(name: str, secret: bytes, whole: bytes) -> None:
    structure.check(name, secret, whole)


@pytest.mark.parametrize("name", sorted(structure.names()))
@given(seed=st.integers(0, 1000), cut=st.integers(0, 60), noise=st.binary(max_size=4))
def test_damaged_samples_raise_nothing(name: str, seed: int, cut: int, noise: bytes) -> None:
    rnd = random.Random(seed)
    for maker in structure.MAKERS.values():
        text = maker(rnd).encode()
        structure.check(name, text[:cut] + noise + text[cut + 1 :], text[cut:])


def test_evidence_never_holds_the_secret() -> None:
    rnd = random.Random(3)
    for maker in structure.MAKERS.values():
        text = maker(rnd).encode()
        for name in structure.names():
            told = [item.text.encode() for item in structure.check(name, text, text)]
            assert not any(words in text for words in told)


def test_unknown_names_are_quiet() -> None:
    assert structure.check("no-such-structure", b"x", b"x") == []
    with pytest.raises(ValueError, match="no checksum"):
        structure.seal("no-such-structure")("x")
