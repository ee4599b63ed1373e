"""Signature version 4 by botocore, over a request that our own client sends.

Only botocore's signer is used: what connects, follows and checks TLS is the same as for every other provider.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

from dataclasses import replace

from scanner.verify.request import Request
from scanner.verify.template import Unfit, Values, text_of

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    raise Unfit("verifying this kind needs botocore; install it with: pip install 'keysieve[aws]'") from None

REGION, SERVICE = "us-east-1", "sts"
"""Of the global endpoint, which answers for keys of every region."""


def sign(request: Request, parts: Values) -> Request:
    """The request with its signature. Raises Unfit where the key's id or, of a session, its token is missing."""
    if "id" not in parts:
        raise Unfit("its secret part was not found nearby")
    token = text_of(parts["session_token"].reveal()) if "session_token" in parts else None
    headers = {name: value for name, value in request.headers if name.lower() != "x-amz-security-token"}
    headers["Accept"] = "text/xml"
    headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    unsigned = AWSRequest(request.method, request.url, headers, request.body)
    keys = Credentials(text_of(parts["id"].reveal()), text_of(parts["secret"].reveal()), token)
    SigV4Auth(keys, SERVICE, REGION).add_auth(unsigned)
    return replace(request, headers=tuple((name, str(value)) for name, value in unsigned.headers.items()))
