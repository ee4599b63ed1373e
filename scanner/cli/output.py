"""Where a report goes: standard output, or a file, atomically."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from scanner.cache import write_atomically
from scanner.errors import ScanError
from scanner.records import Finding, Report, Summary


def render(report: Report, findings: Iterable[Finding], summary: Summary) -> str:
    """The whole text of a report."""
    text = [report.begin(summary)]
    text += [report.finding(finding) for finding in findings]
    text.append(report.end(summary))
    return "".join(text)


def colour(output: str) -> bool:
    """Whether a person's terminal shows it."""
    return not output and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def write(text: str, output: str) -> None:
    """Write `text` to the file `output`; "" and "-" are standard output. Raises UsageError or ScanError."""
    data = text.encode("utf-8", "backslashreplace")
    if output and output != "-":
        write_atomically(output, data)
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        # The reader went away, as `| head` does, or the disk is full: what was not read is not known to be fine.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise ScanError(f"standard output cannot be written: {error.strerror}") from None
