"""One HTML page that needs nothing else: it makes no request, and tells all without its script, too."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from scanner.records import Finding, Place, Summary
from scanner.report._html_assets import SCRIPT, STYLE
from scanner.report._html_charts import charts, since, words
from scanner.report._where import people_name, place_notes, target_name
from scanner.report._words import SHORT, advice, plural, printable, shown, size
from scanner.secrets import without_login
from scanner.settings import ReportSettings

_SEVERITIES = ("critical", "high", "medium", "low", "info")
_HEADS = ("Confidence", "Severity", "What", "Provider", "Where", "Since", "Verdict")


class Report:
    """The charts stand before the table, so the findings are kept until the end."""

    def __init__(self, settings: ReportSettings) -> None:
        self._clear = settings.show_secrets
        self._findings: list[Finding] = []
        self._several = False

    def begin(self, summary: Summary) -> str:
        self._several = len(summary.targets) > 1
        return ""

    def finding(self, finding: Finding) -> str:
        self._findings.append(finding)
        return ""

    def end(self, summary: Summary) -> str:
        policy = f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(SCRIPT)}'; form-action 'none'"
        named = ", ".join(printable(without_login(name)) for name in summary.targets)
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri \'none\'">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta name="referrer" content="no-referrer">\n<title>keysieve: {escape(named)}</title>\n'
            f"<style>{STYLE}</style>\n</head>\n<body>\n"
            + "".join(self._body(summary, named))
            + f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
        )

    def _body(self, summary: Summary, named: str) -> Iterator[str]:
        total = plural(len(self._findings), "finding")
        looked = f"{plural(summary.objects, 'object')}, {size(summary.bytes)}, {summary.seconds:.1f} s"
        when = f", {escape(summary.started)}" if summary.started else ""
        suppressed = f", {summary.suppressed:,} suppressed" if summary.suppressed else ""
        yield f'<a class="skip" href="#table">To the findings</a>\n<header><h1>{total} in {escape(named)}</h1>\n'
        yield f'<p class="soft">{looked}{suppressed}{when}</p></header>\n<main>\n'
        yield from _incomplete(summary)
        if self._findings:
            yield f'<h2>Overview</h2>\n<div class="charts">\n{charts(self._findings, summary.started)}</div>\n'
            yield '<h2 id="table" tabindex="-1">Findings</h2>\n'
            yield self._form()
            heads = "".join(f'<th scope="col"><button type="button">{head}</button></th>' for head in _HEADS)
            yield f'<div class="scroll"><table id="findings"><thead><tr>{heads}</tr></thead>\n<tbody>\n'
            yield from map(self._row, self._findings)
            yield "</tbody></table></div>\n"
        elif not summary.errors:
            yield '<p id="table">Nothing was found.</p>\n'
        yield "</main>\n"

    def _form(self) -> str:
        choices = {
            "confidence": [f.confidence.label for f in sorted(self._findings, key=lambda f: -f.confidence)],
            "severity": sorted((f.severity for f in self._findings), key=_rank),
            "provider": sorted({printable(f.provider) for f in self._findings if f.provider}),
            "verdict": sorted({words(f.verdict.state) for f in self._findings}),
        }
        fields = '<div><label for="search">Search</label><input id="search" type="search"></div>'
        for name, values in choices.items():
            options = "".join(f"<option>{escape(value)}</option>" for value in dict.fromkeys(values))
            fields += f'<div><label for="{name}">{name.capitalize()}</label><select id="{name}">'
            fields += f'<option value="">all</option>{options}</select></div>'
        fields += '<div><input type="reset" value="Show all"></div>'
        return f'<form hidden>{fields}</form>\n<p id="shown" role="status" class="soft"></p>\n'

    def _row(self, finding: Finding) -> str:
        first = self._where(finding.places[0]) if finding.places else "?"
        more = f" and {plural(len(finding.places) - 1, 'more place')}" if len(finding.places) > 1 else ""
        level, severity = finding.confidence.label, escape(printable(finding.severity))
        provider, state = escape(printable(finding.provider)), escape(words(finding.verdict.state))
        keyed = {"confidence": level, "severity": severity, "provider": provider, "verdict": state}
        data = "".join(f' data-{name}="{value}"' for name, value in keyed.items())
        day = escape(since(finding))
        cells = (
            (f"{1 - finding.score:.4f}", f'<span class="level {level}">{level}</span>'),
            (str(_rank(finding.severity)), severity),
            (escape(printable(finding.name)), self._details(finding)),
            (provider, provider),
            (first, f"<code>{first}</code>{more}"),
            (day, day),
            (state, state),
        )
        return f"<tr{data}>" + "".join(f'<td data-key="{key}">{text}</td>' for key, text in cells) + "</tr>\n"

    def _details(self, finding: Finding) -> str:
        named, secret = escape(printable(finding.name)), _lines(shown(finding.secret, self._clear))
        parts = "".join(
            f"<li>with {escape(printable(name))}: <code>{_lines(shown(part, self._clear))}</code></li>"
            for name, part in finding.parts
        )
        because = "".join(f"<li>{escape(printable(reason.text))}</li>" for reason in finding.reasons)
        places = "".join(f"<li>{self._place(place)}</li>" for place in finding.places)
        source = ""
        if finding.source.startswith(("https://", "http://")):
            address = escape(printable(finding.source))
            source = f' <a href="{address}" rel="noreferrer">Where the format is documented</a>'
        why = "; ".join(filter(None, (finding.verdict.why, *(f"{n} {v}" for n, v in finding.verdict.identity))))
        answer = f"<p>The provider says: {escape(printable(why))}</p>" if why else ""
        return (
            f"<details><summary>{named} <code>{secret}</code></summary><ul>{parts}{because}</ul>{answer}"
            f"<p><strong>What to do:</strong> {_lines(advice(finding))}{source}</p>"
            f'<ol>{places}</ol><p class="soft">fingerprint <code>{finding.fingerprint[:SHORT]}</code></p></details>'
        )

    def _where(self, place: Place) -> str:
        target = f"{target_name(place)}/" if self._several else ""
        return escape(f"{target}{people_name(place)}:{place.span.line}")

    def _place(self, place: Place) -> str:
        return f"<code>{self._where(place)}</code> {escape(printable(', '.join(place_notes(place, 12))))}"


def _incomplete(summary: Summary) -> Iterator[str]:
    if summary.errors:
        yield '<section class="alarm" aria-label="Incomplete">'
        yield "<strong>INCOMPLETE:</strong> what is in these is not known.<ul>"
        for fault in summary.errors:
            yield f"<li>{escape(printable(without_login(f'{fault.object}: {fault.problem}')))}</li>"
        yield "</ul></section>\n"


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _lines(text: str) -> str:
    return "\n".join(escape(printable(line)) for line in text.split("\n"))


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
