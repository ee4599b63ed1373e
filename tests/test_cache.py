"""The cache folder: ours alone, written atomically, and never needed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from scanner import cache
from scanner.errors import UsageError

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX's")
not_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache"
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(path))
    return path


def test_what_is_written_is_read(home: Path) -> None:
    cache.write("a", b"data")
    assert cache.read("a") == b"data"
    assert os.listdir(home) == ["a"]


def test_what_was_never_written_is_none(home: Path) -> None:
    assert cache.read("a") is None


@posix
def test_folder_and_files_are_for_us_alone(home: Path) -> None:
    cache.write("a", b"data")
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "a").stat().st_mode & 0o777 == 0o600


def test_an_empty_variable_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", "")
    cache.write("a", b"data")
    assert cache.folder() is None
    assert cache.read("a") is None


def test_it_stands_where_the_desktop_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYSIEVE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == str(tmp_path / "keysieve")


def test_it_stands_in_the_home_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYSIEVE_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() == str(tmp_path / ".cache" / "keysieve")


@posix
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_may_write_to_is_refused(home: Path, mode: int) -> None:
    cache.write("a", b"data")
    home.chmod(mode)
    assert cache.folder() is None
    assert cache.read("a") is None


@posix
def test_a_folder_of_another_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write("a", b"data")
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert cache.folder() is None
    assert cache.read("a") is None


@posix
def test_a_folder_that_is_a_link_is_refused(home: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    home.symlink_to(real)
    assert cache.folder() is None


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_to_is_not_believed(home: Path, mode: int) -> None:
    cache.write("a", b"data")
    (home / "a").chmod(mode)
    assert cache.read("a") is None


def test_a_file_in_the_place_of_the_folder_turns_it_off(home: Path) -> None:
    home.write_bytes(b"")
    assert cache.folder() is None
    cache.write("a", b"data")
    assert home.read_bytes() == b""


def test_a_home_that_cannot_be_made_turns_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert cache.folder() is None
    cache.write("a", b"data")


@not_root
def test_a_home_that_may_not_be_written_turns_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o500)
    try:
        monkeypatch.setenv("KEYSIEVE_CACHE_DIR", str(tmp_path / "below"))
        assert cache.folder() is None
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_the_place_of_a_file_is_no_error(home: Path) -> None:
    (home / "a").mkdir(parents=True)
    home.chmod(0o700)
    cache.write("a", b"data")
    assert cache.read("a") is None
    assert os.listdir(home) == ["a"]


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"a long earlier text")
    cache.write_atomically(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["report"]


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"old")

    def fails(source: str, target: str) -> None:
        assert Path(source).read_bytes() == b"new"  # complete before it takes the place
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(UsageError, match="report: cannot be written: No space left on device"):
        cache.write_atomically(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report"]


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        cache.write_atomically(str(tmp_path / "missing" / "report"), b"new")


def test_a_link_is_not_followed_to_the_temporary_file(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / f"report.{os.getpid()}.tmp").symlink_to(victim)
    with contextlib.suppress(UsageError):
        cache.write_atomically(str(tmp_path / "report"), b"new")
    assert victim.read_bytes() == b"precious"


def test_what_a_killed_run_with_our_pid_left_behind_forbade_writing(tmp_path: Path) -> None:
    (tmp_path / f"report.{os.getpid()}.tmp").write_bytes(b"half")
    cache.write_atomically(str(tmp_path / "report"), b"new")
    assert (tmp_path / "report").read_bytes() == b"new"
