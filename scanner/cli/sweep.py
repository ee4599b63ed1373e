"""`keysieve sweep`: every repository of an organisation, again and again; only what is new is read."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from scanner.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from scanner.sweep.config import Sweep
    from scanner.sweep.run import Done
    from scanner.sweep.workers import Workers

_EVERY = re.compile(r"(\d+)([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@click.command(name="sweep")
@click.argument("file", metavar="SWEEP.TOML")
@click.option("--list", "list_", is_flag=True, help="List the repositories, and what is left out and why; do nothing.")
@click.option("--dry-run", is_flag=True, help="List the refs too, and tell what would be scanned; write nothing.")
@click.option("--only", metavar="GLOB", multiple=True, help="Only repositories of that name; may be given again.")
@click.option("--once", is_flag=True, help="Sweep once (the default).")
@click.option("--every", metavar="TIME", default="", help="Sweep again and again: 30m, 24h, 7d from start to start.")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), default=None, help="Processes; else as the file says.")
@click.option("--cluster", metavar="tcp://HOST:PORT", default="", help="Let the workers of a dask scheduler do it.")
@click.option(
    "-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Of what it came to."
)
@click.option("-q", "--quiet", is_flag=True, help="No line for each repository.")
def command(file: str, list_: bool, dry_run: bool, only: tuple[str, ...], **given: Any) -> int:
    """Sweep the repositories that SWEEP.TOML names: mirror, scan what is new, store, compare, notify.

    Exit codes: 0 nothing new, 1 new findings, 2 usage or configuration, 3 a repository or a receiver failed.
    """
    if given["once"] and given["every"]:
        raise UsageError("--once and --every exclude each other; give one of them")
    every = _every(given["every"])
    from scanner.sweep.config import read

    sweep = read(file)
    if list_:
        return _list(sweep, only, given["format_"])
    if dry_run:
        return _dry_run(sweep, only, given["format_"])
    return _sweep(sweep, only, every, given)


def _every(text: str) -> int:
    """Seconds; 0 for once."""
    found = _EVERY.match(text)
    if text and (found is None or int(found[1]) == 0):
        raise UsageError(f"--every {text}: write a number and s, m, h or d, as in 24h")
    return int(found[1]) * _SECONDS[found[2]] if found else 0


def _list(sweep: Sweep, globs: tuple[str, ...], format_: str) -> int:
    from scanner.sweep.inventory import take
    from scanner.sweep.repositories import only
    from scanner.sweep.web import Web

    web = Web()
    try:
        found = take(sweep, web)
    finally:
        web.close()
    rows = only(found.repositories, globs)
    if format_ == "json":
        told = {
            "repositories": [
                {"name": row.name, "url": row.shown, "archived": row.archived, "fork": row.fork, "size": row.size}
                for row in rows
            ],
            "left_out": [left._asdict() for left in found.left],
            "errors": [fault._asdict() for fault in found.faults],
        }
        click.echo(json.dumps(told, indent=1))
    else:
        for row in rows:
            click.echo(_plain(f"{row.name} {row.shown}"))
        for left in found.left:
            click.echo(_plain(f"left out: {left.name}: {left.why}"), err=True)
    return _faults(found.faults)


def _dry_run(sweep: Sweep, globs: tuple[str, ...], format_: str) -> int:
    from scanner.store.database import Database
    from scanner.sweep.run import plan

    there = "://" in sweep.store or os.path.exists(sweep.store)
    store = Database(sweep.store) if there else None
    try:
        found, rows = plan(sweep, store, globs)
    finally:
        if store:
            store.close()
    if format_ == "json":
        click.echo(json.dumps([{"name": row.name, "plan": what} for row, what in rows], indent=1))
    else:
        for row, what in rows:
            click.echo(_plain(f"{row.name}: {what}"))
    failed = [what for _, what in rows if what.startswith("failed")]
    return _faults(found.faults) or (ExitCode.INCOMPLETE if failed else ExitCode.CLEAN)


def _faults(faults: list[Any]) -> int:
    for fault in faults:
        click.echo(_plain(f"keysieve: {fault.object}: {fault.problem}"), err=True)
    return ExitCode.INCOMPLETE if faults else ExitCode.CLEAN


def _sweep(sweep: Sweep, globs: tuple[str, ...], every: int, given: dict[str, Any]) -> int:
    from scanner.store.database import Database
    from scanner.sweep.metrics import Metrics
    from scanner.sweep.notify import Notifier
    from scanner.sweep.run import Run

    metrics = Metrics(sweep.textfile, sweep.listen if every else "") if sweep.textfile or sweep.listen else None
    store = Database(sweep.store)
    tell = (lambda text: None) if given["quiet"] else (lambda text: click.echo(_plain(text), err=True))
    try:
        with _workers(sweep, given) as workers:
            run = Run(sweep, store, workers, tell)
            notifier = Notifier(sweep, store)
            while True:
                begun = time.time()
                done = run.go(globs)
                code = _after(done, run, notifier, metrics)
                _tell(done, given["format_"])
                if not every or done.interrupted:
                    return code
                time.sleep(max(0.0, begun + every - time.time()))
    finally:
        store.close()
        if metrics:
            metrics.close()


def _after(done: Done, run: Any, notifier: Any, metrics: Any) -> int:
    """Verdicts, notifications and metrics; the exit code."""
    if not done.interrupted:
        run.verify()
        done.faults += notifier.tell()
    if metrics:
        run.measure(metrics)
    _faults(done.faults)
    if done.interrupted:
        click.echo("keysieve: interrupted; the next sweep goes on from here", err=True)
        return ExitCode.INCOMPLETE
    if done.faults:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if done.fresh else ExitCode.CLEAN


def _tell(done: Done, format_: str) -> None:
    states = dict(sorted(done.states.items()))
    if format_ == "json":
        told = {
            "sweep": done.number, "state": done.state, "repositories": states, "objects": done.objects,
            "bytes": done.bytes, "new_findings": sorted(done.fresh),
            "errors": [fault._asdict() for fault in done.faults],
        }  # fmt: skip
        click.echo(json.dumps(told))
        return
    shown = ", ".join(f"{count} {state}" for state, count in states.items()) or "no repository"
    click.echo(
        f"sweep {done.number} {done.state}: {shown}; {done.objects:,} new objects; {len(done.fresh)} new findings"
    )


@contextmanager
def _workers(sweep: Sweep, given: dict[str, Any]) -> Iterator[Workers]:
    if given["cluster"]:
        from scanner.sweep.cluster import Cluster

        cluster = Cluster(given["cluster"], sweep)
        try:
            yield cluster
        finally:
            cluster.close()
        return
    from scanner.sweep.workers import Local

    yield Local(given["jobs"] or sweep.jobs)


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
