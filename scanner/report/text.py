"""For people: each finding in a few lines, then what was looked at and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scanner.records import Confidence, Finding, Place, Summary
from scanner.report._where import place_notes
from scanner.report._words import SHORT, advice, kind_name, plural, printable, shown, size
from scanner.secrets import without_login
from scanner.settings import ReportSettings

_PLACES = 3
_ERRORS = 10
_COLOURS = {Confidence.VERIFIED: "1;31", Confidence.HIGH: "31", Confidence.MEDIUM: "33", Confidence.LOW: "36"}
_BOLD, _DIM, _ALARM, _CALM = "1", "2", "1;31", "32"


class Report:
    """Everything that comes from the scanned input is escaped before it is coloured."""

    def __init__(self, settings: ReportSettings) -> None:
        self._settings = settings
        self._counts: Counter[Confidence] = Counter()
        self._several = False
        self._dead = 0

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return ""

    def finding(self, finding: Finding) -> str:
        heading = []
        if finding.verdict.state == "inactive":
            self._dead += 1
            if self._dead == 1 and not self._settings.quiet:
                heading = [self._paint("Not alive any more, say their providers:", _BOLD), ""]
        elif not finding.suppressed:
            self._counts[finding.confidence] += 1
        lines = [self._line(finding)] if self._settings.quiet else [*self._lines(finding), ""]
        return "".join(f"{line}\n" for line in (*heading, *lines))

    def end(self, summary: Summary) -> str:
        if self._settings.quiet:
            return ""
        return "".join(f"{line}\n" for line in self._closing(summary))

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._settings.colour and text else text

    # ------------------------------------------------------------ a finding

    def _line(self, finding: Finding) -> str:
        where = self._where(finding.places[0]) if finding.places else "?"
        secret = printable(shown(finding.secret, self._settings.show_secrets))
        level = self._level(finding) + (" (suppressed)" if finding.suppressed else "")
        return f"{where}: {level}: {printable(finding.name)}: {secret} [{finding.fingerprint[:SHORT]}]"

    def _level(self, finding: Finding, upper: bool = False) -> str:
        """The confidence, or that it lives no more."""
        dead = finding.verdict.state == "inactive"
        word = "inactive" if dead else finding.confidence.label
        return self._paint(word.upper() if upper else word, _DIM if dead else _COLOURS[finding.confidence])

    def _lines(self, finding: Finding) -> Iterator[str]:
        level = self._level(finding, upper=True)
        name = self._paint(printable(finding.name), _BOLD)
        provider = f", {printable(finding.provider)}" if finding.provider else ""
        yield f"{level} {name}{provider}"
        for label, values in self._rows(finding):
            for position, value in enumerate(values):
                title = self._paint(f"{label if position == 0 else '':<12}", _DIM)
                yield f"  {title} {value}"

    def _rows(self, finding: Finding) -> Iterator[tuple[str, list[str]]]:
        clear = self._settings.show_secrets
        if finding.suppressed:
            kind, where, reason = finding.suppressed
            told = f"{kind} {where}".strip() + (f": {reason}" if reason else "")
            yield "SUPPRESSED", [printable(f"by {told}")]
        yield "secret", [printable(shown(finding.secret, clear))]
        yield "with", [f"{printable(name)}: {printable(shown(part, clear))}" for name, part in finding.parts]
        level = f"{finding.confidence.label} ({finding.score:.2f})"
        yield "confidence", [f"{level}, severity {printable(finding.severity)}"]
        yield "because", self._reasons(finding)
        yield "provider", _verdict(finding)
        yield "at", self._places(finding.places)
        yield "what to do", [printable(line) for line in advice(finding).splitlines()]
        yield "fingerprint", [finding.fingerprint[:SHORT]]

    def _reasons(self, finding: Finding) -> list[str]:
        """In words; where they are to be explained, with weights and from where the score starts."""
        if not self._settings.explain:
            return [printable(reason.text) for reason in finding.reasons]
        start = finding.score - sum(reason.weight for reason in finding.reasons)
        weighed = [(start, "where this kind starts"), *((each.weight, each.text) for each in finding.reasons)]
        return [f"{weight:+.2f} {printable(text)}" for weight, text in weighed]

    def _places(self, places: tuple[Place, ...]) -> list[str]:
        lines = [f"{self._paint(self._where(place), _BOLD)}{_notes(place)}" for place in places[:_PLACES]]
        if len(places) > _PLACES:
            lines.append(f"and {plural(len(places) - _PLACES, 'more place')}")
        return lines

    def _where(self, place: Place) -> str:
        name = place.path
        if not name and (place.blob or place.commit):
            name = f"{kind_name(place)} {(place.blob or place.commit)[:12]}"
        if not name or self._several:
            target = "" if name and place.target == "." else without_login(place.target)
            name = "/".join(filter(None, (target, name)))
        return f"{printable(name)}:{place.span.line}:{place.span.column}"

    # ------------------------------------------------------------ the end

    def _closing(self, summary: Summary) -> Iterator[str]:
        yield self._total(summary)
        if self._dead:
            yield f"{plural(self._dead, 'more finding')} inactive: not counted."
        if summary.suppressed:
            yield f"{plural(summary.suppressed, 'finding')} suppressed."
        if summary.skipped:
            reasons = Counter(skip.reason for skip in summary.skipped).most_common()
            counts = ", ".join(f"{count:,} {printable(reason)}" for reason, count in reasons)
            yield f"Skipped: {counts}."
        if summary.state != "complete":
            yield from self._incomplete(summary)

    def _total(self, summary: Summary) -> str:
        total = sum(self._counts.values())
        levels = sorted(self._counts.items(), reverse=True)
        words = ", ".join(f"{count:,} {level.label}" for level, count in levels)
        count = f"{plural(total, 'finding')} ({words})" if total else "No findings"
        if total or not summary.errors:  # nothing found by a scan that could not look is no good news
            count = self._paint(count, _ALARM if total else _CALM)
        objects = plural(summary.objects, "object")
        return f"{count} in {objects}, {size(summary.bytes)}, {summary.seconds:.1f} s."

    def _incomplete(self, summary: Summary) -> Iterator[str]:
        many = plural(len(summary.errors), "object")
        alarm = f"INCOMPLETE: {many} could not be looked at; what is in there is not known."
        yield self._paint(alarm, _ALARM)
        for fault in summary.errors[:_ERRORS]:
            yield "  " + printable(without_login(f"{fault.object}: {fault.problem}"))
        if len(summary.errors) > _ERRORS:
            yield f"  and {len(summary.errors) - _ERRORS:,} more"


def _verdict(finding: Finding) -> list[str]:
    verdict = finding.verdict
    if verdict.state == "not_checked":
        return [printable(f"was not asked ({verdict.why})")] if verdict.why else []
    identity = ", ".join(f"{name} {value}" for name, value in verdict.identity)
    details = "; ".join(filter(None, (verdict.why, identity, verdict.at)))
    return [printable(f"says {verdict.state}" + (f" ({details})" if details else ""))]


def _notes(place: Place) -> str:
    """What else is known of a place, in brackets."""
    notes = []
    if place.path and place.kind != "file":
        notes.append(kind_name(place))
    notes += place_notes(place, 10)
    return f"  ({printable(', '.join(notes))})" if notes else ""
