"""A forge on loopback, a few pattern files, and sweeps over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.forge import Forge, serving
from tests.helpers.stores import postgresql, url
from tests.sweep.made import Place

__all__ = ["postgresql", "url"]


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    with serving(tmp_path / "served") as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An organisation `acme` at the forge, and a folder for a sweep of it."""
    return Place(tmp_path, forge)
