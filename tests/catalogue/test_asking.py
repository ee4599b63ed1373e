"""A request that could never do what its file says is refused when the file is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import asking
from scanner.catalogue.condition import never
from tests.cli.command import keysieve

ASKED: dict[str, Any] = {
    "source": "https://docs.acme.example/auth", "method": "GET", "url": "https://api.acme.example/v1/me",
    "active": ["200"], "inactive": ["401"], "restricted": ["403"],
}  # fmt: skip
MORE: dict[str, Any] = {
    "source": "https://docs.acme.example/key", "url": "https://api.acme.example/v1/key", "identity": {"scopes": "$.s"}
}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([("active", "429")], "asks for fewer requests"),
        ([("restricted", "500")], "in trouble"),
        ([("active", "503")], "in trouble"),
        ([("restricted", "407")], "a proxy wants a login"),
        ([("restricted", "511")], "a proxy wants a login"),
        ([("inactive", "429 body:key")], "never makes a credential inactive"),
        ([("inactive", "500 $.dead=true")], "never makes a credential inactive"),
        ([("active", "200"), ("inactive", "200 $.error")], "active takes every 200 before it"),
        ([("active", "200"), ("restricted", "200")], "active takes every 200 before it"),
    ],
)
def test_a_condition_that_can_never_come_true(told: list[tuple[str, str]], why: str) -> None:
    assert why in never(told)
    assert repr(told[-1][1]) in never(told)


@pytest.mark.parametrize(
    "told",
    [
        [("active", "429 body:insufficient_quota")],
        [("restricted", "503 $.code=7")],
        [("active", "200 $.ok=true"), ("inactive", "200"), ("restricted", "403")],
    ],
)
def test_a_condition_that_can(told: list[tuple[str, str]]) -> None:
    assert never(told) == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"active": ["2xx"]}, "'2xx' is no condition"),
        ({"active": ["200 $.a..b"]}, "is no path"),
        ({"active": "200"}, "active has the wrong type"),
        ({"active": [200]}, "active must hold strings"),
        ({"identity": {"user": "login"}}, "is no path"),
        ({"url": None}, "needs url"),
        ({"colour": "red"}, "needs url"),
        ({"method": "get"}, "method is 'get'"),
        ({"further": [MORE | {"url": "https://other.example/v1/key"}]}, "must go to the host of the first request"),
        ({"further": [MORE | {"url": "https://api.acme.example.evil.example/"}]}, "must go to the host"),
        ({"further": [MORE | {"source": "unconfirmed"}]}, "needs the provider's page"),
        ({"further": [MORE | {"method": "DELETE"}]}, "must be a request that reads"),
        ({"further": [MORE | {"active": ["200"]}]}, "further: needs"),
        ({"further": ["GET"]}, "must be tables"),
        ({"further": [MORE], "privileged": {"roles": ["admin"]}}, "no identity field is called 'roles'"),
        ({"further": [MORE], "privileged": {"scopes": [3]}}, "must be a list"),
    ],
)
def test_a_table_that_is_wrong(changes: dict[str, Any], why: str) -> None:
    table = {name: value for name, value in (ASKED | changes).items() if value is not None}
    assert why in asking.verify(table)


def test_a_table_that_is_right() -> None:
    assert asking.verify(ASKED | {"further": [MORE], "privileged": {"scopes": ["admin"]}}) == ""
    assert asking.verify({"source": "unconfirmed", "protocol": "redis", "url": "redis://x", "active": ["+OK"]}) == ""


def test_a_revocation_that_never_tells() -> None:
    table = {"source": "https://docs.acme.example", "method": "POST", "url": "https://a.example/", "done": ["204"]}
    assert asking.revoke(table) == ""
    assert "never makes a credential inactive" in asking.revoke(table | {"gone": ["503"]})
    assert "can never come true" in asking.revoke(table | {"done": ["429"]})


def test_patterns_check_refuses_it(tmp_path: Path) -> None:
    """What stood there before was a check that never said what its file promised."""
    file = tmp_path / "acme.toml"
    file.write_text(
        '[provider]\nname = "Acme"\n[[credential]]\nid = "acme-key"\nname = "Acme key"\nsource = "unconfirmed"\n'
        'literals = ["acmekey_"]\nregex = "acmekey_[0-9a-f]{20}"\nshape = "acmekey_{hex*20}"\n[credential.verify]\n'
        'source = "unconfirmed"\nmethod = "GET"\nurl = "https://api.acme.example/"\nactive = ["200"]\n'
        'restricted = ["429"]\n'
    )
    config = tmp_path / "keysieve.toml"
    config.write_text(f'patterns = ["{file}"]\n')
    done = keysieve("patterns", "--config", config, "check", "acme-key")
    assert done.code == 2
    assert "acme.toml: credential 'acme-key', field 'verify': '429' can never come true" in done.err
