"""`scanner.scan` with a wish for verification: the same verdicts as on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner
from scanner.records import Confidence
from scanner.settings import Settings, VerifySettings
from tests.helpers.samples import sample
from tests.verify.provider import Reply, serve


def test_a_scan_as_a_library_asks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(f"key = '{sample('openrouter-api-key')}'\n")
    with serve(lambda asked: Reply(200, b"{}")) as provider:
        wanted = VerifySettings(wanted=True, endpoints=(("openrouter", provider.url),), cache_hours=0)
        findings, _ = scanner.scan(str(tmp_path), Settings(verify=wanted))
        assert len(provider.asked) == 1
        without, _ = scanner.scan(str(tmp_path), Settings())
        assert len(provider.asked) == 1
    assert [(item.confidence, item.verdict.state) for item in findings] == [(Confidence.VERIFIED, "active")]
    assert [item.fingerprint for item in without] == [item.fingerprint for item in findings]
