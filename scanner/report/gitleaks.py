"""JSON in the shape of gitleaks' reports, for tools that read those: one object for each place."""

from __future__ import annotations

from typing import Any

from scanner.records import Finding, Place, Span, Summary
from scanner.report._record import Listed
from scanner.report._where import target_name
from scanner.report._words import shown, unicode_text
from scanner.secrets import entropy
from scanner.settings import ReportSettings

_NOWHERE = Place("", "", Span(0, 0, 0, 0, 0, 0))


class Report:
    """The format has no place for faults: exit code 3 and standard error tell of them."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._list = Listed()
        self._several = False

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return "["

    def finding(self, finding: Finding) -> str:
        text = ""
        for place in finding.places or (_NOWHERE,):
            text += self._list.item(self._record(finding, place))
        return text

    def end(self, summary: Summary) -> str:
        return "]\n"

    def _record(self, finding: Finding, place: Place) -> dict[str, Any]:
        span, path = place.span, unicode_text(place.path)
        secret = unicode_text(shown(finding.secret, self._clear))
        name, _, mail = unicode_text(place.author).partition(" <")
        tags = [f"confidence:{finding.confidence.label}", f"severity:{finding.severity}"]
        tags += [f"target:{target_name(place)}"] if self._several else []
        spot = f"{path}:{finding.pattern}:{span.line}"
        return {
            "RuleID": finding.pattern,
            "Description": finding.name,
            "StartLine": span.line,
            "EndLine": span.end_line,
            "StartColumn": span.column,
            "EndColumn": max(span.column, span.end_column - 1),  # gitleaks counts the last character in
            "Match": secret,
            "Secret": secret,
            "File": path,
            "SymlinkFile": "",
            "Commit": place.commit,
            "Entropy": round(entropy(finding.secret), 4),
            "Author": name,
            "Email": mail.removesuffix(">"),
            "Date": place.date,
            "Message": "",
            "Tags": tags,
            "Fingerprint": f"{place.commit}:{spot}" if place.commit else spot,
        }
