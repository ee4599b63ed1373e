"""Tokens whose text decodes to something readable: JSON web tokens, macaroons, ids in base64 or base32.

Facts: RFC 7519 (JWT), the macaroon v2 format of libmacaroons, AWS's documented key ids with the published
finding that their letters hold the account number.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from typing import TYPE_CHECKING, Any

from scanner.lazily import lazily
from scanner.records import DO_NOT_VERIFY
from scanner.score.structure.digits import decode64, encode64
from scanner.score.structure.evidence import Evidence

if TYPE_CHECKING:
    import random

# A brace begins with e and one of w to z in base64.
_JWT = lazily(rb"(e[w-z][A-Za-z0-9_-]{6,4000})\.(e[w-z][A-Za-z0-9_-]{6,8000})\.([A-Za-z0-9_-]{0,2000})")
_EXPIRED, _PUBLIC = -0.35, -0.5


def jwt(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Header and payload are JSON objects and the header names an algorithm.

    Tells the registered claims iss, aud and exp (RFC 7519, section 4.1), a role, and the service account of a
    Kubernetes cluster (its documentation, "Managing Service Accounts": claims of legacy and of bound tokens).
    """
    parts = _JWT.search(secret)
    header = decoded_object(parts[1]) if parts else None
    claims = decoded_object(parts[2]) if parts else None
    if header is None or claims is None or not isinstance(header.get("alg"), str):
        return [Evidence("refuted", "does not decode to a JSON web token")]
    found = [Evidence("proved", f"JSON web token, algorithm {shown(header['alg'])}")]
    if isinstance(claims.get("iss"), str):
        found.append(Evidence("note", f"issued by {shown(claims['iss'])}"))
    return found + _audience(claims) + _service_account(claims) + _role(claims) + expiry(claims.get("exp"))


def named_jwt(secret: bytes, whole: bytes) -> list[Evidence]:
    """`jwt` of a value that its provider's name tells already: what does not decode proves nothing."""
    return [item for item in jwt(secret, whole) if item.kind != "refuted"]


def _audience(claims: dict[str, Any]) -> list[Evidence]:
    audience = claims.get("aud")
    names = audience if isinstance(audience, list) else [audience]
    texts = [shown(name) for name in names if isinstance(name, str)][:3]
    return [Evidence("note", f"made for {', '.join(texts)}")] if texts else []


def _service_account(claims: dict[str, Any]) -> list[Evidence]:
    bound = claims.get("kubernetes.io")
    account = bound.get("serviceaccount") if isinstance(bound, dict) else None
    if isinstance(bound, dict) and isinstance(account, dict):
        names = [bound.get("namespace"), account.get("name")]
    else:
        names = [claims.get(f"kubernetes.io/serviceaccount/{key}") for key in ("namespace", "service-account.name")]
    texts = [shown(name) for name in names if isinstance(name, str)]
    return [Evidence("note", f"service account {'/'.join(texts)}")] if len(texts) == 2 else []


def _role(claims: dict[str, Any]) -> list[Evidence]:
    role = claims.get("role")
    if not isinstance(role, str):
        return []
    if role == "anon":
        return [Evidence("note", "role anon: public by design", _PUBLIC)]
    return [Evidence("note", f"role {shown(role)}")]


def expiry(moment: object) -> list[Evidence]:
    """A note on the second of Unix time at which a credential ends; none where `moment` is no such number."""
    if not isinstance(moment, (int, float)) or not 0 < moment < 1e11:
        return []
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    if moment < time.time():
        return [Evidence("note", f"expired on {day}", _EXPIRED)]
    return [Evidence("note", f"valid until {day}")]


def decoded_object(part: bytes) -> dict[str, Any] | None:
    """The JSON object whose base64 `part` is, in either alphabet."""
    try:
        value = json.loads(decode64(part) or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def shown(text: str) -> str:
    """A claim as it may be shown: printable, short, and too short to be a credential of its own."""
    return re.sub(r"[^\w.:/@+-]", "?", text)[:60]


def make_jwt(rnd: random.Random) -> str:
    """A token signed by nobody."""
    return f"{make_jwt_header(rnd)}.{encode64(b'{' + _times(rnd))}.{encode64(rnd.randbytes(32))}"


def make_jwt_header(_rnd: random.Random) -> str:
    """The usual header."""
    return encode64(b'{"alg":"HS256","typ":"JWT"}')


def make_jwt_tail(rnd: random.Random) -> str:
    """The end of a payload whose start is a whole number of three-byte groups, and a signature."""
    return f"{encode64(_times(rnd))}.{encode64(rnd.randbytes(32))}"


def make_quoted_name(rnd: random.Random) -> str:
    """Base64 of a double quote and twenty small letters: a name inside JSON, in three-byte groups."""
    return encode64(b'"' + bytes(rnd.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(20)))


def _times(rnd: random.Random) -> bytes:
    start = rnd.randrange(1_700_000_000, 1_750_000_000)
    return f'"iat":{start},"exp":{start + 3_000_000_000}}}'.encode()


def macaroon(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Version 2: bytes 02, 01, location, 02, identifier; tells the location."""
    text = re.search(rb"AgE[A-Za-z0-9_-]{20,}", secret)
    data = decode64(text[0]) if text else None
    if not data or len(data) < 3 or data[:2] != b"\x02\x01":
        return [Evidence("broken", "does not decode to a macaroon")]
    place = 3 + data[2]
    location = data[3:place]
    if data[place : place + 1] != b"\x02" or place + 1 >= len(data) or not location.isascii():
        return [Evidence("broken", "the macaroon has no identifier")]
    return [Evidence("proved", f"macaroon for {shown(location.decode())}")]


def make_macaroon_rest(rnd: random.Random) -> str:
    """What follows the fixed start of a macaroon whose location is eight bytes: identifier, caveats, signature.

    The fixed start is 14 letters and two bits, so the first byte here continues its last letter.
    """
    identifier = bytes(rnd.choice(b"0123456789abcdef") for _ in range(36))
    caveat = b'{"permissions":"user","version":'
    data = b"\x02$" + identifier + b"\x00\x02\x1f" + caveat + b"\x00\x06 " + rnd.randbytes(32)
    return encode64(bytes(11) + data)[15:]


def numeric_id(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The part before the first dot is base64 of 17 to 20 digits: an id that holds its creation time."""
    data = decode64(secret.split(b".")[0])
    if not data or not re.fullmatch(rb"[0-9]{17,20}", data):
        return [Evidence("refuted", "the first part does not decode to a numeric id")]
    return [Evidence("proved", f"decodes to the id {data.decode()}")]


def make_numeric_id(rnd: random.Random) -> str:
    """Base64 of an 18-digit id."""
    return encode64(str(rnd.randrange(10**17, 10**18)).encode())


DOCUMENTATION = frozenset({"123456789012", "111122223333", "444455556666"})
"""Accounts of AWS's documentation."""

_THINKST = (
    "052310077262 171436882533 534261010715 595918472158 717712589309 819147034852 992382622183 730335385048 "
    "266735846894 893192397702"
)
_OTHERS = (
    "044858866125 251535659677 344043088457 351906852752 390477818340 426127672474 427150556519 439872796651 "
    "445142720921 465867158099 637958123769 693412236332 732624840810 735421457923 959235150393 982842642351"
)
CANARIES = dict.fromkeys(_OTHERS.split(), "a canary service")
CANARIES.update(dict.fromkeys(_THINKST.split(), "Thinkst canarytokens.org"))
"""Accounts whose keys exist to be tripped: verifying such a key warns its owner."""

_KEY_ID = lazily(rb"A[A-Z]{2}A([A-Z2-7]{16})(?![A-Z0-9])")


def account_id(secret: bytes, whole: bytes) -> list[Evidence]:
    """The account number in the sixteen base32 letters of a key id; older ids (fifth letter I or J) hold none."""
    letters = _KEY_ID.search(secret) or _KEY_ID.search(whole)
    if letters is None or letters[1][:1] in b"IJ":
        return []
    account = decode_account(letters[1])
    if account in DOCUMENTATION:
        return [Evidence("refuted", f"decodes to AWS account {account}, which only documentation uses")]
    if account in CANARIES:
        return [Evidence("note", f"a canary of {CANARIES[account]}{DO_NOT_VERIFY}")]
    if len(account) > 12:
        return [Evidence("broken", "decodes to no account number of 12 digits")]
    return [Evidence("note", f"decodes to AWS account {account}", 0.05)]


def decode_account(letters: bytes) -> str:
    """Bits 1 to 40 of the decoded letters, as a number of at least 12 digits."""
    try:
        data = base64.b32decode(letters)
    except binascii.Error:
        return "0" * 13
    return str((int.from_bytes(data[:6], "big") & 0x7FFFFFFFFF80) >> 7).rjust(12, "0")


def make_account_letters(rnd: random.Random) -> str:
    """Sixteen base32 letters that hold an account number."""
    account = rnd.randrange(200_000_000_000, 990_000_000_000)
    data = (1 << 47 | account << 7 | rnd.randrange(128)).to_bytes(6, "big") + rnd.randbytes(4)
    return base64.b32encode(data).decode()
