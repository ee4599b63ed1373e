"""The command line: arguments to a plan, the plan to a folder of results."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import install, machine, results, rounds, table, targets
from bench.place import Place
from bench.records import BenchError, Outcome, Plan, Tool
from bench.tools import CHECKOUT, TOOLS


def main(arguments: Sequence[str] | None = None, tools: Sequence[Tool] = TOOLS) -> int:
    """0 when every run counts, 1 when some failed, 2 for a command line that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return _bench(options, tools)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2


def _bench(options: argparse.Namespace, tools: Sequence[Tool]) -> int:
    plan = Plan(options.rounds, options.jobs, options.timeout)
    named = _named(options.tool)
    facts = machine.facts() | {"checkout": install.checkout()}
    goals = [targets.recognise(argument) for argument in options.targets]
    if len({goal.name for goal in goals}) < len(goals):
        raise BenchError("two targets have the same base name; results could not tell them apart")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Place(Path(folder), plan.jobs)
        found, absent = install.find(install.select(tools, options.tools), named, place)
        if not found:
            raise BenchError("no tool to measure: " + "; ".join(map(": ".join, absent.items())))
        samples = list(rounds.measure(found, goals, plan, place, _say))
    outcome = Outcome(samples, found, absent, goals, plan, facts)
    label = re.sub(r"[^\w.-]+", "-", options.label or "-".join(goal.name for goal in goals))
    files = {"table.md": table.page(outcome), "raw.json": results.raw(outcome)}
    print(results.write(Path(options.out), f"{facts['date'][:10]}-{label}", files) / "table.md")
    return int(any(sample.problem for sample in samples))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _named(given: Sequence[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in given]
    if any(not name or not path for name, _, path in pairs):
        raise BenchError("--tool takes name=/path/to/program")
    return {name: path for name, _, path in pairs}


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("targets", nargs="+", metavar="TARGET", help="a repository (its history is scanned) or a folder")
    add("--rounds", type=_positive, default=3, help="runs of each tool on each target (default 3)")
    add("--jobs", type=_positive, default=2, help="processes or threads of each tool (default 2)")
    add("--timeout", type=float, default=600.0, metavar="S", help="limit of a run (default 600)")
    add("--tools", default="", metavar="A,B", help="only these tools")
    add("--tool", action="append", default=[], metavar="NAME=PATH", help="a tool that is not on PATH")
    add("--label", default="", help="name of the results folder, after the date (default: the targets)")
    add("--out", default=str(Path(CHECKOUT) / "bench" / "results"), metavar="DIR", help="where results go")
    return parser
