"""Private keys: what kind, how large, and whether a passphrase protects them.

Facts: RFC 8017 (PKCS#1), RFC 5208 (PKCS#8), RFC 5915 (EC), OpenSSH's PROTOCOL.key, PuTTY's documented file
format, RFC 4880 (armour with CRC-24). The DER is read as far as needed; no key is ever used.
"""

from __future__ import annotations

import base64
import re

from scanner.lazily import lazily
from scanner.score.structure.digits import decode64
from scanner.score.structure.evidence import Evidence

_ARMOUR = lazily(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)(?:-----END|\Z)", re.DOTALL)
_ESCAPED = lazily(rb"\\+[nrt]")
_JOINED = lazily(rb"[\"'`][ \t]{0,8}(?:[+.]?[ \t\\]{0,8}\r?\n[ \t]{0,40}(?:[+.][ \t]{0,4})?|[+.][ \t]{0,8})[\"'`]")
_HEADER = lazily(rb"(?m)^[^\w\n]{0,12}(?:Proc-Type|DEK-Info|Comment|Version|Subject|X-[A-Za-z-]+):.*$")
_ELLIPSIS = lazily(rb"\.\.\.|\xe2\x80\xa6|<[a-z_ -]{3,40}>|\$\{|\{\{|(?i:xxxxxx|redacted|your[_ -])")
_ENCRYPTED = -0.45
_KINDS = {
    bytes.fromhex("2a864886f70d010101"): "RSA",
    bytes.fromhex("2a8648ce3d0201"): "EC",
    bytes.fromhex("2a8648ce380401"): "DSA",
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2b656e"): "X25519",
    bytes.fromhex("2a864886f70d01010a"): "RSA-PSS",
    bytes.fromhex("2a864886f70d010301"): "DH",
}


def der_key(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The armoured DER: PKCS#1, PKCS#8, EC or DSA, its size; encrypted keys are worth less to a finder."""
    armour = _ARMOUR.search(_unfold(secret))
    if armour is None:
        return [Evidence("refuted", "has no armour")]
    label, body = armour[1], armour[2]
    if _ELLIPSIS.search(body):
        return [Evidence("refuted", "the key's body is a placeholder")]
    data = armour_bytes(body)
    if data is None or len(data) < 24:
        return [Evidence("refuted", "the key's body is not base64")]
    if b"ENCRYPTED" in label or re.search(rb"Proc-Type:[^\n]{0,10}ENCRYPTED", body):
        return [Evidence("note", "encrypted: of use only with its passphrase", _ENCRYPTED)]
    kind = describe(data)
    if kind:
        return [Evidence("proved", kind)]
    return [Evidence("broken", "does not decode to a private key")]


def _unfold(text: bytes) -> bytes:
    """Escaped line breaks and joined string literals as plain lines."""
    return _JOINED.sub(b"\n", _ESCAPED.sub(b"\n", text))


def armour_bytes(body: bytes) -> bytes | None:
    """The base64 between armour lines, headers and decoration of the surrounding language left out."""
    return decode64(re.sub(rb"[^A-Za-z0-9+/]", b"", _HEADER.sub(b"", body)))


def describe(data: bytes) -> str:
    """The kind and size of a key in DER, or nothing."""
    outer = _items(data)
    if len(outer) != 1 or outer[0][0] != 0x30:
        return ""
    items = _items(outer[0][1])
    tags = bytes(tag for tag, _ in items)
    if tags.startswith(b"\x02" * 9):
        return f"RSA private key, {_bits(items[1][1])} bits"
    if tags == b"\x02" * 6:
        return f"DSA private key, {_bits(items[1][1])} bits"
    if tags.startswith(b"\x02\x04"):
        return f"EC private key, {len(items[1][1]) * 8} bits"
    if tags.startswith(b"\x02\x30\x04"):
        return _describe_pkcs8(items)
    return ""


def _describe_pkcs8(items: list[tuple[int, bytes]]) -> str:
    algorithm = _items(items[1][1])
    if not algorithm or algorithm[0][0] != 0x06:
        return ""
    kind = _KINDS.get(algorithm[0][1], "unknown")
    inner = describe(items[2][1]) if kind in ("RSA", "EC") else ""
    return inner or f"{kind} private key"


def _bits(number: bytes) -> int:
    return int.from_bytes(number, "big").bit_length()


def _items(data: bytes) -> list[tuple[int, bytes]]:
    """The values of a DER sequence; an empty list where the lengths do not add up."""
    found: list[tuple[int, bytes]] = []
    place = 0
    while place + 2 <= len(data) and len(found) < 16:
        tag, length, place = data[place], data[place + 1], place + 2
        if length >= 0x80:
            size = length & 0x7F
            if not 1 <= size <= 3:
                return []
            length, place = int.from_bytes(data[place : place + size], "big"), place + size
        if place + length > len(data):
            return []
        found.append((tag, data[place : place + length]))
        place += length
    return found


_MAGIC = b"openssh-key-v1\0"


def openssh(secret: bytes, _whole: bytes) -> list[Evidence]:
    """OpenSSH's own format: magic, cipher, and the type of the public half."""
    armour = _ARMOUR.search(_unfold(secret))
    if armour is None or _ELLIPSIS.search(armour[2]):
        return [Evidence("refuted", "the key's body is a placeholder")]
    data = armour_bytes(armour[2])
    if data is None or not data.startswith(_MAGIC):
        return [Evidence("broken", "does not decode to an OpenSSH key")]
    cipher, place = _string(data, len(_MAGIC))
    _, place = _string(data, place)
    _, place = _string(data, place)
    public, _ = _string(data, place + 4)
    kind, _ = _string(public, 0)
    if not re.fullmatch(rb"[a-z0-9@.-]{4,60}", kind):
        return [Evidence("broken", "the OpenSSH key is cut off")]
    if cipher != b"none":
        return [Evidence("note", "encrypted: of use only with its passphrase", _ENCRYPTED)]
    return [Evidence("proved", f"OpenSSH key of type {kind.decode()}")]


def _string(data: bytes, place: int) -> tuple[bytes, int]:
    """A length-prefixed string of SSH's wire format."""
    end = place + 4 + int.from_bytes(data[place : place + 4], "big")
    return data[place + 4 : end], end


def putty(secret: bytes, _whole: bytes) -> list[Evidence]:
    """PuTTY's file: a cipher named in its header, private lines in base64."""
    text = _unfold(secret)
    cipher = re.search(rb"Encryption:\s*([a-z0-9-]{2,30})", text)
    if cipher is None or b"Private-Lines:" not in text:
        return [Evidence("broken", "has no private lines")]
    if cipher[1] != b"none":
        return [Evidence("note", "encrypted: of use only with its passphrase", _ENCRYPTED)]
    return [Evidence("proved", "PuTTY key without a passphrase")]


def armour_sum(secret: bytes, _whole: bytes) -> list[Evidence]:
    """OpenPGP armour ends in '=' and the CRC-24 of its data; newer writers leave it out."""
    armour = _ARMOUR.search(_unfold(secret))
    if armour is None:
        return []
    body = re.sub(rb"(?m)^[^\w\n]{0,12}[A-Za-z-]{3,20}: .*$", b"", armour[2])
    tail = re.search(rb"\n[^\w\n=]{0,12}=([A-Za-z0-9+/]{4})\s*\Z", body)
    data = armour_bytes(body[: tail.start()] if tail else body)
    if data is None or len(data) < 24 or not data[0] & 0x80:
        return [Evidence("broken", "does not decode to an OpenPGP key")]
    if tail is None:
        return []
    right = base64.b64encode(crc24(data).to_bytes(3, "big")) == tail[1]
    return [Evidence("proved", "checksum valid") if right else Evidence("broken", "checksum invalid")]


def crc24(data: bytes) -> int:
    """RFC 4880, section 6.1."""
    value = 0xB704CE
    for byte in data:
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1864CFB
    return value & 0xFFFFFF
