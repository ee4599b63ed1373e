"""Findings made for the store: credentials from shapes, places by number."""

from __future__ import annotations

from dataclasses import replace

from scanner.records import Confidence, Finding, Place, Reason, Span, Verdict
from scanner.secrets import PUBLISHED_KEY, Secret, fingerprint, recalled
from scanner.store.results import Result
from tests.helpers.samples import sample

KIND = "github-pat-classic"
T1, T2, T3 = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"


def value(seed: int) -> str:
    return sample(KIND, seed)


def place(number: int = 1, in_head: bool = True, target: str = "r") -> Place:
    span = Span(0, 40, number, 1, number, 41)
    return Place(
        target,
        f"src/{number}.py",
        span,
        f"{number:040x}",
        "Ada",
        f"2025-0{number}-01T00:00:00+00:00",
        "b" * 40,
        1,
        in_head,
    )


def finding(seed: int = 1, *places: Place, score: float = 0.9) -> Finding:
    secret = Secret(value(seed).encode())
    return Finding(
        fingerprint=fingerprint(secret, PUBLISHED_KEY),
        pattern=KIND,
        name="a token",
        provider="GitHub",
        severity="critical",
        confidence=Confidence.HIGH if score >= 0.8 else Confidence.MEDIUM,
        score=score,
        reasons=(Reason("checksum valid", 0.1),),
        secret=recalled(secret, PUBLISHED_KEY),
        parts=(),
        places=places or (place(),),
        source="https://docs.example/",
        respond="Revoke it.",
    )


def result(name: str, *findings: Finding, started: str = T1, state: str = "complete", **more: object) -> Result:
    return Result(name, f"https://git.example/{name}", state, started, findings=findings, refs="r" + started,
                  scope="s", tip="t" * 40, objects=5, size=100, **more)  # type: ignore[arg-type]  # fmt: skip


def said(item: Finding, state: str, at: str) -> Finding:
    return replace(item, verdict=Verdict(state, "told", at, (("login", "ada"),)))
