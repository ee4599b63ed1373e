"""`keysieve report`: conversion and comparison, as processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.report import formats
from tests.cli.command import keysieve
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=7000 + number)


@pytest.fixture
def scanned(tmp_path: Path) -> tuple[Path, Path]:
    """Reports of a folder before and after: one credential stays and spreads, one goes, one comes."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "stays.txt").write_text(f"a = {leak(1)}\n")
    (folder / "goes.txt").write_text(f"a = {leak(2)}\n")
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert keysieve("scan", "-f", "json", "-o", old, ".", cwd=folder).code == 1
    (folder / "goes.txt").unlink()
    (folder / "stays.txt").write_text(f"\n\n  a = {leak(1)}\n")
    (folder / "comes.txt").write_text(f"a = {leak(3)}\nb = {leak(1)}\n")
    assert keysieve("scan", "-f", "json", "-o", new, ".", cwd=folder).code == 1
    return old, new


@pytest.mark.parametrize("name", formats())
def test_a_report_becomes_any_other(scanned: tuple[Path, Path], name: str) -> None:
    done = keysieve("report", scanned[0], "-f", name)
    assert done.code == 0 and done.out
    assert leak(1) not in done.out
    assert done.err == ""


def test_json_of_a_report_is_that_report(scanned: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "again.json"
    assert keysieve("report", scanned[0], "-f", "json", "-o", out).code == 0
    assert out.read_bytes() == scanned[0].read_bytes()


def test_diff_shows_what_is_new_and_where_it_spread(scanned: tuple[Path, Path]) -> None:
    done = keysieve("report", "diff", *scanned, "-f", "json")
    assert done.code == 1
    paths = sorted(place["path"] for found in json.loads(done.out)["findings"] for place in found["places"])
    assert paths == ["comes.txt", "comes.txt"]  # the old credential in its new file, and the new one
    assert "2 new, 1 gone" in done.err and "goes.txt" in done.err


def test_diff_of_the_same_is_clean(scanned: tuple[Path, Path]) -> None:
    assert keysieve("report", "diff", scanned[0], scanned[0]).code == 0


def test_a_report_of_an_incomplete_scan_is_not_green(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert keysieve("scan", "-f", "json", "-o", tmp_path / "r.json", empty).code == 3
    for words in (("report", "r.json"), ("report", "diff", "r.json", "r.json")):
        done = keysieve(*words, cwd=tmp_path)
        assert done.code == 3 and "INCOMPLETE" in done.err


@pytest.mark.parametrize("content", [None, "x", "{}"])
def test_what_is_no_report_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "some.json"
    if content is not None:
        path.write_text(content)
    done = keysieve("report", path)
    assert done.code == 2 and str(path) in done.err
