"""What is reported of a text."""

from __future__ import annotations

from functools import lru_cache

from scanner.detector import MEDIUM, Detector
from scanner.settings import DetectSettings


@lru_cache
def detector(engine: str) -> Detector:
    """One for each engine, with the default settings otherwise."""
    return Detector(DetectSettings(engine=engine))


def found(engine: str, text: bytes, least: float = 0.0) -> list[tuple[str, bytes]]:
    """The kind and value of each finding that scores `least` or more."""
    return [(item.credential, item.secret.reveal()) for item in detector(engine).inspect(text) if item.score >= least]


def shown(text: str, engine: str = "hyperscan") -> list[bytes]:
    """The values that are reported with medium confidence or more."""
    return [value for _, value in found(engine, f"\n{text}\n".encode(), MEDIUM)]
