"""Values that carry a small structure of their own: user and password in base64, URIs, signed queries.

Facts: RFC 7617 (Basic), RFC 3986 (URI), Azure's documented SAS parameters.
"""

from __future__ import annotations

import base64
import re
import string
import time
from typing import TYPE_CHECKING

from scanner.lazily import lazily
from scanner.score.structure.digits import decode64
from scanner.score.structure.evidence import Evidence

if TYPE_CHECKING:
    import random

_PLACEHOLDER = lazily(
    rb"(?i)(?:<.*|\[.*\]|\$.*|%\(.*|%[sdv]|\{.*|#\{.*|\*+|x{3,}|\.{3,}|your.*|my_?pass\w*|change.?me.*"
    rb"|example|redacted|pass(?:w(?:or)?d)?[\]\\]?|foo(?:pass\w*|bar)?|passwd|pwd|pass1?|secret|token|mypass|.*placeholder.*)\Z"
)
_TRIVIAL = frozenset(
    b"password pass passwd admin root test user guest postgres mysql changeme secret example elastic neo4j"
    b" minioadmin redis default demo foo bar rootpassword toor 1234 12345 123456".split()
)
_PRODUCTS = frozenset(b"admin root guest postgres mysql elastic neo4j minioadmin redis toor 1234 12345 123456".split())
"""Of these what products let in with, not what stands for a password: a service that listens elsewhere is open."""
_NO_HOST = lazily(
    rb"(?i)(?:[\w.-]*\.)?(?:example(?:\.\w+)?|test|invalid|foo\.com|bar\.com|httpbin\.org|httpwatch\.com)\Z"
)
_LOOPBACK = lazily(rb"(?i)(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0)\Z")
_URI = lazily(rb"[A-Za-z][\w+.-]*://([^\s:@/]*):(.*)@(\[[0-9A-Fa-f:]+\]|[^\s@:/?#,\"'<>]+)", re.DOTALL)


def user_and_password(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Base64 of `user:password`; user names and made-up passwords are told apart."""
    data = decode64(secret)
    user, colon, password = (data or b"").partition(b":")
    if not colon or not user or not password or not _printable(data or b""):
        return [Evidence("refuted", "does not decode to a user name and a password")]
    if _PLACEHOLDER.match(password):
        return [Evidence("refuted", "decodes to a placeholder")]
    if password in _TRIVIAL or password == user:
        return [Evidence("note", "decodes to a default login", -0.5)]
    return [Evidence("proved", "decodes to a user name and a password")]


def encoded_password(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Base64 of a password (npm's documentation, npmrc: `_password`); what is no text may stand there unencoded."""
    password = decode64(secret) or b""
    if len(password) < 4 or not _printable(password):
        return []
    if _PLACEHOLDER.match(password):
        return [Evidence("refuted", "decodes to a placeholder")]
    if password.lower() in _TRIVIAL:
        return [Evidence("note", "decodes to a default password", -0.5)]
    return [Evidence("proved", "decodes to a password")]


def _printable(data: bytes) -> bool:
    try:
        return data.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def uri_password(secret: bytes, whole: bytes) -> list[Evidence]:
    """The password of a URI, weighed with its user and host: placeholders, default logins, hosts that are none."""
    from urllib.parse import unquote_to_bytes

    password = unquote_to_bytes(secret)
    if _PLACEHOLDER.match(password) or _PLACEHOLDER.match(secret):
        return [Evidence("refuted", "a placeholder stands for the password")]
    uri = _URI.search(whole)
    user = unquote_to_bytes(uri[1]) if uri else b""
    host = uri[3] if uri else b""
    found: list[Evidence] = []
    if len(password) < 4:
        found.append(Evidence("note", "shorter than four characters, once decoded", -0.3))
    if password.lower() in _TRIVIAL or (user and password == user):
        found.append(_default(password))
    if _LOOPBACK.match(host):
        found.append(Evidence("note", "the host is this machine", -0.2))
    if _NO_HOST.match(host):
        found.append(Evidence("note", "the host is one of documentation", -0.4))
    return found


def pair_password(secret: bytes, _whole: bytes) -> list[Evidence]:
    """The password of a `key=value;` connection string."""
    if _PLACEHOLDER.match(secret.strip()):
        return [Evidence("refuted", "a placeholder stands for the password")]
    return [_default(secret.strip())] if secret.strip().lower() in _TRIVIAL else []


def _default(password: bytes) -> Evidence:
    return Evidence("note", "a default login", -0.1 if password.lower() in _PRODUCTS else -0.4)


def thirty_two_bytes(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Base64, percent-encoded or not, of exactly 32 bytes: an HMAC-SHA256."""
    from urllib.parse import unquote_to_bytes

    data = decode64(unquote_to_bytes(secret))
    if data is None or len(data) != 32:
        return [Evidence("refuted", "does not decode to a signature of 32 bytes")]
    return []


def signed_query(_secret: bytes, whole: bytes) -> list[Evidence]:
    """The version and expiry that a signed URL's query carries."""
    if not re.search(rb"\bsv=\d{4}-\d\d-\d\d", whole):
        return [Evidence("refuted", "the query names no version of the service")]
    end = re.search(rb"\bse=(\d{4}-\d\d-\d\d)", whole)
    if end is None:
        return [Evidence("note", "its expiry is in a stored policy")]
    day = end[1].decode()
    if day < time.strftime("%Y-%m-%d", time.gmtime()):
        return [Evidence("note", f"expired on {day}", -0.35)]
    return [Evidence("note", f"valid until {day}")]


def not_hex(secret: bytes, _whole: bytes) -> list[Evidence]:
    """Forty hex digits are a git object id or a SHA-1, not a base64 secret."""
    if re.fullmatch(rb"[0-9a-f]+|[0-9A-F]+", secret):
        return [Evidence("refuted", "has the form of a digest")]
    return []


def mixed(secret: bytes, _whole: bytes) -> list[Evidence]:
    """A machine draws small and capital letters; a path or a name often has one kind only."""
    if not (re.search(rb"[a-z]", secret) and re.search(rb"[A-Z]", secret)):
        return [Evidence("refuted", "has letters of one case only")]
    if secret.count(b"/") > len(secret) / 6:
        return [Evidence("refuted", "has the form of a path")]
    return []


def make_basic(rnd: random.Random) -> str:
    """Base64 of a user name and a password."""
    user = "".join(rnd.choice(string.ascii_lowercase) for _ in range(rnd.randint(4, 8)))
    password = "".join(rnd.choice(string.ascii_letters + string.digits) for _ in range(rnd.randint(12, 20)))
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def make_encoded_password(rnd: random.Random) -> str:
    """Base64 of a password of 12 to 52 characters."""
    letters = string.ascii_letters + string.digits
    return base64.b64encode("".join(rnd.choice(letters) for _ in range(rnd.randint(12, 52))).encode()).decode()


def make_dummy_login(rnd: random.Random) -> str:
    """Base64 of a login that documentation uses."""
    return base64.b64encode(rnd.choice((b"user:password", b"user:pass", b"admin:admin"))).decode()


def make_dummy_value(_rnd: random.Random) -> str:
    """Base64 of what people write before they know better."""
    return base64.b64encode(b"changeme").decode()


def make_future_day(rnd: random.Random) -> str:
    """A day that has not come yet."""
    return f"{rnd.randrange(2090, 2099)}-{rnd.randrange(1, 13):02}-{rnd.randrange(1, 29):02}"
