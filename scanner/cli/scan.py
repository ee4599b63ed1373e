"""`keysieve scan`: options -> Settings -> findings -> report -> exit code."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from scanner import settings as options
from scanner.cache import check_writable
from scanner.cli.output import colour, render, write
from scanner.cli.rules import TELL_SUPPRESSED, Rules, key_in_use
from scanner.config import allow_rules, config_file, configuration
from scanner.errors import ExitCode, UsageError
from scanner.records import Confidence, Fault, Finding, Summary


@click.command(name="scan")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--staged", is_flag=True, help="Scan what the index adds to HEAD.")
@click.option("--range", "range_", metavar="A..B", default="", help="Scan what the commits of a range add.")
@click.option("--since", metavar="REV", default="", help="Scan what the commits since REV add.")
@click.option("--branch", metavar="NAME", default="", help="Scan what a branch adds to the default branch.")
@click.option("--ci", is_flag=True, help="Scan what this pull request or push adds, as the CI server tells.")
@click.option("--no-history", is_flag=True, help="Scan files only.")
@click.option("--history-only", is_flag=True, help="Scan git objects only.")
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave out paths; may be given again.")
@click.option("--confidence", metavar="LEVEL", default=None, help="low, medium (default), high or verified.")
@click.option("--engine", metavar="NAME", default=None, help="auto (default), hyperscan or ahocorasick.")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), default=None, help="Processes; default: all processors.")
@click.option("--config", "config_file", metavar="FILE", default="", help="Read settings from a TOML file.")
@click.option("--no-config", is_flag=True, help="Read no keysieve.toml or pyproject.toml of this project.")
@click.option("-f", "--format", "format_", metavar="NAME", default="text", help="text, json, jsonl, sarif, csv, ...")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the report to a file, atomically.")
@click.option("--baseline", metavar="FILE", multiple=True, help="Leave out what a baseline or JSON report holds.")
@click.option("--fail-stale", is_flag=True, help="Fail where a baseline or ignore names what is not there any more.")
@click.option("--show-suppressed", is_flag=True, help="Report suppressed findings too, with the reason.")
@click.option("--show-secrets", is_flag=True, help="Show credentials in the clear.")
@click.option("--no-allow", is_flag=True, help="Report what comments in the code allow, too.")
@click.option(
    "--explain", is_flag=True, help="Show each reason's weight; with FILE:LINE, why nothing is reported there."
)
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
    if given["ci"]:
        given["range_"] = _of_ci(given)
    if given["branch"]:
        given["range_"] = _of_branch(targets, given)
    path = given["config_file"] or ("" if given["no_config"] else config_file(targets))
    config = configuration(path)
    if "verify" in config and not given["config_file"]:
        # Whoever writes to a repository must not choose where credentials are sent.
        raise UsageError(f"{path}: 'verify' is read only from a file that --config names")
    wanted = _settings(given, config)
    if given["explain"] and len(targets) == 1 and (code := _explain(targets[0], wanted)) is not None:
        return code
    rules = Rules.of(targets, wanted, allow_rules(config, path))
    from scanner.report import make

    if wanted.verify.wanted or wanted.verify.dry_run:
        import scanner.verify.http  # noqa: F401  # a missing extra costs no scan either

    report = make(wanted.report.format, wanted.report)  # an unknown format costs no scan, nor does a bad --output
    if wanted.report.output not in ("", "-"):
        check_writable(wanted.report.output)
    if given["show_suppressed"] and wanted.report.format not in TELL_SUPPRESSED:
        raise UsageError(f"--show-suppressed: only {', '.join(TELL_SUPPRESSED)} can tell what is suppressed")
    findings, suppressed, summary = _run(targets or (".",), wanted, rules)
    shown = [*findings, *suppressed] if given["show_suppressed"] else findings
    write(render(report, shown, summary), wanted.report.output)
    code = _exit_code(findings, summary, wanted)
    return wanted.exit_code if code == ExitCode.CLEAN and given["fail_stale"] and rules.stale else code


def _of_ci(given: dict[str, Any]) -> str:
    if given["staged"] or given["range_"] or given["since"]:
        raise UsageError("--ci tells the range itself; leave out --staged, --range and --since")
    from scanner.cli.ranges import changes_of

    server, range_ = changes_of(os.environ)
    told = f"scanning {range_}" if range_ else "it names no earlier commit, so all is scanned"
    click.echo(f"keysieve: {_plain(server)}: {_plain(told)}", err=True)
    return range_


def _of_branch(targets: tuple[str, ...], given: dict[str, Any]) -> str:
    if given["staged"] or given["range_"] or given["since"] or given["ci"]:
        raise UsageError("--branch tells the range itself; leave out --staged, --range, --since and --ci")
    if len(targets) > 1:
        raise UsageError("--branch is one of one repository; name one target")
    from scanner.cli.ranges import branch_range

    range_ = branch_range((targets or (".",))[0], given["branch"])
    click.echo(f"keysieve: scanning {_plain(range_)}", err=True)
    return range_


def _explain(target: str, wanted: options.Settings) -> int | None:
    """Explain one line instead of scanning; None where the target is no FILE:LINE."""
    from scanner.cli import explain

    where = explain.place(target)
    if where is None:
        return None
    text, reported = explain.told(*where, wanted)
    write(text, wanted.report.output)
    return wanted.exit_code if reported else ExitCode.CLEAN


def _settings(given: dict[str, Any], config: dict[str, Any]) -> options.Settings:
    """The one place where options, environment and configuration meet."""
    baselines = (*given["baseline"], *config.get("baseline", ()))
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
            fingerprint_key=key_in_use(options.fingerprint_key(config), baselines),
            honour_allow=not given["no_allow"],
            show_allowed=given["show_suppressed"] and not given["no_allow"],
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
            colour=colour(given["output"]),
            quiet=given["quiet"],
            explain=given["explain"],
        ),
        verify=options.verify(config, given["config_file"], _asking(given, minimum)),
        baselines=baselines,
        exit_code=given["exit_code"],
    )


def _asking(given: dict[str, Any], minimum: Confidence) -> options.VerifySettings:
    return options.VerifySettings(
        wanted=given["verify"] and not given["verify_dry_run"],
        unconfirmed=given["verify_unconfirmed"],
        dry_run=given["verify_dry_run"],
        only=minimum == Confidence.VERIFIED,
    )


def _run(
    targets: tuple[str, ...], wanted: options.Settings, rules: Rules
) -> tuple[list[Finding], list[Finding], Summary]:
    """What is reported, what is suppressed, and the summary."""
    from scanner.pipeline import Scan

    run = Scan(targets, wanted)
    with _progress(wanted.run.progress) as progress:
        for _ in run.events(progress):
            pass
    found = run.findings(Confidence.LOW)
    allowed = [finding for finding in found if finding.suppressed]
    outcome = rules.suppressions.apply(finding for finding in found if not finding.suppressed)
    least = wanted.detect.minimum
    left, gone = ([item for item in each if item.confidence >= least] for each in (outcome.left, outcome.suppressed))
    if wanted.verify.dry_run:
        _tell_plan(*run.plan(left))
    unsettled: tuple[Fault, ...] = ()
    if wanted.verify.wanted:
        left = run.verified(left)
        if wanted.verify.only:
            left, unsettled = _verified(left)
    summary = run.summary(len(gone))
    summary = replace(summary, errors=(*summary.errors, *unsettled))
    # What one file or standard input does not hold, another file may.
    part = any(target == "-" or os.path.isfile(target) for target in targets)
    whole = wanted.source.history and wanted.source.tree and not wanted.source.changes and not part
    rules.tell(outcome, whole and summary.state == "complete")
    return left, gone + [finding for finding in allowed if finding.confidence >= least], summary


def _verified(findings: list[Finding]) -> tuple[list[Finding], tuple[Fault, ...]]:
    """Those that live, and what could not be settled: a live one may be among them, so the run is not complete.

    Where no request is known that could tell, nothing failed: these are counted on standard error only.
    """
    unasked = sum(finding.verdict.state == "not_checked" for finding in findings)
    if unasked:
        click.echo(f"keysieve: about {unasked} findings nobody can be asked; they are left out", err=True)
    open_ = [finding.verdict for finding in findings if finding.verdict.state in ("unknown", "restricted")]
    alive = [finding for finding in findings if finding.confidence == Confidence.VERIFIED]
    if not open_:
        return alive, ()
    whys = "; ".join(f"{count} times {why}" for why, count in Counter(item.why for item in open_).most_common(3))
    return alive, (Fault("verification", f"of {len(open_)} findings it could not be told whether they live: {whys}"),)


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
