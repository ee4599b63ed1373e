"""The benchmark, run on a fake tool: a few lines of Python that do what the test says."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import cli, readings, table, targets
from bench.records import Installed, Outcome, Output, Plan, Reading, Sample, Target, Tool, Usage
from bench.rounds import rotated
from bench.tools import TOOLS

FAKE = """
import json, os, subprocess, sys, time
if sys.argv[1] == "--version":
    sys.exit(print("fake 1.5"))
name, target, report = sys.argv[1:4]
log = os.path.join(os.path.dirname(__file__), "log")
first = not os.path.exists(log) or name not in open(log).read()
if os.path.basename(target) == "tree":  # not the uncounted warm-up
    open(log, "a").write(name + "\\n")
if name == "slow":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    open(log + ".child", "w").write(str(child.pid))
    time.sleep(60)
if name == "dies":
    sys.exit(7)
json.dump({"state": "half" if name == "partial" and first else "whole", "where": target}, open(report, "w"))
sys.exit(1)
"""


def fake(name: str, folder: Path) -> Tool:
    """A tool that behaves as its name says."""
    script = folder / "fake.py"
    script.write_text(FAKE)
    return Tool(
        name=name,
        program="",
        version=(str(script), "--version"),
        identity=r"fake (\S+)",
        history=(),
        tree=("{program}", str(script), name, "{target}", "{report}"),
        read=_read,
        exits={1: "findings"},
        objects="files",
    )


def _read(output: Output) -> Reading:
    state = json.loads(output.report.read_text())["state"]
    return Reading(3, 2, 10, "" if state == "whole" else f"state is {state}")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str, dict[str, object]]]:
    """Runs the command line over fakes on a small tree; gives exit code, table and raw samples."""
    tree = tmp_path / "somewhere" / "tree"
    tree.mkdir(parents=True)
    (tree / "file").write_text("0123456789")

    def go(*names: str, options: tuple[str, ...] = ()) -> tuple[int, str, dict[str, object]]:
        tools = [fake(name, tmp_path) for name in names]
        code = cli.main([str(tree), "--out", str(tmp_path / "out"), "--label", "x", *options], tools)
        folder = max((tmp_path / "out").iterdir())
        return code, (folder / "table.md").read_text(), json.loads((folder / "raw.json").read_text())

    return go


def sample(tool: str, seconds: float, problem: str = "", kib: int = 1000) -> Sample:
    usage = Usage(0, seconds, seconds, kib, 2 * kib, kib)
    return Sample("repo", "history", tool, 1, 1, usage, Reading(5, 7, 9), problem)


def row(page: str, tool: str) -> list[str]:
    """The cells of a tool's row."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {tool} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def outcome(*samples: Sample) -> Outcome:
    names = sorted({item.tool for item in samples})
    tools = [Installed(tool, "/nowhere", "1") for tool in TOOLS if tool.name in names]
    return Outcome(samples, tools, {}, [Target("repo", "/nowhere/repo", "history")], Plan(), {})


def test_the_table_shows_medians_ranges_and_ratios() -> None:
    mine = [sample("keysieve", seconds) for seconds in (9.0, 1.0, 2.0)]
    theirs = [sample("gitleaks", seconds) for seconds in (8.0, 4.0)]
    page = table.page(outcome(*mine, *theirs))
    assert row(page, "keysieve")[1:4] == ["2.00", "1.00-9.00", "1.00"]
    assert row(page, "gitleaks")[1:4] == ["6.00", "4.00-8.00", "3.00"]


def test_a_failed_run_moves_no_median_and_is_listed() -> None:
    page = table.page(
        outcome(sample("keysieve", 2.0), sample("keysieve", 100.0, "exit code 3", kib=9_000_000))
    )
    assert row(page, "keysieve")[1:3] == ["2.00", "2.00-2.00"]
    assert row(page, "keysieve")[-1] == "1"
    assert "- repo, keysieve, round 1: exit code 3 (100.0 s)" in page
    assert "9216" not in page


def test_a_tool_without_a_good_run_has_no_figures() -> None:
    page = table.page(outcome(sample("keysieve", 2.0, "stopped after 2 s"), sample("gitleaks", 1.0)))
    assert row(page, "keysieve")[1:] == ["failed", *["-"] * 10, "0"]
    assert row(page, "gitleaks")[3] == "-"


def test_the_order_turns_by_one_each_round() -> None:
    assert [rotated("abc", turn) for turn in range(4)] == [list("abc"), list("bca"), list("cab"), list("abc")]
    assert rotated([], 1) == []


def test_runs_are_interleaved_in_turned_order(
    run: Callable[..., tuple[int, str, dict[str, list[dict[str, str]]]]],
) -> None:
    code, page, raw = run("a", "b", "c", options=("--rounds", "3"))
    assert code == 0
    assert "".join(item["tool"] for item in raw["samples"]) == "abcbcacab"
    assert row(page, "b")[5:8] == ["10", "2 files", "3"]
    assert row(page, "b")[-2:] == ["1 (findings)", "3"]


def test_what_a_tool_calls_incomplete_is_no_sample(
    run: Callable[..., tuple[int, str, dict[str, object]]],
) -> None:
    code, page, _ = run("partial", "dies", options=("--rounds", "2"))
    assert code == 1
    assert row(page, "partial")[-1] == "1"
    assert "- tree, partial, round 1: state is half" in page
    assert page.count("dies, round") == 2 and "exit code 7" in page


def test_a_timeout_ends_all_processes_and_is_not_repeated(
    run: Callable[..., tuple[int, str, dict[str, list[object]]]], tmp_path: Path
) -> None:
    code, page, raw = run("slow", options=("--rounds", "3", "--timeout", "0.6"))
    assert code == 1 and len(raw["samples"]) == 1
    assert "stopped after 0.6 s" in page
    assert ended(Path("/proc", (tmp_path / "log.child").read_text(), "status"))


def ended(status: Path) -> bool:
    """Whether a process that was killed ends within seconds: on a busy machine that is not at once."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            if "State:\tZ" in status.read_text():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_nothing_written_holds_a_path(
    run: Callable[..., tuple[int, str, dict[str, object]]], tmp_path: Path
) -> None:
    run("a", "dies", options=("--rounds", "1"))
    for file in (tmp_path / "out").rglob("*.*"):
        text = file.read_text() if file.is_file() else ""
        text = text.replace(str(tmp_path / "fake.py"), "")  # the fake's template, a test's own doing
        assert str(tmp_path) not in text and "/tmp/" not in text and sys.prefix not in text


def test_no_tool_writes_a_path_of_the_machine() -> None:
    for tool in TOOLS:
        words = (
            " ".join((*tool.history, *tool.tree, tool.note)).replace("/dev/null", "").replace("file://", "")
        )
        assert not any(word.startswith("/") for word in words.split()), tool.name


def test_tools_are_complete_records() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)
    for tool in TOOLS:
        assert tool.history or tool.tree
        assert tool.note and tool.identity and tool.exits


def test_a_namesake_is_not_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tree").mkdir()
    other = [tool for tool in TOOLS if tool.name == "gitleaks"]
    assert cli.main([str(tmp_path / "tree"), "--tool", f"gitleaks={sys.executable}"], other) == 2
    assert "is not gitleaks" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--tools", "nobody"], ["--tool", "rg"], ["missing"]])
def test_a_wrong_command_line_is_refused(arguments: list[str], tmp_path: Path) -> None:
    assert cli.main([str(tmp_path), *arguments]) == 2


def test_a_repository_is_measured_by_its_blobs(tmp_path: Path) -> None:
    work = tmp_path / "work"
    git = ["git", "-C", str(work), "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    for number in range(4):
        (work / "file").write_text("x" * (number + 1))
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-qm", "m"], check=True)
    target = targets.recognise(str(work))
    assert (target.kind, target.bare, target.objects, target.bytes) == ("history", False, 4, 10)
    targets.split(target, 2, tmp_path / "lists")
    lists = [set((tmp_path / "lists" / str(part)).read_text().split()) for part in range(2)]
    assert (
        lists[0] and lists[1] and lists[0] | lists[1] == {name for name, _ in targets.blobs(target.git_dir)}
    )


def test_readers_tell_a_broken_scan_from_a_whole_one(tmp_path: Path) -> None:
    log, report = tmp_path / "stderr", tmp_path / "report"
    output = Output(0, tmp_path / "stdout", log, report, Target("t", "t", "history"))
    log.write_text("2:17AM INF 12 commits scanned.\n2:17AM INF scanned ~34 bytes (34 B) in 1s\n")
    report.write_text("[1, 2]")
    assert readings.gitleaks(output) == Reading(2, 12, 34)
    log.write_text("2:17AM ERR [git] fatal: unable to read 00\n")
    assert readings.gitleaks(output).problem
    report.write_text('{"scan": {"state": "incomplete", "objects": 1, "bytes": 2}, "findings": []}')
    assert readings.keysieve(output) == Reading(0, 1, 2, "scan.state is 'incomplete'")
