"""The page of `bench.faults`."""

from __future__ import annotations

from typing import Any

_HEAD = """\
# Faults and outcomes

{repositories} generated repositories (forks among them, one large) at a forge on loopback; a dask scheduler and four workers, each with
a nanny; a new store and cache for each fault. `python -m bench.faults`. Held against a sweep by this machine alone: {places} places of
findings, each with its path, line, commit, versions, score. "At the end" is what the store holds after the next sweep.

{cpu}, {cores} cores, {kernel}, Python {python}, {date}; load before {load}.

| fault | died | sweep | seconds | its repositories | lost, doubled, extra | next sweep | seconds | its repositories | at the end: lost, doubled, extra | unaccounted, at both ends |
|---|---|---|---|---|---|---|---|---|---|---|
"""  # noqa: E501


def page(raw: dict[str, Any]) -> str:
    """The table."""
    facts = raw["machine"]
    head = _HEAD.format(
        repositories=raw["repositories"], places=raw["places"], cpu=facts["cpu"], cores=facts["cores"],
        kernel=facts["kernel"], python=facts["python"], date=facts["date"], load=facts["load before"],
    )  # fmt: skip
    lines = [_row(row) for row in raw["faults"]]
    lines += [f"\nNot tried: {what}." for what in raw["absent"]]
    return head + "\n".join(lines) + "\n"


def _row(row: dict[str, Any]) -> str:
    first, second = row["sweep"], row["next"]
    state = "killed" if first["exit"] < 0 else f"{first['state']}, exit {first['exit']}"
    cells = [
        row["fault"], ", ".join(row["died"]) or "-", state, first["seconds"], _states(first), _wrong(first),
        f"{second['state']}, exit {second['exit']}", second["seconds"], _states(second), _wrong(second),
        second["unaccounted"] if first["exit"] < 0 else f"{first['unaccounted']}, {second['unaccounted']}",
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _states(told: dict[str, Any]) -> str:
    return ", ".join(f"{count} {state}" for state, count in told["repositories"].items()) or "-"


def _wrong(told: dict[str, Any]) -> str:
    return f"{told['lost']}, {told['doubled']}, {told['extra']}"
