"""keysieve as a library: matches as they are found, and one buffer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from scanner.detector import Detector, confidence
from scanner.pipeline import Scan
from scanner.records import Sighting
from scanner.settings import DetectSettings, Settings

_local = threading.local()


def scan_events(targets: str | Sequence[str], settings: Settings | None = None) -> Iterator[Sighting]:
    """Yield each match of `targets` as it is found, before places and authors are known."""
    names = [targets] if isinstance(targets, str) else list(targets)
    yield from Scan(names, settings or Settings()).events()


def scan_text(data: bytes, settings: DetectSettings | None = None) -> list[Sighting]:
    """The matches in one buffer at or above the settings' least confidence.

    The first call in a thread loads the catalogue; the ones after it take microseconds.
    """
    wanted = settings or DetectSettings()
    detectors: dict[DetectSettings, Detector] = _local.__dict__.setdefault("detectors", {})
    if wanted not in detectors:
        detectors[wanted] = Detector(wanted)
    found = detectors[wanted].inspect(data)
    return [sighting for sighting in found if confidence(sighting.score) >= wanted.minimum]
