"""A Google service account's key: a signed assertion, for which Google gives a token that is thrown away.

The assertion asks for nothing but the account's own address, and lives a minute. PyJWT signs it.
Source: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import urlencode

from scanner.verify.request import Request
from scanner.verify.template import Unfit, Values, text_of

try:
    import jwt
    from jwt.exceptions import PyJWTError
except ImportError:
    raise Unfit("verifying this kind needs PyJWT; install it with: pip install 'keysieve[google]'") from None

AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/userinfo.email"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = 60  # seconds


def sign(request: Request, parts: Values) -> Request:
    """The request with its assertion. Raises Unfit where the account's name is missing or the key cannot be used."""
    if "client_email" not in parts:
        raise Unfit("its part 'client_email' was not found beside it")
    key = text_of(parts["secret"].reveal()).replace("\\\\n", "\\n").replace("\\n", "\n")
    now = int(time.time())
    claims = {"iss": text_of(parts["client_email"].reveal()), "aud": AUDIENCE, "scope": SCOPE}
    try:
        assertion = jwt.encode(claims | {"iat": now, "exp": now + _LIFE}, key, "RS256")
    except (PyJWTError, ValueError, TypeError):
        raise Unfit("it is no key that can be used") from None
    headers = {**dict(request.headers), "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
    return replace(request, headers=tuple(headers.items()), body=body)
