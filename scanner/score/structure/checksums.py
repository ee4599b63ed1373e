"""CRC-32 checksums that credentials carry, named by what is summed and how the sum is written.

Facts: GitHub's blog post "Behind GitHub's new authentication token formats" (base62), GitLab's
`Gitlab::Tokens` documentation (base36), microsoft/security-utilities (base32); the others were
found by trying the algorithm on published samples, as each docstring says.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.score.structure.digits import BASE36, BASE62, crc32, decode64, encode64, in_base
from scanner.score.structure.evidence import Evidence, verdict

if TYPE_CHECKING:
    import random


def base62_sum(text: str) -> str:
    """CRC-32 of what follows the first '_', as six base62 digits."""
    return in_base(crc32(_body(text)), BASE62, 6)


def base62(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last six characters are `base62_sum` of what stands before (GitHub, npm; Vercel by one sample)."""
    return _ends_with(secret, 6, base62_sum)


def hex_body_sum(text: str) -> str:
    """CRC-32 of what follows the first '_', as eight small hex digits."""
    return f"{crc32(_body(text)):08x}"


def hex_body(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last eight characters are `hex_body_sum` of what stands before."""
    return _ends_with(secret, 8, hex_body_sum)


def upper_hex_all_sum(text: str) -> str:
    """CRC-32 of all the text so far, prefix included, as eight capital hex digits."""
    return f"{crc32(text.encode()):08X}"


def upper_hex_all(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last eight characters are `upper_hex_all_sum`; inferred from samples, so a mismatch proves nothing."""
    return _only_proved(_ends_with(secret, 8, upper_hex_all_sum))


def little_hex_sum(text: str) -> str:
    """CRC-32 of what stands before the last '_', prefix included, as eight small hex digits, lowest byte first."""
    return crc32(text.rpartition("_")[0].encode()).to_bytes(4, "little").hex()


def little_hex(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last eight characters are `little_hex_sum` (Grafana: pkg/components/satokengen; a documented sample)."""
    return _ends_with(secret, 8, little_hex_sum)


def middle_hex_sum(text: str) -> str:
    """CRC-32 of what stands between the first and the last '_', as eight small hex digits."""
    return f"{crc32(_body(text).rpartition(b'_')[0]):08x}"


def middle_hex(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last eight characters are `middle_hex_sum` (Zuplo documents a checksum but not which: see `_only_proved`)."""
    return _only_proved(_ends_with(secret, 8, middle_hex_sum))


def last_base62_sum(text: str) -> str:
    """CRC-32 of what follows the last '_', as six base62 digits."""
    return in_base(crc32(text.rpartition("_")[2].encode()), BASE62, 6)


def last_base62(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last six characters are `last_base62_sum` (Polar: polarsource/polar, server/polar/kit/crypto.py)."""
    return _ends_with(secret, 6, last_base62_sum)


def little_base64_sum(text: str) -> str:
    """CRC-32 of what follows the four letters of the prefix: its bytes, lowest first, in base64 unpadded."""
    return base64.b64encode(crc32(text[4:].encode()).to_bytes(4, "little")).decode()[:6]


def little_base64(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last six characters are `little_base64_sum` (Confluent; found on samples: see `_only_proved`)."""
    return _only_proved(_ends_with(secret, 6, little_base64_sum))


def base36_sum(text: str) -> str:
    """CRC-32 of all the text so far as seven base36 digits."""
    return in_base(crc32(text.encode()), BASE36, 7)


def base36(secret: bytes, _whole: bytes) -> list[Evidence]:
    """`base36_sum` at the end; the payload before it names organisation, user, project or group."""
    found = _ends_with(secret, 7, base36_sum)
    owner = routing(secret)
    return [*found, Evidence("note", f"names {owner}")] if owner and found[0].kind == "proved" else found


def routing(secret: bytes) -> str:
    """The ids in a routable payload: 16 random bytes, lines `letter:base36`, one byte of payload length."""
    payload = re.search(rb"-([A-Za-z0-9_-]{27,300})\.", secret)
    data = decode64(payload[1]) if payload else None
    if not data or len(data) < 17:
        return ""
    lines = re.findall(rb"(?m)^([oupgtc]):([0-9a-z]{1,13})$", data[16:-1])
    return ", ".join(f"{_ROUTES[key]} {int(value, 36)}" for key, value in lines)


_ROUTES = {b"o": "organisation", b"u": "user", b"p": "project", b"g": "group", b"t": "type", b"c": "cell"}


def make_routing(rnd: random.Random) -> str:
    """A routable payload of an organisation and a user, always 25 bytes: 34 letters."""
    user = in_base(rnd.randrange(36, 36 * 36), BASE36, 2)
    return encode64(rnd.randbytes(16) + f"o:{rnd.randrange(1, 9)}\nu:{user}".encode() + b"\x08")


_SUM_BYTES = (22, 8, 7, 2)
_USER, _APPLICATION = 0xE0B9692D, 0x1019F92E


def base32_xor(secret: bytes, _whole: bytes) -> list[Evidence]:
    """52 base32 letters: CRC-32 of 28 bytes, XOR a constant for users or applications, in bytes 22, 8, 7 and 2."""
    try:
        data = base64.b32decode(secret.strip().upper() + b"====")
    except (binascii.Error, ValueError):
        return verdict(False)
    if len(data) != 32:
        return verdict(False)
    stored = int.from_bytes(bytes(data[i] for i in _SUM_BYTES), "little")
    owner = {_USER: "a user", _APPLICATION: "an application"}.get(stored ^ _scattered(data))
    return [*verdict(True), Evidence("note", f"belongs to {owner}")] if owner else verdict(False)


def make_base32_xor(rnd: random.Random) -> str:
    """52 base32 letters that `base32_xor` proves."""
    data = bytearray(rnd.randbytes(32))
    value = (_scattered(bytes(data)) ^ _USER).to_bytes(4, "little")
    for place, byte in zip(_SUM_BYTES, value, strict=True):
        data[place] = byte
    return base64.b32encode(bytes(data)).decode().rstrip("=").lower()


def _scattered(data: bytes) -> int:
    return crc32(bytes(byte for i, byte in enumerate(data) if i not in _SUM_BYTES))


def _body(text: str) -> bytes:
    return text.partition("_")[2].encode()


def _ends_with(secret: bytes, length: int, compute: Callable[[str], str]) -> list[Evidence]:
    text = secret.decode("latin-1")
    return verdict(text.isascii() and len(text) > length and compute(text[:-length]) == text[-length:])


def _only_proved(found: list[Evidence]) -> list[Evidence]:
    """For a checksum that was inferred from samples: a mismatch proves nothing."""
    return [item for item in found if item.kind == "proved"]
