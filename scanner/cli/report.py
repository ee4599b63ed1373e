"""`keysieve report`: an earlier JSON report in any other format, and what changed between two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from scanner.cli.output import colour, render, write
from scanner.errors import ExitCode
from scanner.records import Finding, Summary
from scanner.report import make
from scanner.report._reader import read_report
from scanner.settings import ReportSettings


class _Reports(click.Group):
    """What names no command is a report to convert."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`convert` may be left out."""
        if args and args[0] not in self.commands:
            args = ["convert", *args]
        return super().resolve_command(ctx, args)


@click.group(name="report", cls=_Reports, context_settings={"ignore_unknown_options": True})
def command() -> None:
    """Convert a JSON or JSONL report: `keysieve report FILE -f html`; compare two: `keysieve report diff OLD NEW`."""


def _formatted(function: Any) -> Any:
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="One line for each finding, nothing else."),
        click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, atomically."),
        click.option("-f", "--format", "format_", metavar="NAME", default="text", help="As of `keysieve scan`."),
    ):
        function = option(function)
    return function


def _settings(format_: str, output: str, quiet: bool, clear: bool = False) -> ReportSettings:
    return ReportSettings(format_, output, clear, colour(output), quiet)


@command.command()
@click.argument("file", metavar="FILE")
@_formatted
@click.option("--show-secrets", is_flag=True, help="Show what the report shows in the clear.")
def convert(file: str, format_: str, output: str, quiet: bool, show_secrets: bool) -> int:
    """Write FILE, made with `--format json` or `jsonl`, in another format.

    Exit codes: 0, 2 for what is no report, 3 where its scan was incomplete.
    """
    settings = _settings(format_, output, quiet, show_secrets)
    report = make(format_, settings)
    findings, summary = read_report(file)
    write(render(report, findings, summary), output)
    return _incomplete(summary)


@command.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@_formatted
def diff(old: str, new: str, format_: str, output: str, quiet: bool) -> int:
    """Show the credentials that NEW holds and OLD does not, and count those that are gone.

    Exit codes: 0 nothing new, 1 something new, 2 usage, 3 where a scan was incomplete.
    """
    report = make(format_, _settings(format_, output, quiet))
    before, was = read_report(old)
    after, summary = read_report(new)
    added, gone = difference(before, after)
    text = render(report, added, summary)
    write(text, output)
    if not quiet:
        kept = len(after) - len(added)
        click.echo(f"{len(added):,} new, {len(gone):,} gone, {kept:,} in both", err=True)
        for finding in gone:
            where = finding.places[0].path or finding.places[0].kind if finding.places else ""
            click.echo(f"  gone: {_plain(finding.name)} {finding.fingerprint[:16]} {_plain(where)}", err=True)
    code = _incomplete(summary) or _incomplete(was)
    return code or (ExitCode.FINDINGS if added else ExitCode.CLEAN)


def difference(before: list[Finding], after: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What is new, with the new places only of a credential that spread, and what is gone."""
    known = {finding.fingerprint: {_spot(place) for place in finding.places} for finding in before}
    added = []
    for finding in after:
        places = tuple(place for place in finding.places if _spot(place) not in known.get(finding.fingerprint, ()))
        if finding.fingerprint not in known:
            added.append(finding)
        elif places:
            added.append(replace(finding, places=places))
    left = {finding.fingerprint for finding in after}
    return added, [finding for finding in before if finding.fingerprint not in left]


def _spot(place: Any) -> tuple[str, str, str]:
    """What a move within a file, or a rebase, does not change."""
    return (place.target, place.path, "" if place.path else place.kind)


def _incomplete(summary: Summary) -> int:
    if summary.state == "complete":
        return ExitCode.CLEAN
    click.echo(f"keysieve: that scan was INCOMPLETE: {len(summary.errors)} errors", err=True)
    return ExitCode.INCOMPLETE


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
