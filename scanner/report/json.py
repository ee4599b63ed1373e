"""One JSON document of schema `keysieve/1`: the scan, then its findings, one on a line."""

from __future__ import annotations

from scanner.records import Finding, Summary
from scanner.report._record import SCHEMA, Listed, encode, finding_record, scan_record
from scanner.settings import ReportSettings


class Report:
    """Written finding by finding, so that memory does not grow with them."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._list = Listed()

    def begin(self, summary: Summary) -> str:
        return f'{{"schema": {encode(SCHEMA)},\n"scan": {encode(scan_record(summary))},\n"findings": ['

    def finding(self, finding: Finding) -> str:
        return self._list.item(finding_record(finding, self._clear))

    def end(self, summary: Summary) -> str:
        return "]}\n"
