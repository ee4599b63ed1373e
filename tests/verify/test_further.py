"""What further requests tell of a credential that lives, and that nothing that goes wrong with them costs a verdict."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scanner.records import Credential
from scanner.verify.answer import WIDEST_IDENTITY
from scanner.verify.further import weighed
from scanner.verify.section import Section, read
from tests.helpers.samples import catalogue
from tests.verify.conftest import Make, custom, finding_of
from tests.verify.played import SECTIONS
from tests.verify.provider import Reply, serve

JSON = {"Content-Type": "application/json"}
MORE = {
    "source": "https://docs.acme.example/key",
    "url": "https://api.acme.example/v1/key",
    "identity": {"scopes": "$.scopes[*].name"},
}


def asked_more(**changes: Any) -> Credential:
    return custom(identity={"user": "$.login"}, further=[MORE], privileged={"scopes": ["admin", "org:*"]}, **changes)


def answering(more: Reply, first: Reply | None = None) -> Any:
    login = Reply(200, b'{"login": "ann"}', JSON)
    return lambda asked: more if asked.path.endswith("/key") else first or login


def scopes(*names: str) -> Reply:
    return Reply(200, json.dumps({"scopes": [{"name": name} for name in names]}).encode(), JSON)


@pytest.mark.parametrize(
    ("names", "much"), [(("read",), False), (("read", "org:write"), True), (("admin",), True), (("adm",), False)]
)
def test_what_it_may_and_whether_that_is_much(verifier: Make, names: tuple[str, ...], much: bool) -> None:
    kind = asked_more()
    with serve(answering(scopes(*names))) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([finding_of(kind)])
    privileged = (("privileged", "yes"),) if much else ()
    assert told.verdict.identity == (*privileged, ("scopes", ",".join(names)), ("user", "ann"))
    assert [asked.path for asked in provider.asked] == ["/v1/me", "/v1/key"]
    assert provider.asked[1].headers["authorization"] == provider.asked[0].headers["authorization"]


@pytest.mark.parametrize(("status", "state"), [(401, "inactive"), (403, "restricted"), (418, "unknown")])
def test_only_what_lives_is_asked_about(verifier: Make, status: int, state: str) -> None:
    kind = asked_more()
    with serve(answering(scopes("admin"), Reply(status, b"{}", JSON))) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([finding_of(kind)])
    assert (told.verdict.state, len(provider.asked)) == (state, 1)


@pytest.mark.parametrize(
    "more",
    [
        Reply(401, b"{}"), Reply(403, b"{}"), Reply(500), Reply(429, b"{}", {"Retry-After": "7200"}),
        Reply(200, b"<html>sign in"), Reply(200, b'{"scopes": [{"na', JSON), Reply(200, b'{"scopes": []}', JSON),
        Reply(200, b"{}" * 9, JSON, missing=5), Reply(302, b"", {"Location": "http://169.254.169.254/"}),
        Reply(302, b"", {"Location": "http://["}),
    ],
)  # fmt: skip
def test_a_failure_leaves_the_field_out_and_the_verdict_as_it_is(verifier: Make, more: Reply) -> None:
    """Of every credential: the further questions come after all first ones."""
    kind = asked_more()
    with serve(answering(more)) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), per_host=1)
        told = asker.verify([finding_of(kind) for _ in range(7)])
    assert {finding.verdict.state for finding in told} == {"active"}
    assert {finding.verdict.identity for finding in told} == {(("user", "ann"),)}
    assert [asked.path for asked in provider.asked[:7]] == ["/v1/me"] * 7


def test_the_manners_hold_for_further_requests(verifier: Make) -> None:
    kind = asked_more()
    replies = iter([Reply(429, b"{}", {"Retry-After": "0"}), scopes("read")])
    with serve(lambda asked: next(replies) if asked.path.endswith("/key") else answering(Reply())(asked)) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),), pace=0.1).verify([finding_of(kind)])
    assert dict(told.verdict.identity)["scopes"] == "read"
    starts = [asked.at for asked in provider.asked]
    assert len(starts) == 3
    assert starts[2] - starts[0] >= 0.15
    with serve(answering(Reply(500))) as provider:  # five in a row, and the host is left alone
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), per_host=1)
        asker.verify([finding_of(kind) for _ in range(8)])
    assert len(provider.asked) == 8 + 5


def test_another_host_is_never_asked(verifier: Make) -> None:
    """The loader refuses it; here the table did not come from a file."""
    kind = custom(further=[MORE | {"url": "https://other.example/v1/key"}])
    kind_own = custom(url="https://{{host}}/me", further=[MORE | {"url": "https://{{other}}/key"}])
    with serve(answering(scopes("admin"))) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([finding_of(kind)])
    assert told.verdict.state == "active"
    assert provider.asked[-1].path == "/v1/key"  # the user's own server stands for the provider
    with serve(answering(scopes("admin"))) as provider:
        (told,) = verifier(lambda _: kind_own, endpoints=(("acme", provider.url),)).verify([finding_of(kind_own)])
    assert "scopes" in dict(told.verdict.identity)


def test_an_answer_that_repeats_the_credential_is_kept_nowhere(verifier: Make) -> None:
    kind = asked_more()
    found = finding_of(kind)
    secret = found.secret.reveal().decode()
    long = "x" * (WIDEST_IDENTITY - 12) + secret  # what is cut off would leave its beginning
    for echo in (scopes(secret), scopes(long), scopes("a", f"key {secret} is fine")):
        with serve(answering(echo)) as provider:
            asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), cache_hours=1.0)
            (told,) = asker.verify([found])
        assert "scopes" not in dict(told.verdict.identity)
        kept = b"".join(file.read_bytes() for file in Path(os.environ["KEYSIEVE_CACHE_DIR"]).iterdir())
        assert b'"active"' in kept
        assert secret[:12].encode() not in kept


def test_a_long_list_is_cut(verifier: Make) -> None:
    kind = asked_more()
    with serve(answering(scopes(*["repository"] * 90, "admin"))) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([finding_of(kind)])
    fields = dict(told.verdict.identity)
    assert len(fields["scopes"]) == WIDEST_IDENTITY
    assert fields["scopes"].endswith("...")
    assert fields["privileged"] == "yes"  # of the whole list


def test_a_plan_tells_of_further_requests(verifier: Make) -> None:
    kind = asked_more()
    hosts, _ = verifier(lambda _: kind).plan([finding_of(kind), finding_of(kind)])
    assert hosts == {"api.acme.example": 2, "api.acme.example (further, about what lives, at most)": 2}


WITH_MORE = {name: section for name, section in SECTIONS.items() if section.further}


def document(section: Section) -> Reply:
    """An answer that holds a value at every path that the section reads."""
    headers = dict(JSON)
    body: Any = {}
    for _, where in section.identity:
        if where.startswith("header:"):
            headers[where.removeprefix("header:")] = "something"
            continue
        steps = where.removeprefix("$").replace("[*]", ".[*]").split(".")[1:]
        body = _into(body, steps)
    return Reply(200, json.dumps(body).encode(), headers)


def _into(known: Any, steps: list[str]) -> Any:
    if not steps:
        return "something"
    if steps[0] == "[*]":
        return [_into(known[0] if isinstance(known, list) else {}, steps[1:])]
    known = known if isinstance(known, dict) else {}
    return known | {steps[0]: _into(known.get(steps[0], {}), steps[1:])}


@pytest.mark.parametrize("identity", WITH_MORE)
def test_every_further_request_of_the_catalogue(verifier: Make, identity: str) -> None:
    from tests.verify.provider import reply_for

    section = WITH_MORE[identity]
    first = reply_for(next(condition for state, condition in section.conditions if state == "active"))
    replies = [first, *map(document, section.further)]
    with serve(lambda asked: replies[len(provider.asked) - 1]) as provider:
        (told,) = verifier(endpoints=((identity, provider.url),)).verify([finding_of(catalogue()[identity])])
    assert told.verdict.state == "active"
    assert [asked.method for asked in provider.asked] == [section.method, *(one.method for one in section.further)]
    wanted = {name for one in section.further for name, _ in one.identity}
    assert wanted <= set(dict(told.verdict.identity))
    assert "{{" not in "".join(f"{asked.path}{asked.headers}{asked.body!r}" for asked in provider.asked)


def test_what_is_privileged_in_the_catalogue() -> None:
    section = read(catalogue()["github-pat-classic"])
    assert section is not None
    assert dict(weighed(section, (("scopes", "repo, admin:org"),)))["privileged"] == "yes"
    for told in ((("scopes", "repo, gist"),), (("user", "admin:org"),)):
        assert weighed(section, told) == told
