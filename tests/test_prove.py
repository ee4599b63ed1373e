"""Built-in credentials keep what their pattern files promise."""

from __future__ import annotations

from functools import lru_cache

import pytest

from scanner.catalogue.load import builtin_folder, load, pattern_files
from scanner.detector import Detector
from scanner.prove import prove
from scanner.settings import DetectSettings

# Every fortieth: `keysieve patterns check`, which `.ci/run` calls as well, proves all of them and takes minutes.
IDS = [credential.id for credential in load(pattern_files([builtin_folder()]))][::40]


@lru_cache(maxsize=1)
def detector() -> Detector:
    return Detector(DetectSettings())


@pytest.mark.parametrize("name", IDS)
def test_credential_keeps_its_promises(name: str) -> None:
    assert prove([name], detector(), seed=5, samples=8) == []
