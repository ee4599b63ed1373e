"""Signatures of Alibaba Cloud and Tencent Cloud: the worked examples of their pages, and servers that check them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("httpx")

from scanner.secrets import Secret
from scanner.verify.protocols import alibaba, tencent
from scanner.verify.request import Request
from tests.helpers.samples import catalogue
from tests.report.made import make_finding, text_secret
from tests.verify.conftest import Make
from tests.verify.provider import Asked, Reply, serve

WHO, SECRET = text_secret(24).decode(), text_secret(30)
JSON = {"Content-Type": "application/json"}


def test_the_worked_example_of_alibaba() -> None:
    """Of https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature."""
    query = "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    asked = Request("POST", f"https://ecs.cn-shanghai.aliyuncs.com/?{query}", (), b"")
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    proof, names = alibaba.proved(b"YourAccessKeySecret", asked, headers)
    assert proof == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert names == "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"


def test_the_worked_example_of_tencent() -> None:
    """Of https://www.tencentcloud.com/document/api/1150/49447, whose key is 32 asterisks."""
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    asked = Request("POST", "https://cvm.tencentcloudapi.com/", (), body)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "host": "cvm.tencentcloudapi.com",
        "x-tc-action": "DescribeInstances",
        "x-tc-timestamp": "1551113065",
    }
    proof, scope = tencent.proved(b"*" * 32, asked, headers, "cvm")
    assert proof == "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    assert scope == "2019-02-25/cvm/tc3_request"


def canonical(asked: Asked, names: str, lower: bool) -> str:
    """What was received, as both clouds write it before it is hashed."""
    lines = [f"{name}:{asked.headers[name].lower() if lower else asked.headers[name]}\n" for name in names.split(";")]
    told = [asked.method, "/", "", "".join(lines), names, hashlib.sha256(asked.body).hexdigest()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def at_alibaba(asked: Asked) -> Reply:
    """Answers as its pages say; the signature is computed from what came over the line."""
    given = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=(\w+)", asked.headers["authorization"]
    )
    assert given
    who, names, proof = given.groups()
    assert {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"} <= set(
        names.split(";")
    )
    assert asked.headers["x-acs-action"] == "GetCallerIdentity"
    if who != WHO:
        return refusal(404, "InvalidAccessKeyId.NotFound")
    if proof != mac(SECRET, f"ACS3-HMAC-SHA256\n{canonical(asked, names, False)}").hex():
        return refusal(400, "SignatureDoesNotMatch")
    if "x-acs-security-token" in asked.headers and "x-acs-security-token" not in names:
        return refusal(400, "InvalidSecurityToken.Malformed")
    told = {"AccountId": "1", "Arn": "acs:ram::1:root", "UserId": "1", "IdentityType": "Account"}
    return Reply(200, json.dumps(told).encode(), JSON)


def refusal(status: int, code: str) -> Reply:
    return Reply(status, json.dumps({"Code": code, "Message": "no"}).encode(), JSON)


def at_tencent(asked: Asked) -> Reply:
    given = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=([^/]+)/([\d-]+)/sts/tc3_request, SignedHeaders=([\w;-]+), Signature=(\w+)",
        asked.headers["authorization"],
    )
    assert given
    who, day, names, proof = given.groups()
    assert names == "content-type;host;x-tc-action"
    told: dict[str, Any] = {"Arn": "qcs::cam::uin/1:uin/1", "AccountId": "1", "UserId": "1", "Type": "CAMUser"}
    text = "\n".join(["TC3-HMAC-SHA256", asked.headers["x-tc-timestamp"], f"{day}/sts/tc3_request"])
    key = mac(mac(mac(b"TC3" + SECRET, day), "sts"), "tc3_request")
    if who != WHO:
        told = {"Error": {"Code": "AuthFailure.SecretIdNotFound", "Message": "no"}}
    elif proof != mac(key, f"{text}\n{canonical(asked, names, True)}").hex():
        told = {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}}
    return Reply(200, json.dumps({"Response": told}).encode(), JSON)


Cloud = Callable[[Asked], Reply]
CLOUDS = [("alibaba-access-key", at_alibaba), ("tencent-secret-key", at_tencent)]


def ask(verifier: Make, kind: str, cloud: Cloud, secret: bytes = SECRET, **parts: str) -> tuple[Any, list[Asked]]:
    given = tuple((name, Secret(value.encode())) for name, value in parts.items())
    found = make_finding(secret, pattern=kind, provider=catalogue()[kind].provider, parts=given)
    with serve(cloud) as provider:
        (told,) = verifier(endpoints=((kind, provider.url),)).verify([replace(found, reasons=())])
    return told.verdict, provider.asked


@pytest.mark.parametrize(("kind", "cloud"), CLOUDS)
def test_a_key_that_lives_and_whose_it_is(verifier: Make, kind: str, cloud: Cloud) -> None:
    verdict, asked = ask(verifier, kind, cloud, id=WHO)
    assert verdict.state == "active", verdict
    assert dict(verdict.identity)["account"] == "1"
    assert ("privileged", "yes") in verdict.identity or kind != "alibaba-access-key"
    assert len(asked) == 1
    assert SECRET.decode() not in f"{asked[0]}"


@pytest.mark.parametrize(("kind", "cloud"), CLOUDS)
def test_a_key_that_does_not(verifier: Make, kind: str, cloud: Cloud) -> None:
    assert ask(verifier, kind, cloud, id="x" * 24)[0].state == "inactive"
    assert ask(verifier, kind, cloud, text_secret(30), id=WHO)[0].state == "restricted"
    verdict, asked = ask(verifier, kind, cloud)
    assert (verdict.state, verdict.why, asked) == ("unknown", "its secret part was not found nearby", [])


def test_a_session_of_alibaba_needs_its_token(verifier: Make) -> None:
    verdict, asked = ask(verifier, "alibaba-sts", at_alibaba, id=WHO, security_token="token" * 9)
    assert verdict.state == "active", verdict
    assert asked[0].headers["x-acs-security-token"] == "token" * 9
    without, asked = ask(verifier, "alibaba-sts", at_alibaba, id=WHO)
    assert (without.state, asked) == ("unknown", [])
    assert without.why == "its part 'security_token' was not found beside it"
    expired, _ = ask(
        verifier, "alibaba-sts", lambda _: refusal(400, "InvalidSecurityToken.Expired"), id=WHO, security_token="t" * 30
    )
    assert expired.state == "inactive"


@pytest.mark.parametrize(("kind", "cloud"), CLOUDS)
@pytest.mark.parametrize("reply", [Reply(500), Reply(429), Reply(200, b"<html>sign in"), Reply(200, b"{}", JSON)])
def test_what_says_nothing_of_the_key(verifier: Make, kind: str, cloud: Cloud, reply: Reply) -> None:
    assert ask(verifier, kind, lambda _: reply, id=WHO)[0].state == "unknown"
