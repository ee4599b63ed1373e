"""`keysieve revoke`: end the life of one known credential, where its provider documents how."""

from __future__ import annotations

from enum import IntEnum

import click

from scanner import settings as options
from scanner.cli.credential import from_input, kind_of, plain, written
from scanner.errors import UsageError


class Ended(IntEnum):
    """Exit codes; 2 is usage, as everywhere."""

    REVOKED = 0
    INACTIVE = 1
    UNKNOWN = 3


@click.command(name="revoke")
@click.option("--pattern", "identity", metavar="ID", required=True, help="Its kind; see `keysieve patterns list`.")
@click.option("--execute", is_flag=True, help="Revoke it, after asking; without this nothing is sent.")
@click.option("--yes", is_flag=True, help="With --execute: do not ask.")
@click.option("--config", "config_file", metavar="FILE", default="", help="Read settings from a TOML file.")
def command(identity: str, execute: bool, yes: bool, config_file: str) -> int:
    """Revoke the credential on standard input, as `keysieve verify` reads it. It cannot be undone.

    By default it only tells which request would be sent. With --execute it asks on the terminal first.

    Exit codes: 0 revoked (or nothing was to be sent), 1 it was dead already, 2 usage, 3 not told, or not wanted.
    """
    if yes and not execute:
        raise UsageError("--yes goes with --execute")
    config = options.read_config(config_file)
    settings = options.verify(config, config_file, options.VerifySettings(wanted=True))
    kind = kind_of(identity, tuple(config.get("patterns", ())))
    from scanner.verify.revoke import Revocation

    wanted = Revocation(kind, from_input(kind), settings)
    effect = f" ({wanted.effect})" if wanted.effect else ""
    told = plain(f"{kind.name}: {wanted.told}, as {wanted.source} says{effect}")
    if not execute:
        click.echo(f"would revoke {told}")
        return Ended.REVOKED
    if not yes and not _agreed(f"Revoke {told}? It cannot be undone."):
        click.echo("keysieve: nothing was sent", err=True)
        return Ended.UNKNOWN
    verdict = wanted.run()
    click.echo(written(verdict, "text"))
    return Ended.__members__.get(verdict.state.upper(), Ended.UNKNOWN)


def _agreed(question: str) -> bool:
    """The answer of the terminal: standard input holds the credential. Raises UsageError where there is none."""
    try:
        with open("/dev/tty", "r+", encoding="utf-8", buffering=1) as terminal:
            terminal.write(f"{question} [y/N] ")
            return terminal.readline().strip().lower() in ("y", "yes")
    except OSError:
        raise UsageError("--execute asks on a terminal, and there is none; give --yes if you are sure") from None
