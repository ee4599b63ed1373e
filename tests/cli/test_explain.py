"""`keysieve scan --explain` as people meet it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import keysieve

DRAWN = "kW3xq9" + "Lm2ZpT"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(f'x = 1\npassword = "{DRAWN}"\npassword_file = "{DRAWN}"\n')
    return tmp_path


def test_a_line_is_explained_and_the_secret_is_masked(folder: Path) -> None:
    done = keysieve("scan", "--explain", "a.py:2", cwd=folder)
    assert done.code == 1
    assert "+0.50        where this kind starts" in done.out and "reported with a score of" in done.out
    assert DRAWN not in done.out + done.err


def test_why_nothing_was_reported(folder: Path) -> None:
    done = keysieve("scan", "--explain", "a.py:3", cwd=folder)
    assert done.code == 0
    assert "not reported: its name asks for something else" in done.out
    assert "no known format stands here" in keysieve("scan", "--explain", "a.py:1", cwd=folder).out


def test_a_line_that_is_not_there_is_bad_usage(folder: Path) -> None:
    done = keysieve("scan", "--explain", "a.py:9", cwd=folder)
    assert done.code == 2
    assert "a.py has no line 9" in done.err


def test_findings_of_a_scan_show_weights(folder: Path) -> None:
    done = keysieve("scan", "--explain", "--no-history", cwd=folder)
    assert done.code == 1
    assert "+0.10 its name says plainly that it is a credential" in done.out
    assert "+0.10" not in keysieve("scan", "--no-history", cwd=folder).out
