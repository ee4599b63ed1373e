"""Options, environment and configuration file -> one frozen `Settings`, one group for each stage.

Parsing does nothing else: no target is opened, no pattern is loaded. The command line wins over the
environment, which wins over the configuration file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from scanner.errors import UsageError
from scanner.records import Confidence
from scanner.secrets import PUBLISHED_KEY

MOST_JOBS = 1024
ENGINES = ("auto", "hyperscan", "ahocorasick")


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """For prefilter, match and score; goes to every worker."""

    engine: str = "auto"
    patterns: tuple[str, ...] = ()  # users' own pattern files and folders
    minimum: Confidence = Confidence.MEDIUM
    fingerprint_key: bytes = field(default=PUBLISHED_KEY, repr=False)
    honour_allow: bool = True
    timeout: float = 2.0  # seconds one expression may take on one window


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """For the sources: what of a target is read."""

    history: bool = True
    tree: bool = True
    staged: bool = False
    range: str = ""
    since: str = ""
    exclude: tuple[str, ...] = ()
    whole: bool = False  # read every version whole through git, instead of the delta walk


@dataclass(frozen=True, slots=True)
class RunSettings:
    """For the walker."""

    jobs: int = 1
    progress: bool = False


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """For the reports."""

    format: str = "text"
    output: str = ""
    show_secrets: bool = False
    colour: bool = False
    quiet: bool = False
    explain: bool = False  # every reason with its weight


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a scan may be told."""

    detect: DetectSettings = DetectSettings()
    source: SourceSettings = SourceSettings()
    run: RunSettings = RunSettings()
    report: ReportSettings = ReportSettings()
    baseline: str = ""
    exit_code: int = 1


def confidence(text: str) -> Confidence:
    """The level of that name; raises UsageError."""
    try:
        return Confidence[text.upper()]
    except KeyError:
        names = ", ".join(level.label for level in Confidence)
        raise UsageError(f"{text!r} is no confidence; choose one of {names}") from None


_KEYS: dict[str, type] = {
    "confidence": str,
    "engine": str,
    "exclude": list,
    "patterns": list,
    "fingerprint_key": str,
    "jobs": int,
}


def read_config(path: str) -> dict[str, Any]:
    """A configuration file: the keys of _KEYS at top level. Relative pattern paths start at the file.

    Raises UsageError that names the file and the key.
    """
    if not path:
        return {}
    import tomllib

    try:
        with open(path, "rb") as stream:
            values = tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from None
    for key, value in values.items():
        _check_key(path, key, value)
    folder = os.path.dirname(os.path.abspath(path))
    values["patterns"] = [os.path.join(folder, name) for name in values.get("patterns", ())]
    return values


def _check_key(path: str, key: str, value: object) -> None:
    kind = _KEYS.get(key)
    if kind is None:
        raise UsageError(f"{path}: {key!r} is not a setting; known are {', '.join(sorted(_KEYS))}")
    items = value if isinstance(value, list) else ()
    wrong_kind = not isinstance(value, kind) or isinstance(value, bool)
    if key == "jobs" and isinstance(value, int) and not 1 <= value <= MOST_JOBS:
        raise UsageError(f"{path}: 'jobs' must be from 1 to {MOST_JOBS}")
    if wrong_kind or not all(isinstance(item, str) for item in items):
        raise UsageError(f"{path}: {key!r} must be {'a list of strings' if kind is list else kind.__name__}")


def fingerprint_key(config: dict[str, Any]) -> bytes:
    """From `KEYSIEVE_FINGERPRINT_KEY`, else from the configuration, else the published constant."""
    text = os.environ.get("KEYSIEVE_FINGERPRINT_KEY") or config.get("fingerprint_key")
    return str(text).encode() if text else PUBLISHED_KEY


def default_jobs() -> int:
    """The processors this process may run on, so that containers are right."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
