"""`keysieve config`: which configuration counts here, and whether it can be used."""

from __future__ import annotations

from typing import Any

import click

from scanner import settings as options
from scanner.cli.rules import of_baseline
from scanner.config import allow_rules, config_file, configuration
from scanner.errors import UsageError

_SECRET = "fingerprint_key"


@click.group(name="config")
def command() -> None:
    """Show and check keysieve.toml, or `[tool.keysieve]` in pyproject.toml."""


@command.command()
@click.argument("file", metavar="[FILE]", default="")
def show(file: str) -> None:
    """The settings in use: of FILE, else of the project that the current folder is in."""
    path, config = _read(file)
    click.echo(f"# {path or 'no configuration: built-in settings'}")
    for key, value in sorted(config.items()):
        if key != "allow" and value not in ([], ""):
            click.echo(f"{key} = {'****' if key == _SECRET else _toml(value)}")
    for table in config.get("allow", ()):
        click.echo("\n[[allow]]")
        for key, value in table.items():
            click.echo(f"{key} = {_toml(value)}")


@command.command()
@click.argument("file", metavar="[FILE]", default="")
def check(file: str) -> None:
    """Read all that it names: patterns, baselines, rules. Exit codes: 0, or 2 with what is wrong."""
    from scanner.catalogue.index import Catalogue
    from scanner.prefilter import literals

    path, config = _read(file)
    if not path:
        raise UsageError("there is no keysieve.toml, nor [tool.keysieve] in a pyproject.toml; name a FILE")
    options.confidence(config.get("confidence", "medium"))
    if config.get("engine", "auto") not in options.ENGINES:
        raise UsageError(f"{path}: 'engine' must be one of {', '.join(options.ENGINES)}")
    rules = allow_rules(config, path)
    kinds = set(Catalogue(tuple(config.get("patterns", ())), literals.build).numbers)
    unknown = sorted({rule.pattern for rule in rules if rule.pattern} - kinds)
    if unknown:
        raise UsageError(f"{path}: allow: no pattern has the id {unknown[0]!r}; `keysieve patterns list` shows them")
    for name in config.get("baseline", ()):
        of_baseline(name)
    click.echo(f"{path}: can be used; {len(rules)} rules of what is allowed")


@command.command(name="import")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", metavar="FOLDER", default="keysieve-patterns", show_default=True, help="For patterns.")
@click.option("--dry-run", is_flag=True, help="Only tell what would become of it.")
def import_(file: str, output: str, dry_run: bool) -> None:
    """Make pattern files of ours from rules of another scanner, and tell what could not be taken over.

    FILE is a configuration of gitleaks or betterleaks (TOML), or rules of Nosey Parker or Kingfisher (YAML, a file or a
    folder). Nothing else has to be imported: `scan --config FILE` reads the same files as they are.
    """
    from scanner.cli import importing

    for line in importing.imported(file, output, dry_run):
        click.echo(line)


def _read(file: str) -> tuple[str, dict[str, Any]]:
    path = file or config_file(())
    return path, configuration(path)


def _toml(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=True)  # of texts, numbers and lists of them the same
