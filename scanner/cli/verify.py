"""`keysieve verify`: one known credential from standard input -> what its provider says."""

from __future__ import annotations

import json
import re
import sys
from enum import IntEnum
from typing import Any

import click

from scanner import settings as options
from scanner.errors import UsageError
from scanner.records import Confidence, Credential, Finding, Reason, Verdict
from scanner.secrets import PUBLISHED_KEY, Secret, fingerprint


class Said(IntEnum):
    """Exit codes; 2 is usage, as everywhere."""

    ACTIVE = 0
    INACTIVE = 1
    UNKNOWN = 3
    RESTRICTED = 4


MOST = 100_000
"""Bytes of standard input: no credential is longer."""


@click.command(name="verify")
@click.option("--pattern", "identity", metavar="ID", required=True, help="Its kind; see `keysieve patterns list`.")
@click.option("--unconfirmed", is_flag=True, help="Ask also by a request that no provider's page names.")
@click.option("--dry-run", is_flag=True, help="Tell which host would be asked; send nothing.")
@click.option("--config", "config_file", metavar="FILE", default="", help="Read settings from a TOML file.")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(identity: str, unconfirmed: bool, dry_run: bool, config_file: str, format_: str) -> int:
    """Ask the provider whether the credential on standard input lives.

    The first line is the credential, or the whole input where it has several lines; further parts that the
    request needs follow as lines `name=value`. It is never an argument: those are public on a machine.

    Exit codes: 0 active, 1 inactive, 2 usage, 3 unknown or not asked, 4 restricted (it lives, but not from here or not
    for this).
    """
    config = options.read_config(config_file)
    wanted = options.VerifySettings(wanted=True, unconfirmed=unconfirmed, dry_run=dry_run)
    settings = options.verify(config, config_file, wanted)
    kind = _kind(identity, tuple(config.get("patterns", ())))
    from scanner.verify.verifier import Verifier

    asker = Verifier(settings, lambda _: kind)
    try:
        finding = _finding(kind, sys.stdin.buffer.read(MOST + 1))
        if dry_run:
            return _plan(*asker.plan([finding]))
        (told,) = asker.verify([finding])
    finally:
        asker.close()
    click.echo(_written(told.verdict, format_))
    return Said.__members__.get(told.verdict.state.upper(), Said.UNKNOWN)


def _kind(identity: str, own: tuple[str, ...]) -> Credential:
    from scanner.catalogue import load

    known = {kind.id: kind for kind in load.load(load.pattern_files([load.builtin_folder(), *own]))}
    if identity not in known:
        raise UsageError(f"--pattern {identity}: no such kind; `keysieve patterns list` names all")
    return known[identity]


def _finding(kind: Credential, data: bytes) -> Finding:
    """The credential as a finding, so that a canary is known here as in a scan. Raises UsageError."""
    if len(data) > MOST:
        raise UsageError(f"standard input: more than {MOST} bytes are no credential")
    value, parts = _parts(kind, data.strip(b"\r\n"))
    if not value:
        raise UsageError("standard input is empty; give the credential there")
    secret = Secret(value)
    return Finding(
        fingerprint=fingerprint(secret, PUBLISHED_KEY),
        pattern=kind.id,
        name=kind.name,
        provider=kind.provider,
        severity=kind.severity,
        confidence=Confidence.HIGH,
        score=kind.score,
        reasons=_reasons(kind, value, data),
        secret=secret,
        parts=tuple((name, Secret(part)) for name, part in parts.items()),
        places=(),
    )


def _parts(kind: Credential, data: bytes) -> tuple[bytes, dict[str, bytes]]:
    from scanner.verify.section import needs

    names = needs(kind)
    first, *lines = data.splitlines() or [b""]
    found = [re.match(rb"([A-Za-z_]\w*)=(.*)", line) for line in lines]
    parts = {match[1].decode(): match[2] for match in found if match}
    if len(parts) == len(lines) and set(parts) <= names:
        return first, parts
    return data, {}


def _reasons(kind: Credential, value: bytes, data: bytes) -> tuple[Reason, ...]:
    from scanner.score import structure

    evidence = [item for name in kind.structure for item in structure.check(name, value, data)]
    return tuple(Reason(item.text, item.weight) for item in evidence)


def _plan(hosts: dict[str, int], left: dict[str, int]) -> int:
    for host in hosts:
        click.echo(f"would ask {host}")
    for why in left:
        click.echo(f"would not ask: {why}")
    return Said.ACTIVE if hosts else Said.UNKNOWN


def _written(verdict: Verdict, format_: str) -> str:
    if format_ == "json":
        told: dict[str, Any] = {"state": verdict.state, "why": verdict.why, "at": verdict.at}
        return json.dumps(told | {"identity": dict(verdict.identity)})
    identity = [f"{name} {value}" for name, value in verdict.identity]
    details = "; ".join(filter(None, (verdict.why, *identity, verdict.at)))
    text = f"{verdict.state} ({details})" if details else verdict.state
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
