"""A record for each repository of each sweep: one line of JSON, appended as a whole."""

from __future__ import annotations

import json
import os

from scanner.errors import UsageError
from scanner.store.database import now
from scanner.store.results import WHOLE, Result

SCOPE = "every object of every ref, of commits pushed away and of unreachable ones; no working tree"


class Audit:
    """Appends to a file; does nothing without one."""

    def __init__(self, path: str, sweep: int, version: str) -> None:
        """Raises UsageError where the file cannot be written."""
        self._file = -1
        self._head = {"schema": "keysieve-audit/1", "sweep": sweep, "patterns": version, "scope": SCOPE}
        if path:
            try:
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            except OSError as error:
                raise UsageError(f"audit {path}: cannot be written: {error.strerror}") from None

    def tell(self, result: Result) -> None:
        """One repository."""
        if self._file < 0:
            return
        row = self._head | {
            "repository": result.name, "url": result.url, "state": result.state, "complete": result.state in WHOLE,
            "tip": result.tip, "refs": result.refs, "objects": result.objects, "bytes": result.size,
            "seconds": result.seconds, "findings": len(result.findings), "errors": list(result.errors),
            "started": result.started, "at": now(),
        }  # fmt: skip
        os.write(self._file, json.dumps(row).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
