"""`keysieve config`: which configuration counts here, and whether it can be used."""

from __future__ import annotations

from typing import Any

import click

from scanner import baseline
from scanner import settings as options
from scanner.config import allow_rules, config_file
from scanner.errors import UsageError
from scanner.suppress import read_baseline

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
    from scanner.catalogue import load

    path, config = _read(file)
    if not path:
        raise UsageError("there is no keysieve.toml, nor [tool.keysieve] in a pyproject.toml; name a FILE")
    options.confidence(config.get("confidence", "medium"))
    if config.get("engine", "auto") not in options.ENGINES:
        raise UsageError(f"{path}: 'engine' must be one of {', '.join(options.ENGINES)}")
    rules = allow_rules(config, path)
    kinds = {kind.id for kind in load.load(load.pattern_files([load.builtin_folder(), *config.get("patterns", ())]))}
    unknown = sorted({rule.pattern for rule in rules if rule.pattern} - kinds)
    if unknown:
        raise UsageError(f"{path}: allow: no pattern has the id {unknown[0]!r}; `keysieve patterns list` shows them")
    for name in config.get("baseline", ()):
        if baseline.is_baseline(name):
            baseline.read(name)
        else:
            read_baseline(name)
    click.echo(f"{path}: can be used; {len(rules)} rules of what is allowed")


def _read(file: str) -> tuple[str, dict[str, Any]]:
    path = file or config_file(())
    return path, options.read_config(path)


def _toml(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=True)  # of texts, numbers and lists of them the same
