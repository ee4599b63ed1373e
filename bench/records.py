"""The types of the benchmark. Frozen, with slots, and without logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class BenchError(Exception):
    """The command line cannot be used: one line that says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A repository, measured by its history, or a tree of files. Only `name` is ever written."""

    name: str
    path: str
    kind: str  # history | tree
    bare: bool = False
    git_dir: str = ""
    objects: int = 0  # blobs, or files
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """What a run left behind, for its tool's reader."""

    code: int
    stdout: Path
    stderr: Path
    report: Path
    target: Target


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tool says it did. `problem` is set where it says that it did not look at everything."""

    findings: int | None = None
    objects: int | None = None
    bytes: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """How to run one tool and read its answer.

    Commands are argument lists with the places ``{program} {target} {git_dir} {report} {jobs} {bare}
    {literals} {blobs_1} {blobs_n}``; an argument that comes out empty is left out. An empty command: the tool
    cannot do that kind of target.
    """

    name: str
    program: str  # looked for on PATH; "" is this Python
    version: tuple[str, ...]
    identity: (
        str  # what the version's output must match, so that no namesake is measured; group 1 is the version
    )
    history: tuple[str, ...]
    tree: tuple[str, ...]
    read: Callable[[Output], Reading]
    exits: Mapping[int, str]  # the exit codes of a whole scan, and what they mean
    objects: str = ""  # what it counts as objects
    env: Mapping[str, str] = field(default_factory=dict)
    inside: bool = False  # has to be started in the target
    note: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """A tool that is there."""

    tool: Tool
    program: str
    version: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process, with its descendants, took. Memory in KiB."""

    code: int | None  # None: stopped at the timeout
    seconds: float
    cpu_seconds: float
    largest_kib: int  # peak of the largest single process
    sum_rss_kib: int  # peak of the sum of resident sets; shared pages count once per process
    sum_pss_kib: int  # the same with shared pages counted once, sampled less often


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. `problem` is empty when it counts."""

    target: str
    kind: str
    tool: str
    round: int
    position: int
    usage: Usage
    reading: Reading
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    rounds: int = 3
    jobs: int = 2
    timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is written."""

    samples: Sequence[Sample]
    tools: Sequence[Installed]
    absent: Mapping[str, str]  # tool -> why it was not measured
    targets: Sequence[Target]
    plan: Plan
    facts: Mapping[str, str]
