"""GitHub Actions annotations: a workflow command for each credential at each path, shown beside the code.

GitHub shows ten errors and ten warnings of a step; the log holds all.
"""

from __future__ import annotations

from scanner.records import Confidence, Finding, Place, Summary
from scanner.report._where import by_path, people_name, target_name
from scanner.report._words import SHORT, advice, plural, printable, shown
from scanner.secrets import without_login
from scanner.settings import ReportSettings

_LEVELS = {Confidence.LOW: "notice", Confidence.MEDIUM: "warning"}


class Report:
    """Nothing but the count is kept."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._count = 0
        self._several = False

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return ""

    def finding(self, finding: Finding) -> str:
        self._count += 1
        level = _LEVELS.get(finding.confidence, "error")
        if not finding.places:
            return _command(level, self._message(finding, None), title=finding.name)
        return "".join(
            _command(level, self._message(finding, places[0]), title=finding.name, **_spot(places[0]))
            for places in by_path(finding.places)
        )

    def end(self, summary: Summary) -> str:
        text = "".join(
            _command("error", without_login(f"{fault.object}: {fault.problem}"), title="keysieve: INCOMPLETE")
            for fault in summary.errors
        )
        counted = f"{plural(self._count, 'finding')} in {plural(summary.objects, 'object')}"
        return text + _command("notice", counted, title="keysieve")

    def _message(self, finding: Finding, place: Place | None) -> str:
        because = ", ".join(reason.text for reason in finding.reasons)
        lines = [f"{finding.confidence.label}: {shown(finding.secret, self._clear)}", f"because: {because}"]
        lines += [f"with {name}: {shown(part, self._clear)}" for name, part in finding.parts]
        if place and (self._several or not place.path):
            lines.append(f"in {target_name(place)}: {people_name(place)}")
        return "\n".join([*lines, advice(finding), f"fingerprint {finding.fingerprint[:SHORT]}"])


def _spot(place: Place) -> dict[str, str]:
    span = place.span
    if not place.path:
        return {}
    spot = {"file": place.path, "line": str(max(1, span.line)), "endLine": str(max(1, span.end_line))}
    # GitHub refuses columns over several lines.
    same = span.line == span.end_line and span.column > 0
    return spot | ({"col": str(span.column), "endColumn": str(span.end_column)} if same else {})


def _command(level: str, message: str, **properties: str) -> str:
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    lines = [_data(line) for line in message.split("\n")]
    return f"::{level} {named}::{'%0A'.join(lines)}\n"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
