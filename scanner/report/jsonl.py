"""JSON lines of schema `keysieve/1`: one finding a line, the scan record at the end."""

from __future__ import annotations

from scanner.records import Finding, Summary
from scanner.report._record import SCHEMA, encode, finding_record, scan_record
from scanner.settings import ReportSettings


class Report:
    """A reader that meets no scan record has met a report that was cut short."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets

    def begin(self, summary: Summary) -> str:
        return ""

    def finding(self, finding: Finding) -> str:
        return encode(finding_record(finding, self._clear)) + "\n"

    def end(self, summary: Summary) -> str:
        return encode({"schema": SCHEMA, "scan": scan_record(summary)}) + "\n"
