"""Tencent Cloud's signature v3 (TC3-HMAC-SHA256): an HMAC over the request, so that the key itself is not sent.

Source: https://www.tencentcloud.com/document/api/1150/49447
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from scanner.verify.request import Request, shown_host
from scanner.verify.template import Unfit, Values, text_of

ALGORITHM, SERVICE = "TC3-HMAC-SHA256", "sts"
_SIGNED = ("content-type", "host", "x-tc-action")


def sign(request: Request, parts: Values) -> Request:
    """The request with its time and signature. Raises Unfit where the key's id is missing."""
    if "id" not in parts:
        raise Unfit("its secret part was not found nearby")
    headers = {
        "content-type": "application/json; charset=utf-8",
        **{name.lower(): value for name, value in request.headers},
        "host": shown_host(request.url),
        "x-tc-timestamp": str(int(time.time())),
    }
    proof, scope = proved(parts["secret"].reveal(), request, headers, SERVICE)
    credential = f"{text_of(parts['id'].reveal())}/{scope}"
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credential}, SignedHeaders={';'.join(_SIGNED)}, Signature={proof}"
    )
    return replace(request, headers=tuple(headers.items()))


def proved(secret: bytes, request: Request, headers: Mapping[str, str], service: str) -> tuple[str, str]:
    """The signature, and the scope it holds for; `headers` have names in lower case."""
    where = urlsplit(request.url)
    canonical = "\n".join([
        request.method,
        where.path or "/",
        where.query,
        "".join(f"{name}:{headers[name].strip().lower()}\n" for name in _SIGNED),
        ";".join(_SIGNED),
        hashlib.sha256(request.body).hexdigest(),
    ])  # fmt: skip
    at = headers["x-tc-timestamp"]
    day = time.strftime("%Y-%m-%d", time.gmtime(int(at)))
    scope = f"{day}/{service}/tc3_request"
    told = "\n".join([ALGORITHM, at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"TC3" + secret
    for step in (day, service, "tc3_request"):
        key = hmac.digest(key, step.encode(), hashlib.sha256)
    return hmac.digest(key, told.encode(), hashlib.sha256).hex(), scope
