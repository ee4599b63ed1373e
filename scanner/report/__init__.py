"""Reports: one file for each format, found by being here.

A module of this folder holds a class `Report`, made from ReportSettings, with begin, finding and end.
A module whose name starts with an underscore is shared by formats and is none itself.
"""

from __future__ import annotations

import importlib
import pkgutil

from scanner.errors import UsageError
from scanner.records import Report
from scanner.settings import ReportSettings


def formats() -> list[str]:
    """The names that `--format` takes; nothing is imported."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_")


def make(name: str, settings: ReportSettings) -> Report:
    """The report of that format; raises UsageError for a name that is none."""
    known = formats()
    if name not in known:
        raise UsageError(f"{name!r} is no report format; choose one of {', '.join(known)}")
    report: Report = importlib.import_module(f"{__name__}.{name}").Report(settings)
    return report
