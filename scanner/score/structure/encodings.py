"""Encodings that carry a checksum of their own, and numbers that a key may be.

Facts: BIP-173 (bech32), nats-io/nkeys (CRC-16 in base32 seeds), BIP-39 (seed phrases), SEC 2 (the order of
secp256k1). All are published, so a checksum that is wrong counts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scanner.score.structure.evidence import Evidence, verdict
from scanner.score.structure.words import WORDS

if TYPE_CHECKING:
    import random

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32_sum(text: str) -> str:
    """The six letters that complete `text`, whose last '1' ends its name; capitals, as age writes its secret keys."""
    name, _, data = text.lower().rpartition("1")
    rest = _polymod([*_expanded(name), *(_BECH32.index(letter) for letter in data), *bytes(6)]) ^ 1
    return "".join(_BECH32[rest >> shift & 31] for shift in range(25, -1, -5)).upper()


def bech32(secret: bytes, _whole: bytes) -> list[Evidence]:
    """BIP-173: the polynomial of name and data is 1 (age's secret keys: C2SP, age.md)."""
    text = secret.decode("latin-1")
    name, one, data = text.lower().rpartition("1")
    if not one or len(data) < 6 or text not in (text.lower(), text.upper()) or set(data) - set(_BECH32):
        return verdict(False)
    return verdict(_polymod([*_expanded(name), *(_BECH32.index(letter) for letter in data)]) == 1)


def _expanded(name: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in name), 0, *(ord(letter) & 31 for letter in name)]


def _polymod(values: Iterable[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate(_GENERATOR):
            if top >> bit & 1:
                total ^= factor
    return total


def make_bech32_bytes(rnd: random.Random) -> str:
    """32 bytes in 52 capital letters of bech32, to be completed by `bech32_sum`."""
    number = rnd.getrandbits(256) << 4
    return "".join(_BECH32[number >> shift & 31] for shift in range(255, -1, -5)).upper()


_SEED = 18 << 3
_TYPES = {0: "account", 2: "cluster", 13: "server", 14: "operator", 20: "user", 23: "curve"}


def nkey(secret: bytes, _whole: bytes) -> list[Evidence]:
    """58 base32 letters of 36 bytes: the seed's mark and type, 32 bytes, their CRC-16, low byte first."""
    try:
        data = base64.b32decode(secret.strip() + b"=" * (-len(secret.strip()) % 8))
    except (binascii.Error, ValueError):
        return [Evidence("refuted", "is not base32")]
    kind = _TYPES.get((data[0] & 7) << 2 | data[1] >> 6) if len(data) == 36 else None
    if kind is None or data[0] & 0xF8 != _SEED:
        return [Evidence("refuted", "does not decode to a seed")]
    if binascii.crc_hqx(data[:34], 0) != int.from_bytes(data[34:], "little"):
        return [Evidence("refuted", "checksum invalid")]
    return [*verdict(True), Evidence("note", f"seed of a key of type {kind}")]


def make_nkey(rnd: random.Random) -> str:
    """A seed of any type."""
    kind = rnd.choice(sorted(_TYPES))
    data = bytes((_SEED | kind >> 2, (kind & 3) << 6)) + rnd.randbytes(32)
    return base64.b32encode(data + binascii.crc_hqx(data, 0).to_bytes(2, "little")).decode().rstrip("=")


_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def curve_number(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Hex, with or without 0x, of a number from 1 to the order of secp256k1 less one: what a private key may be."""
    digits = re.fullmatch(rb"(?:0[xX])?([0-9a-fA-F]{1,64})", secret.strip())
    if digits is None or not 0 < int(digits[1], 16) < _ORDER:
        return [Evidence("refuted", "is no private key of secp256k1")]
    return []


_PLACES = {word: place for place, word in enumerate(WORDS)}


def seed_phrase(secret: bytes, _whole: bytes) -> list[Evidence]:
    """BIP-39: eleven bits a word; the last bits, one for each three words, begin the SHA-256 of those before them."""
    words = secret.decode("latin-1").split()
    if len(words) not in (12, 15, 18, 21, 24) or any(word not in _PLACES for word in words):
        return [Evidence("refuted", "is not made of the words of BIP-39")]
    if len(set(words)) < 4:
        return [Evidence("refuted", "repeats the same words")]
    number = 0
    for word in words:
        number = number << 11 | _PLACES[word]
    width = len(words) // 3
    entropy = (number >> width).to_bytes(width * 4, "big")
    return verdict(hashlib.sha256(entropy).digest()[0] >> 8 - width == number & (1 << width) - 1)


def make_seed_phrase(rnd: random.Random) -> str:
    """Twelve or twenty-four words."""
    width = rnd.choice((4, 8))
    entropy = rnd.randbytes(width * 4)
    number = int.from_bytes(entropy, "big") << width | hashlib.sha256(entropy).digest()[0] >> 8 - width
    return " ".join(WORDS[number >> shift & 2047] for shift in range(11 * (width * 3 - 1), -1, -11))
