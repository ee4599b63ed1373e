"""How a report is run."""

from __future__ import annotations

from typing import Any

import pytest

from scanner import report
from scanner.records import Finding, Summary
from scanner.settings import ReportSettings

from .made import Render, make_summary


@pytest.fixture(scope="session")
def render() -> Render:
    """render(format, findings, summary, **settings) -> what is written."""

    def run(name: str, findings: list[Finding], summary: Summary | None = None, **settings: Any) -> str:
        summary = summary or make_summary()
        writer = report.make(name, ReportSettings(format=name, **settings))
        pieces = [writer.begin(summary), *(writer.finding(item) for item in findings), writer.end(summary)]
        return "".join(pieces)

    return run
