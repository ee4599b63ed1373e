"""`keysieve hook`: installing, and what git calls at commit, push and receive."""

from __future__ import annotations

import click

from scanner.cli import hookrun
from scanner.cli.hookrun import TYPES


@click.group(name="hook")
def command() -> None:
    """Let git ask keysieve at commit, push and receive."""


@command.command()
@click.argument("target", metavar="[REPOSITORY]", default=".")
@click.option("--type", "types", multiple=True, type=click.Choice(TYPES), help="Default: all that fit the repository.")
@click.option("--global", "everywhere", is_flag=True, help="For every repository of this user.")
@click.option("--uninstall", is_flag=True, help="Take the hooks out and put back what was there before.")
def install(target: str, types: tuple[str, ...], everywhere: bool, uninstall: bool) -> None:
    """Install hooks; one that is there already is kept and runs first. `core.hooksPath` is honoured."""
    from scanner.cli import hookfiles

    if everywhere:
        lines = hookfiles.uninstall_globally() if uninstall else hookfiles.install_globally(types)
    else:
        folder, bare = hookfiles.hooks_folder(target)
        fitting = types or (("pre-receive",) if bare else ("pre-commit", "commit-msg", "pre-push"))
        lines = hookfiles.uninstall(folder, types or TYPES) if uninstall else hookfiles.install(folder, fitting)
    for line in lines:
        click.echo(line)


@command.command()
@click.argument("kind", metavar="TYPE", type=click.Choice(TYPES))
@click.argument("arguments", metavar="[ARGUMENT]...", nargs=-1)
@click.option("--baseline", metavar="FILE", multiple=True, help="Leave out what a baseline or JSON report holds.")
@click.option("--confidence", metavar="LEVEL", default="", help="low, medium (default), high or verified.")
def run(kind: str, arguments: tuple[str, ...], baseline: tuple[str, ...], confidence: str) -> int:
    """Look at what git is about to take in; git calls this.

    Exit codes: 0 go on, 1 a credential was found, 3 something could not be looked at.
    """
    return hookrun.run(kind, arguments, baseline, confidence)
