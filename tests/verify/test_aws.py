"""The signature against moto's server: real keys of its own, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("botocore", reason="needs botocore")
pytest.importorskip("moto.server", reason="needs moto[server]")

import httpx

from scanner.secrets import Secret
from tests.report.made import make_finding
from tests.verify.conftest import Make

CALLS = 14
KIND, SESSION = "aws-access-key", "aws-session-token"


class Moto(NamedTuple):
    """A server that checks signatures and rights; keys (id, secret, token) of users, and of a session."""

    url: str
    key: dict[str, str]  # of ann, who may nothing
    root: dict[str, str]  # of bob, who may everything
    reader: dict[str, str]  # of eve, who may read by a group of hers, and something by a policy of her own
    session: dict[str, str]


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Calls without checking: what `_keys` makes.
    environment = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": str(CALLS), "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    log = tmp_path_factory.mktemp("moto") / "log"
    with open(log, "wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            env=environment, stdout=stream, stderr=stream,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, log)
        yield Moto(url, *_keys(url))
    finally:
        server.terminate()
        server.wait(10)


def _wait(url: str, server: Any, log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and server.poll() is None:
        try:
            httpx.get(f"{url}/moto-api/", trust_env=False, timeout=2)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"moto's server did not start: {log.read_text()[-500:]}")


def _keys(url: str) -> Iterator[dict[str, str]]:
    import botocore.session

    def client(service: str) -> Any:
        session = botocore.session.Session()
        session.set_credentials("x" * 20, "y" * 40)
        return session.create_client(service, region_name="us-east-1", endpoint_url=url)

    iam = client("iam")
    managed = "arn:aws:iam::aws:policy"
    made = []
    for name in ("ann", "bob", "eve"):  # 6 calls
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]})
    iam.attach_user_policy(UserName="bob", PolicyArn=f"{managed}/AdministratorAccess")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="eve")
    iam.attach_group_policy(GroupName="readers", PolicyArn=f"{managed}/IAMReadOnlyAccess")
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="eve", PolicyName="queues", PolicyDocument=json.dumps(own))
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    iam.attach_role_policy(RoleName="deployer", PolicyArn=f"{managed}/IAMFullAccess")
    given = client("sts").assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    yield from made
    yield {"id": given["AccessKeyId"], "secret": given["SecretAccessKey"], "token": given["SessionToken"]}


def ask(verifier: Make, url: str, kind: str, secret: str, **parts: str) -> Any:
    given = tuple((name, Secret(value.encode())) for name, value in parts.items())
    found = make_finding(secret.encode(), pattern=kind, provider="Amazon Web Services", parts=given)
    (told,) = verifier(endpoints=((kind, url),)).verify([replace(found, reasons=())])
    return told.verdict


def test_a_live_key_and_whose_it_is(verifier: Make, moto: Any) -> None:
    url, key = moto.url, moto.key
    verdict = ask(verifier, url, KIND, key["secret"], id=key["id"])
    assert verdict.state == "active", verdict
    identity = dict(verdict.identity)
    assert identity["arn"].endswith("user/ann")
    assert identity["account"].isdigit()


@pytest.mark.parametrize(
    ("name", "permissions", "privileged"),
    [
        ("key", "not allowed to list", None),
        ("root", "AdministratorAccess", "yes"),
        # A policy of her own may say anything, so that she has no power is not said.
        ("reader", "queues (inline), IAMReadOnlyAccess (group readers)", None),
    ],
)
def test_what_a_key_may(verifier: Make, moto: Any, name: str, permissions: str, privileged: str | None) -> None:
    key = getattr(moto, name)
    verdict = ask(verifier, moto.url, KIND, key["secret"], id=key["id"])
    assert verdict.state == "active", verdict
    told = dict(verdict.identity)
    assert (told["permissions"], told.get("privileged")) == (permissions, privileged)


def test_an_id_that_is_unknown_is_dead(verifier: Make, moto: Any) -> None:
    url, key = moto.url, moto.key
    verdict = ask(verifier, url, KIND, key["secret"], id="AKIA" + "Q" * 16)
    assert verdict.state == "inactive", verdict


def test_a_live_id_with_another_secret(verifier: Make, moto: Any) -> None:
    url, key = moto.url, moto.key
    verdict = ask(verifier, url, KIND, "z" * 40, id=key["id"])
    assert verdict.state == "restricted", verdict


def test_a_session_needs_its_token(verifier: Make, moto: Any) -> None:
    url, session = moto.url, moto.session
    verdict = ask(verifier, url, SESSION, session["secret"], id=session["id"], session_token=session["token"])
    assert verdict.state == "active", verdict
    told = dict(verdict.identity)
    assert "assumed-role/deployer" in told["arn"]
    assert (told["permissions"], told["privileged"]) == ("IAMFullAccess", "yes")
    without = ask(verifier, url, SESSION, session["secret"], id=session["id"])
    assert (without.state, without.why) == ("unknown", "its part 'session_token' was not found beside it")


def test_without_its_other_part_nobody_is_asked(verifier: Make) -> None:
    verdict = ask(verifier, "http://127.0.0.1:9", KIND, "z" * 40)
    assert (verdict.state, verdict.why) == ("unknown", "its secret part was not found nearby")


def test_without_the_extra_it_is_named(verifier: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    monkeypatch.delitem(sys.modules, "scanner.verify.protocols.aws", raising=False)
    verdict = ask(verifier, "http://127.0.0.1:9", KIND, "z" * 40, id="AKIA" + "Q" * 16)
    assert verdict.state == "unknown"
    assert "pip install 'keysieve[aws]'" in verdict.why


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("sts.amazonaws.com", "us-east-1"),
        ("sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("sts.eu-west-3.amazonaws.com", "eu-west-3"),
        ("sts.corp.example", "us-east-1"),
        ("sts.cn-north-1.amazonaws.com.example", "us-east-1"),
    ],
)
def test_an_endpoint_of_another_partition_was_asked_with_a_signature_of_the_wrong_region(
    host: str, region: str
) -> None:
    from scanner.verify.protocols import aws
    from scanner.verify.request import Request

    parts = {"id": Secret(b"made-up-id"), "secret": Secret(b"made-up-secret")}
    signed = aws.sign(Request("POST", f"https://{host}/", (), b"Action=GetCallerIdentity"), parts)
    assert f"/{region}/sts/aws4_request" in dict(signed.headers)["Authorization"]
