"""Which tools are there: found on PATH or named, and asked for their version."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping

from bench.place import Place
from bench.records import BenchError, Installed, Tool
from bench.tools import CHECKOUT


def select(tools: Iterable[Tool], names: str) -> list[Tool]:
    """The tools named in a comma-separated list, all for an empty one."""
    known = {tool.name: tool for tool in tools}
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    for name in wanted:
        if name not in known:
            raise BenchError(f"--tools: no tool {name!r}; there are {', '.join(known)}")
    return [known[name] for name in wanted]


def find(
    tools: Iterable[Tool], named: Mapping[str, str], place: Place
) -> tuple[list[Installed], dict[str, str]]:
    """The tools that can run, and why each of the others cannot."""
    found: list[Installed] = []
    absent: dict[str, str] = {}
    for tool in tools:
        installed = _probe(tool, named.get(tool.name) or named.get(tool.program) or "", place)
        if isinstance(installed, str):
            absent[tool.name] = installed
        elif "{literals}" in tool.tree and (problem := _literals(place)):
            absent[tool.name] = problem
        else:
            found.append(installed)
    return found, absent


def _probe(tool: Tool, given: str, place: Place) -> Installed | str:
    program = shutil.which(given or tool.program) if given or tool.program else sys.executable
    if program is None:
        return "not found"
    installed = Installed(tool, program, "")
    command, env = [program, *tool.version], place.env(installed)
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "does not run"
    match = re.search(tool.identity, done.stdout + done.stderr)
    if done.returncode or match is None:
        return f"what is found under this name is not {tool.name}, or does not work"
    return Installed(tool, program, match[1] if match[1] != "version" else "unstated")


def _literals(place: Place) -> str:
    """Write the catalogue's literals, a line each, for ripgrep; returns what is wrong, if anything."""
    from scanner.catalogue.load import builtin_folder, load, pattern_files
    from scanner.errors import KeysieveError

    try:
        credentials = load(pattern_files([builtin_folder()]))
    except KeysieveError as error:
        return f"the catalogue does not load ({type(error).__name__})"
    literals = sorted({literal for credential in credentials for literal in credential.literals if literal})
    place.literals.write_text("".join(f"{literal}\n" for literal in literals if "\n" not in literal))
    return "" if literals else "the catalogue has no literals"


def checkout() -> str:
    """The commit that keysieve is measured at, as git names it."""
    command = ["git", "-C", CHECKOUT, "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "no commit"
