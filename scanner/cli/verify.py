"""`keysieve verify`: one known credential, or all those of a report -> what their providers say."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import Any

import click

from scanner import settings as options
from scanner.cli.credential import from_input, kind_of, plain, written
from scanner.errors import ExitCode, UsageError
from scanner.records import Fault, Finding, Summary, Verdict


class Said(IntEnum):
    """Exit codes for one credential; 2 is usage, as everywhere."""

    ACTIVE = 0
    INACTIVE = 1
    UNKNOWN = 3
    RESTRICTED = 4


@click.command(name="verify")
@click.argument("report", required=False, metavar="[REPORT]")
@click.option("--pattern", "identity", metavar="ID", default="", help="Its kind; see `keysieve patterns list`.")
@click.option("--unconfirmed", is_flag=True, help="Ask also by a request that no provider's page names.")
@click.option("--dry-run", is_flag=True, help="Tell which hosts would be asked; send nothing.")
@click.option("--config", "config_file", metavar="FILE", default="", help="Read settings from a TOML file.")
@click.option("-f", "--format", "format_", metavar="NAME", default="text", help="text or json; of a report any format.")
@click.option("-o", "--output", metavar="FILE", default="", help="Of a report: write to a file, atomically.")
def command(report: str | None, identity: str, config_file: str, **given: Any) -> int:
    """Ask the provider whether the credential on standard input lives, or ask anew about all findings of a REPORT.

    With --pattern the first line is the credential, or a whole connection string, or the whole input where it has
    several lines; further parts follow as lines `name=value`. It is never an argument: those are public on a machine.

    A REPORT, made with --format json or jsonl, holds no credentials: they are read again from their places.

    Exit codes of one credential: 0 active, 1 inactive, 2 usage, 3 unknown or not asked, 4 restricted (it lives, but
    not from here or not for this). Of a report, as of a scan: 0 none lives, 1 some live or may, 2 usage, 3 some could
    not be read again or could not be told.
    """
    if bool(report) == bool(identity):
        raise UsageError("give either --pattern ID, with the credential on standard input, or a REPORT")
    config = options.read_config(config_file)
    wanted = options.VerifySettings(wanted=True, unconfirmed=given["unconfirmed"], dry_run=given["dry_run"])
    settings = options.verify(config, config_file, wanted)
    if report:
        return _report(report, config, settings, given)
    if given["format_"] not in ("text", "json") or given["output"]:
        raise UsageError("--format of one credential is text or json, and it has no --output")
    return _one(identity, config, settings, given["format_"])


def _one(identity: str, config: dict[str, Any], settings: options.VerifySettings, format_: str) -> int:
    kind = kind_of(identity, tuple(config.get("patterns", ())))
    from scanner.verify.verifier import Verifier

    asker = Verifier(settings, lambda _: kind)
    try:
        finding = from_input(kind)
        if settings.dry_run:
            return _plan(*asker.plan([finding]))
        (told,) = asker.verify([finding])
    finally:
        asker.close()
    click.echo(written(told.verdict, format_))
    return Said.__members__.get(told.verdict.state.upper(), Said.UNKNOWN)


def _plan(hosts: dict[str, int], left: dict[str, int]) -> int:
    for host in hosts:
        click.echo(f"would ask {plain(host)}")
    for why in left:
        click.echo(f"would not ask: {plain(why)}")
    return Said.ACTIVE if hosts else Said.UNKNOWN


_GONE = "its places could not be read again, or hold it no more"


def _report(path: str, config: dict[str, Any], settings: options.VerifySettings, given: dict[str, Any]) -> int:
    from scanner.cli.output import colour, render, write
    from scanner.detector import Detector
    from scanner.report import make
    from scanner.report._reader import read_report
    from scanner.reread import Places
    from scanner.verify.verifier import Verifier

    shown = options.ReportSettings(given["format_"], given["output"], colour=colour(given["output"]))
    form = make(given["format_"], shown)
    found, summary = read_report(path)
    key = options.fingerprint_key(config)
    detector = Detector(options.DetectSettings(patterns=tuple(config.get("patterns", ())), fingerprint_key=key))
    asker = Verifier(settings, detector.credential)
    try:
        with Places(detector, key) as places:
            again = [places.again(finding) for finding in found]
        fresh = [finding for finding in again if finding]
        if settings.dry_run:
            return _plan(*asker.plan(fresh))
        told = iter(asker.verify(fresh))
    finally:
        asker.close()
    lost = Verdict("unknown", _GONE)
    findings = [next(told) if new else replace(old, verdict=lost) for old, new in zip(found, again, strict=True)]
    summary = _settled(summary, findings)
    write(render(form, findings, summary), given["output"])
    return _code(findings, summary)


def _settled(summary: Summary, findings: list[Finding]) -> Summary:
    unknown = sum(finding.verdict.state == "unknown" for finding in findings)
    fault = Fault("verification", f"of {unknown} findings it could not be told whether they live")
    return replace(summary, errors=(*summary.errors, fault)) if unknown else summary


def _code(findings: list[Finding], summary: Summary) -> int:
    if summary.state != "complete":
        click.echo(f"keysieve: INCOMPLETE: {plain(summary.errors[-1].problem)}", err=True)
        return ExitCode.INCOMPLETE
    alive = any(finding.verdict.state != "inactive" and not finding.suppressed for finding in findings)
    return ExitCode.FINDINGS if alive else ExitCode.CLEAN
