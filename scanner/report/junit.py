"""JUnit XML, as CI servers show test results: a failure for each credential at each path, an error for each fault."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from scanner.records import Fault, Finding, Place, Summary
from scanner.report._where import by_path, people_name, target_name
from scanner.report._words import SHORT, advice, plural, printable, shown
from scanner.secrets import without_login
from scanner.settings import ReportSettings


class Report:
    """The counts stand before the cases, so the cases are kept until the end."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._cases: list[str] = []

    def begin(self, summary: Summary) -> str:
        return ""

    def finding(self, finding: Finding) -> str:
        if finding.places:
            self._cases += (self._case(finding, places) for places in by_path(finding.places))
        else:
            self._cases.append(self._case(finding, []))
        return ""

    def end(self, summary: Summary) -> str:
        faults = [_fault(fault) for fault in summary.errors]
        looked = plural(summary.objects, "object")
        # A suite without cases counts as broken on most servers.
        passed = [] if self._cases or faults else [f"    <testcase{_attributes(classname='keysieve', name=looked)}/>\n"]
        counts: dict[str, str | int] = {
            "tests": len(self._cases) + len(faults) + len(passed),
            "failures": len(self._cases),
            "errors": len(faults),
            "time": f"{summary.seconds:.3f}",
        }
        named = ", ".join(printable(without_login(name)) for name in summary.targets)
        suite: dict[str, str | int] = {"name": named, **counts, "skipped": 0}
        if summary.started:
            suite["timestamp"] = summary.started.removesuffix("Z")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<testsuites{_attributes(name='keysieve', **counts)}>\n  <testsuite{_attributes(**suite)}>\n"
            f"{''.join([*self._cases, *faults, *passed])}  </testsuite>\n</testsuites>\n"
        )

    def _case(self, finding: Finding, places: list[Place]) -> str:
        where = f"{people_name(places[0])}:{places[0].span.line}" if places else "?"
        secret = shown(finding.secret, self._clear)
        message = f"{printable(finding.name)}: {printable(secret)} ({finding.confidence.label})"
        name = f"{where} {printable(finding.name)} {finding.fingerprint[:SHORT]}"
        return (
            f"    <testcase{_attributes(classname=finding.pattern, name=name)}>\n"
            f"      <failure{_attributes(message=message, type=finding.confidence.label)}>"
            f"{escape(chr(10).join(self._details(finding, places)))}</failure>\n    </testcase>\n"
        )

    def _details(self, finding: Finding, places: list[Place]) -> Iterator[str]:
        yield from (printable(line) for line in shown(finding.secret, self._clear).splitlines())
        yield from (f"with {printable(name)}: {printable(shown(part, self._clear))}" for name, part in finding.parts)
        yield from (f"because: {printable(reason.text)}" for reason in finding.reasons)
        for place in places:
            commit = f" commit {place.commit[:12]}" if place.commit else ""
            yield f"at: {target_name(place)}: {people_name(place)}:{place.span.line}:{place.span.column}{commit}"
        yield from (printable(line) for line in advice(finding).splitlines())
        yield f"fingerprint: {finding.fingerprint}"


def _fault(fault: Fault) -> str:
    name, problem = (printable(without_login(text)) for text in fault)
    error = f"<error{_attributes(message=problem, type='incomplete')}/>"
    return f"    <testcase{_attributes(classname='keysieve', name=name)}>\n      {error}\n    </testcase>\n"


def _attributes(**values: str | int) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in values.items())
