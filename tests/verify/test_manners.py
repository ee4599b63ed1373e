"""Each credential once, as often and as many at a time as configured, and never one that is a canary."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from scanner.records import DO_NOT_VERIFY, Confidence, Reason
from scanner.verify.hosts import FAULTS, retry_after
from tests.report.made import make_finding, text_secret
from tests.verify.conftest import Make, custom, finding_of
from tests.verify.provider import Asked, Reply, serve

OK = Reply(200, b'{"login": "ann"}', {"Content-Type": "application/json"})


def test_ten_thousand_findings_of_forty_credentials_on_five_hosts_are_forty_requests(verifier: Make) -> None:
    """Measured at the servers: 40 requests, never closer than the pace, never more at a time than allowed."""
    known = {f"acme-{at}": custom(f"acme-{at}") for at in range(5)}
    distinct = [finding_of(known[f"acme-{at % 5}"]) for at in range(40)]
    pace = 0.05
    running, most, lock = [0] * 5, [0] * 5, threading.Lock()

    def player(at: int):  # type: ignore[no-untyped-def]
        def play(asked: Asked) -> Reply:
            with lock:
                running[at] += 1
                most[at] = max(most[at], running[at])
            time.sleep(0.12)
            with lock:
                running[at] -= 1
            return OK

        return play

    from contextlib import ExitStack

    with ExitStack() as stack:
        servers = [stack.enter_context(serve(player(at))) for at in range(5)]
        endpoints = tuple((f"acme-{at}", server.url) for at, server in enumerate(servers))
        told = verifier(known.__getitem__, endpoints=endpoints, pace=pace, per_host=2).verify(distinct * 250)
    assert len(told) == 10_000
    assert {finding.verdict.state for finding in told} == {"active"}
    assert sum(len(server.asked) for server in servers) == 40
    assert [len(server.asked) for server in servers] == [8] * 5
    assert max(most) <= 2
    for server in servers:
        # Seven pauses lie between the first and the last; a request may be seen late, which evens out over all.
        assert server.asked[-1].at - server.asked[0].at >= 7 * pace - 0.05


def test_retry_after_is_honoured_once(verifier: Make) -> None:
    kind = custom()
    replies = iter([Reply(429, b"{}", {"Retry-After": "1"}), OK])
    with serve(lambda asked: next(replies)) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([finding_of(kind)])
    assert told.verdict.state == "active"
    assert provider.asked[1].at - provider.asked[0].at >= 0.9


def test_a_long_retry_after_ends_the_asking_of_that_host(verifier: Make) -> None:
    kind = custom()
    with serve(lambda asked: Reply(429, b"{}", {"Retry-After": "3600"})) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), per_host=1)
        told = asker.verify([finding_of(kind) for _ in range(9)])
    assert len(provider.asked) == 1
    assert all("3600 s" in finding.verdict.why for finding in told[1:])
    assert {finding.verdict.state for finding in told} == {"unknown"}


def test_a_host_that_fails_is_left_alone(verifier: Make) -> None:
    kind = custom()
    with serve(lambda asked: Reply(500)) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), per_host=1)
        told = asker.verify([finding_of(kind) for _ in range(30)])
    assert len(provider.asked) == FAULTS
    assert f"failed {FAULTS} times in a row" in told[-1].verdict.why


def test_a_host_that_only_says_429_is_left_alone(verifier: Make) -> None:
    kind = custom()
    with serve(lambda asked: Reply(429, b"{}")) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), per_host=1)
        asker.verify([finding_of(kind) for _ in range(30)])
    assert len(provider.asked) == FAULTS


def test_an_answer_that_nobody_foresaw_costs_one_verdict(verifier: Make) -> None:
    kind = custom()
    replies = iter([Reply(302, b"", {"Location": "http://["}), OK])
    with serve(lambda asked: next(replies)) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),), per_host=1)
        told = asker.verify([finding_of(kind), finding_of(kind)])
    assert [finding.verdict.state for finding in told] == ["unknown", "active"]
    assert told[0].verdict.why == "the answer could not be read: ValueError"


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("17", 17), ("", None), ("soon", None), ("-3", None), ("\u0663", None)]
)
def test_retry_after_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}) == seconds


def test_retry_after_as_a_date() -> None:
    wait = retry_after({"retry-after": formatdate(time.time() + 100, usegmt=True)})
    assert wait is not None
    assert 90 < wait < 101


def test_a_canary_is_named_and_never_called(verifier: Make) -> None:
    kind = custom()
    trap = finding_of(kind)
    from dataclasses import replace

    trap = replace(trap, reasons=(Reason(f"a canary of somebody{DO_NOT_VERIFY}", 0.0),))
    with serve(lambda asked: OK) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([trap])
    assert provider.asked == []
    assert told.verdict.state == "unknown"
    assert "a canary of somebody" in told.verdict.why
    assert told.confidence == trap.confidence


def test_a_request_without_a_source_is_sent_only_when_wanted_and_kills_nothing(verifier: Make) -> None:
    kind = custom(source="unconfirmed")
    reply = Reply(401, b"{}")
    with serve(lambda asked: reply) as provider:
        endpoints = (("acme", provider.url),)
        (told,) = verifier(lambda _: kind, endpoints=endpoints).verify([finding_of(kind)])
        assert (told.verdict.state, provider.asked) == ("not_checked", [])
        assert "--verify-unconfirmed" in told.verdict.why
        asker = verifier(lambda _: kind, endpoints=endpoints, unconfirmed=True)
        (told,) = asker.verify([finding_of(kind)])
        assert (told.verdict.state, len(provider.asked)) == ("unknown", 1)
        reply = OK
        (told,) = asker.verify([finding_of(kind)])
        assert told.verdict.state == "active"


def test_a_verdict_decides_confidence_and_no_fingerprint(verifier: Make) -> None:
    kind = custom(identity={"user": "$.login", "scopes": "header:X-Scopes"})
    found = make_finding(text_secret(), pattern=kind.id, confidence=Confidence.MEDIUM)
    for status, state, confidence in (
        (200, "active", Confidence.VERIFIED),
        (401, "inactive", Confidence.MEDIUM),
        (403, "restricted", Confidence.HIGH),
        (404, "unknown", Confidence.MEDIUM),
    ):
        with serve(lambda asked, status=status: Reply(status, OK.body, {"X-Scopes": "repo, user"})) as provider:  # type: ignore[misc]
            (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([found])
        assert (told.verdict.state, told.confidence) == (state, confidence)
        assert told.fingerprint == found.fingerprint
        if state == "active":
            assert told.verdict.identity == (("scopes", "repo, user"), ("user", "ann"))


def test_an_identity_that_repeats_the_credential_is_dropped(verifier: Make) -> None:
    kind = custom(identity={"user": "$.login", "key": "$.key"})
    found = finding_of(kind)
    body = json.dumps({"login": "ann", "key": found.secret.reveal().decode()}).encode()
    with serve(lambda asked: Reply(200, body)) as provider:
        (told,) = verifier(lambda _: kind, endpoints=(("acme", provider.url),)).verify([found])
    assert told.verdict.identity == (("user", "ann"),)


def test_a_verdict_is_kept_without_the_credential_and_forgotten_in_time(
    verifier: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = custom()
    found = finding_of(kind)
    with serve(lambda asked: OK) as provider:
        settings = {"endpoints": (("acme", provider.url),), "cache_hours": 1.0}
        (first,) = verifier(lambda _: kind, **settings).verify([found])
        (again,) = verifier(lambda _: kind, **settings).verify([found])
        assert len(provider.asked) == 1
        assert (again.verdict.state, again.verdict.at) == ("active", first.verdict.at)
        assert "asked earlier" in again.verdict.why
        folder = Path(os.environ["KEYSIEVE_CACHE_DIR"])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in folder.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert found.secret.reveal() not in file.read_bytes()
        (other,) = verifier(lambda _: kind, **settings).verify([finding_of(kind)])
        assert len(provider.asked) == 2
        now = time.time()
        monkeypatch.setattr("scanner.verify.verdicts.time.time", lambda: now + 3601)
        verifier(lambda _: kind, **settings).verify([found])
        assert len(provider.asked) == 3


def test_what_is_unknown_is_asked_again(verifier: Make) -> None:
    kind = custom()
    found = finding_of(kind)
    replies = iter([Reply(500), OK])
    with serve(lambda asked: next(replies)) as provider:
        settings = {"endpoints": (("acme", provider.url),), "cache_hours": 1.0}
        states = [verifier(lambda _: kind, **settings).verify([found])[0].verdict.state for _ in range(2)]
    assert states == ["unknown", "active"]


def test_a_plan_sends_nothing(verifier: Make) -> None:
    kind = custom()
    with serve(lambda asked: OK) as provider:
        asker = verifier(lambda _: kind, endpoints=(("acme", provider.url),))
        one = finding_of(kind)
        hosts, left = asker.plan([one, one, finding_of(kind)])
        assert hosts == {f"127.0.0.1:{provider.server_port}": 2}
        assert left == {}
        assert provider.asked == []
