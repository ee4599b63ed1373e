"""Fixtures that several folders of tests share: a store of each kind, empty."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import databases


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    if not databases.available():
        pytest.skip("PostgreSQL's programs are not installed here")
    with databases.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    return databases.fresh(request.getfixturevalue("postgresql"), uuid.uuid4().hex)
