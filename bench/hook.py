"""The pre-commit hook's time: one staged file of 200 lines in a repository of many files, beside other hooks.

    python -m bench.hook [--files 20000] [--rounds 25] [--out FOLDER] [--keysieve BIN_FOLDER] [--tool NAME=PATH]...

Whole processes, in turn within each round, after a warm-up; wall and processor time as the operating system accounts
them. The staged file is plain code: what most commits are. `keysieve+hits` stages one that names passwords, so that the
whole program runs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.machine import facts

WORDS = ("import", "return", "value", "index", "count", "total", "result", "stream", "parse", "render", "config")
STAGED = "src/p000/m0.py"
COMMANDS = {
    "kingfisher": ("scan", ".", "--staged", "--no-validate", "--no-update-check", "--quiet"),
    "betterleaks": ("git", "--staged", "."),
    "gitleaks": ("git", "--pre-commit", "--staged", "--no-banner"),
    "detect-secrets-hook": (STAGED,),
    "ripsecrets": (STAGED,),
}


class Sample(NamedTuple):
    """Seconds of one run."""

    wall: float
    cpu: float
    code: int


def code(rnd: random.Random, lines: int) -> str:
    """Lines that look like code and hold nothing."""
    pairs = (
        f"def {rnd.choice(WORDS)}_{rnd.randrange(9999)}({rnd.choice(WORDS)}):\n"
        f"    return {rnd.choice(WORDS)} + {rnd.randrange(99)}\n"
        for _ in range(lines // 2)
    )
    return "".join(pairs)


def make(folder: Path, files: int, hits: bool) -> None:
    """A repository with one staged change."""
    rnd = random.Random(1)
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for number in range(files):
        path = folder / f"src/p{number // 200:03d}/m{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code(rnd, 40))
    (folder / ".git/info/exclude").write_text(".git-hook\n")
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "-c", "gc.auto=0", "commit", "-q", "-m", "one"], check=True)
    subprocess.run([*git, "gc", "-q"], check=True)
    text = code(rnd, 200)
    if hits:
        text = text.replace("\n    return value", '\n    password = read_password("value")\n    return value', 3)
    (folder / STAGED).write_text(text)
    subprocess.run([*git, "add", "-A"], check=True)


def run(command: Sequence[str], folder: Path) -> Sample:
    """One whole process."""
    before = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    return Sample(wall, usage.ru_utime + usage.ru_stime, process.returncode)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write `raw.json` and `table.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.hook")
    parser.add_argument("--files", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--keysieve", default=os.path.dirname(sys.executable), help="where python and keysieve are")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--out", default="")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        plain, hits = Path(place, "plain"), Path(place, "hits")
        make(plain, given.files, False)
        make(hits, given.files, True)
        keysieve = os.path.join(given.keysieve, "keysieve")
        for folder in (plain, hits):
            subprocess.run([keysieve, "hook", "install", str(folder)], check=True, stdout=subprocess.DEVNULL)
        commands = {
            "keysieve": ([".git/hooks/pre-commit"], plain),
            "keysieve (as pre-commit runs it)": ([keysieve, "hook", "run", "pre-commit"], plain),
            "keysieve+hits": ([".git/hooks/pre-commit"], hits),
            "python -c pass": ([os.path.join(given.keysieve, "python"), "-c", "pass"], plain),
            "git diff --cached": (["git", "diff", "--cached", "--raw"], plain),
        }
        for name, path in (item.split("=", 1) for item in given.tool):
            commands[name] = ([path, *COMMANDS[name]], plain)
        samples: dict[str, list[Sample]] = {name: [] for name in commands}
        for number in range(given.rounds + 1):
            names = list(commands)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                sample = run(*commands[name])
                if number:
                    samples[name].append(sample)
    lines = list(table(samples, given.files))
    print("\n".join(lines))
    if given.out:
        out = Path(given.out)
        out.mkdir(parents=True, exist_ok=True)
        raw = {name: [sample._asdict() for sample in rows] for name, rows in samples.items()}
        (out / "raw.json").write_text(json.dumps({"machine": facts(), "samples": raw}, indent=1) + "\n")
        (out / "table.md").write_text("\n".join(lines) + "\n")


def table(samples: dict[str, list[Sample]], files: int) -> list[str]:
    """Markdown: milliseconds, the least and the median of wall and processor time."""
    rounds = len(next(iter(samples.values())))
    lines = [f"One staged file of 200 lines among {files:,}; {rounds} rounds, in turn; milliseconds.", ""]
    lines += ["| | wall, least | wall, median | user+sys, least | user+sys, median | exit codes |", "|---" * 6 + "|"]
    for name, rows in sorted(samples.items(), key=lambda item: statistics.median(row.wall for row in item[1])):
        seconds = ([row.wall for row in rows], [row.cpu for row in rows])
        cells = [f"{1000 * value:.0f}" for each in seconds for value in (min(each), statistics.median(each))]
        lines.append(f"| {name} | {' | '.join(cells)} | {sorted({row.code for row in rows})} |")
    return lines


if __name__ == "__main__":
    main()
