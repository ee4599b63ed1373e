"""Azure storage's Shared Key: an HMAC over the request, so that the key itself is not sent.

Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import replace
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

from scanner.verify.request import Request
from scanner.verify.template import Unfit, Values, text_of

VERSION = "2021-12-02"
_EMPTY = 11
"""Content-Encoding to Range, none of which a GET without a body has."""


def sign(request: Request, parts: Values) -> Request:
    """The request with date, version and signature. Raises Unfit where the account is missing or the key is none."""
    if "account" not in parts:
        raise Unfit("its part 'account' was not found beside it")
    account = text_of(parts["account"].reveal())
    try:
        key = base64.b64decode(parts["secret"].reveal(), validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("it is no key that can be used") from None
    added = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": VERSION}
    where = urlsplit(request.url)
    resource = f"/{account}{where.path or '/'}"
    resource += "".join(f"\n{name.lower()}:{value}" for name, value in sorted(parse_qsl(where.query)))
    told = "\n".join([request.method, *[""] * _EMPTY, *(f"{name}:{value}" for name, value in added.items()), resource])
    proof = base64.b64encode(hmac.digest(key, told.encode(), hashlib.sha256)).decode()
    given = {**dict(request.headers), **added, "Authorization": f"SharedKey {account}:{proof}"}
    return replace(request, headers=tuple(given.items()))
