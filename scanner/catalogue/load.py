"""Where pattern files are, and all of them as records."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from scanner.errors import PatternError, UsageError
from scanner.records import Credential


def builtin_folder() -> str:
    """The folder of built-in patterns: package data of a wheel, else the sibling folder of a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "patterns")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "patterns")


def pattern_files(paths: Iterable[str]) -> list[str]:
    """Every pattern file at or below `paths`, sorted; raises UsageError for a path that is not there."""
    files: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                files += [os.path.join(folder, name) for name in names if name.endswith((".toml", ".yml", ".yaml"))]
        elif os.path.isfile(path):
            files.append(path)
        else:
            raise UsageError(f"{path}: no such pattern file or folder; check `patterns` in the configuration")
    return sorted(files)


def load(files: Iterable[str]) -> list[Credential]:
    """The credentials of `files`, sorted by id. Raises PatternError, also where two share an id."""
    found: dict[str, Credential] = {}
    for file in files:
        for credential in _credentials(file):
            other = found.get(credential.id)
            if other is not None:
                raise PatternError(file, credential.id, "id", f"is taken by {other.file}")
            found[credential.id] = credential
    _check_joins(found)
    return [found[key] for key in sorted(found)]


def _credentials(file: str) -> list[Credential]:
    """Of one file in our form or in that of another scanner."""
    import tomllib

    document: dict[str, Any] = {}
    try:
        if not file.endswith((".yml", ".yaml")):
            with open(file, "rb") as stream:
                document = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PatternError(file, "", "(file)", f"cannot be read as TOML: {error}") from None
    if "provider" not in document:
        from scanner.catalogue.foreign import file as foreign

        if foreign.is_foreign(file, document):
            document = foreign.read(file).document()
            if not document["credential"]:
                return []  # allowlists alone, say
    from scanner.catalogue import schema  # only where files are read

    return schema.credentials(document, file)


def companions(files: Iterable[str]) -> list[str]:
    """The files that users' own files in the form of another scanner extend, so that a change of them is noticed."""
    found: list[str] = []
    for file in files:
        with open(file, "rb") as stream:
            extends = b"extend" in stream.read()
        if extends:
            from scanner.catalogue.foreign import file as foreign

            found += foreign.extended(file)
    return found


def _check_joins(found: dict[str, Credential]) -> None:
    for credential in found.values():
        if credential.joins and credential.joins not in found:
            problem = f"names {credential.joins!r}, which no pattern file has"
            raise PatternError(credential.file, credential.id, "joins.to", problem)
