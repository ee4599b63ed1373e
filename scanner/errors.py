"""Every error that keysieve raises on purpose, and the exit code that each one leads to.

    KeysieveError
    ├── UsageError            the command line or a configuration file cannot be used     exit 2
    │   └── PatternError      a pattern file names a file, a credential and a field       exit 2
    └── ScanError             something could not be looked at                            exit 3
        ├── TargetError       a whole target
        ├── StoreError        the findings store, or a receiver of notifications, did not answer
        └── GitError          git answered with an error, the command's arguments attached

A scan that meets a ScanError for one object counts it in the summary and goes on; only what makes the
whole run pointless is raised to the command line, where `cli.main` catches it once.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to the one that started it; the first that applies in the order 2, 3, 1, 0."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3


class KeysieveError(Exception):
    """The root: its text is one line that names the input and says what to do."""

    exit_code = ExitCode.INCOMPLETE


class UsageError(KeysieveError):
    """An option, an environment variable or a configuration file that cannot be used."""

    exit_code = ExitCode.USAGE


class PatternError(UsageError):
    """A pattern that the loader refuses. `field` is dotted, as in ``provider.name``."""

    def __init__(self, file: str, credential: str, field: str, problem: str) -> None:
        where = f"credential {credential!r}, " if credential else ""
        super().__init__(f"{file}: {where}field {field!r}: {problem}")
        self.file = file
        self.credential = credential
        self.field = field

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (str(self), self.file, self.credential, self.field))


def _rebuild(text: str, file: str, credential: str, field: str) -> PatternError:
    error = PatternError(file, credential, field, "")
    error.args = (text,)
    return error


class ScanError(KeysieveError):
    """Something that the scan could not look at."""


class TargetError(ScanError):
    """A target that cannot be opened at all."""


class StoreError(ScanError):
    """The findings store or a receiver of notifications did not do what was asked."""


class GitError(ScanError):
    """git ended with an error where it should not have; `code` is the one that it ended with, 0 where it never ran."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


def said(error: ScanError | OSError) -> str:
    """What went wrong, for a fault; of the system only its word: a path of ours tells nobody anything."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)
