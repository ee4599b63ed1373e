"""Where the page and the samples are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from bench.records import Installed, Outcome, Target


def raw(outcome: Outcome) -> str:
    """Every sample as JSON; commands as their templates, so that no path is written."""
    document = {
        "machine": dict(outcome.facts),
        "plan": asdict(outcome.plan),
        "targets": [_target(target) for target in outcome.targets],
        "tools": [_tool(found) for found in outcome.tools],
        "not_measured": dict(outcome.absent),
        "samples": [asdict(sample) for sample in outcome.samples],
    }
    return json.dumps(document, indent=1) + "\n"


def write(base: Path, name: str, files: Mapping[str, str]) -> Path:
    """A new folder `name` below `base` (numbered if it is taken) with `files` in it."""
    folder, number = base / name, 1
    while folder.exists():
        number += 1
        folder = base / f"{name}-{number}"
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def _tool(found: Installed) -> dict[str, object]:
    tool = found.tool
    commands = {"history": tool.history, "tree": tool.tree}
    return {"name": tool.name, "version": found.version, **commands, "note": tool.note}


def _target(target: Target) -> dict[str, object]:
    return {name: getattr(target, name) for name in ("name", "kind", "objects", "bytes")}
