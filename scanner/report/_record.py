"""Findings and summaries as the objects of schema `keysieve/1` (docs/json.md)."""

from __future__ import annotations

import json
from typing import Any

from scanner.records import Finding, Place, Summary, Suppression, Verdict
from scanner.report._words import shown, unicode_text
from scanner.secrets import without_login
from scanner.version import VERSION

SCHEMA = "keysieve/1"


def encode(value: object) -> str:
    """One line of JSON. ASCII only: no terminal acts on it and no encoding of the output breaks it."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


class Listed:
    """The items of one JSON list as text, each on a line of its own, as they come."""

    def __init__(self) -> None:
        self._separator = "\n"

    def item(self, value: object) -> str:
        """The next item, with what parts it from the one before."""
        separator, self._separator = self._separator, ",\n"
        return separator + encode(value)


def scan_record(summary: Summary) -> dict[str, Any]:
    """The scan: what was looked at, and what was not."""
    return {
        "state": summary.state,
        "targets": [_named(target) for target in summary.targets],
        "objects": summary.objects,
        "bytes": summary.bytes,
        "seconds": round(summary.seconds, 3),
        "skipped": [{"object": _named(skip.object), "reason": _named(skip.reason)} for skip in summary.skipped],
        "errors": [{"object": _named(bad.object), "problem": _named(bad.problem)} for bad in summary.errors],
        "suppressed": summary.suppressed,
        "engine": summary.engine,
        "jobs": summary.jobs,
        "started": summary.started,
        "version": VERSION,
    }


def finding_record(finding: Finding, clear: bool) -> dict[str, Any]:
    """One credential with all its places."""
    return {
        "fingerprint": finding.fingerprint,
        "pattern": finding.pattern,
        "name": finding.name,
        "provider": finding.provider,
        "severity": finding.severity,
        "confidence": finding.confidence.label,
        "score": round(finding.score, 4),
        "reasons": [unicode_text(reason.text) for reason in finding.reasons],
        "secret": shown(finding.secret, clear),
        "parts": {name: shown(part, clear) for name, part in finding.parts},
        "verdict": _verdict(finding.verdict),
        "source": finding.source,
        "respond": finding.respond,
        "places": [_place(place) for place in finding.places],
        **({"suppressed": _suppression(finding.suppressed)} if finding.suppressed else {}),
    }


def _suppression(item: Suppression) -> dict[str, str]:
    return {"kind": item.kind, "where": _named(item.where), "reason": unicode_text(item.reason)}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    if verdict.state == "not_checked":
        return {"state": verdict.state} | ({"why": unicode_text(verdict.why)} if verdict.why else {})
    return {
        "state": verdict.state,
        "why": unicode_text(verdict.why),
        "at": verdict.at,
        "identity": {name: unicode_text(value) for name, value in verdict.identity},
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "target": _named(place.target),
        "path": unicode_text(place.path),
        "line": place.span.line,
        "column": place.span.column,
        "end_line": place.span.end_line,
        "end_column": place.span.end_column,
        "commit": place.commit,
        "author": unicode_text(place.author),
        "date": place.date,
        "blob": place.blob,
        "blobs": place.blobs,
        "in_head": place.in_head,
        "kind": place.kind,
        "encoding": list(place.encoding),
    }


def _named(text: str) -> str:
    return unicode_text(without_login(text))
