"""`keysieve patterns`: what keysieve knows, explained and proved."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence

import click

from scanner.catalogue import page
from scanner.catalogue.index import Catalogue
from scanner.config import configuration
from scanner.errors import ExitCode, UsageError
from scanner.prefilter import literals
from scanner.records import Credential
from scanner.report._weakness import weaknesses
from scanner.settings import DetectSettings


@click.group(name="patterns")
@click.option("--config", "config_file", metavar="FILE", default="", help="Know the patterns this file names too.")
@click.pass_context
def command(ctx: click.Context, config_file: str) -> None:
    """List, explain and prove the kinds of credentials that keysieve finds."""
    ctx.obj = tuple(configuration(config_file).get("patterns", ()))


def _all(own: Sequence[str]) -> Sequence[Credential]:
    return Catalogue(own, literals.build).credentials


@command.command(name="list")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_(own: tuple[str, ...], format_: str) -> None:
    """Every kind: its id, provider, severity and name."""
    kinds = _all(own)
    if format_ == "json":
        import json

        fields = ("id", "provider", "name", "severity", "rank", "source")
        click.echo(json.dumps([{name: getattr(kind, name) for name in fields} for kind in kinds], indent=1))
        return
    wide = max(len(kind.id) for kind in kinds)
    for kind in kinds:
        click.echo(f"{kind.id:{wide}}  {kind.severity:8}  {kind.provider}: {kind.name}")


@command.command()
@click.argument("identity", metavar="ID")
@click.pass_obj
def show(own: tuple[str, ...], identity: str) -> None:
    """Explain one kind: how it is found, what proves it, what to do about a leak."""
    kind = next((kind for kind in _all(own) if kind.id == identity), None)
    if kind is None:
        raise UsageError(f"no pattern has the id {identity!r}; `keysieve patterns list` shows them all")
    click.echo(f"{kind.name} ({kind.provider})\n")
    for label, text in _explained(kind):
        if text:
            click.echo(f"  {label + ':':20} {text}")


def _explained(kind: Credential) -> list[tuple[str, str]]:
    found_by = "any of these names, assigned or passed" if kind.keywords else "any of these texts"
    ranks = {
        "distinctive": "its format belongs to it alone",
        "named": "its format is believed only beside its name",
        "generic": "it has no format of its own: judged by name, randomness and surroundings",
    }
    return [
        ("id", kind.id),
        ("severity", kind.severity),
        ("documented at", kind.source),
        ("found by", f"{found_by}: {', '.join(kind.literals)}"),
        ("looks like", " or ".join(kind.shapes)),
        ("believed", ranks[kind.rank]),
        ("checked by", ", ".join(kind.structure)),
        ("with it", ", ".join(part.name for part in kind.parts)),
        ("part of", kind.joins),
        ("may be public", kind.public),
        *(("weakness" if item.catalogue == "CWE" else item.catalogue, item.label) for item in weaknesses(kind.name)),
        *_response(kind),
        ("expression", kind.regex),
        ("file", kind.file),
    ]


def _response(kind: Credential) -> list[tuple[str, str]]:
    """What to do about a leak, in the order it is done; a kind's own entries stand before its provider's."""
    usual = ("revoke", "rotate", "audit", "restrict")
    names = [*(name for name in usual if name in kind.respond), *(name for name in kind.respond if name not in usual)]
    return [(name, str(kind.respond[name])) for name in names]


@command.command()
@click.option("-o", "--output", metavar="FILE", default="docs/catalogue.md", show_default=True)
@click.pass_obj
def docs(own: tuple[str, ...], output: str) -> None:
    """Write the catalogue as a page for people."""
    kinds = _all(own)
    try:
        with open(output, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(page.text(kinds))
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}; name another file with --output") from None
    click.echo(f"{output}: {len(kinds):,} kinds")


@command.command()
@click.argument("identities", metavar="[ID]...", nargs=-1)
@click.option("--seed", type=int, default=1, help="Of the samples.")
@click.pass_obj
def check(own: tuple[str, ...], identities: tuple[str, ...], seed: int) -> int:
    """Prove each pattern: its samples are found and survive the score, its near misses are not."""
    from scanner.detector import Detector
    from scanner.prove import prove

    known = {kind.id for kind in _all(own)}
    unknown = sorted(set(identities) - known)
    if unknown:
        raise UsageError(f"no pattern has the id {unknown[0]!r}; `keysieve patterns list` shows them all")
    wanted = sorted(identities or known)
    problems = prove(wanted, Detector(DetectSettings(patterns=own)), seed)
    for problem in problems:
        click.echo(str(problem))
    click.echo(f"{len(wanted)} patterns checked, {len(problems)} problems")
    return ExitCode.FINDINGS if problems else ExitCode.CLEAN


@command.command(name="hash")
def hash_() -> None:
    """Print the SHA-256 of a value on standard input, for `dummies` in a pattern file."""
    value = sys.stdin.buffer.read().rstrip(b"\r\n")
    click.echo(hashlib.sha256(value).hexdigest())
