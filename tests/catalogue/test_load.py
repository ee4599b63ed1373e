"""Where pattern files are, and what they are together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.catalogue import load
from scanner.errors import PatternError, UsageError

TEXT = """
[provider]
name = "Made Up"
[[credential]]
id = "{id}"
name = "Made-up key"
source = "unconfirmed"
literals = ["mkey_"]
regex = 'mkey_[0-9a-f]{{20}}'
shape = "mkey_{{hex*20}}"
{more}
"""


def write(path: Path, identity: str = "made-up-key", more: str = "") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(id=identity, more=more))
    return str(path)


def test_files_below_folders_are_found_sorted(tmp_path: Path) -> None:
    wanted = [write(tmp_path / name) for name in ("a/b/c.toml", "a/x.toml", "z.toml")]
    (tmp_path / "a" / "readme.md").write_text("no pattern")
    assert load.pattern_files([str(tmp_path)]) == wanted


def test_a_single_file_needs_no_ending(tmp_path: Path) -> None:
    path = write(tmp_path / "mine")
    assert load.pattern_files([path]) == [path]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing: no such pattern file or folder"):
        load.pattern_files([str(tmp_path / "missing")])


def test_credentials_are_sorted_by_id_whatever_the_files_are_called(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.toml", "z-key"), write(tmp_path / "b.toml", "a-key")]
    assert [item.id for item in load.load(files)] == ["a-key", "z-key"]


def test_an_id_that_is_taken_names_both_files(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a.toml"), write(tmp_path / "b.toml")
    with pytest.raises(PatternError) as caught:
        load.load([one, two])
    assert (caught.value.file, caught.value.credential, caught.value.field) == (two, "made-up-key", "id")
    assert one in str(caught.value)


def test_a_join_to_nothing_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", more='joins = { to = "nothing" }')
    with pytest.raises(PatternError, match="names 'nothing', which no pattern file has") as caught:
        load.load([path])
    assert caught.value.field == "joins.to"


@pytest.mark.parametrize("data", [b"[[credential", b"\xff\xfe", b"a = 1\na = 2"])
def test_what_is_not_toml_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(data)
    with pytest.raises(PatternError, match="cannot be read as TOML") as caught:
        load.load([str(path)])
    assert caught.value.file == str(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(PatternError, match="cannot be read"):
        load.load([str(tmp_path)])


def test_built_in_patterns_are_found_in_a_checkout() -> None:
    folder = load.builtin_folder()
    assert os.path.isdir(folder)
    assert len(load.pattern_files([folder])) >= 30


def test_built_in_patterns_of_a_wheel_stand_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "scanner" / "catalogue" / "load.py"
    (tmp_path / "scanner" / "patterns").mkdir(parents=True)
    monkeypatch.setattr(load, "__file__", str(module))
    assert load.builtin_folder() == str(tmp_path / "scanner" / "patterns")
