"""Signature version 4 by botocore, over a request that our own client sends; and which policies a key's owner has.

Only botocore's signer is used: what connects, follows and checks TLS is the same as for every other provider.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from scanner.verify.answer import Answer
from scanner.verify.protocols import Pairs, Questions
from scanner.verify.request import Request, shown_host
from scanner.verify.template import Unfit, Values, text_of

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    raise Unfit("verifying this kind needs botocore; install it with: pip install 'keysieve[aws]'") from None

REGION, SERVICE = "us-east-1", "sts"
"""Of the global endpoint, which answers for keys of every region but China's and GovCloud's."""
_REGIONAL = re.compile(r"\w+\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?\Z")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html"""
GROUPS = 10
"""So many groups a user may be in: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
DENIED = "not allowed to list"
_GLOBAL, _IAM = "sts.amazonaws.com", "https://iam.amazonaws.com/"
_OWNER = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d+:(?:(root)\Z|user/(?:.*/)?([^/]+)\Z|assumed-role/([^/]+)/)")
_OURS = ":iam::aws:policy/"
_WIDE = re.compile(rf"{_OURS}(?:AdministratorAccess|IAMFullAccess)\Z")
"""AWS's own policies that allow everything, or to grant oneself everything."""


def sign(request: Request, parts: Values) -> Request:
    """The request with its signature. Raises Unfit where the key's id or, of a session, its token is missing."""
    if "id" not in parts:
        raise Unfit("its secret part was not found nearby")
    return _signed(request, parts, SERVICE)


def reach(request: Request) -> tuple[tuple[str, int], ...]:
    """The host that is asked for policies, and at most how often."""
    return ((shown_host(_iam(request)), 3 + 2 * GROUPS),)


def further(request: Request, parts: Values, identity: Pairs) -> Questions:
    """`permissions`, the policies of the key's user or role, own and of groups; and whether it is `privileged`."""
    owner = _OWNER.match(dict(identity).get("arn", ""))
    if owner is None:
        return ()
    root, user, role = owner.groups()
    if root:
        return (("permissions", "everything, as the account's root user"), ("privileged", "yes"))
    listing = _Listing(request, parts)
    if user:
        yield from listing.ask("ListAttachedUserPolicies", UserName=user)
        yield from listing.ask("ListUserPolicies", UserName=user)
        groups = yield from listing.ask("ListGroupsForUser", UserName=user)
        for group in re.findall(r"<GroupName>([^<]+)</GroupName>", groups)[:GROUPS]:
            yield from listing.ask("ListAttachedGroupPolicies", GroupName=group)
            yield from listing.ask("ListGroupPolicies", GroupName=group)
    else:
        yield from listing.ask("ListAttachedRolePolicies", RoleName=role)
        yield from listing.ask("ListRolePolicies", RoleName=role)
    return listing.told()


class _Listing:
    """Policies, as one question after the other names them."""

    def __init__(self, request: Request, parts: Values) -> None:
        self._request = replace(request, url=_iam(request))
        self._parts = parts
        self._names: list[str] = []
        self._wide = self._denied = self._open = False

    def ask(self, action: str, **named: str) -> Generator[Request, Answer | None, str]:
        """What IAM answers, "" where it does not; the policies in it are remembered."""
        body = urlencode({"Action": action, "Version": "2010-05-08", **named}).encode()
        answer = yield _signed(replace(self._request, body=body), self._parts, "iam")
        if answer is None or answer.status != 200:
            denied = answer is not None and answer.status == 403 and "AccessDenied" in answer.body
            self._denied, self._open = self._denied or denied, True
            return ""
        whose = f" (group {named['GroupName']})" if "GroupName" in named else ""
        attached = re.findall(r"<PolicyArn>([^<]+)</PolicyArn>", answer.body)
        inline = re.search(r"<PolicyNames>(.*?)</PolicyNames>", answer.body, re.DOTALL)
        own = re.findall(r"<member>([^<]+)", inline[1] if inline else "")
        self._wide = self._wide or any(map(_WIDE.search, attached))
        self._open = self._open or bool(own) or any(_OURS not in arn for arn in attached)
        self._names += [arn.rpartition("/")[2] + whose for arn in attached]
        self._names += [f"{name} (inline){whose}" for name in own]
        return answer.body

    def told(self) -> Pairs:
        """What was learnt. Only a whole list of AWS's own policies says that there is no power: others may give any."""
        names = list(dict.fromkeys(self._names))
        if self._denied:
            names.append(DENIED if not names else "the rest it is not allowed to list")
        known: Pairs = (("permissions", ", ".join(names) or "none"),) if names or not self._open else ()
        certain = self._wide or not self._open
        return known + ((("privileged", "yes" if self._wide else "no"),) if certain else ())


def _iam(request: Request) -> str:
    """IAM's address; where the user named a server of their own, that one."""
    return _IAM if urlsplit(request.url).hostname == _GLOBAL else request.url


def _signed(request: Request, parts: Values, service: str) -> Request:
    token = text_of(parts["session_token"].reveal()) if "session_token" in parts else None
    headers = {name: value for name, value in request.headers if name.lower() != "x-amz-security-token"}
    headers["Accept"] = "text/xml"
    headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    unsigned = AWSRequest(request.method, request.url, headers, request.body)
    keys = Credentials(text_of(parts["id"].reveal()), text_of(parts["secret"].reveal()), token)
    regional = _REGIONAL.match(urlsplit(request.url).hostname or "")
    SigV4Auth(keys, service, regional[1] if regional else REGION).add_auth(unsigned)
    return replace(request, headers=tuple((name, str(value)) for name, value in unsigned.headers.items()))
