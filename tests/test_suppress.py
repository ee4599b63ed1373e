"""Ignore files and baselines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import UsageError
from scanner.records import Confidence, Finding, Place, Span, Suppression
from scanner.secrets import Secret, fingerprint
from scanner.suppress import IGNORE_FILE, Rule, Suppressions, ignore_file, read_baseline, read_ignores, rules_of

PRINTS = st.text("0123456789abcdef", min_size=64, max_size=64)
ORIGIN = Suppression("ignore", "somewhere", "why")


def finding(fingerprint: str) -> Finding:
    return Finding(fingerprint, "some-id", "Some", "Any", "high", Confidence.HIGH, 0.9, (), Secret(b"x"), (), ())


def covered(rules: list[Rule], findings: list[Finding]) -> tuple[list[str], list[str]]:
    outcome = Suppressions(rules).apply(findings)
    return [item.fingerprint for item in outcome.left], [item.fingerprint for item in outcome.suppressed]


@given(st.lists(PRINTS, unique=True, max_size=6), st.data())
def test_whole_and_shortened_fingerprints_take_away_exactly_theirs(prints: list[str], data: st.DataObject) -> None:
    chosen = [text for text in prints if data.draw(st.booleans())]
    written = [text[: data.draw(st.sampled_from([16, 20, 63, 64]))] for text in chosen]
    left, gone = covered(rules_of("ignore", "here", written), list(map(finding, prints)))
    assert left == [text for text in prints if text not in chosen]
    assert gone == chosen


def test_nothing_is_suppressed_by_nothing() -> None:
    assert covered([], [finding("a" * 64)]) == (["a" * 64], [])
    assert covered([Rule(ORIGIN)], [finding("a" * 64)]) == (["a" * 64], [])


def placed(*paths: str, commit: str = "") -> Finding:
    places = tuple(Place(".", path, Span(0, 1, 1, 1, 1, 2), commit=commit) for path in paths)
    return replace(finding("a" * 64), places=places)


def test_a_rule_for_a_path_leaves_the_other_places() -> None:
    rule = Rule(ORIGIN, "a" * 64, paths=("tests/",))
    outcome = Suppressions([rule]).apply([placed("tests/a.py", "src/a.py")])
    assert [place.path for place in outcome.left[0].places] == ["src/a.py"]
    outcome = Suppressions([rule]).apply([placed("tests/a.py", "tests/b/c.py")])
    assert outcome.left == [] and outcome.suppressed[0].suppressed == ORIGIN
    assert Suppressions([rule]).apply([placed("")]).left


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ({"pattern": "some-id"}, True),
        ({"pattern": "other-id"}, False),
        ({"regex": "^value"}, True),
        ({"regex": "^alue"}, False),
        ({"commit": "abc"}, True),
        ({"commit": "bc"}, False),
        ({"commit": "abc", "pattern": "other-id"}, False),
        ({"paths": ("*.py",), "regex": "value"}, True),
        ({"paths": ("*.js",), "regex": "value"}, False),
    ],
)
def test_all_that_a_rule_names_must_hold(rule: dict[str, Any], holds: bool) -> None:
    item = replace(placed("a.py", commit="abcdef"), secret=Secret(b"value-of-it"))
    assert bool(Suppressions([Rule(ORIGIN, **rule)]).apply([item]).suppressed) is holds


def test_a_rule_counts_until_its_day_is_over() -> None:
    rule = Rule(ORIGIN, "a" * 64, expires="2026-05-01")
    for today, holds in (("2026-04-30", True), ("2026-05-01", True), ("2026-05-02", False)):
        outcome = Suppressions([rule], today=today).apply([finding("a" * 64)])
        assert bool(outcome.suppressed) is holds
        assert (outcome.expired == [rule]) is not holds
        assert outcome.stale == []


def test_a_rule_that_covers_nothing_is_stale_and_two_for_one_finding_are_not() -> None:
    rules = [Rule(ORIGIN, "a" * 64), Rule(ORIGIN, "a" * 20), Rule(ORIGIN, "b" * 64)]
    assert Suppressions(rules).apply([finding("a" * 64)]).stale == rules[2:]


def test_a_fingerprint_of_another_key_covers_the_same_credential() -> None:
    own, other = Secret(b"x"), b"another key"
    rule = Rule(ORIGIN, fingerprint(own, other))
    assert Suppressions([rule], [other]).apply([finding("a" * 64)]).suppressed
    assert not Suppressions([rule]).apply([finding("a" * 64)]).suppressed


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
