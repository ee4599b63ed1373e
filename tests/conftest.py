"""Every test runs without home, network and inherited git settings; what would touch them fails loudly."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from scanner.catalogue import load
from scanner.catalogue.index import Catalogue
from scanner.detector import Detector
from scanner.prefilter import literals
from scanner.settings import DetectSettings
from tests.helpers.samples import catalogue

settings.register_profile("fast", max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("deep", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("fast")

_TOKENS = ("TOKEN", "SECRET", "PASSWORD", "API_KEY")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="more examples for every property")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--deep"):
        settings.load_profile("deep")


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One pattern cache for the whole run, its processes together, so that the catalogue is compiled once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "patterns-cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture
def warm(cache_folder: Path) -> Callable[[Path], None]:
    """warm(folder): put the compiled catalogue there, which takes seconds to make anew."""

    def copy(folder: Path) -> None:
        own = Catalogue((), literals.build)
        if not list(cache_folder.glob(f"*{own.key}.hsdb")):
            Detector(DetectSettings())
        for file in cache_folder.glob(f"*{own.key}.*"):
            shutil.copy2(file, folder)

    return copy


@pytest.fixture
def few_kinds(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of a few kinds: for what does not depend on which ones there are."""
    catalogue()  # kept by the helpers, and whole
    folder = Path(load.builtin_folder(), "packages")
    monkeypatch.setattr(load, "builtin_folder", lambda: str(folder))
    return folder


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> None:
    """An empty home, no tokens, no git settings of the machine, and our own cache."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "KEYSIEVE_")) or any(word in name.upper() for word in _TOKENS):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(cache_folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loopback only: a connection to anywhere else is a failure of the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
