"""Private folders: removed by whoever made them, or by the next scan where that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.sources.git import folders
from scanner.sources.git.folders import Folder

pytestmark = pytest.mark.skipif(folders.flock is None, reason="needs locks on folders")
_HOLD = """
import time
from scanner.sources.git.folders import Folder
print(Folder("keysieve-git-").path, flush=True)
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folders._tidy.cache_clear()
    yield tmp_path
    folders._tidy.cache_clear()


def old(path: Path) -> None:
    os.utime(path, (1, 1))


def test_what_a_killed_scan_left_is_removed_by_the_next(home: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", _HOLD], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    outside = home / "outside"
    outside.write_text("kept")
    (left / "objects").mkdir()
    (left / "objects" / "link").symlink_to(outside)
    (left / "objects" / "folder").symlink_to(home)
    (left / "walk").write_text("order")
    old(left)
    Folder("keysieve-git-").close()
    assert left.is_dir(), "its process lives"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    folders._tidy.cache_clear()
    Folder("keysieve-git-").close()
    assert list(home.iterdir()) == [outside]


def test_the_folder_of_a_scan_is_held_by_its_workers(home: Path) -> None:
    made = Folder("keysieve-git-")
    old(Path(made.path))
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[made._lock])  # as a fork inherits it
    os.close(made._lock)
    folders._tidy(str(home))
    assert os.path.isdir(made.path)
    child.communicate()
    folders._tidy.cache_clear()
    folders._tidy(str(home))
    assert list(home.iterdir()) == []


def test_what_is_new_or_not_ours_by_name_stays(home: Path) -> None:
    (home / "keysieve-git-new").mkdir()
    for name in ("keysieve-gitter", "other"):
        (home / name).mkdir()
        old(home / name)
    (home / "keysieve-git-file").write_text("")
    old(home / "keysieve-git-file")
    made = Folder("keysieve-clone-")
    assert len(list(home.iterdir())) == 5
    made.close()
    made.close()
    assert sorted(path.name for path in home.iterdir()) == [
        "keysieve-git-file",
        "keysieve-git-new",
        "keysieve-gitter",
        "other",
    ]


def test_a_folder_that_cannot_be_made_there_is_made_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(home / "absent"))
    made = Folder("keysieve-git-")
    assert os.path.isdir(made.path)
    assert os.stat(made.path).st_mode & 0o777 == 0o700
    made.close()
    assert not os.path.exists(made.path)
