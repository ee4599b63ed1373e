"""Which files were written for other scanners, and how they are read."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from typing import Any

from scanner import cache
from scanner.catalogue.foreign.draft import Imported
from scanner.version import VERSION

ENDINGS = (".yml", ".yaml")
FORMAT = 1


def is_foreign(path: str, values: dict[str, Any] | None = None) -> bool:
    """Whether a file, or a parsed TOML document, is in the form of another scanner."""
    if path.endswith(ENDINGS):
        return True
    from scanner.catalogue.foreign.gitleaks import is_config

    if values is None:
        try:
            with open(path, "rb") as stream:
                values = tomllib.load(stream)
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            return False
    return is_config(values)


def extended(path: str) -> list[str]:
    """The files below one in the form of gitleaks; [] for every other."""
    if path.endswith(ENDINGS) or not is_foreign(path):
        return []
    from scanner.catalogue.foreign.gitleaks import files

    return files(path)[1:]


def allowed(path: str) -> list[dict[str, Any]]:
    """What a file says of places and credentials that are not to be reported, as `allow` tables; kept in the cache."""
    digest = hashlib.sha256(f"{VERSION}/{FORMAT}".encode())
    for file in [path, *extended(path)] if os.path.isfile(path) else ():
        status = os.stat(file)
        digest.update(f"{os.path.abspath(file)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "replace"))
    name = f"allowed-{digest.hexdigest()[:32]}.json"
    try:
        found: list[dict[str, Any]] = json.loads(cache.read(name) or b"")
    except ValueError:
        found = read(path).allow
        cache.write(name, json.dumps(found).encode())
    return found


def read(path: str) -> Imported:
    """The file, or a folder of YAML rules, as patterns of ours. Raises UsageError."""
    if path.endswith(ENDINGS) or os.path.isdir(path):
        from scanner.catalogue.foreign import rulefiles

        return rulefiles.read(path)
    from scanner.catalogue.foreign import gitleaks

    return gitleaks.read(path)
