"""Findings made by hand, and verifiers that ask on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from scanner.records import Credential, Finding
from scanner.secrets import Secret
from scanner.settings import VerifySettings
from scanner.verify.section import needs, read
from scanner.verify.verifier import Verifier
from tests.helpers.samples import catalogue
from tests.report.made import make_finding, text_secret

Make = Callable[..., Verifier]


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Make]:
    """verifier(**settings) -> a Verifier without pace and cache, closed at the end."""
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(tmp_path / "verdicts"))
    made: list[Verifier] = []

    def make(lookup: Callable[[str], Credential] | None = None, **changes: Any) -> Verifier:
        values: dict[str, Any] = {"wanted": True, "pace": 0.0, "cache_hours": 0.0, "per_host": 4, "timeout": 20.0}
        made.append(Verifier(VerifySettings(**values | changes), lookup or catalogue().__getitem__))
        return made[-1]

    yield make
    for item in made:
        item.close()


def finding_of(kind: Credential, value: bytes | None = None) -> Finding:
    """A finding with every part that the kind's request needs."""
    needed = sorted(needs(kind))
    section = read(kind)
    whole = [name for name in needed if section and section.url.startswith(f"{{{{{name}}}}}")]
    value = text_secret() if value is None else value
    if section and section.url.startswith("https://{{secret}}"):
        value = b"hooks.example/" + value
    values = {name: b"https://a.example/" + value if name in whole else text_secret(12) for name in needed}
    parts = tuple((name, Secret(value)) for name, value in values.items())
    return make_finding(value, pattern=kind.id, provider=kind.provider, parts=parts)


def custom(id_: str = "acme-key", /, **verify: Any) -> Credential:
    """A kind with a confirmed request that nobody else has."""
    section: dict[str, Any] = {
        "source": "https://docs.acme.example/auth",
        "method": "GET",
        "url": "https://api.acme.example/v1/me",
        "headers": {"Authorization": "Bearer {{secret}}"},
        "active": ["200"],
        "inactive": ["401"],
        "restricted": ["403"],
    }
    return Credential(id_, "Acme key", "Acme", "x", ("acme",), "acme", verify=section | verify)
