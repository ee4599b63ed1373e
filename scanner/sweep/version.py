"""The pattern set's version: two hashes, together of all that decides what an object's bytes lead to."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from scanner.catalogue.load import builtin_folder, pattern_files
from scanner.errors import TargetError
from scanner.settings import DetectSettings
from scanner.version import VERSION

_HALF = 16
FORMAT = 1
"""Raised when what is kept of an object changes its form."""
_CODE = ("match", "prefilter", "score", "sources", "catalogue", "detector.py", "versions.py", "secrets.py")


def pattern_set(settings: DetectSettings, seal: bytes = b"") -> str:
    """32 hex digits: the same on every machine that would find the same. Raises UsageError for lacking patterns.

    The last 16 depend on the patterns' contents; the first 16 (`base`) on keysieve's version and code, on the
    confidence and the comments that count, and on the keys of fingerprints and of sealed copies. The engines find the
    same, so nothing depends on them.
    """
    own = hashlib.sha256(f"{FORMAT}\0{VERSION}\0{settings.minimum.name}\0{settings.honour_allow}\0".encode())
    for key in (settings.fingerprint_key, seal):
        own.update(hashlib.sha256(b"content\0" + key).digest())
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for name in _CODE:
        for path in _sources(os.path.join(package, name)):
            _add(own, os.path.relpath(path, package), path)
    kinds = hashlib.sha256()
    for folder in (builtin_folder(), *settings.patterns):
        for path in pattern_files([folder]):
            _add(kinds, os.path.relpath(path, folder), path)
    return own.hexdigest()[:_HALF] + kinds.hexdigest()[:_HALF]


def base(version: str) -> str:
    """What of a version does not depend on the patterns: sets that share it differ in their kinds alone."""
    return version[:_HALF]


def agree(settings: DetectSettings, seal: bytes, version: str) -> None:
    """Raise TargetError unless what is found here is what whoever has that version would find."""
    if _own(settings, seal) != version:
        raise TargetError("this worker has other patterns, or another keysieve, than the coordinator")


@lru_cache(maxsize=4)
def _own(settings: DetectSettings, seal: bytes) -> str:
    return pattern_set(settings, seal)


def _add(digest: hashlib._Hash, name: str, path: str) -> None:
    with open(path, "rb") as stream:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(stream.read()).digest())


def _sources(path: str) -> list[str]:
    if path.endswith(".py"):
        return [path]
    found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    return sorted(name for name in found if name.endswith((".py", ".txt")))
