"""Ignore files and baselines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import UsageError
from scanner.records import Confidence, Finding
from scanner.secrets import Secret
from scanner.suppress import IGNORE_FILE, Suppressions, ignore_file, read_baseline, read_ignores

PRINTS = st.text("0123456789abcdef", min_size=64, max_size=64)


def finding(fingerprint: str) -> Finding:
    return Finding(fingerprint, "some-id", "Some", "Any", "high", Confidence.HIGH, 0.9, (), Secret(b"x"), (), ())


@given(st.lists(PRINTS, unique=True, max_size=6), st.data())
def test_whole_and_shortened_fingerprints_take_away_exactly_theirs(prints: list[str], data: st.DataObject) -> None:
    chosen = [text for text in prints if data.draw(st.booleans())]
    written = frozenset(text[: data.draw(st.sampled_from([16, 20, 63, 64]))] for text in chosen)
    left, gone = Suppressions(written).apply(map(finding, prints))
    assert [item.fingerprint for item in left] == [text for text in prints if text not in chosen]
    assert gone == len(chosen)


def test_nothing_is_suppressed_by_nothing() -> None:
    left, gone = Suppressions().apply([finding("a" * 64)])
    assert (len(left), gone) == (1, 0)


def test_ignore_file_of_a_folder_stands_at_its_top(tmp_path: Path) -> None:
    assert ignore_file(str(tmp_path)) == ""
    (tmp_path / IGNORE_FILE).write_text("")
    assert ignore_file(str(tmp_path)) == str(tmp_path / IGNORE_FILE)


@pytest.mark.parametrize("target", ["-", "some/file"])
def test_ignore_file_of_anything_else_stands_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert ignore_file(target) == ""
    (tmp_path / IGNORE_FILE).write_text("")
    assert Path(ignore_file(target)).samefile(tmp_path / IGNORE_FILE)


def test_ignores_have_comments_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / IGNORE_FILE
    path.write_text(f"# why\n\n{'a' * 64}  # a test key\r\n  {'b' * 16}\n")
    assert read_ignores(str(path)) == {"a" * 64, "b" * 16}


@pytest.mark.parametrize("line", ["abc", "g" * 64, "a" * 65, "a" * 15, "A" * 64, "a.py:3"])
def test_what_is_no_fingerprint_names_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / IGNORE_FILE
    path.write_text(f"# first\n{line}\n")
    with pytest.raises(UsageError) as caught:
        read_ignores(str(path))
    assert str(caught.value).startswith(f"{path}:2: ")


def report(tmp_path: Path, text: str) -> str:
    path = tmp_path / "report"
    path.write_text(text)
    return str(path)


def test_a_baseline_is_an_earlier_json_report(tmp_path: Path) -> None:
    document = {"schema": "keysieve/1", "scan": {}, "findings": [{"fingerprint": "a"}, {"fingerprint": "b"}]}
    assert read_baseline(report(tmp_path, json.dumps(document, indent=1))) == {"a", "b"}


def test_a_baseline_is_an_earlier_jsonl_report(tmp_path: Path) -> None:
    rows = [{"fingerprint": "a"}, {"fingerprint": "b"}, {"scan": {"state": "complete"}}]
    assert read_baseline(report(tmp_path, "\n".join(map(json.dumps, rows)) + "\n")) == {"a", "b"}


WRONG = {
    "nothing": "",
    "no json": "hello",
    "a list": "[1, 2]",
    "another object": '{"results": {}}',
    "findings without fingerprint": '{"findings": [{"path": "a"}]}',
    "findings that are none": '{"findings": 3}',
    "jsonl cut off": '{"fingerprint": "a"}\n{"fingerprint": "b"}\n',
    "jsonl cut inside a line": '{"fingerprint": "a"}\n{"finge',
    "jsonl of numbers": "1\n2\n",
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_report_is_refused(tmp_path: Path, case: str) -> None:
    path = report(tmp_path, WRONG[case])
    with pytest.raises(UsageError, match="is no keysieve report") as caught:
        read_baseline(path)
    assert path in str(caught.value)


def test_a_missing_baseline_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--baseline .*missing: cannot be read"):
        read_baseline(str(tmp_path / "missing"))


def test_a_baseline_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(str(path))
