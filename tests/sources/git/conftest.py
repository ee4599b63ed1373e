"""Every test of git runs twice: with git as the reader of objects, and with the walk over the packs' deltas."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, params=["git", "walk"])
def reader(request: pytest.FixtureRequest, isolated: None, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "walk":
        monkeypatch.setenv("KEYSIEVE_WALK", "1")
    else:
        monkeypatch.setattr("scanner.sources.git.inner.COMPILED", False)
    return str(request.param)
