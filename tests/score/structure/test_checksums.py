"""CRC-32 checksums against worked examples; values are made up and written in pieces."""

from __future__ import annotations

import pytest

from scanner.score import structure

EXAMPLES = [
    ("crc32-base62", "ghp_01234" + "56789ABCD" + "EFGHIJabc" + "defghij4U" + "s3aw"),
    ("crc32-base62", "npm_01234" + "56789ABCD" + "EFGHIJabc" + "defghij4U" + "s3aw"),
    ("crc32-base62", "vcp_01234" + "56789abcd" + "efghijABC" + "DEFGHIJkl" + "mnopqrstu" + "vwxyzABCD" + "2vRioZ"),
    ("crc32-hex-body", "cfut_0123" + "456789abc" + "defghijAB" + "CDEFGHIJk" + "lmnopqrst" + "6d0f5a10"),
    ("crc32-upper-hex-all", "ATBBabcd1" + "234efgh56" + "78ijkl901" + "28B50C15E"),
    ("crc32-little-hex", "glsa_A1b2" + "C3d4A1b2C" + "3d4A1b2C3" + "d4A1b2C3d" + "4_bf1050e" + "6"),
    ("crc32-middle-hex", "zpka_" + "00112233445566778899aabbccddeeff" + "_90482470"),
    ("crc32-little-base64", "cflt" + "A1b2C3d4E5" * 5 + "WXYZ" + "szWrdw"),
    ("crc32-base62-last", "polar_oat_" + "0123456789ABCDEFGHIJabc" + "defghijKLMNOPQ" + "0ZGLVx"),
    ("crc32-base36", "glpat-AAE" + "CAwQFBgcI" + "CQoLDA0OD" + "286MQp1Oj" + "JzCA.01.0" + "y0wdsbqj"),
    ("crc32-base32-xor", "jalnnkm4w" + "7qi2zl5x5" + "fpph6fwks" + "qzkwi5aqi" + "2pvhgjxyr" + "pdrhleq"),
]
INFERRED = {"crc32-upper-hex-all", "crc32-middle-hex", "crc32-little-base64"}


@pytest.mark.parametrize(("name", "token"), EXAMPLES)
def test_worked_example_is_proved(name: str, token: str) -> None:
    assert structure.check(name, token.encode(), token.encode())[0].kind == "proved"


@pytest.mark.parametrize(("name", "token"), [pair for pair in EXAMPLES if pair[0] not in INFERRED])
def test_one_other_character_is_broken(name: str, token: str) -> None:
    other = token[:12] + ("b" if token[12] != "b" else "c") + token[13:]
    assert structure.check(name, other.encode(), other.encode())[0].kind == "broken"


@pytest.mark.parametrize(("name", "token"), [pair for pair in EXAMPLES if pair[0] in INFERRED])
def test_inferred_checksum_proves_nothing_by_a_mismatch(name: str, token: str) -> None:
    other = (token[:12] + ("b" if token[12] != "b" else "c") + token[13:]).encode()
    assert structure.check(name, other, other) == []


def test_routable_payload_names_its_owners() -> None:
    token = dict(EXAMPLES)["crc32-base36"].encode()
    assert [item.text for item in structure.check("crc32-base36", token, token)] == [
        "checksum valid",
        "names organisation 1, user 100",
    ]


def test_base32_checksum_tells_whom_it_belongs_to() -> None:
    token = dict(EXAMPLES)["crc32-base32-xor"].encode()
    assert structure.check("crc32-base32-xor", token, token)[1].text == "belongs to a user"
