"""Markdown for a comment on a pull request: a table, then the reasons of each finding folded away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape

from scanner.records import Confidence, Finding, Summary
from scanner.report._where import people_name, target_name
from scanner.report._words import SHORT, advice, plural, printable, shown
from scanner.secrets import without_login
from scanner.settings import ReportSettings

MOST = 60_000
"""Characters of findings: GitHub refuses a comment of more than 65,536."""
_MARK = "<!-- keysieve -->"
"""By which a workflow finds its earlier comment, to write it anew."""
_PLACES = 5
_ERRORS = 10


class Report:
    """The heading counts what follows, so the findings are kept until the end."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._counts: Counter[Confidence] = Counter()
        self._rows: list[str] = []
        self._details: list[str] = []
        self._length = self._left_out = 0
        self._several = False

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return ""

    def finding(self, finding: Finding) -> str:
        self._counts[finding.confidence] += 1
        row, details = self._row(finding), "\n".join(self._detail(finding))
        if self._length + len(row) + len(details) > MOST:
            self._left_out += 1
            return ""
        self._length += len(row) + len(details)
        self._rows.append(row)
        self._details.append(details)
        return ""

    def end(self, summary: Summary) -> str:
        return "\n".join(self._page(summary)) + "\n"

    def _page(self, summary: Summary) -> Iterator[str]:
        total = sum(self._counts.values())
        yield _MARK
        levels = ", ".join(f"{count:,} {level.label}" for level, count in sorted(self._counts.items(), reverse=True))
        yield f"### keysieve: {plural(total, 'finding')} ({levels})" if total else "### keysieve: no findings"
        yield from _incomplete(summary)
        if self._rows:
            yield "\n| confidence | what | where | secret |\n| --- | --- | --- | --- |"
            yield from self._rows
            yield ""
            yield from self._details
        if self._left_out:
            yield f"\n{plural(self._left_out, 'more finding')}: they would not fit into one comment."
        suppressed = f", {summary.suppressed:,} suppressed" if summary.suppressed else ""
        yield f"\n{plural(summary.objects, 'object')} in {summary.seconds:.1f} s{suppressed}."

    def _where(self, finding: Finding) -> list[str]:
        return [
            code(f"{f'{target_name(place)}: ' if self._several else ''}{people_name(place)}:{place.span.line}")
            for place in finding.places
        ]

    def _row(self, finding: Finding) -> str:
        first = (self._where(finding) or ["?"])[0]
        more = f" and {plural(len(finding.places) - 1, 'more place')}" if len(finding.places) > 1 else ""
        secret = shown(finding.secret, self._clear)
        return f"| {finding.confidence.label} | {_plain(finding.name)} | {first}{more} | {code(secret)} |"

    def _detail(self, finding: Finding) -> Iterator[str]:
        yield f"<details><summary>{_plain(finding.name)} {finding.fingerprint[:SHORT]}</summary>\n"
        yield from (f"- {_plain(reason.text)}" for reason in finding.reasons)
        yield from (f"- with {_plain(name)} {code(shown(part, self._clear))}" for name, part in finding.parts)
        yield from (f"- at {where}" for where in self._where(finding)[:_PLACES])
        yield f"\n{_plain(advice(finding))}\n\n</details>\n"


def _incomplete(summary: Summary) -> Iterator[str]:
    if summary.errors:
        yield f"\n**INCOMPLETE**: {plural(len(summary.errors), 'object')} could not be looked at.\n"
        for fault in summary.errors[:_ERRORS]:
            yield f"- {code(without_login(fault.object))}: {_plain(without_login(fault.problem))}"
        if len(summary.errors) > _ERRORS:
            yield f"- and {len(summary.errors) - _ERRORS:,} more"


def _plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~@])", r"\\\1", escape(printable(" ".join(text.split("\n"))), quote=False))


def code(text: str) -> str:
    """A code span that stays one, in a table too: HTML, since backticks cannot hold a `|`."""
    kept = (escape(printable(line)).replace("|", "&#124;") for line in text.split("\n"))
    quiet = (re.sub(r"[\\`*_\[\]~@]", lambda found: f"&#{ord(found[0])};", line) for line in kept)
    return f"<code>{'<br>'.join(quiet)}</code>"
