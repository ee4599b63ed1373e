"""A JSON web token against the keys that its issuer publishes, by PyJWT. The token itself is sent nowhere.

Sources: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig, https://www.rfc-editor.org/rfc/rfc7517,
https://www.rfc-editor.org/rfc/rfc7519#section-4.1
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from scanner.catalogue.condition import parsed, written
from scanner.verify.answer import Said
from scanner.verify.hosts import Failed
from scanner.verify.line import Line
from scanner.verify.template import Unfit, Values, text_of

try:
    import jwt
    from jwt.exceptions import InvalidSignatureError, PyJWTError
except ImportError:
    raise Unfit("verifying this kind needs PyJWT; install it with: pip install 'keysieve[jwt]'") from None

_PUBLIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Algorithms whose other half may be published: no shared secrets, and never `none`."""
_DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
_TELLING = ("iss", "sub", "aud", "scope", "scp", "roles", "azp", "client_id", "email")


def target(parts: Values) -> tuple[str, int]:
    """The issuer's host. Raises Unfit where no published key can tell."""
    _, claims = _read(parts)
    issuer = urlsplit(str(claims["iss"]))
    return issuer.hostname or "", issuer.port or 443


def ask(parts: Values, line: Line) -> Said:
    """`valid`, `expired`, `early`, `forged`, or `unpublished` (the issuer has no such key). Raises Failed."""
    head, claims = _read(parts)
    told = _told(claims)
    if _number(claims.get("exp"), 1e18) < time.time():
        return Said("expired", told)  # and nobody is asked
    key = _key(str(claims["iss"]), head, line)
    if key is None:
        return Said("unpublished")
    unchecked = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
    try:
        jwt.decode(text_of(parts["secret"].reveal()), key, algorithms=[head["alg"]], options=unchecked)
    except InvalidSignatureError:
        return Said("forged")
    except PyJWTError:
        raise Failed("the issuer's key does not fit the token", fault=False) from None
    return Said("early" if _number(claims.get("nbf"), 0) > time.time() else "valid", told)


def _read(parts: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and claims, nothing of it checked. Raises Unfit."""
    token = text_of(parts["secret"].reveal())
    try:
        head = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (PyJWTError, ValueError):
        raise Unfit("it is no token that can be read") from None
    if head.get("alg") not in _PUBLIC:
        raise Unfit("it is signed by a shared secret, so nobody publishes a key for it")
    issuer = claims.get("iss")
    usable = isinstance(issuer, str) and urlsplit(issuer).scheme in ("https", "http")
    if not usable or not urlsplit(str(issuer)).hostname or "@" in urlsplit(str(issuer)).netloc:
        raise Unfit("it names no issuer that could publish a key")
    return head, claims


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise


def _told(claims: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [(name, written(claims[name])) for name in _TELLING if claims.get(name)]
    end = _number(claims.get("exp"), 0)
    if 0 < end < 1e11:
        found.append(("expires", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))))
    return tuple(found)


def _key(issuer: str, head: dict[str, Any], line: Line) -> Any:
    for path in _DOCUMENTS:
        found = _document(issuer.rstrip("/") + path, line)
        where = found.get("jwks_uri")
        if isinstance(where, str) and str(found.get("issuer", "")).rstrip("/") == issuer.rstrip("/"):
            break
    else:
        raise Failed("its issuer publishes no keys where the standard says", fault=False)
    rows = _document(where, line).get("keys")
    named = [row for row in rows if row.get("kid") == head.get("kid")] if isinstance(rows, list) else []
    if "kid" not in head and isinstance(rows, list) and len(rows) == 1:
        named = rows
    if not named:
        return None
    try:
        return jwt.PyJWK.from_dict(named[0], head["alg"]).key
    except PyJWTError:
        raise Failed("the issuer's key does not fit the token", fault=False) from None


def _document(url: str, line: Line) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and not line.named(parts.hostname or ""):
        raise Failed("its issuer is no https address", fault=False)
    answer = line.get(url)
    if answer.status >= 500 or answer.status == 429:
        raise Failed(f"status {answer.status} where its issuer publishes its keys")
    found = parsed(answer.body) if answer.status == 200 else None
    return found if isinstance(found, dict) else {}
