"""Alibaba Cloud's signature V3 (ACS3-HMAC-SHA256): an HMAC over the request, so that the secret itself is not sent.

Source: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit

from scanner.verify.request import Request, shown_host
from scanner.verify.template import Unfit, Values, text_of

ALGORITHM = "ACS3-HMAC-SHA256"


def sign(request: Request, parts: Values) -> Request:
    """The request with date, nonce and signature. Raises Unfit where the key's id is missing."""
    if "id" not in parts:
        raise Unfit("its secret part was not found nearby")
    headers = {
        **{name.lower(): value for name, value in request.headers},
        "host": shown_host(request.url),
        "x-acs-content-sha256": hashlib.sha256(request.body).hexdigest(),
        "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "x-acs-signature-nonce": secrets.token_hex(16),
    }
    proof, signed = proved(parts["secret"].reveal(), request, headers)
    who = text_of(parts["id"].reveal())
    headers["authorization"] = f"{ALGORITHM} Credential={who},SignedHeaders={signed},Signature={proof}"
    return replace(request, headers=tuple(headers.items()))


def proved(secret: bytes, request: Request, headers: Mapping[str, str]) -> tuple[str, str]:
    """The signature, and the names of the headers that it covers; `headers` have names in lower case."""
    where = urlsplit(request.url)
    names = sorted(name for name in headers if name in ("host", "content-type") or name.startswith("x-acs-"))
    query = sorted(parse_qsl(where.query, keep_blank_values=True))
    canonical = "\n".join([
        request.method,
        where.path or "/",
        "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in query),
        "".join(f"{name}:{headers[name].strip()}\n" for name in names),
        ";".join(names),
        headers["x-acs-content-sha256"],
    ])  # fmt: skip
    told = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.digest(secret, told.encode(), hashlib.sha256).hex(), ";".join(names)


def _escaped(text: str) -> str:
    return quote(text, safe="~")
