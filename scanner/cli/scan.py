"""`keysieve scan`: options -> Settings -> findings -> report -> exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from scanner import settings as options
from scanner.cache import check_writable, write_atomically
from scanner.errors import ExitCode, ScanError, UsageError
from scanner.records import Confidence, Finding, Summary
from scanner.sources.git.discover import repository_top
from scanner.suppress import Suppressions, ignore_file, read_baseline, read_ignores


@click.command(name="scan")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--staged", is_flag=True, help="Scan what the index adds to HEAD.")
@click.option("--range", "range_", metavar="A..B", default="", help="Scan what the commits of a range add.")
@click.option("--since", metavar="REV", default="", help="Scan what the commits since REV add.")
@click.option("--no-history", is_flag=True, help="Scan files only.")
@click.option("--history-only", is_flag=True, help="Scan git objects only.")
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave out paths; may be given again.")
@click.option("--confidence", metavar="LEVEL", default=None, help="low, medium (default), high or verified.")
@click.option("--engine", metavar="NAME", default=None, help="auto (default), hyperscan or ahocorasick.")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), default=None, help="Processes; default: all processors.")
@click.option("--config", "config_file", metavar="FILE", default="", help="Read settings from a TOML file.")
@click.option("-f", "--format", "format_", metavar="NAME", default="text", help="text (default), json, jsonl, sarif.")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the report to a file, atomically.")
@click.option("--baseline", metavar="FILE", default="", help="Leave out findings of an earlier JSON report.")
@click.option("--show-secrets", is_flag=True, help="Show credentials in the clear.")
@click.option("--no-allow", is_flag=True, help="Report what comments in the code allow, too.")
@click.option("--exit-code", type=click.IntRange(0, 255), default=1, help="Instead of 1 when there are findings.")
@click.option("-q", "--quiet", is_flag=True, help="One line for each finding, nothing else.")
@click.option("--whole", is_flag=True, hidden=True, help="Read every version whole: the walk's plain twin.")
@click.option("--verify", is_flag=True, help="Ask the providers which credentials live: sends them there.")
@click.option("--verify-unconfirmed", is_flag=True, help="With --verify: also by requests no provider's page names.")
@click.option(
    "--verify-dry-run", is_flag=True, help="Tell which hosts --verify would ask, and how often; send nothing."
)
def command(targets: tuple[str, ...], **given: Any) -> int:
    """Scan directories, files, git repositories (bare ones too), git URLs, or "-" for standard input.

    A repository is read whole: its history, unreachable objects, uncommitted and untracked files. Without a
    TARGET the current directory is scanned.

    Exit codes: 0 clean, 1 findings, 2 usage or configuration, 3 something could not be scanned.
    """
    wanted = _settings(given)
    suppressions = _suppressions(targets, wanted)
    from scanner.report import make

    if wanted.verify.wanted or wanted.verify.dry_run:
        import scanner.verify.http  # noqa: F401  # a missing extra costs no scan either

    report = make(wanted.report.format, wanted.report)  # an unknown format costs no scan, nor does a bad --output
    if wanted.report.output not in ("", "-"):
        check_writable(wanted.report.output)
    findings, summary = _run(targets or (".",), wanted, suppressions)
    text = [report.begin(summary)]
    text += [report.finding(finding) for finding in findings]
    text.append(report.end(summary))
    _write("".join(text), wanted.report.output)
    return _exit_code(findings, summary, wanted)


def _settings(given: dict[str, Any]) -> options.Settings:
    """The one place where options, environment and configuration meet."""
    config = options.read_config(given["config_file"])
    engine = given["engine"] or config.get("engine", "auto")
    if engine not in options.ENGINES:
        raise UsageError(f"--engine {engine}: choose one of {', '.join(options.ENGINES)}")
    if given["no_history"] and given["history_only"]:
        raise UsageError("--no-history and --history-only leave nothing to scan; give one of them")
    if sum(map(bool, (given["staged"], given["range_"], given["since"]))) > 1:
        raise UsageError("--staged, --range and --since exclude each other; give one of them")
    minimum = options.confidence(given["confidence"] or config.get("confidence", "medium"))
    asked = given["verify"] or given["verify_dry_run"]
    if given["verify_unconfirmed"] and not asked:
        raise UsageError("--verify-unconfirmed goes with --verify or --verify-dry-run")
    if minimum == Confidence.VERIFIED and not asked:
        raise UsageError("confidence 'verified' needs --verify: without it nothing is verified")
    terminal = sys.stderr.isatty() and not given["quiet"]
    return options.Settings(
        detect=options.DetectSettings(
            engine=engine,
            patterns=tuple(config.get("patterns", ())),
            minimum=Confidence.MEDIUM if minimum == Confidence.VERIFIED else minimum,
            fingerprint_key=options.fingerprint_key(config),
            honour_allow=not given["no_allow"],
        ),
        source=options.SourceSettings(
            history=not given["no_history"],
            tree=not given["history_only"],
            staged=given["staged"],
            range=given["range_"],
            since=given["since"],
            whole=given["whole"],
            exclude=(*config.get("exclude", ()), *given["exclude"]),
        ),
        run=options.RunSettings(given["jobs"] or config.get("jobs") or options.default_jobs(), terminal),
        report=options.ReportSettings(
            format=given["format_"],
            output=given["output"],
            show_secrets=given["show_secrets"],
            colour=not given["output"] and sys.stdout.isatty() and not _no_colour(),
            quiet=given["quiet"],
        ),
        verify=options.verify(config, given["config_file"], _asking(given, minimum)),
        baseline=given["baseline"],
        exit_code=given["exit_code"],
    )


def _asking(given: dict[str, Any], minimum: Confidence) -> options.VerifySettings:
    return options.VerifySettings(
        wanted=given["verify"] and not given["verify_dry_run"],
        unconfirmed=given["verify_unconfirmed"],
        dry_run=given["verify_dry_run"],
        only=minimum == Confidence.VERIFIED,
    )


def _no_colour() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def _suppressions(targets: tuple[str, ...], wanted: options.Settings) -> Suppressions:
    ignored: set[str] = set()
    changes = wanted.source.staged or wanted.source.range or wanted.source.since
    for target in targets or (".",):
        path = ignore_file(repository_top(target) if changes else target)
        if path:
            ignored |= read_ignores(path)
    if wanted.baseline:
        ignored |= read_baseline(wanted.baseline)
    return Suppressions(frozenset(ignored))


def _run(
    targets: tuple[str, ...], wanted: options.Settings, suppressions: Suppressions
) -> tuple[list[Finding], Summary]:
    from scanner.pipeline import Scan

    run = Scan(targets, wanted)
    with _progress(wanted.run.progress) as progress:
        for _ in run.events(progress):
            pass
    findings, suppressed = suppressions.apply(run.findings())
    if wanted.verify.dry_run:
        _tell_plan(*run.plan(findings))
    if wanted.verify.wanted:
        findings = _verified(run.verified(findings), wanted)
    return findings, run.summary(suppressed)


def _verified(findings: list[Finding], wanted: options.Settings) -> list[Finding]:
    """All of them, or with `--confidence verified` those that live, and a word on the others."""
    if not wanted.verify.only:
        return findings
    unknown = sum(finding.verdict.state in ("unknown", "not_checked", "restricted") for finding in findings)
    if unknown:
        click.echo(f"keysieve: of {unknown} findings nobody could tell whether they live; they are left out", err=True)
    return [finding for finding in findings if finding.confidence == Confidence.VERIFIED]


def _tell_plan(hosts: dict[str, int], left: dict[str, int]) -> None:
    for host, count in hosts.items():
        click.echo(f"would ask {_plain(host)}: {count} requests", err=True)
    for why, count in left.items():
        click.echo(f"would not ask about {count} findings: {_plain(why)}", err=True)
    if not hosts:
        click.echo("would ask nobody", err=True)


@contextmanager
def _progress(wanted: bool) -> Iterator[Any]:
    if not wanted:
        yield lambda objects, size: None
        return
    from scanner.cli.progress import bar

    with bar() as update:
        yield update


def _write(text: str, output: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    if output and output != "-":
        write_atomically(output, data)
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        # The reader went away, as `| head` does, or the disk is full: what was not read is not known to be fine.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise ScanError(f"standard output cannot be written: {error.strerror}") from None


def _exit_code(findings: list[Finding], summary: Summary, wanted: options.Settings) -> int:
    if summary.state != "complete":
        if wanted.report.quiet or wanted.report.format != "text" or wanted.report.output:
            click.echo(f"keysieve: the scan is INCOMPLETE: {len(summary.errors)} errors", err=True)
            for fault in summary.errors[:5]:
                click.echo(f"  {_plain(fault.object)}: {_plain(fault.problem)}", err=True)
        return ExitCode.INCOMPLETE
    least = max(wanted.detect.minimum, Confidence.LOW)
    if any(finding.confidence >= least and finding.verdict.state != "inactive" for finding in findings):
        return wanted.exit_code
    return ExitCode.CLEAN


def _plain(text: str) -> str:
    """Text from the scanned target without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
