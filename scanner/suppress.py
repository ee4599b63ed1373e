"""Living with findings: ignore files by fingerprint, and earlier reports as baselines."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from scanner.errors import UsageError
from scanner.records import Finding

IGNORE_FILE = ".keysieveignore"
_FINGERPRINT = re.compile(r"[0-9a-f]{16,64}\Z")


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Fingerprints that are not to be reported; 16 hex digits or more stand for the whole."""

    fingerprints: frozenset[str] = frozenset()

    def apply(self, findings: Iterable[Finding]) -> tuple[list[Finding], int]:
        """The findings that are left, and how many are not."""
        whole = {text for text in self.fingerprints if len(text) == 64}
        short = tuple(text for text in self.fingerprints if len(text) < 64)
        every = list(findings)
        left = [
            finding
            for finding in every
            if finding.fingerprint not in whole and not (short and finding.fingerprint.startswith(short))
        ]
        return left, len(every) - len(left)


def ignore_file(target: str) -> str:
    """The ignore file at the top of a target folder, or "".

    For a file and for standard input it is that of the current directory.
    """
    folder = target if os.path.isdir(target) else "."
    path = os.path.join(folder, IGNORE_FILE)
    return path if os.path.isfile(path) else ""


def read_ignores(path: str) -> set[str]:
    """The fingerprints of an ignore file: one a line, `#` begins a comment. Raises UsageError."""
    found = set()
    with open(path, encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            text = line.split("#", 1)[0].strip()
            if text and not _FINGERPRINT.match(text):
                raise UsageError(f"{path}:{number}: is no fingerprint (16 to 64 hex digits, `#` for comments)")
            if text:
                found.add(text)
    return found


def read_baseline(path: str) -> set[str]:
    """The fingerprints of an earlier report in the form `json` or `jsonl`. Raises UsageError."""
    import json

    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--baseline {path}: cannot be read: {error}") from None
    try:
        try:
            findings = json.loads(text)["findings"]
        except ValueError:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
            findings = [row for row in rows if "fingerprint" in row]
            if not rows or "scan" not in rows[-1]:
                raise KeyError("scan") from None
        return {str(finding["fingerprint"]) for finding in findings}
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--baseline {path}: is no keysieve report; make one with --format json") from None
