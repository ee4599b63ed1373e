"""SARIF 2.1.0, as GitHub code scanning and other viewers show it best: one result for each path.

Results are written as they come; the rules, which only kinds that occur get, follow them. What identifies a
result holds neither line nor commit nor confidence, so an alert survives moves, squashes and verification.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from scanner.records import Confidence, Fault, Finding, Place, Summary
from scanner.report import _weakness as weakness
from scanner.report._record import Listed, encode
from scanner.report._where import by_path, identity
from scanner.report._words import advice, kind_name, printable, shown, unicode_text
from scanner.secrets import without_login
from scanner.settings import ReportSettings
from scanner.version import VERSION

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {
    Confidence.VERIFIED: "error",
    Confidence.HIGH: "error",
    Confidence.MEDIUM: "warning",
    Confidence.LOW: "note",
}
# GitHub reads bands of CVSS: above 9 critical, from 7 high, from 4 medium.
_SEVERITIES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0"}


class Report:
    """Memory grows with the kinds that occur, not with the findings."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._list = Listed()
        self._rules: dict[str, dict[str, Any]] = {}
        self._indexes: dict[str, int] = {}
        self._bases: dict[str, str] = {}  # target -> uriBaseId, where there are several targets

    def begin(self, summary: Summary) -> str:
        if len(summary.targets) > 1:
            self._bases = {target: f"TARGET{at}" for at, target in enumerate(summary.targets, 1)}
        return (
            f'{{"$schema": {encode(_SCHEMA)}, "version": "2.1.0", "runs": [{{\n'
            '"columnKind": "unicodeCodePoints",\n"results": ['
        )

    def finding(self, finding: Finding) -> str:
        return "".join(self._results(finding))

    def end(self, summary: Summary) -> str:
        fields = [f'"invocations": [{encode(_invocation(summary))}]']
        if self._bases:
            fields.append(f'"originalUriBaseIds": {encode(_bases(self._bases))}')
        driver: dict[str, Any] = {"name": "keysieve", "version": VERSION, "rules": list(self._rules.values())}
        if self._rules:
            taxonomies = weakness.taxonomies()
            driver["supportedTaxonomies"] = [{"name": item["name"]} for item in taxonomies]
            fields.append(f'"taxonomies": {encode(taxonomies)}')
        fields.append(f'"tool": {encode({"driver": driver})}')
        return "],\n" + ",\n".join(fields) + "}]}\n"

    def _results(self, finding: Finding) -> Iterator[str]:
        if finding.pattern not in self._rules:
            self._indexes[finding.pattern] = len(self._rules)
            self._rules[finding.pattern] = _rule(finding)
        for places in by_path(finding.places):
            yield self._list.item(self._result(finding, places))

    def _result(self, finding: Finding, places: list[Place]) -> dict[str, Any]:
        return {
            "ruleId": finding.pattern,
            "ruleIndex": self._indexes[finding.pattern],
            "level": "note" if finding.verdict.state == "inactive" else _LEVELS[finding.confidence],
            "message": {"text": _message(finding, self._clear)},
            "locations": [self._location(place) for place in places],
            "partialFingerprints": {"keysieve/v1": identity(finding, places[0], bool(self._bases))},
            "properties": _properties(finding, places[0]),
            **_suppressions(finding),
        }

    def _location(self, place: Place) -> dict[str, Any]:
        artifact = {"uri": _uri(place)}
        if not artifact["uri"].startswith("file:"):
            artifact["uriBaseId"] = self._bases.get(place.target, _ROOT)
        physical = {"artifactLocation": artifact, "region": _region(place)}
        location: dict[str, Any] = {"physicalLocation": physical}
        if place.kind != "file":
            name = f"{kind_name(place)} {place.commit or place.blob}".strip()
            location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": place.kind}]
        return location


def _message(finding: Finding, clear: bool) -> str:
    provider = f" ({finding.provider})" if finding.provider else ""
    reasons = ", ".join(reason.text for reason in finding.reasons)
    because = f" because: {reasons}" if reasons else ""
    secret, level = shown(finding.secret, clear), finding.confidence.label
    found = printable(f"{finding.name}{provider}: {secret}, confidence {level}{because}.")
    return f"{found} {unicode_text(advice(finding))}"


def _suppressions(finding: Finding) -> dict[str, Any]:
    if not finding.suppressed:
        return {}
    kind, where, reason = finding.suppressed
    told = unicode_text(": ".join(filter(None, (f"{kind} {where}".strip(), reason))))
    return {"suppressions": [{"kind": "inSource" if kind == "comment" else "external", "justification": told}]}


def _properties(finding: Finding, place: Place) -> dict[str, Any]:
    return {
        "confidence": finding.confidence.label,
        "score": round(finding.score, 4),
        "severity": finding.severity,
        "fingerprint": finding.fingerprint,
        "verdict": finding.verdict.state,
        **_told(finding),
        "target": unicode_text(without_login(place.target)),
        "kind": place.kind,
        "commit": place.commit,
        "date": place.date,
        "versions": place.blobs,
        "inHead": place.in_head,
        "encoding": list(place.encoding),
    }


def _told(finding: Finding) -> dict[str, Any]:
    """What the provider said, where it was asked."""
    verdict = finding.verdict
    if verdict.state == "not_checked":
        return {}
    identity = {name: unicode_text(value) for name, value in verdict.identity}
    return {"verdictWhy": unicode_text(verdict.why), "verdictAt": verdict.at, "identity": identity}


def _uri(place: Place) -> str:
    """Relative and percent-encoded, bytes that are no UTF-8 as they are.

    GitHub refuses a whole upload for one result without a URI, so an object without a path is named as git
    would store it.
    """
    name = place.path
    stored = place.blob or place.commit
    if not name and stored:
        name = f".git/objects/{stored[:2]}/{stored[2:]}"
    encoded = quote(_raw(name or "stdin"), safe="/!")
    return f"file://{encoded}" if name.startswith("/") else encoded


def _raw(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, as Windows allows in a name
        return path.encode("utf-8", "surrogatepass")


def _region(place: Place) -> dict[str, int]:
    span = place.span
    return {
        "startLine": max(1, span.line),
        "startColumn": max(1, span.column),
        "endLine": max(1, span.end_line),
        "endColumn": max(1, span.end_column),
    }


def _rule(finding: Finding) -> dict[str, Any]:
    tags = dict.fromkeys(filter(None, ("security", "secret", finding.provider, *weakness.tags(finding.name))))
    described = f"{finding.name} of {finding.provider}" if finding.provider else finding.name
    rule: dict[str, Any] = {
        "id": finding.pattern,
        "name": finding.name,
        "shortDescription": {"text": finding.name},
        "fullDescription": {"text": f"{described}, readable by everyone who can read this repository."},
        "help": {"text": advice(finding)},
        "relationships": weakness.relationships(finding.name),
        "properties": {
            "tags": list(tags),
            "security-severity": _SEVERITIES.get(finding.severity, _SEVERITIES["high"]),
        },
    }
    if finding.source.startswith(("https://", "http://")):
        rule["helpUri"] = finding.source
    return rule


def _invocation(summary: Summary) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": summary.state == "complete"}
    if summary.errors:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": _fault(fault)}} for fault in summary.errors
        ]
    return invocation


def _fault(fault: Fault) -> str:
    return unicode_text(without_login(f"{fault.object}: {fault.problem}"))


def _bases(bases: dict[str, str]) -> dict[str, Any]:
    named = {base: unicode_text(without_login(target)) for target, base in bases.items()}
    return {base: {"description": {"text": target}} for base, target in named.items()}
