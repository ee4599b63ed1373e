"""Samples as a page of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from bench.records import Installed, Outcome, Plan, Sample, Target

REFERENCE = "keysieve"
_HEAD = (
    "tool",
    "seconds",
    "min-max",
    f"ratio to {REFERENCE}",
    "CPU s",
    "bytes",
    "objects",
    "findings",
    "largest process MB",
    "all processes MB (PSS)",
    "(RSS)",
    "exit code",
    "samples",
)
_NOTES = """\
- seconds: median of the runs that count; ratio: median divided by keysieve's median; CPU s: user and system,
  median.
- bytes, objects, findings: what the tool itself says. They are not the same work: see the notes on each tool.
- Memory is the highest of all runs. Largest process: ru_maxrss. All processes: peaks of sums sampled from
  /proc, so short peaks are missed; PSS counts shared pages once (and is sampled less often), RSS once per
  process.
- Each tool ran with a home of its own, after one uncounted run to build its caches, on targets already in the
  page cache.
- kingfisher and betterleaks, where installed from PyPI, include the start of their Python launcher."""


def page(outcome: Outcome) -> str:
    """The whole page."""
    blocks = ["# Benchmark", _facts(outcome.facts, outcome.plan)]
    blocks += [
        _target(target, [s for s in outcome.samples if s.target == target.name], outcome.tools)
        for target in outcome.targets
    ]
    blocks += ["## Failed runs", _failed(outcome.samples)]
    blocks += ["## Tools", _tools(outcome.tools, outcome.absent), "## How to read this", _NOTES]
    return "\n\n".join(blocks) + "\n"


def _facts(facts: Mapping[str, str], plan: Plan) -> str:
    asked = {"rounds": f"{plan.rounds}", "jobs": f"{plan.jobs}", "timeout": f"{plan.timeout:g} s"}
    return "\n".join(f"- {name}: {value}" for name, value in {**facts, **asked}.items())


def _target(target: Target, samples: Sequence[Sample], tools: Sequence[Installed]) -> str:
    unit = "blobs" if target.kind == "history" else "files"
    title = f"## {target.name} ({target.kind}: {target.objects:,} {unit}, {target.bytes:,} bytes)"
    names = [found.tool.name for found in tools]
    good = {name: [s for s in samples if s.tool == name and not s.problem] for name in names}
    tried = {sample.tool for sample in samples}
    reference = _middle(good.get(REFERENCE, ()), lambda s: s.usage.seconds)
    rows = [_row(tool, good[tool.tool.name], reference) for tool in tools if tool.tool.name in tried]
    return "\n".join([title, "", _line(_HEAD), _line(["---", *["---:"] * (len(_HEAD) - 1)]), *rows])


def _row(installed: Installed, samples: Sequence[Sample], reference: float | None) -> str:
    tool = installed.tool
    if not samples:
        return _line([tool.name, "failed", *["-"] * (len(_HEAD) - 3), "0"])
    seconds = [s.usage.seconds for s in samples]
    ratio = f"{median(seconds) / reference:.2f}" if reference else "-"
    objects = _said(s.reading.objects for s in samples)
    return _line([
        tool.name,
        f"{median(seconds):.2f}",
        f"{min(seconds):.2f}-{max(seconds):.2f}",
        ratio,
        f"{_middle(samples, lambda s: s.usage.cpu_seconds):.2f}",
        _said(s.reading.bytes for s in samples),
        f"{objects} {tool.objects}" if objects != "-" else "-",
        _said(s.reading.findings for s in samples),
        *(_peak(samples, which) for which in ("largest_kib", "sum_pss_kib", "sum_rss_kib")),
        ", ".join(f"{code} ({tool.exits[code]})" for code in sorted({s.usage.code or 0 for s in samples})),
        str(len(samples)),
    ])  # fmt: skip


def _middle(samples: Sequence[Sample], value: Callable[[Sample], float]) -> float | None:
    return median(map(value, samples)) if samples else None


def _peak(samples: Iterable[Sample], which: str) -> str:
    kib = max(getattr(sample.usage, which) for sample in samples)
    return f"{kib * 1024 / 1e6:.0f}" if kib else "-"  # "-": over before it could be looked at


def _said(values: Iterable[int | None]) -> str:
    """One number where all runs agree, else the range."""
    known = sorted({value for value in values if value is not None})
    if not known:
        return "-"
    return f"{known[0]:,}" if len(known) == 1 else f"{known[0]:,}-{known[-1]:,}"


def _failed(samples: Iterable[Sample]) -> str:
    failed = [sample for sample in samples if sample.problem]
    rows = [f"- {s.target}, {s.tool}, round {s.round}: {s.problem} ({s.usage.seconds:.1f} s)" for s in failed]
    return "\n".join(rows) or "None."


def _tools(tools: Iterable[Installed], absent: Mapping[str, str]) -> str:
    rows = [f"- {found.tool.name} {found.version}: {found.tool.note}" for found in tools]
    return "\n".join(rows + [f"- {name}: not measured, {why}" for name, why in absent.items()])


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
