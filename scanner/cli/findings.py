"""`keysieve findings`: what sweeps found and stored: list, show, triage, count, take in a report."""

from __future__ import annotations

import getpass
import json
import os
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.output import colour, render, write
from scanner.errors import ExitCode, UsageError
from scanner.report import make
from scanner.report._reader import read_report
from scanner.settings import ReportSettings

if TYPE_CHECKING:
    from scanner.store.database import Database
    from scanner.store.reading import Known


@click.group(name="findings")
@click.option("--store", "url", metavar="URL", default="", help="SQLite file or PostgreSQL URL; else KEYSIEVE_STORE.")
@click.option("--config", metavar="FILE", default="", help="The sweep's file, which names the store; else sweep.toml.")
@click.pass_context
def command(ctx: click.Context, url: str, config: str) -> None:
    """What sweeps found, and what was decided about it."""
    ctx.obj = (url, config)


def _open(ctx: click.Context) -> Database:
    from scanner.store.database import Database

    url, config = ctx.obj
    url = url or os.environ.get("KEYSIEVE_STORE", "")
    if not url:
        from scanner.sweep.config import read

        path = config or "sweep.toml"
        if not os.path.exists(path):
            raise UsageError("which store? name it with --store, KEYSIEVE_STORE or --config sweep.toml")
        url = read(path).store
    if "://" not in url and not os.path.exists(url):
        raise UsageError(f"store {url}: no such file; `keysieve sweep` makes it")
    return Database(url)


def _filters(function: Any) -> Any:
    for option in (
        click.option("--gone", is_flag=True, help="Also what no repository holds any more."),
        click.option("--verdict", metavar="STATE", default="", help="active, inactive, restricted, unknown ..."),
        click.option("--repository", metavar="NAME", default="", help="Part of a repository's name."),
        click.option("--pattern", metavar="ID", default="", help="One kind of credential."),
        click.option("--triage", metavar="STATE", multiple=True, help="open, confirmed, ...; may be given again."),
    ):
        function = option(function)
    return function


def _wanted(ctx: click.Context, given: dict[str, Any]) -> tuple[Database, list[Known]]:
    from scanner.store.reading import Wanted, findings
    from scanner.store.triage import STATES

    for state in given["triage"]:
        if state not in STATES:
            raise UsageError(f"--triage {state}: choose one of {', '.join(STATES)}")
    store = _open(ctx)
    names = ("triage", "pattern", "repository", "verdict", "gone")
    return store, findings(store, Wanted(**{name: given[name] for name in names}))


@command.command(name="list")
@_filters
@click.option("-f", "--format", "format_", metavar="NAME", default="", help="Any report format; else a line each.")
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, atomically.")
@click.pass_context
def list_(ctx: click.Context, /, format_: str, output: str, **given: Any) -> int:
    """List findings, or export them in any format of `keysieve scan`.

    Exit codes: 0 none, 1 some, 2 usage, 3 the last sweep was incomplete.
    """
    report = make(format_, ReportSettings(format_, output, colour=colour(output))) if format_ else None
    store, known = _wanted(ctx, given)
    try:
        from scanner.store.reading import summary

        told = summary(store)
    finally:
        store.close()
    lines = map(_line, known)
    write(render(report, [item.told for item in known], told) if report else "".join(lines), output)
    if told.state != "complete":
        click.echo(f"keysieve: the last sweep was INCOMPLETE: {len(told.errors)} errors", err=True)
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if known else ExitCode.CLEAN


def _line(item: Known) -> str:
    told, shown = item.finding, item.exposure
    spot = told.places[0]
    where = f"{spot.target}:{spot.path or spot.kind}:{spot.span.line}"
    more = f" and {len(told.places) - 1} more" if len(told.places) > 1 else ""
    state = f"{told.confidence.label:<8} {item.triage:<14} {shown.days:>6.0f} d {'HEAD' if shown.in_head else '-':<4}"
    return f"{told.fingerprint[:16]} {state} {told.pattern} {_plain(where)}{more}\n"


@command.command()
@click.argument("fingerprint")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def show(ctx: click.Context, fingerprint: str, format_: str) -> int:
    """Everything that is known of one finding: places, exposure, verdicts and decisions."""
    from scanner.store.reading import one

    store = _open(ctx)
    try:
        known, history = one(store, fingerprint)
    finally:
        store.close()
    if format_ == "json":
        write(json.dumps(_document(known, history), indent=1) + "\n", "")
        return ExitCode.CLEAN
    report = make("text", ReportSettings("text", "", colour=colour(""), explain=True))
    text = [report.finding(known.told)]
    text += [_event(row) for row in history]
    write("".join(text), "")
    return ExitCode.CLEAN


def _event(row: dict[str, str]) -> str:
    by = f" by {row['by']}" if row["by"] else ""
    why = f": {row['why']}" if row["why"] else ""
    return _plain(f"  {row['at']} {row['what']}{by}{why}") + "\n"


def _document(known: Known, history: list[dict[str, str]]) -> dict[str, Any]:
    from scanner.report._record import finding_record

    shown = known.exposure
    return {
        "finding": finding_record(known.finding, False),
        "exposure": {
            "first_commit": shown.first_commit, "first_seen": shown.first_seen, "last_seen": shown.last_seen,
            "days_exposed": shown.days, "in_head": shown.in_head, "rotated": shown.rotated,
        },
        "triage": {"state": known.triage} | dict(zip(("reason", "expires", "by", "at"), known.decided, strict=True)),
        "history": history,
    }  # fmt: skip


@command.command()
@click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...")
@click.option("--state", required=True, help="open, confirmed, false-positive, rotated or accepted.")
@click.option("--reason", default="", help="Why; accepted needs it.")
@click.option("--expires", metavar="YYYY-MM-DD", default="", help="The last day that an acceptance holds.")
@click.option("--by", default="", help="Who decides; default: the user of this machine.")
@click.pass_context
def triage(ctx: click.Context, fingerprints: tuple[str, ...], state: str, reason: str, expires: str, by: str) -> int:
    """Decide about findings; every decision is kept with who, when and why."""
    from scanner.store.triage import Decision, decide

    decision = Decision(state, by or getpass.getuser(), reason, expires)
    decision.check()
    store = _open(ctx)
    try:
        for print_ in decide(store, fingerprints, decision):
            click.echo(f"{print_[:16]} {state}")
    finally:
        store.close()
    return ExitCode.CLEAN


@command.command()
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def stats(ctx: click.Context, format_: str) -> int:
    """Counts of what is there, and how the last sweep went."""
    from scanner.store.reading import statistics

    store = _open(ctx)
    try:
        told = statistics(store)
    finally:
        store.close()
    if format_ == "json":
        click.echo(json.dumps(told, indent=1))
        return ExitCode.CLEAN
    for name, value in told.items():
        rows = (
            ", ".join(f"{key} {_plain(str(item))}" for key, item in value.items()) if isinstance(value, dict) else value
        )
        click.echo(f"{name.replace('_', ' ')}: {rows if rows != '' else '-'}")
    return ExitCode.CLEAN


@command.command(name="import")
@click.argument("file")
@click.option("--repository", metavar="NAME", required=True, help="What the report is about, by its name in the sweep.")
@click.pass_context
def import_(ctx: click.Context, file: str, repository: str) -> int:
    """Take in a report made with `scan -f json`, as one repository's outcome; again and again changes nothing.

    Nothing is taken for gone: a report says what it found, not all that it looked for. Exit codes: 0, 2, 3 where
    its scan was incomplete.
    """
    from scanner.store.results import Result
    from scanner.store.writing import begin_sweep, end_sweep, record

    found, scan = read_report(file)
    store = _open(ctx)
    try:
        number = begin_sweep(store, f"import {os.path.basename(file)}", "")
        errors = tuple(f"{fault.object}: {fault.problem}" for fault in scan.errors)
        result = Result(
            repository, scan.targets[0] if scan.targets else "", "incomplete" if errors else "reported", scan.started,
            objects=scan.objects, size=scan.bytes, seconds=scan.seconds, errors=errors, findings=tuple(found),
        )  # fmt: skip
        fresh = record(store, number, result)
        end_sweep(store, number, "incomplete" if errors else "complete")
    finally:
        store.close()
    click.echo(f"{len(found)} findings, {len(fresh)} new")
    return ExitCode.INCOMPLETE if errors else ExitCode.CLEAN


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
