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
    ("crc32-base36", "glpat-AAE" + "CAwQFBgcI" + "CQoLDA0OD" + "286MQp1Oj" + "JzCA.01.0" + "y0wdsbqj"),
    ("crc32-base32-xor", "jalnnkm4w" + "7qi2zl5x5" + "fpph6fwks" + "qzkwi5aqi" + "2pvhgjxyr" + "pdrhleq"),
]


@pytest.mark.parametrize(("name", "token"), EXAMPLES)
def test_worked_example_is_proved(name: str, token: str) -> None:
    assert structure.check(name, token.encode(), token.encode())[0].kind == "proved"


@pytest.mark.parametrize(("name", "token"), [pair for pair in EXAMPLES if pair[0] != "crc32-upper-hex-all"])
def test_one_other_character_is_broken(name: str, token: str) -> None:
    other = token[:12] + ("b" if token[12] != "b" else "c") + token[13:]
    assert structure.check(name, other.encode(), other.encode())[0].kind == "broken"


def test_inferred_checksum_proves_nothing_by_a_mismatch() -> None:
    token = b"ATBB" + b"abcd1234" + b"00000000"
    assert structure.check("crc32-upper-hex-all", token, token) == []


def test_routable_payload_names_its_owners() -> None:
    token = EXAMPLES[5][1].encode()
    assert [item.text for item in structure.check("crc32-base36", token, token)] == [
        "checksum valid",
        "names organisation 1, user 100",
    ]


def test_base32_checksum_tells_whom_it_belongs_to() -> None:
    token = EXAMPLES[6][1].encode()
    assert structure.check("crc32-base32-xor", token, token)[1].text == "belongs to a user"
