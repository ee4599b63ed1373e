"""keysieve: finds leaked secrets and API keys in files and git histories.

The names in `__all__` are the whole promise to those who use it as a library. They load on first use.
"""

from __future__ import annotations

from scanner.version import VERSION as __version__

TYPE_CHECKING = False  # `typing` costs as much as the rest of a start
if TYPE_CHECKING:
    from typing import Any

    from scanner.api import scan_events, scan_text
    from scanner.errors import KeysieveError, PatternError, ScanError, UsageError
    from scanner.pipeline import scan
    from scanner.records import Confidence, Finding, Place, Sighting, Summary
    from scanner.secrets import Secret
    from scanner.settings import DetectSettings, RunSettings, Settings, SourceSettings

_HOME = {
    "Confidence": "records",
    "DetectSettings": "settings",
    "Finding": "records",
    "KeysieveError": "errors",
    "PatternError": "errors",
    "Place": "records",
    "RunSettings": "settings",
    "ScanError": "errors",
    "Secret": "secrets",
    "Settings": "settings",
    "Sighting": "records",
    "SourceSettings": "settings",
    "Summary": "records",
    "UsageError": "errors",
    "scan": "pipeline",
    "scan_events": "api",
    "scan_text": "api",
}

__all__ = [
    "Confidence",
    "DetectSettings",
    "Finding",
    "KeysieveError",
    "PatternError",
    "Place",
    "RunSettings",
    "ScanError",
    "Secret",
    "Settings",
    "Sighting",
    "SourceSettings",
    "Summary",
    "UsageError",
    "__version__",
    "scan",
    "scan_events",
    "scan_text",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scanner' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"scanner.{_HOME[name]}"), name)
