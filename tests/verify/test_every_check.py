"""Each confirmed request of the catalogue against a provider that plays every documented answer, and every disturbance.

The request goes where a user's own server would be: `endpoints` in the configuration.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.records import Finding, Verdict
from tests.helpers.samples import catalogue
from tests.verify.conftest import Make, finding_of
from tests.verify.played import DISTURBANCES, SECTIONS
from tests.verify.provider import Asked, Reply, reply_for, serve


def test_there_is_something_to_prove() -> None:
    assert len(SECTIONS) > 150


def ask(verifier: Make, identity: str, reply: Reply) -> tuple[Verdict, list[Asked], Finding]:
    finding = finding_of(catalogue()[identity])
    with serve(lambda asked: reply) as provider:
        (told,) = verifier(endpoints=((identity, provider.url),)).verify([finding])
    assert told.fingerprint == finding.fingerprint
    return told.verdict, provider.asked, finding


@pytest.mark.parametrize("identity", SECTIONS)
def test_every_documented_answer(verifier: Make, identity: str) -> None:
    section = SECTIONS[identity]
    assert any(state == "active" for state, _ in section.conditions)
    for state, condition in section.conditions:
        verdict, asked, finding = ask(verifier, identity, reply_for(condition))
        further = len(section.further) if state == "active" else 0
        assert (verdict.state, len(asked)) == (state, 1 + further), (condition, verdict)
        assert verdict.at
        assert asked[0].method == section.method
        whole = f"{asked[0].path} {asked[0].headers} {asked[0].body!r}"
        assert "{{" not in whole
        if "|base64" not in "".join(text for _, text in section.headers):
            assert finding.secret.reveal().decode() in whole


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbance_is_unknown_for_every_check(verifier: Make, name: str) -> None:
    reply = DISTURBANCES[name]
    asker = None
    with serve(lambda asked: reply) as provider:
        asker = verifier(endpoints=tuple((identity, provider.url) for identity in SECTIONS))
        wrong = {}
        for identity in SECTIONS:
            (told,) = asker.verify([finding_of(catalogue()[identity])])
            if told.verdict.state != "unknown" or not told.verdict.why or told.confidence != told.confidence.HIGH:
                wrong[identity] = told.verdict
        counted = len(provider.asked)
    assert wrong == {}
    assert counted == len(SECTIONS) * (2 if name == "429" else 1)


def test_a_timeout_is_unknown_for_every_check(verifier: Make) -> None:
    with serve(lambda asked: Reply(200, b"{}", delay=0.5)) as provider:
        asker = verifier(endpoints=tuple((identity, provider.url) for identity in SECTIONS), timeout=0.1)
        every = list(SECTIONS)
        for start in range(0, len(every), 4):  # fewer than open the circuit breaker
            told = asker.verify([finding_of(catalogue()[identity]) for identity in every[start : start + 4]])
            assert {finding.verdict.state for finding in told} == {"unknown"}
            assert all("timeout" in finding.verdict.why for finding in told)


def test_the_table_names_every_check() -> None:
    """docs/verify-checks.md; `python tools/verify_table.py` makes it anew."""
    table = (Path(__file__).parents[2] / "docs" / "verify-checks.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in table.splitlines() if line.startswith("| `")}
    assert set(rows) == set(SECTIONS)
    many = len(DISTURBANCES) + 1
    assert all(row.endswith(f" {many}/{many} |") for row in rows.values())
