"""How the tests of protocols ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scanner.records import Verdict
from scanner.secrets import Secret
from tests.helpers.samples import catalogue
from tests.report.made import make_finding
from tests.verify.conftest import Make

Ask = Callable[..., Verdict]


@dataclass(frozen=True)
class Place:
    """Where a server of a test listens, and the authority that signed its certificate."""

    port: int
    ca: Path | None = None
    secure: int = 0


@pytest.fixture
def ask(verifier: Make) -> Ask:
    """ask(kind, secret, ca=..., **parts) -> the verdict of a server on `localhost`, which is allowed by name."""

    def asked(kind: str, secret: str, ca: Path | None = None, allow: Any = ("localhost",), **parts: Any) -> Verdict:
        given = {"host": "localhost"} | parts
        finding = make_finding(
            secret.encode(),
            pattern=kind,
            provider=catalogue()[kind].provider,
            parts=tuple((name, Secret(str(value).encode())) for name, value in given.items() if value is not None),
        )
        timeout = 20.0
        (told,) = verifier(allow_hosts=allow, ca_file=str(ca or ""), timeout=timeout).verify([finding])
        assert told.fingerprint == finding.fingerprint
        assert secret not in repr(told)
        return told.verdict

    return asked
