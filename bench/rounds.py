"""The runs: round-robin over the tools, the order turned by one each round."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from bench import process
from bench.place import Place
from bench.records import Installed, Output, Plan, Reading, Sample, Target, Usage

_T = TypeVar("_T")
Say = Callable[[str], None]


def rotated(things: Sequence[_T], turn: int) -> list[_T]:
    """`things`, begun `turn` places later."""
    start = turn % len(things) if things else 0
    return [*things[start:], *things[:start]]


def measure(
    tools: Sequence[Installed], goals: Sequence[Target], plan: Plan, place: Place, say: Say
) -> Iterator[Sample]:
    """Every sample. A tool that ran into the timeout on a target is not tried there again."""
    for target in goals:
        place.prepare(target)
    _warm_up(tools, plan, place)
    given_up: set[tuple[str, str]] = set()
    for number in range(plan.rounds):
        for target in goals:
            able = [tool for tool in tools if place.command(tool, target)]
            for position, installed in enumerate(rotated(able, number)):
                if (installed.tool.name, target.path) in given_up:
                    continue
                sample = sample_of(installed, target, plan, place)
                sample = replace(sample, round=number + 1, position=position + 1)
                if sample.usage.code is None:
                    given_up.add((installed.tool.name, target.path))
                say(_told(sample))
                yield sample


def _told(sample: Sample) -> str:
    run = f"{sample.round} {sample.target} {sample.tool}"
    return f"{run}: {sample.usage.seconds:.2f} s {sample.problem}".rstrip()


def sample_of(installed: Installed, target: Target, plan: Plan, place: Place) -> Sample:
    """One run, read and judged."""
    place.clear()
    output = place.output(target)
    folder = place.start_folder(installed, target)
    command = place.command(installed, target)
    usage = process.run(command, place.env(installed), folder, (output.stdout, output.stderr), plan.timeout)
    reading, problem = _judge(installed, usage, replace(output, code=usage.code or 0), plan)
    place.clear()
    return Sample(target.name, target.kind, installed.tool.name, 0, 0, usage, reading, problem)


def _judge(installed: Installed, usage: Usage, output: Output, plan: Plan) -> tuple[Reading, str]:
    """What the tool says, and why the run does not count: in our words, its own may hold paths or secrets."""
    if usage.code is None:
        return Reading(), f"stopped after {plan.timeout:g} s"
    if usage.code not in installed.tool.exits:
        return Reading(), f"exit code {usage.code}"
    try:
        reading = installed.tool.read(output)
    except (OSError, json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        return Reading(), f"its output cannot be read ({type(error).__name__})"
    return reading, reading.problem


def _warm_up(tools: Sequence[Installed], plan: Plan, place: Place) -> None:
    """Let each tool build its caches (compiled rules) on a tree of one file; not counted."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        (Path(folder) / "empty.txt").write_text("nothing\n")
        target = Target("warm-up", folder, "tree", objects=1, bytes=8)
        for installed in tools:
            if place.command(installed, target):
                sample_of(installed, target, plan, place)
