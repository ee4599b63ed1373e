"""Marvin32 signatures inside Azure keys.

Algorithm and seeds: the public repository microsoft/security-utilities. Three forms: HIS v1 ("identifiable
keys"), CASK ("common annotated security keys") and the base-66 tail of application passwords.
"""

from __future__ import annotations

import base64

from scanner.score.structure.digits import BASE62, BASE66, decode64, in_base
from scanner.score.structure.evidence import Evidence, verdict

_MASK = 0xFFFFFFFF
_HIS_SIZES = {44: 32, 52: 39, 56: 40, 88: 64}
_HIS_SEEDS = (
    "Default0", "Access00", "ACRDflt0", "AbAcct00", "Master00", "System00", "Functi00", "MastRW00",
    "MastRO00", "SystRW00", "SystRO00", "SysAll00", "Resour00", "Encryp00", "Send0000", "Listen00",
    "Manage00", "Query000", "PAdmin00", "IoTHub00", "DpsKey00", "Device00", "Tenant00", "Gatewy00",
    "GitKey00", "Classic0", "UsrPwd00",
)  # fmt: skip

_CASK_SEED = "Default0"
_TAIL_BASIS = "AadPwd00"


def marvin32(data: bytes, seed_name: str) -> int:
    """The 32-bit Marvin hash of `data`; the seed is the eight letters of its name, big-endian."""
    seed = int.from_bytes(seed_name.encode(), "big")
    low, high = seed & _MASK, seed >> 32
    whole = len(data) // 4 * 4
    for place in range(0, whole, 4):
        low, high = _round(low + int.from_bytes(data[place : place + 4], "little"), high)
    low, high = _round(low + int.from_bytes(data[whole:] + b"\x80", "little"), high)
    low, high = _round(low, high)
    return low ^ high


def _round(low: int, high: int) -> tuple[int, int]:
    low &= _MASK
    high ^= low
    low = (_rol(low, 20) + high) & _MASK
    high = _rol(high, 9) ^ low
    low = (_rol(low, 27) + high) & _MASK
    return low, _rol(high, 19)


def _rol(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def his(secret: bytes, _whole: bytes) -> list[Evidence]:
    """HIS v1: the last four bytes are the hash of all bytes before them, under any of the published seeds.

    Keys made before 2022 carry no signature, so a key without one is neither proved nor broken.
    """
    data = decode64(secret.strip())
    if data is None or len(data) != _HIS_SIZES.get(len(secret.strip())):
        return [Evidence("refuted", "does not decode to a key of this size")]
    tail = int.from_bytes(data[-4:], "little")
    if any(marvin32(data[:-4], seed) == tail for seed in _HIS_SEEDS):
        return verdict(True)
    place = _SIGNED_AT[len(secret.strip())]
    return verdict(False) if secret.strip()[place : place + 4] in _SIGNATURES else []


_SIGNED_AT = {44: 33, 52: 42, 56: 44, 88: 76}
_SIGNATURES = frozenset(b"AzCa +ASb +AEh +ARm AIoT AzSe +ACR AzFu +ASt ACDb +ABa +AMC APIM".split())


def his_sum(text: str) -> str:
    """The letters that complete a HIS key whose text ends in its four-letter signature."""
    padded = text + "A" * (-len(text) % 4)
    size = (len(text) * 6 + 7) // 8
    data = base64.b64decode(padded)[:size]
    whole = data + marvin32(data, _HIS_SEEDS[0]).to_bytes(4, "little")
    return base64.b64encode(whole).decode()[len(text) :]


def cask(secret: bytes, _whole: bytes) -> list[Evidence]:
    """CASK: letters 81 to 84 are the hash of the first 60 decoded bytes; year and month stand before."""
    text = secret.strip().decode("latin-1")
    data = decode64(text[:80].encode("latin-1"))
    if len(text) < 84 or data is None or text[52:56] != "JQQJ":
        return verdict(False)
    value = marvin32(data, _CASK_SEED).to_bytes(4, "little")
    if text[80:84] not in (_cask_base62(value), base64.b64encode(value).decode()[:4]):
        return verdict(False)
    return [*verdict(True), *_made(text)]


def cask_sum(text: str) -> str:
    """The four letters that complete the first 80 of a CASK key."""
    data = decode64(text[:80].encode()) or b""
    return _cask_base62(marvin32(data, _CASK_SEED).to_bytes(4, "little"))


def _cask_base62(value: bytes) -> str:
    return in_base(int.from_bytes(value, "big"), BASE62).ljust(6, "0")[:4]


def _made(text: str) -> list[Evidence]:
    year, month = ord(text[58]) - ord("A"), ord(text[59]) - ord("A")
    known = 0 <= year < 26 and 0 <= month < 12
    return [Evidence("note", f"created {2024 + year}-{month + 1:02}")] if known else []


def base66(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The last three characters are `base66_sum` of those before, in the form with '8Q~'; '7Q~' has no sum."""
    text = secret.strip().decode("latin-1")
    if text[3:6] == "7Q~":
        return []
    return verdict(len(text) > 3 and base66_sum(text[:-3]) == text[-3:])


def base66_sum(text: str) -> str:
    """The first three of the six base-66 digits of the hash."""
    return in_base(marvin32(text.encode("latin-1"), _TAIL_BASIS), BASE66, 6)[:3]
