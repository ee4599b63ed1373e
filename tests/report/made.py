"""Findings made by hand. Every secret is generated when the tests run."""

from __future__ import annotations

import base64
import os
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scanner.records import Confidence, Fault, Finding, Place, Reason, Skip, Span, Summary, Verdict
from scanner.secrets import PUBLISHED_KEY, Secret, fingerprint

ROOT = Path(__file__).parents[2]
LETTERS = string.ascii_letters + string.digits
WEIRD_PATHS = (
    "a b/c d.py",
    "größe/密码.txt",
    "new\nline.py",
    "esc\x1b[31mred\x1b]0;title\x07.py",
    "c1\x9b31m\u202egpj.exe\u200b.py",
    os.fsdecode(b"latin-\xe9\xff.txt"),
    "half-\ud800-pair.txt",
    "a:b#c?d%41[e].py",
    "outer.zip!inner/file",
    "",
)
RANDOM = random.Random()


def text_secret(length: int = 40) -> bytes:
    return "".join(RANDOM.choices(LETTERS, k=length)).encode()


def pem_secret() -> bytes:
    body = base64.encodebytes(RANDOM.randbytes(300))
    return b"-----BEGIN " + b"PRIVATE KEY-----\n" + body + b"-----END " + b"PRIVATE KEY-----\n"


def make_place(path: str = "src/app.py", **changes: Any) -> Place:
    span = changes.pop("span", Span(10, 50, 3, 9, 3, 49))
    values = {"target": ".", "commit": "c" * 40, "author": "Ann", "date": "2024-02-03T04:05:06+00:00"}
    return Place(path=path, span=span, **{**values, "blob": "b" * 40, **changes})


def make_finding(value: bytes | None = None, **changes: Any) -> Finding:
    secret = Secret(text_secret() if value is None else value)
    values: dict[str, Any] = {
        "fingerprint": fingerprint(secret, PUBLISHED_KEY),
        "pattern": "some-token",
        "name": "Some token",
        "provider": "Somewhere",
        "severity": "high",
        "confidence": Confidence.HIGH,
        "score": 0.97,
        "reasons": (Reason("checksum valid", 0.3),),
        "secret": secret,
        "parts": (),
        "places": (make_place(),),
    }
    return Finding(**{**values, **changes})


def make_summary(**changes: Any) -> Summary:
    values: dict[str, Any] = {"targets": (".",), "objects": 1234, "bytes": 5_600_000, "seconds": 1.25}
    return Summary(**{**values, "engine": "hyperscan", **changes})


def weird_findings() -> list[Finding]:
    """Every oddity at once: paths, bytes, kinds of place, verdicts, parts."""
    found = [make_finding(places=(make_place(path),)) for path in WEIRD_PATHS]
    found.append(make_finding(pem_secret(), pattern="pem", name="Private key", provider=""))
    found.append(make_finding(b"\x1b]0;" + text_secret() + b"\x07\xff\n"))
    found.append(make_finding(places=tuple(make_place(path, in_head=True, blobs=12) for path in WEIRD_PATHS)))
    found.append(make_finding(places=()))
    for kind in ("commit-message", "tag-message", "note", "staged", "unreachable"):
        odd = make_place("x", kind=kind, author="\x1b[2J")
        found.append(make_finding(places=(make_place("", kind=kind), odd)))
    found.append(make_finding(places=(make_place("", blob="", commit="", target="-"),)))
    found.append(make_finding(parts=(("key id", Secret(text_secret())),), confidence=Confidence.LOW))
    answer = Verdict("active", "200 from \x1b[2J the service", "2024-02-03", (("user", "ann\u202e"),))
    verified = Confidence.VERIFIED
    found.append(make_finding(verdict=answer, confidence=verified, respond="Revoke it.\nThen rotate."))
    encoded = make_place(encoding=("base64", "utf-16"))
    found.append(make_finding(places=(encoded,), source="https://example.com/a b"))
    return found


def incomplete_summary() -> Summary:
    faults = tuple(Fault(f"bad\x1b[2J{at}\udcff", "is damaged\nbadly") for at in range(13))
    skips = (Skip("a", "too large"), Skip("b", "too large"), Skip("c\udcff", "excluded"))
    return make_summary(targets=(".", "https://ann:pass@host/x"), errors=faults, skipped=skips, suppressed=4)


Render = Callable[..., str]
"""The fixture `render`: render(format, findings, summary, **settings) -> what is written."""
