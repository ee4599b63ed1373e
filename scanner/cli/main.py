"""The group of commands."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from scanner.cli.ending import ended
from scanner.errors import ExitCode
from scanner.version import VERSION

COMMANDS = ("baseline", "config", "findings", "hook", "patterns", "report", "revoke", "scan", "sweep", "verify")


class Commands(click.Group):
    """Loads a command's file when it is asked for, so that each one pays for its own imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if cmd_name in COMMANDS:
            command = importlib.import_module(f"scanner.cli.{cmd_name}").command
            assert isinstance(command, click.Command)
            return command
        return None


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from scanner.sources.git.inner import COMPILED

        loop = "compiled" if COMPILED else "interpreted"
        click.echo(f"keysieve {VERSION} (inner loop: {loop}, Python {sys.version.split()[0]})")
        ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
def group() -> None:
    """Find leaked secrets and API keys in files and in the whole history of git repositories."""


def main() -> NoReturn:
    """Run the command line; the process ends with one of `scanner.errors.ExitCode`."""
    # numpy's algebra is not used, and its threads, made when it is imported, would spin for a while beside ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    ended(_run)


def _run() -> int:
    try:
        return int(group.main(prog_name="keysieve", standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except click.Abort:
        raise KeyboardInterrupt from None
