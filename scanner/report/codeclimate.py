"""Code Climate issues as one JSON list: GitLab's code quality report, and what other servers read as such."""

from __future__ import annotations

from typing import Any

from scanner.records import Finding, Place, Span, Summary
from scanner.report._record import Listed
from scanner.report._where import by_path, file_name, identity, target_name
from scanner.report._words import advice, printable, shown, unicode_text
from scanner.secrets import without_login
from scanner.settings import ReportSettings

_SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}
_NOWHERE = Place("", "", Span(0, 0, 1, 1, 1, 1))


class Report:
    """Written issue by issue; a fault is an issue too, since the format has no other place for it."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._list = Listed()
        self._several = False

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return "["

    def finding(self, finding: Finding) -> str:
        groups = by_path(finding.places) or [[_NOWHERE]]
        return "".join(self._list.item(self._issue(finding, places[0])) for places in groups)

    def end(self, summary: Summary) -> str:
        faults = ""
        for fault in summary.errors:
            name, problem = (printable(without_login(text)) for text in fault)
            issue = _issue(f"could not be scanned: {problem}", "keysieve-incomplete", "major")
            issue |= {"fingerprint": f"{name}: {problem}", "location": {"path": name, "lines": {"begin": 1}}}
            faults += self._list.item(issue)
        return f"{faults}]\n"

    def _issue(self, finding: Finding, place: Place) -> dict[str, Any]:
        secret = unicode_text(shown(finding.secret, self._clear))
        parts = "".join(f", {name} {shown(part, self._clear)}" for name, part in finding.parts)
        level = finding.confidence.label
        where = f" in {target_name(place)}" if self._several else ""
        text = f"{finding.name}: {secret}{unicode_text(parts)} (confidence {level}){where}"
        issue = _issue(text, finding.pattern, _SEVERITIES.get(finding.severity, "critical"))
        because = "".join(f"- {reason.text}\n" for reason in finding.reasons)
        issue["content"] = {"body": unicode_text(f"{because}\n{advice(finding)}")}
        issue["fingerprint"] = identity(finding, place, self._several)
        lines = {"begin": max(1, place.span.line), "end": max(1, place.span.end_line)}
        issue["location"] = {"path": file_name(place), "lines": lines}
        return issue


def _issue(description: str, check: str, severity: str) -> dict[str, Any]:
    issue = {"type": "issue", "check_name": check, "description": description}
    return issue | {"categories": ["Security"], "severity": severity}
