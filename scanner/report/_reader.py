"""The other way: a report of schema `keysieve/1`, `json` or `jsonl`, back into findings and a summary."""

from __future__ import annotations

import json
from typing import Any

from scanner.errors import UsageError
from scanner.records import Confidence, Fault, Finding, Place, Reason, Skip, Span, Summary, Suppression, Verdict
from scanner.report._record import SCHEMA
from scanner.secrets import reread


def read_report(path: str, option: str = "") -> tuple[list[Finding], Summary]:
    """The findings and the summary of an earlier report; raises UsageError that names `option` and `path`."""
    named = f"{option} {path}".strip()
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{named}: cannot be read: {error}") from None
    try:
        return parse_report(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{named}: is no keysieve report; make one with --format json") from None


def parse_report(text: str) -> tuple[list[Finding], Summary]:
    """As `read_report`; raises ValueError, KeyError, TypeError or AttributeError for what is no report."""
    try:
        document = json.loads(text)
        rows = document.get("findings", [])  # JSONL of a clean scan is one line, and one document
        schema, scan = document["schema"], document["scan"]
    except json.JSONDecodeError:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        *rows, last = lines  # without its last line the report was cut short
        schema, scan = last["schema"], last["scan"]
    if schema != SCHEMA:
        raise ValueError(schema)
    return [_finding(row) for row in rows], _summary(scan)


def _finding(row: dict[str, Any]) -> Finding:
    return Finding(
        fingerprint=str(row["fingerprint"]),
        pattern=str(row["pattern"]),
        name=str(row["name"]),
        provider=str(row["provider"]),
        severity=str(row["severity"]),
        confidence=Confidence[row["confidence"].upper()],
        score=float(row["score"]),
        reasons=tuple(Reason(str(text), 0.0) for text in row["reasons"]),
        secret=reread(row["secret"]),
        parts=tuple((str(name), reread(value)) for name, value in row["parts"].items()),
        places=tuple(_place(place) for place in row["places"]),
        verdict=_verdict(row["verdict"]),
        source=str(row.get("source", "")),
        respond=str(row.get("respond", "")),
        suppressed=_suppression(row["suppressed"]) if "suppressed" in row else None,
    )


def _suppression(row: dict[str, Any]) -> Suppression:
    return Suppression(*(str(row[key]) for key in ("kind", "where", "reason")))


def _verdict(row: dict[str, Any]) -> Verdict:
    identity = tuple((str(name), str(value)) for name, value in row.get("identity", {}).items())
    return Verdict(str(row["state"]), str(row.get("why", "")), str(row.get("at", "")), identity)


def _place(row: dict[str, Any]) -> Place:
    line, column, end_line, end_column = (int(row[key]) for key in ("line", "column", "end_line", "end_column"))
    texts = {key: str(row[key]) for key in ("target", "path", "commit", "author", "date", "blob", "kind")}
    return Place(
        span=Span(0, 0, line, column, end_line, end_column),
        blobs=int(row["blobs"]),
        in_head=bool(row["in_head"]),
        encoding=tuple(map(str, row["encoding"])),
        **texts,
    )


def _summary(row: dict[str, Any]) -> Summary:
    return Summary(
        targets=tuple(map(str, row["targets"])),
        objects=int(row["objects"]),
        bytes=int(row["bytes"]),
        seconds=float(row["seconds"]),
        skipped=tuple(Skip(str(skip["object"]), str(skip["reason"])) for skip in row["skipped"]),
        errors=tuple(Fault(str(bad["object"]), str(bad["problem"])) for bad in row["errors"]),
        suppressed=int(row.get("suppressed", 0)),
        engine=str(row.get("engine", "")),
        jobs=int(row.get("jobs", 1)),
        started=str(row.get("started", "")),
    )
