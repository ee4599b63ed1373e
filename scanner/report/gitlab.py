"""GitLab's secret detection report, for `artifacts: reports: secret_detection`.

Written to version 15.0.7 of GitLab's schema, the newest of major version 15 that GitLab's public source carries;
GitLab accepts every version of a major that it knows. One vulnerability for each credential at each path.
"""

from __future__ import annotations

import calendar
import time
import uuid
from typing import Any

from scanner.records import Fault, Finding, Place, Span, Summary
from scanner.report._record import Listed, encode
from scanner.report._weakness import weaknesses
from scanner.report._where import by_path, file_name, identity, target_name
from scanner.report._words import advice, printable, shown, unicode_text
from scanner.secrets import without_login
from scanner.settings import ReportSettings
from scanner.version import VERSION

SCHEMA_VERSION = "15.0.7"
_SEVERITIES = {"critical": "Critical", "high": "High", "medium": "Medium", "low": "Low", "info": "Info"}
_NO_COMMIT = "0" * 40
"""GitLab demands a commit; its own analyzer writes zeros for what is in none."""
_NOWHERE = Place("", "", Span(0, 0, 1, 1, 1, 1))


class Report:
    """Written finding by finding; the scan stands at the end."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._list = Listed()
        self._several = False

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return f'{{"version": {encode(SCHEMA_VERSION)},\n"vulnerabilities": ['

    def finding(self, finding: Finding) -> str:
        text = ""
        for places in by_path(finding.places) or [[_NOWHERE]]:
            text += self._list.item(self._vulnerability(finding, places[0]))
        return text

    def end(self, summary: Summary) -> str:
        return f'],\n"scan": {encode(_scan(summary))}}}\n'

    def _vulnerability(self, finding: Finding, place: Place) -> dict[str, Any]:
        secret = shown(finding.secret, self._clear)
        record: dict[str, Any] = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, identity(finding, place, self._several))),
            "name": finding.name[:255],
            "description": self._description(finding, place),
            "severity": _SEVERITIES.get(finding.severity, "Unknown"),
            "solution": unicode_text(advice(finding))[:7000],
            "identifiers": _identifiers(finding),
            "location": _location(place),
        }
        if self._clear:
            record["raw_source_code_extract"] = secret
        if finding.source.startswith(("https://", "http://")):
            record["links"] = [{"name": "Where the format is documented", "url": finding.source}]
        return record

    def _description(self, finding: Finding, place: Place) -> str:
        because = ", ".join(reason.text for reason in finding.reasons)
        parts = "".join(f", {name} {shown(part, self._clear)}" for name, part in finding.parts)
        secret = shown(finding.secret, self._clear)
        where = f" In {target_name(place)}." if self._several else ""
        return printable(f"{secret}{parts}: confidence {finding.confidence.label}, because: {because}.") + where


def _identifiers(finding: Finding) -> list[dict[str, str]]:
    rule = {"type": "keysieve_rule_id", "name": f"keysieve rule {finding.pattern}", "value": finding.pattern}
    known = [item for item in weaknesses(finding.name) if item.catalogue == "CWE"]
    return [rule, *({"type": "cwe", "name": w.id, "value": w.id.split("-")[1], "url": w.url} for w in known)]


def _location(place: Place) -> dict[str, Any]:
    commit: dict[str, str] = {"sha": place.commit or _NO_COMMIT}
    if place.author:
        commit["author"] = unicode_text(place.author)
    if place.date:
        commit["date"] = place.date
    lines = {"start_line": max(1, place.span.line), "end_line": max(1, place.span.end_line)}
    return {"file": file_name(place), "commit": commit, **lines}


def _scan(summary: Summary) -> dict[str, Any]:
    start = summary.started.removesuffix("Z") or "1970-01-01T00:00:00"
    began = calendar.timegm(time.strptime(start, "%Y-%m-%dT%H:%M:%S"))
    end = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began + summary.seconds))
    program = {"id": "keysieve", "name": "keysieve", "version": VERSION, "vendor": {"name": "keysieve"}}
    scan: dict[str, Any] = {"analyzer": program, "scanner": program, "type": "secret_detection"}
    scan |= {"start_time": start, "end_time": end, "status": "success" if summary.state == "complete" else "failure"}
    if summary.errors:
        scan["messages"] = [{"level": "warn", "value": _fault(fault)} for fault in summary.errors]
    return scan


def _fault(fault: Fault) -> str:
    return printable(without_login(f"{fault.object}: {fault.problem}"))
