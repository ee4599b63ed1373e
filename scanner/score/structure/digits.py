"""Numbers written in the bases that credentials use."""

from __future__ import annotations

import base64
import binascii
import string
import zlib

BASE36 = string.digits + string.ascii_lowercase
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""GitHub's order: digits, capitals, small letters (github.blog, "Behind GitHub's new authentication token formats")."""
BASE66 = string.ascii_letters + "1234567890.-_~"


def in_base(number: int, alphabet: str, width: int = 0) -> str:
    """`number` with the digits of `alphabet`, most significant first, left-padded to `width` with its zero."""
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, alphabet[0])


def crc32(text: bytes) -> int:
    """CRC-32 of IEEE 802.3, as zlib computes it."""
    return zlib.crc32(text) & 0xFFFFFFFF


def decode64(text: bytes) -> bytes | None:
    """Base64 in either alphabet, padded or not; None where it is none."""
    clean = text.translate(_STANDARD).rstrip(b"=")
    if len(clean) % 4 == 1:
        return None
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def encode64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_STANDARD = bytes.maketrans(b"-_", b"+/")
