"""The baseline file: read, written, and merged as git merges lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import baseline as files
from scanner.baseline import Baseline, Entry
from scanner.errors import UsageError

SALT = "0" * 32
PRINTS = st.text("0123456789abcdef", min_size=64, max_size=64)
TEXTS = st.text(max_size=12)
ENTRIES = st.builds(
    Entry,
    PRINTS,
    st.sampled_from(["some-id", "other"]),
    TEXTS,
    TEXTS,
    st.sampled_from(["", "2026-01-31", "2027-12-01"]),
    st.sampled_from(["", *files.STATES]),
    st.lists(TEXTS, max_size=2, unique=True).map(lambda paths: tuple(sorted(paths))),
)


def made(*entries: Entry) -> Baseline:
    found = Baseline(SALT)
    for entry in entries:
        found.add(entry)
    return found


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "baseline"
    path.write_text(text)
    return str(path)


@given(entries=st.lists(ENTRIES, max_size=8, unique_by=lambda entry: entry.fingerprint))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    path = written(tmp_path_factory.mktemp("b"), made(*entries).dumps())
    again = files.read(path)
    assert again.salt == SALT
    assert set(again.entries.values()) == set(entries)
    assert again.dumps() == made(*reversed(entries)).dumps()


def test_each_line_is_one_finding_and_they_are_sorted() -> None:
    lines = made(Entry("b" * 64, "x"), Entry("a" * 64, "y", owner="me")).dumps().splitlines()
    assert lines[0] == f"keysieve-baseline/1 salt={SALT}"
    assert lines[1:] == sorted(lines[1:])
    assert [line for line in lines[1:] if len(line) > 2] == [f'{"a" * 64} y {{"owner": "me"}}', f"{'b' * 64} x"]


def test_of_two_lines_for_one_finding_the_stricter_counts() -> None:
    one = Entry("a" * 64, "x", "why", "", "2026-05-01", "true", ())
    two = Entry("a" * 64, "x", "", "me", "2026-04-01", "false", ("b.py",))
    expected = Entry("a" * 64, "x", "why", "me", "2026-04-01", "", ("b.py",))
    assert made(one, two).entries["a" * 64] == expected


WRONG = {
    "another header": ("keysieve-baseline/2 salt=1\n", ":1: is no baseline"),
    "nothing": ("", ":1: is no baseline"),
    "a conflict": (f"keysieve-baseline/1 salt={SALT}\n<<<<<<< HEAD\n", ":2: a merge left a conflict"),
    "two salts": (f"keysieve-baseline/1 salt={SALT}\nkeysieve-baseline/1 salt={'1' * 32}\n", ":2: two baselines"),
    "a short fingerprint": (f"keysieve-baseline/1 salt={SALT}\nabc some-id\n", ":2: is no line"),
    "no json": (f"keysieve-baseline/1 salt={SALT}\n{'a' * 64} x {{a}}\n", ":2: what follows"),
    "an unknown field": (f'keysieve-baseline/1 salt={SALT}\n{"a" * 64} x {{"line": "3"}}\n', ":2: takes"),
    "a number": (f'keysieve-baseline/1 salt={SALT}\n{"a" * 64} x {{"owner": 3}}\n', ":2: takes"),
    "a wrong day": (f'keysieve-baseline/1 salt={SALT}\n{"a" * 64} x {{"expires": "May"}}\n', ":2: 'May' is no day"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    text, message = WRONG[case]
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        files.read(path)
    assert str(caught.value).startswith(path + message)


def test_the_salt_is_new_each_time() -> None:
    assert files.new().salt != files.new().salt
