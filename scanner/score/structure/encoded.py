"""Credentials whose text, past a prefix, is base64 of a text of known form, or of a known number of bytes.

Facts: the providers' documentation named at each check. Forms that were seen on samples only prove, and never
refute.
"""

from __future__ import annotations

import re
import string
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.lazily import lazily
from scanner.score.structure.digits import decode64
from scanner.score.structure.evidence import Evidence
from scanner.score.structure.keymakers import pem_pkcs8, pem_rsa
from scanner.score.structure.keys import der_key, describe
from scanner.score.structure.tokens import DOCUMENTATION, expiry, shown

if TYPE_CHECKING:
    import random

Maker = Callable[["random.Random"], str]

_UUID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def form(prefix: bytes, expression: bytes, told: str, *, known: bool) -> Callable[[bytes, bytes], list[Evidence]]:
    """A check that the base64 after `prefix` decodes to `expression`; `known`, from documentation, also refutes.

    The first group of `expression`, if it has one, is public and is told.
    """
    start, decoded = lazily(prefix), lazily(expression, re.DOTALL)

    def check(secret: bytes, _whole: bytes) -> list[Evidence]:
        head = start.match(secret)
        found = decoded.fullmatch(decode64(secret[head.end() :] if head else secret) or b"")
        if found is None:
            return [Evidence("refuted", f"does not decode to {told}")] if known else []
        notes = [Evidence("note", f"of {shown(part.decode('latin-1'))}") for part in found.groups()[:1] if part]
        return [Evidence("proved", f"decodes to {told}"), *notes]

    return check


digits_and_bytes = form(rb"BBDC-", rb"[0-9]{9,12}:.{20,23}", "a number and random bytes", known=True)
"""Tokens of Jira, Confluence and Bitbucket Data Center: 33 bytes, the id in digits before the colon."""

id_and_key = form(rb"", rb"[A-Za-z0-9_-]{20}:[A-Za-z0-9_-]{22}", "an id and a key", known=True)
"""Elasticsearch's documentation, "Create API key": `encoded` is base64 of id and key joined by a colon."""

cloud_id_and_key = form(rb"essu_", rb"[A-Za-z0-9_-]{20}:[!-~]{10,130}", "an id and a key", known=False)
"""Elastic Cloud's keys."""

plain_uuid = form(rb"sec-c-", _UUID, "a UUID", known=False)
"""PubNub's secret keys, OneSignal's older keys."""

ngc = form(rb"", rb"[a-z0-9]{26}:" + _UUID, "an id and a UUID", known=False)
"""NVIDIA NGC's legacy keys."""

uuid_and_key = form(rb"", _UUID + rb":[!-~]{12}", "a UUID and a key", known=False)
"""Instantly's keys."""

key_id = form(rb"[sr]k_(?:live|test)_", rb"(key_[0-9A-Za-z]{20,30}),?[!-~]{10,60}", "a key id and a key", known=False)
"""WorkOS: `key_`, 26 letters, a comma, the secret; Highnote begins alike."""

workspace = form(rb"", rb"tok:[0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12}:[0-9]:[0-9]", "a token id", known=False)
"""Intercom's access tokens."""


def reference_token(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Base64 of `reftkn:version:expiry:random` (JFrog's documentation, "Reference tokens"); expiry 0 is none."""
    found = re.fullmatch(rb"reftkn:[0-9]{1,3}:([0-9]{1,11}):([!-~]{10,60})", decode64(secret) or b"")
    if found is None:
        return [Evidence("broken", "does not decode to a reference token")]
    return [Evidence("proved", "decodes to a reference token"), *expiry(int(found[1]))]


def bedrock_user(secret: bytes, _whole: bytes) -> list[Evidence]:
    """`ABSK` and base64 of user, `-at-`, account, colon, secret (AWS: ServiceSpecificCredential, "Amazon Bedrock")."""
    data = decode64(secret.removeprefix(b"ABSK")) or b""
    found = re.fullmatch(rb"BedrockAPIKey-[!-9;-~]{1,60}-at-([0-9]{12}):[!-~]{16,200}", data)
    if found is None:
        return [Evidence("broken", "does not decode to a user, an account and a secret")]
    account = found[1].decode()
    if account in DOCUMENTATION:
        return [Evidence("refuted", f"is of AWS account {account}, which only documentation uses")]
    return [Evidence("proved", "decodes to a user and a secret"), Evidence("note", f"of AWS account {account}")]


def bedrock_url(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Base64 of a presigned URL (aws/aws-bedrock-token-generator); its age comes from X-Amz-Date and X-Amz-Expires."""
    data = (decode64(secret.removeprefix(b"bedrock-api-key-")) or b"").decode("latin-1")
    fields = dict(re.findall(r"[?&](X-Amz-[A-Za-z-]{3,20})=([^&]{1,4000})", data))
    if not data.isascii() or not {"X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date"} <= fields.keys():
        return [Evidence("broken", "does not decode to a signed URL")]
    from urllib.parse import unquote

    scope = unquote(fields["X-Amz-Credential"]).split("/")
    notes = [Evidence("note", f"region {shown(scope[2])}")] if len(scope) == 5 else []
    return [Evidence("proved", "decodes to a signed URL"), *notes, *_ends(fields)]


def _ends(fields: dict[str, str]) -> list[Evidence]:
    stamp, seconds = fields["X-Amz-Date"], fields.get("X-Amz-Expires", "")
    if not (re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", stamp) and re.fullmatch(r"[0-9]{1,7}", seconds)):
        return []
    from calendar import timegm

    return expiry(timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) + int(seconds))


def key_file(secret: bytes, whole: bytes) -> list[Evidence]:
    """Base64 of an armoured private key (Kubernetes' reference of kubeconfig: client-key-data)."""
    data = decode64(secret)
    return der_key(data, whole) if data else [Evidence("refuted", "is not base64")]


def bare_key(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Base64 of a private key in DER (RFC 8017, 5208, 5915) without armour."""
    kind = describe(decode64(secret) or b"")
    return [Evidence("proved", kind)] if kind else [Evidence("broken", "does not decode to a private key")]


def last_field_key(secret: bytes, whole: bytes) -> list[Evidence]:
    """What follows the last dot is a `bare_key` (Authress' service client keys; seen on samples)."""
    return [item for item in bare_key(secret.rpartition(b".")[2], whole) if item.kind == "proved"]


def whole_bytes(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Padded base64 as encoders write it: no bit is left over (RFC 4648, section 3.5).

    Portainer (api/apikey: `ptr_` and 32 bytes) and InfluxDB (authorization service: 64 bytes) use Go's encoder.
    """
    text = secret.removeprefix(b"ptr_")
    data = decode64(text)
    if data is None or text not in (b64encode(data), urlsafe_b64encode(data)):
        return [Evidence("refuted", "is no base64 that an encoder writes")]
    return []


def fly_macaroon(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Each token is base64 of MessagePack: nonce of 2 or 3 fields, location, caveats, tail (superfly/macaroon)."""
    places = []
    for token in secret.split(b","):
        try:
            location = _location(decode64(token.partition(b"_")[2]) or b"")
        except (ValueError, IndexError):
            location = ""
        if not location:
            return [Evidence("broken", "does not decode to a macaroon")]
        places.append(shown(location))
    told = ", ".join(dict.fromkeys(places))
    return [Evidence("proved", f"macaroon for {told}")]


def _location(data: bytes) -> str:
    """The location, second of a macaroon's four fields, or nothing."""
    if len(data) < 10 or data[0] != 0x94 or data[1] not in (0x92, 0x93):
        return ""
    place = 2
    for _ in range(2):  # key id and random bytes
        place = _end_of_bytes(data, place)
    place += data[1] - 0x92  # whether it is a proof
    head = data[place]
    if 0xA0 <= head <= 0xBF:
        start, length = place + 1, head & 31
    elif head == 0xD9:
        start, length = place + 2, data[place + 1]
    else:
        return ""
    text = data[start : start + length]
    complete = len(text) == length and data[start + length] & 0xF0 in (0x90, 0xD0)
    return text.decode("ascii") if complete else ""


def _end_of_bytes(data: bytes, place: int) -> int:
    """Past the binary value of MessagePack at `place`. Raises ValueError where there is none."""
    size = {0xC4: 1, 0xC5: 2}.get(data[place])
    if size is None:
        raise ValueError("no binary value")
    return place + 1 + size + int.from_bytes(data[place + 1 : place + 1 + size], "big")


def _text(rnd: random.Random, length: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(rnd.choice(letters) for _ in range(length))


def drawn_uuid(rnd: random.Random) -> str:
    """A random UUID."""
    import uuid  # dear, and only samples are made with it

    return str(uuid.UUID(int=rnd.getrandbits(128), version=4))


def _text64(make: Maker) -> Maker:
    return lambda rnd: b64encode(make(rnd).encode()).decode()


def make_digits_and_bytes(rnd: random.Random) -> str:
    """33 bytes in 44 letters."""
    return b64encode(f"{rnd.randrange(10**11, 10**12)}:".encode() + rnd.randbytes(20)).decode()


make_id_and_key = _text64(lambda rnd: f"{_text(rnd, 20)}:{_text(rnd, 22)}")
make_cloud_id_and_key = _text64(lambda rnd: f"{_text(rnd, 20)}:{_text(rnd, 43)}")
make_uuid = _text64(drawn_uuid)
make_ngc = _text64(lambda rnd: f"{_text(rnd, 26, string.ascii_lowercase)}:{drawn_uuid(rnd)}")
make_uuid_and_key = _text64(lambda rnd: f"{drawn_uuid(rnd)}:{_text(rnd, 12)}")
make_workspace = _text64(lambda rnd: f"tok:{drawn_uuid(rnd).replace('-', '_')}:1:0")
make_reference_token = _text64(lambda rnd: f"reftkn:01:{rnd.randrange(4 * 10**9, 5 * 10**9)}:{_text(rnd, 27)}")
make_pem_rsa = _text64(lambda rnd: pem_rsa(rnd) + "\n")


def make_key_id(rnd: random.Random) -> str:
    """56 bytes, unpadded."""
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return b64encode(f"key_01{_text(rnd, 24, letters)},{_text(rnd, 25)}".encode()).decode().rstrip("=")


def make_bedrock_user(rnd: random.Random) -> str:
    """What follows `ABSK`."""
    secret = b64encode(rnd.randbytes(33)).decode()
    account = rnd.randrange(2 * 10**11, 9 * 10**11)
    return b64encode(f"BedrockAPIKey-{_text(rnd, 4)}-at-{account}:{secret}".encode()).decode()


def make_bedrock_url(rnd: random.Random) -> str:
    """What follows `bedrock-api-key-`."""
    scope = f"ASIA{_text(rnd, 16, string.ascii_uppercase)}%2F20990101%2Fus-east-1%2Fbedrock%2Faws4_request"
    query = f"X-Amz-Credential={scope}&X-Amz-Date=20990101T000000Z&X-Amz-Expires=43200&X-Amz-Security-Token="
    query += f"{_text(rnd, 400)}&X-Amz-Signature={rnd.randbytes(32).hex()}&X-Amz-SignedHeaders=host&Version=1"
    start = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    return b64encode(f"{start}&{query}".encode()).decode()


def make_bytes_32(rnd: random.Random) -> str:
    """32 bytes in the standard alphabet."""
    return b64encode(rnd.randbytes(32)).decode()


def make_bytes_64(rnd: random.Random) -> str:
    """64 bytes in the alphabet of URLs, padded."""
    return urlsafe_b64encode(rnd.randbytes(64)).decode()


def _bare(armoured: str) -> str:
    body = "".join(armoured.split("\n")[1:-1])
    return b64encode(b64decode(body)).decode()


def make_bare_rsa(rnd: random.Random) -> str:
    """PKCS#1 on one line."""
    return _bare(pem_rsa(rnd))


def make_bare_ec(rnd: random.Random) -> str:
    """RFC 5915 on one line, with the public half, as OpenSSL writes it."""
    point = b"\xa1\x44\x03\x42\x00\x04" + rnd.randbytes(64)
    start = b"\x30\x77\x02\x01\x01\x04\x20" + rnd.randbytes(32) + bytes.fromhex("a00a06082a8648ce3d030107")
    return b64encode(start + point).decode()


def make_pem_ec(rnd: random.Random) -> str:
    """The same in armour, and in base64 once more."""
    text = make_bare_ec(rnd)
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    label = "EC PRIVATE KEY"
    return b64encode(f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()).decode()


def make_bare_pkcs8(rnd: random.Random) -> str:
    """PKCS#8 on one line."""
    return _bare(pem_pkcs8(rnd))


def make_bare_ed25519(rnd: random.Random) -> str:
    """RFC 8410 on one line."""
    return b64encode(bytes.fromhex("302e020100300506032b657004220420") + rnd.randbytes(32)).decode()


def make_fly_macaroon(rnd: random.Random) -> str:
    """What follows `fm2_`."""
    nonce = b"\x93\xc4\x26" + rnd.randbytes(38) + b"\xc4\x10" + rnd.randbytes(16) + b"\xc2"
    location = b"https://api.fly.io/v1"
    caveats = b"\x92\x04\x92\xce" + rnd.randbytes(4) + b"\xce" + rnd.randbytes(4)
    tail = b"\xc4\x20" + rnd.randbytes(32)
    return b64encode(b"\x94" + nonce + bytes((0xA0 | len(location),)) + location + caveats + tail).decode()
