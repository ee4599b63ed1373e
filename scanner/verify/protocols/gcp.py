"""A Google service account's key: a signed assertion, for which Google gives a token that is thrown away.

The assertion asks for nothing but the account's own address, and lives a minute. Where the key lives another one, which
may only read, asks which of some telling permissions the account has on its project. PyJWT signs them.
Sources: https://developers.google.com/identity/protocols/oauth2/service-account#httprest,
https://cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from scanner.catalogue.condition import dig, parsed, path, written
from scanner.verify.protocols import Pairs, Questions
from scanner.verify.request import Request
from scanner.verify.template import Unfit, Values, text_of

try:
    import jwt
    from jwt.exceptions import PyJWTError
except ImportError:
    raise Unfit("verifying this kind needs PyJWT; install it with: pip install 'keysieve[google]'") from None

AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/userinfo.email"
READING = "https://www.googleapis.com/auth/cloud-platform.read-only"
WIDE = ("resourcemanager.projects.setIamPolicy", "iam.serviceAccountKeys.create", "iam.roles.update")
"""Whoever has one of these can give itself others."""
TELLING = (
    *WIDE, "iam.serviceAccounts.actAs", "compute.instances.create", "secretmanager.versions.access",
    "storage.buckets.list", "bigquery.jobs.create", "cloudsql.instances.list", "logging.logEntries.list",
    "resourcemanager.projects.get",
)  # fmt: skip
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = 60  # seconds
_PROJECT = re.compile(
    r"[^@]+@([a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com\Z"
    r"|([a-z][a-z0-9-]{4,28}[a-z0-9])@appspot\.gserviceaccount\.com\Z"
)


def sign(request: Request, parts: Values) -> Request:
    """The request with its assertion. Raises Unfit where the account's name is missing or the key cannot be used."""
    return _asserted(request, parts, SCOPE)


def reach(request: Request) -> tuple[tuple[str, int], ...]:
    """The hosts that are asked further, and how often."""
    return ((request.host, 1), (request.host if _own(request) else "cloudresourcemanager.googleapis.com", 1))


def further(request: Request, parts: Values, _: Pairs) -> Questions:
    """`permissions`: which of those that tell most the account has on the project that it belongs to."""
    belongs = _PROJECT.match(text_of(parts["client_email"].reveal()))
    if belongs is None:
        return ()
    project = belongs[1] or belongs[2]
    given = yield _asserted(request, parts, READING)
    token = written(dig(parsed(given.body), path("$.access_token"))) if given and given.status == 200 else ""
    if not token:
        return (("project", project),)
    base = _own(request) or "https://cloudresourcemanager.googleapis.com"
    headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    body = json.dumps({"permissions": TELLING}).encode()
    told = yield Request("POST", f"{base}/v1/projects/{project}:testIamPermissions", headers, body)
    if told is None or told.status != 200 or not isinstance(parsed(told.body), dict):
        return (("project", project),)
    found = dig(parsed(told.body), path("$.permissions"))
    has = [name for name in TELLING if isinstance(found, list) and name in found]
    wide = (("privileged", "yes"),) if any(name in has for name in WIDE) else ()
    return (("project", project), ("permissions", ", ".join(has) or f"none of {len(TELLING)} asked for"), *wide)


def _asserted(request: Request, parts: Values, scope: str) -> Request:
    if "client_email" not in parts:
        raise Unfit("its part 'client_email' was not found beside it")
    key = text_of(parts["secret"].reveal()).replace("\\\\n", "\\n").replace("\\n", "\n")
    now = int(time.time())
    claims = {"iss": text_of(parts["client_email"].reveal()), "aud": AUDIENCE, "scope": scope}
    try:
        assertion = jwt.encode(claims | {"iat": now, "exp": now + _LIFE}, key, "RS256")
    except (PyJWTError, ValueError, TypeError):
        raise Unfit("it is no key that can be used") from None
    headers = {**dict(request.headers), "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
    return replace(request, headers=tuple(headers.items()), body=body)


def _own(request: Request) -> str:
    """The user's own server, where one stands for Google; "" else."""
    where = urlsplit(request.url)
    return "" if request.url == AUDIENCE else f"{where.scheme}://{where.netloc}"
