"""What is reported of a text."""

from __future__ import annotations

from functools import lru_cache

from scanner.detector import MEDIUM, Detector
from scanner.settings import DetectSettings


@lru_cache
def detector(engine: str) -> Detector:
    """One for each engine, with the default settings otherwise."""
    return Detector(DetectSettings(engine=engine))


def shown(text: str, engine: str = "hyperscan") -> list[bytes]:
    """The values that are reported with medium confidence or more."""
    found = detector(engine).inspect(f"\n{text}\n".encode())
    return [item.secret.reveal() for item in found if item.score >= MEDIUM]
