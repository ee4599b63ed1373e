"""Each confirmed request of the catalogue against a provider that plays every documented answer, and every disturbance.

The request goes where a user's own server would be: `endpoints` in the configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.records import Finding, Verdict
from scanner.settings import VerifySettings
from scanner.verify.verifier import Verifier
from tests.helpers.samples import catalogue
from tests.verify.conftest import finding_of
from tests.verify.played import DISTURBANCES, SECTIONS
from tests.verify.provider import Asked, Provider, Reply, reply_for, serve


def test_there_is_something_to_prove() -> None:
    assert len(SECTIONS) > 150


class Played:
    """One provider for all kinds, whose next answer is set before it is asked, and one verifier that asks it."""

    def __init__(self, provider: Provider, timeout: float = 20.0) -> None:
        self.provider = provider
        everywhere = tuple((identity, provider.url) for identity in SECTIONS)
        wanted = VerifySettings(True, endpoints=everywhere, pace=0, cache_hours=0, timeout=timeout, per_host=4)
        self.verifier = Verifier(wanted, catalogue().__getitem__)

    def ask(self, identity: str, reply: Reply) -> tuple[Verdict, list[Asked], Finding]:
        finding = finding_of(catalogue()[identity])
        self.provider.play = lambda asked: reply
        self.provider.asked.clear()
        (told,) = self.verifier.verify([finding])
        assert told.fingerprint == finding.fingerprint
        return told.verdict, list(self.provider.asked), finding

    def every(self, reply: Reply, together: int) -> list[tuple[str, Finding]]:
        """What is said of each kind; `together` is fewer than open the circuit breaker."""
        self.provider.play = lambda asked: reply
        self.provider.asked.clear()
        every = list(SECTIONS)
        groups = [every[start : start + together] for start in range(0, len(every), together)]
        told = (self.verifier.verify([finding_of(catalogue()[identity]) for identity in group]) for group in groups)
        return list(zip(every, (finding for group in told for finding in group), strict=True))


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with serve(lambda asked: Reply()) as provider:
        made = Played(provider)
        yield made
        made.verifier.close()


@pytest.mark.parametrize("identity", SECTIONS)
def test_every_documented_answer(played: Played, identity: str) -> None:
    section = SECTIONS[identity]
    assert any(state == "active" for state, _ in section.conditions)
    for state, condition in section.conditions:
        verdict, asked, finding = played.ask(identity, reply_for(condition))
        further = len(section.further) if state == "active" else 0
        assert (verdict.state, len(asked)) == (state, 1 + further), (condition, verdict)
        assert verdict.at
        assert asked[0].method == section.method
        whole = f"{asked[0].path} {asked[0].headers} {asked[0].body!r}"
        assert "{{" not in whole
        if "|base64" not in "".join(text for _, text in section.headers):
            assert finding.secret.reveal().decode().removeprefix("hooks.example") in whole


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbance_is_unknown_for_every_check(played: Played, name: str) -> None:
    found = played.every(DISTURBANCES[name], 1 if name.startswith("429") else 4)
    wrong = {
        identity: told.verdict
        for identity, told in found
        if told.verdict.state != "unknown" or not told.verdict.why or told.confidence != told.confidence.HIGH
    }
    assert wrong == {}
    assert len(played.provider.asked) == len(SECTIONS) * (2 if name == "429" else 1)


def test_a_timeout_is_unknown_for_every_check() -> None:
    with serve(lambda asked: Reply()) as provider:
        slow = Played(provider, timeout=0.1)
        found = slow.every(Reply(200, b"{}", delay=0.5), 4)
        slow.verifier.close()
    assert {told.verdict.state for _, told in found} == {"unknown"}
    assert all("timeout" in told.verdict.why for _, told in found)


def test_the_table_names_every_check() -> None:
    """docs/verify-checks.md; `python tools/verify_table.py` makes it anew."""
    table = (Path(__file__).parents[2] / "docs" / "verify-checks.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in table.splitlines() if line.startswith("| `")}
    assert set(rows) == set(SECTIONS)
    many = len(DISTURBANCES) + 1
    assert all(row.endswith(f" {many}/{many} |") for row in rows.values())
