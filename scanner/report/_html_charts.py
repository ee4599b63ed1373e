"""Charts of the HTML report: tables with bars, so that what is drawn can also be read aloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from scanner.records import Confidence, Finding
from scanner.report._words import printable

MOST_BARS = 12
_AGES = ((31, "up to a month"), (366, "up to a year"), (3 * 366, "up to three years"))
_COLUMNS = 48


def since(finding: Finding) -> str:
    """The day on which it is first known to have been there, YYYY-MM-DD, or ""."""
    return min((place.date[:10] for place in finding.places if place.date), default="")


def charts(findings: list[Finding], started: str) -> str:
    """Counts by provider, confidence, verdict and age, and when findings came into the repository."""
    providers = Counter(printable(finding.provider) or "no one provider" for finding in findings).most_common()
    levels = Counter(finding.confidence for finding in findings)
    verdicts = Counter(words(finding.verdict.state) for finding in findings).most_common()
    ages = Counter(_age(since(finding), started) for finding in findings)
    order = [*(name for _, name in _AGES), "older", "not known"]
    return (
        _bars("By provider", providers)
        + _bars("By confidence", [(level.label, levels[level]) for level in sorted(Confidence, reverse=True)])
        + _bars("By verdict", verdicts)
        + _bars("By age", [(name, ages[name]) for name in order])
        + _timeline(sorted(filter(None, map(since, findings))))
    )


def words(state: str) -> str:
    """A verdict's state as people read it."""
    return printable(state.replace("_", " "))


def _age(first: str, started: str) -> str:
    try:
        now = datetime.fromisoformat(started.replace("Z", "+00:00")) if started else datetime.now(UTC)
        days = (now.replace(tzinfo=None) - datetime.fromisoformat(first)).days
    except ValueError:
        return "not known"
    return next((name for most, name in _AGES if days <= most), "older")


def _bars(title: str, counts: Iterable[tuple[str, int]]) -> str:
    rows = [(name, count) for name, count in counts if count]
    if len(rows) > MOST_BARS:
        rest = rows[MOST_BARS - 1 :]
        rows = [*rows[: MOST_BARS - 1], (f"{len(rest)} others", sum(count for _, count in rest))]
    most = max((count for _, count in rows), default=1)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>'
        f'<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * count / most:.1f}" height="8"/></svg></td><td class="number">{count:,}</td></tr>'
        for name, count in rows
    )
    return f'<div class="card"><h3>{title}</h3><table>{body}</table></div>\n'


def _timeline(days: list[str]) -> str:
    """How many findings came in in each stretch of time, from the first to the last day."""
    if not days:
        return ""
    try:
        ordinals = [datetime.fromisoformat(day).toordinal() for day in days]
    except ValueError:
        return ""
    first, last = ordinals[0], ordinals[-1]
    wide = max(1, -(-(last - first + 1) // _COLUMNS))
    counts = Counter((day - first) // wide for day in ordinals)
    most = max(counts.values())
    bars = "".join(
        f'<rect x="{at * 10}" y="{60 - 60 * count / most:.1f}" width="9" height="{60 * count / most:.1f}">'
        f"<title>{_day(first + at * wide)}: {count:,}</title></rect>"
        for at, count in sorted(counts.items())
    )
    told = f"{len(days):,} findings came in between {days[0]} and {days[-1]}, at most {most:,} in {wide:,} days"
    columns = (last - first) // wide + 1
    return (
        f'<div class="card"><h3>When they came in</h3><svg class="line" role="img" aria-label="{told}" '
        f'viewBox="0 0 {10 * columns} 60" preserveAspectRatio="none">{bars}</svg>'
        f'<p class="soft">{told}</p></div>\n'
    )


def _day(ordinal: int) -> str:
    return datetime.fromordinal(ordinal).strftime("%Y-%m-%d")
