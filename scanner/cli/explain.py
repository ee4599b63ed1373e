"""`keysieve scan --explain FILE:LINE`: what was considered on a line, every reason with its weight, and the outcome."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from scanner.detector import Detector
from scanner.errors import ScanError, UsageError
from scanner.explain import Considered, explain, verdict
from scanner.report._words import printable, shown
from scanner.settings import Settings

_PLACE = re.compile(r"(.+):([0-9]{1,9})\Z", re.DOTALL)
_LEVELS = {1: 0.1, 2: 0.5, 3: 0.8, 4: 0.8}


def place(target: str) -> tuple[str, int] | None:
    """FILE:LINE as path and line; None for a target that is none, as every existing path is."""
    found = _PLACE.match(target)
    if found is None or os.path.exists(target) or not os.path.isfile(found[1]):
        return None
    return found[1], int(found[2])


def told(path: str, line: int, wanted: Settings) -> tuple[str, bool]:
    """The explanation as text, and whether something on the line is reported.

    Raises UsageError where the file has no such line, ScanError where it cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        raise ScanError(f"{path}: cannot be read: {error.strerror}") from None
    detector = Detector(wanted.detect)
    least = _LEVELS[int(wanted.detect.minimum)]
    try:
        found = explain(detector, data, line, os.path.relpath(path))
    except IndexError:
        raise UsageError(f"{path} has no line {line}") from None
    except TimeoutError as error:
        raise ScanError(f"{path}:{line}: {error}") from None
    text = "\n".join(_lines(found, f"{path}:{line}", least, wanted.report.show_secrets)) + "\n"
    return text, any(verdict(each, least).startswith("reported") for each in found)


def _lines(found: list[Considered], where: str, least: float, clear: bool) -> Iterator[str]:
    if not found:
        yield f"{printable(where)}: no known format stands here, and no name of a credential with a value."
    for each in found:
        yield f"{printable(where)}:{each.column}: {printable(each.name)} ({each.credential})"
        yield f"  value        {printable(shown(each.secret, clear))}"
        if not each.silent:
            yield f"  {each.start:+.2f}        where this kind starts"
        for reason in each.reasons if not each.silent else ():
            yield f"  {reason.weight:+.2f}        {printable(reason.text)}"
        yield f"  {each.score:5.2f}        {printable(verdict(each, least))}"
