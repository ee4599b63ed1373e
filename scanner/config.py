"""The configuration of the user's own project: where it is found, and its `allow` tables as rules.

A configuration can hide findings, so that of a scanned repository which is not the user's own is never read: it
counts only where the user stands in the project, and only for targets inside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from scanner.baseline import check_date
from scanner.errors import UsageError
from scanner.lazily import lazily
from scanner.records import Suppression
from scanner.settings import read_config
from scanner.sources.git.discover import discover_upward
from scanner.suppress import Rule

NAME = "keysieve.toml"
_LISTS = ("paths", "path_regexes", "patterns", "secrets", "regexes", "commits")
_TEXTS = ("reason", "expires", "condition")
_HEX = lazily(r"[0-9a-f]{16,64}\Z")
_COMMIT = lazily(r"[0-9a-f]{7,64}\Z")


def config_file(targets: Sequence[str]) -> str:
    """keysieve.toml, else a pyproject.toml with `[tool.keysieve]`, of the project that the user stands in, or "".

    It is looked for from the current folder up to the top of its repository; outside one in the current folder only.
    "" too where a target is outside the project, or inside it but of another repository.
    """
    here = os.path.realpath(".")
    repository = discover_upward(here)
    top = os.path.realpath(repository.worktree or repository.git_dir) if repository else here
    if not all(_inside(target, top, here) for target in targets):
        return ""
    folder = here
    while True:
        for name in (NAME, "pyproject.toml"):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name == NAME or _has_table(path)):
                return os.path.relpath(path)
        if folder == top or folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)


def _inside(target: str, top: str, here: str) -> bool:
    if target == "-":
        return True
    path = os.path.realpath(target)
    if not os.path.exists(path) or os.path.commonpath([path, top]) != top:
        return False
    own = discover_upward(path if os.path.isdir(path) else os.path.dirname(path))
    return os.path.realpath(own.worktree or own.git_dir) == top if own else top == here


def _has_table(path: str) -> bool:
    with open(path, "rb") as stream:
        return b"tool.keysieve" in stream.read()


def allow_rules(config: dict[str, Any], path: str) -> list[Rule]:
    """The rules of the `allow` tables; each item of each list is one. Raises UsageError that names file and key."""
    found: list[Rule] = []
    for file, tables in ((path, config.get("allow", ())), *config.get("imported", {}).items()):
        for table in tables:
            for key, value in table.items():
                _check(key, value, f"{file}: allow")
            found += _rules(table, Suppression("config", file, table.get("reason", "")))
    return found


def configuration(path: str) -> dict[str, Any]:
    """A configuration file of ours, or rules of another scanner; "" is an empty one.

    What files of other scanners say of places and credentials stands in `imported`, by file. Raises UsageError.
    """
    config: dict[str, Any] = {"patterns": [os.path.abspath(path)]} if path and _foreign(path) else _read(path)
    patterns = [name for name in config.get("patterns", ()) if os.path.isfile(name)]
    if patterns:
        from scanner.catalogue.foreign import file as foreign

        config["imported"] = {name: foreign.allowed(name) for name in patterns if foreign.is_foreign(name)}
    return config


def _read(path: str) -> dict[str, Any]:
    def fetch(url: str, sha256: str) -> str:
        from scanner.organisation import fetch as get  # a configuration without one imports nothing for it

        return get(url, sha256)

    return read_config(path, fetch)


def _foreign(path: str) -> bool:
    if os.path.basename(path) in (NAME, "pyproject.toml"):
        return False
    from scanner.catalogue.foreign import file as foreign

    return os.path.isdir(path) or foreign.is_foreign(path)


def _check(key: str, value: object, where: str) -> None:
    if key not in (*_LISTS, *_TEXTS):
        raise UsageError(f"{where}: {key!r} is no key of it; known are {', '.join((*_LISTS, *_TEXTS))}")
    items: list[Any] = value if isinstance(value, list) else [value]
    if isinstance(value, list) is not (key in _LISTS) or not all(isinstance(item, str) and item for item in items):
        raise UsageError(f"{where}: {key!r} must be {'a list of texts' if key in _LISTS else 'a text'}")
    for item in items:
        if key == "expires":
            check_date(item, where)
        elif key == "secrets" and not _HEX.match(item):
            raise UsageError(f"{where}: {item!r} is no fingerprint (16 to 64 hex digits)")
        elif key == "commits" and not _COMMIT.match(item):
            raise UsageError(f"{where}: {item!r} is no commit's id (7 hex digits or more)")
        elif key == "condition" and item not in ("or", "and"):
            raise UsageError(f"{where}: condition must be 'or' or 'and'")
        elif key in ("regexes", "path_regexes"):
            try:
                re.compile(item.encode())
            except re.error as error:
                raise UsageError(f"{where}: {item!r} is no expression: {error}") from None


def _rules(table: dict[str, Any], origin: Suppression) -> Iterator[Rule]:
    day = table.get("expires", "")
    if table.get("condition") == "and":
        yield from _joined(table, origin)
        return
    if table.get("path_regexes"):
        yield Rule(origin, path_regex=_any(table["path_regexes"]), expires=day)
    if table.get("paths"):
        yield Rule(origin, paths=tuple(table["paths"]), expires=day)
    yield from (Rule(origin, pattern=item, expires=day) for item in table.get("patterns", ()))
    yield from (Rule(origin, item, expires=day) for item in table.get("secrets", ()))
    yield from (Rule(origin, regex=item, expires=day) for item in table.get("regexes", ()))
    yield from (Rule(origin, commit=item, expires=day) for item in table.get("commits", ()))


def _joined(table: dict[str, Any], origin: Suppression) -> Iterator[Rule]:
    """Rules of a table whose lists must all hold, each by one of its items."""
    choices = [table.get(key) or [""] for key in ("patterns", "secrets", "commits")]
    paths, regexes = table.get("path_regexes"), table.get("regexes")
    for pattern, secret, commit in product(*choices):
        yield Rule(
            origin, secret, tuple(table.get("paths", ())), pattern, _any(regexes) if regexes else "", commit,
            table.get("expires", ""), path_regex=_any(paths) if paths else "",
        )  # fmt: skip


def _any(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else "|".join(f"(?:{text})" for text in texts)
