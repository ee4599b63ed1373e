"""Samples of private keys: right in structure, made of random numbers, of no use as keys."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from scanner.score.structure.keys import crc24

if TYPE_CHECKING:
    import random

_RSA_OID = bytes.fromhex("300d06092a864886f70d0101010500")


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + len(body).to_bytes(size, "big") + body


def _number(rnd: random.Random, size: int) -> bytes:
    return _der(0x02, b"\x00" + bytes((rnd.randrange(128, 256),)) + rnd.randbytes(size - 1))


def _rsa(rnd: random.Random) -> bytes:
    sizes = (128, 128, 64, 64, 64, 64, 64)
    numbers = [_number(rnd, size) for size in sizes]
    return _der(0x30, b"\x02\x01\x00", numbers[0], b"\x02\x03\x01\x00\x01", *numbers[1:])


def _armoured(kind: str, data: bytes, header: str = "") -> str:
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    label = f"{kind} PRIVATE KEY".strip()
    return f"-----BEGIN {label}-----\n{header}{lines}\n-----END {label}-----"


def pem_rsa(rnd: random.Random) -> str:
    """PKCS#1, 1024 bits."""
    return _armoured("RSA", _rsa(rnd))


def pem_ec(rnd: random.Random) -> str:
    """RFC 5915 with the curve P-256."""
    curve = _der(0xA0, bytes.fromhex("06082a8648ce3d030107"))
    return _armoured("EC", _der(0x30, b"\x02\x01\x01", _der(0x04, rnd.randbytes(32)), curve))


def pem_dsa(rnd: random.Random) -> str:
    """The six integers of OpenSSL's traditional form."""
    sizes = (128, 20, 128, 128, 20)
    return _armoured("DSA", _der(0x30, b"\x02\x01\x00", *(_number(rnd, size) for size in sizes)))


def pem_pkcs8(rnd: random.Random) -> str:
    """PKCS#8 around an RSA key."""
    return _armoured("", _der(0x30, b"\x02\x01\x00", _RSA_OID, _der(0x04, _rsa(rnd))))


def pem_pkcs8_escaped(rnd: random.Random) -> str:
    """The same on one line, as JSON and env files hold it."""
    return pem_pkcs8(rnd).replace("\n", "\\n") + "\\n"


def pem_encrypted(rnd: random.Random) -> str:
    """The traditional encrypted form, with its headers."""
    header = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{rnd.randbytes(16).hex().upper()}\n\n"
    return _armoured("RSA", rnd.randbytes(608), header)


def openssh(rnd: random.Random) -> str:
    """An Ed25519 key without a passphrase."""
    public = _ssh(b"ssh-ed25519") + _ssh(rnd.randbytes(32))
    check = rnd.randbytes(4)
    private = check + check + public + _ssh(rnd.randbytes(64)) + _ssh(b"user@host")
    private += bytes(range(1, 9 - len(private) % 8))
    head = b"openssh-key-v1\0" + _ssh(b"none") * 2 + _ssh(b"") + b"\0\0\0\1"
    return _armoured("OPENSSH", head + _ssh(public) + _ssh(private))


def _ssh(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


def putty(rnd: random.Random) -> str:
    """Version 3 without a passphrase."""
    public = base64.b64encode(_ssh(b"ssh-ed25519") + _ssh(rnd.randbytes(32))).decode()
    private = base64.b64encode(_ssh(rnd.randbytes(32))).decode()
    return (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a key\n"
        f"Public-Lines: 2\n{public[:64]}\n{public[64:]}\n"
        f"Private-Lines: 1\n{private}\nPrivate-MAC: {rnd.randbytes(32).hex()}"
    )


def pgp(rnd: random.Random) -> str:
    """A secret-key packet's header and random bytes, with its CRC-24."""
    data = b"\x95\x01\xd8\x04" + rnd.randbytes(472)
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    total = base64.b64encode(crc24(data).to_bytes(3, "big")).decode()
    label = "PGP PRIVATE KEY BLOCK"
    return f"-----BEGIN {label}-----\n\n{lines}\n={total}\n-----END {label}-----"


def ssh2_encrypted(rnd: random.Random) -> str:
    """The armour of ssh.com's format."""
    text = base64.b64encode(b"\x3f\x6f\xf9\xeb" + rnd.randbytes(400)).decode()
    lines = "\n".join(text[i : i + 70] for i in range(0, len(text), 70))
    label = "SSH2 ENCRYPTED PRIVATE KEY"
    return f'---- BEGIN {label} ----\nComment: "a key"\n{lines}\n---- END {label} ----'
