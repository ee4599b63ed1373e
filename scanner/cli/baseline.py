"""`keysieve baseline`: accept what is there today, so that only what is new fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import click

from scanner import baseline as files
from scanner import settings as options
from scanner.cache import write_atomically
from scanner.errors import ExitCode, UsageError
from scanner.records import Finding, Summary
from scanner.sources.git.discover import discover_upward


@click.group(name="baseline")
def command() -> None:
    """Keep a file of accepted findings, by content: moves, rebases and reformatting do not matter to it."""


def _scanning(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("-j", "--jobs", type=click.IntRange(1, 1024), default=None, help="Processes."),
        click.option("--confidence", metavar="LEVEL", default="medium", help="low, medium (default), high."),
        click.option("--no-history", is_flag=True, help="Look at files only."),
        click.option("-b", "--baseline", "path", metavar="FILE", default=files.NAME, show_default=True),
        click.argument("target", metavar="[TARGET]", default="."),
    ):
        function = option(function)
    return function


def _saying(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--by-path", is_flag=True, help="Accept each finding only at the paths where it is now."),
        click.option("--expires", metavar="YYYY-MM-DD", default="", help="The last day it is accepted."),
        click.option("--owner", metavar="NAME", default="", help="Who sees to it."),
        click.option("--reason", metavar="TEXT", default="", help="Why it is accepted."),
    ):
        function = option(function)
    return function


@command.command()
@_scanning
@_saying
def create(path: str, **given: Any) -> int:
    """Scan TARGET and write a new baseline of all that is found.

    Exit codes: 0 written, 2 usage, 3 written, but something could not be scanned.
    """
    if os.path.exists(path):
        raise UsageError(f"{path}: is there already; `keysieve baseline update` adds what is new to it")
    baseline = files.new()
    findings, summary = _scan(baseline, given)
    _add(baseline, findings, given)
    _write(path, baseline)
    _merge_driver(path)
    click.echo(f"{path}: {_counted(len(baseline.entries))} accepted")
    return _code(summary)


@command.command()
@_scanning
@_saying
def update(path: str, **given: Any) -> int:
    """Add what TARGET holds and the baseline does not; what stands in it stays as it is."""
    baseline = files.read(path)
    findings, summary = _scan(baseline, given)
    lacking, gone = files.difference(baseline, findings)
    _add(baseline, lacking, given)
    _write(path, baseline)
    click.echo(f"{path}: {len(lacking):,} added, {len(baseline.entries):,} in all, {len(gone):,} match nothing")
    return _code(summary)


@command.command()
@_scanning
@click.option("--expired", is_flag=True, help="Take out what has expired, too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken out; exit code 1 if anything.")
def prune(path: str, expired: bool, dry_run: bool, **given: Any) -> int:
    """Take out entries that nothing in TARGET matches any more.

    After an incomplete scan nothing is taken out, since what could not be looked at may hold it: exit code 3.
    """
    import time

    baseline = files.read(path)
    findings, summary = _scan(baseline, given | {"confidence": "low"})
    if summary.state != "complete":
        return _code(summary)
    _, gone = files.difference(baseline, findings)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    if expired:
        gone += [entry for entry in baseline.entries.values() if entry.expires and entry.expires < today]
    for entry in dict.fromkeys(gone):
        click.echo(f"{entry.fingerprint[:16]} {entry.pattern} {_plain(entry.reason)}".rstrip())
        baseline.entries.pop(entry.fingerprint, None)
    if dry_run:
        return ExitCode.FINDINGS if gone else ExitCode.CLEAN
    _write(path, baseline)
    click.echo(f"{path}: {len(set(gone)):,} taken out, {len(baseline.entries):,} left")
    return ExitCode.CLEAN


@command.command()
@_scanning
@click.option("--all", "again", is_flag=True, help="Ask about those that were answered before, too.")
def audit(path: str, again: bool, **given: Any) -> int:
    """Go through the baseline in the terminal: true, false, or to be rotated later.

    Each answer is written at once. A false one is no credential; a true one is real and accepted.
    """
    from scanner.cli.triage import ask

    baseline = files.read(path)
    findings, summary = _scan(baseline, given | {"confidence": "low"})
    found = {finding.fingerprint: finding for finding in findings}
    asked = [e for e in baseline.entries.values() if e.fingerprint in found and (again or not e.state)]
    for number, entry in enumerate(sorted(asked), 1):
        answer = ask(f"[{number}/{len(asked)}]", entry, found[entry.fingerprint])
        if answer is None:
            break
        baseline.entries[entry.fingerprint] = answer
        _write(path, baseline)
    states = [entry.state or "unanswered" for entry in baseline.entries.values()]
    click.echo(", ".join(f"{states.count(state):,} {state}" for state in (*files.STATES, "unanswered")))
    return _code(summary)


@command.command(name="import")
@click.argument("file", metavar="FILE")
@_scanning
@_saying
def import_(path: str, file: str, **given: Any) -> int:
    """Accept what FILE of another scanner accepts and TARGET still holds, by content.

    FILE is a .gitleaksignore, a JSON report of gitleaks or betterleaks, or a .secrets.baseline of detect-secrets. Each
    finding of ours that it covers is added; entries that cover none are counted. `--baseline FILE` of `scan` reads such
    files as they are, too.
    """
    from scanner.cli.rules import of_baseline
    from scanner.suppress import Suppressions

    if files.is_baseline(file):
        raise UsageError(f"{file}: is a baseline of ours already")
    rules, _ = of_baseline(file)
    baseline = files.read(path) if os.path.exists(path) else files.new()
    findings, summary = _scan(baseline, given | {"confidence": "low"})
    outcome = Suppressions(rules).apply(findings)
    known = set(baseline.entries)
    for finding in outcome.suppressed:
        if finding.fingerprint not in known:
            _add(baseline, [finding], given | {"reason": given["reason"] or f"accepted in {os.path.basename(file)}"})
    _write(path, baseline)
    _merge_driver(path)
    added = len(baseline.entries) - len(known)
    click.echo(f"{path}: {_counted(added)} accepted; of {len(rules):,} entries {len(outcome.stale):,} cover none")
    return _code(summary)


def _scan(baseline: files.Baseline, given: dict[str, Any]) -> tuple[list[Finding], Summary]:
    from scanner.pipeline import scan

    detect = options.DetectSettings(minimum=options.confidence(given["confidence"]), fingerprint_key=baseline.key)
    source = options.SourceSettings(history=not given["no_history"])
    run = options.RunSettings(given["jobs"] or options.default_jobs())
    return scan(given["target"], options.Settings(detect, source=source, run=run))


def _add(baseline: files.Baseline, findings: Iterable[Finding], given: dict[str, Any]) -> None:
    files.check_date(given["expires"], "--expires")
    said = {key: given[key] for key in ("reason", "owner", "expires")}
    for finding in findings:
        baseline.add(files.entry_of(finding, given["by_path"], **said))


def _write(path: str, baseline: files.Baseline) -> None:
    write_atomically(path, baseline.dumps().encode())


def _merge_driver(path: str) -> None:
    """In a repository, tell git to keep the lines of both sides of a merge."""
    folder = os.path.dirname(os.path.abspath(path))
    if not discover_upward(folder):
        return
    attributes, line = os.path.join(folder, ".gitattributes"), f"/{os.path.basename(path)} merge=union\n"
    try:
        with open(attributes, "rb") as stream:
            before = stream.read()
    except FileNotFoundError:
        before = b""
    if line.encode() not in before:
        gap = b"" if not before or before.endswith(b"\n") else b"\n"
        write_atomically(attributes, before + gap + line.encode())
        click.echo(f"{attributes}: {line.strip()}: commit it with the baseline", err=True)


def _code(summary: Summary) -> int:
    if summary.state == "complete":
        return ExitCode.CLEAN
    click.echo(f"keysieve: the scan is INCOMPLETE: {len(summary.errors)} errors", err=True)
    for fault in summary.errors[:5]:
        click.echo(f"  {_plain(fault.object)}: {_plain(fault.problem)}", err=True)
    return ExitCode.INCOMPLETE


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _counted(findings: int) -> str:
    return "1 finding" if findings == 1 else f"{findings:,} findings"
