"""Comma-separated values (RFC 4180) for spreadsheets: one row for each place of each credential."""

from __future__ import annotations

import csv
import io

from scanner.records import Finding, Place, Span, Summary
from scanner.report._where import people_name, target_name
from scanner.report._words import advice, printable, shown
from scanner.settings import ReportSettings

COLUMNS = (
    "confidence", "severity", "pattern", "name", "provider", "secret", "parts", "verdict", "path", "line", "column",
    "end_line", "end_column", "commit", "author", "date", "in_head", "versions", "kind", "target", "score", "reasons",
    "respond", "fingerprint",
)  # fmt: skip
_NOWHERE = Place("", "", Span(0, 0, 0, 0, 0, 0))
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so as a formula."""


class Report:
    """A row needs nothing of the rows before it."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets

    def begin(self, summary: Summary) -> str:
        return _line(COLUMNS)

    def finding(self, finding: Finding) -> str:
        return "".join(_line(self._row(finding, place)) for place in finding.places or (_NOWHERE,))

    def end(self, summary: Summary) -> str:
        return ""

    def _row(self, finding: Finding, place: Place) -> tuple[str, ...]:
        secret = shown(finding.secret, self._clear)
        parts = "; ".join(f"{name}: {shown(part, self._clear)}" for name, part in finding.parts)
        span = place.span
        where = people_name(place) if place != _NOWHERE else ""
        return (
            finding.confidence.label, finding.severity, finding.pattern, finding.name, finding.provider,
            secret, parts, finding.verdict.state, where,
            *map(str, (span.line, span.column, span.end_line, span.end_column)),
            place.commit, place.author, place.date, str(place.in_head).lower(), str(place.blobs), place.kind,
            target_name(place), f"{finding.score:.2f}", "; ".join(reason.text for reason in finding.reasons),
            advice(finding), finding.fingerprint,
        )  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(text: str) -> str:
    """On one line, but for line ends, and inert in a spreadsheet."""
    plain = "\n".join(printable(line) for line in text.split("\n"))
    return f"'{plain}" if plain.startswith(_ACTIVE) else plain
