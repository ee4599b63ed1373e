"""Temporary folders that only this user may read, and what killed processes left of theirs.

The lock on a folder lives as long as any process that made or inherited it, in whichever container, so a folder
whose lock can be had belongs to nobody any more.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import cache

try:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
except ImportError:  # Windows: nothing is locked, so nothing is taken for abandoned
    flock = None  # type: ignore[assignment,unused-ignore]

_PREFIXES = ("keysieve-git-", "keysieve-clone-")
_YOUNG = 600.0
"""Seconds in which a folder may have been made and not locked yet."""


class Folder:
    """A new folder; `close` removes it."""

    def __init__(self, prefix: str, above: str = "") -> None:
        """In the folder for temporary files, where also goes what is abandoned, or in `above`."""
        home = above or os.environ.get("TMPDIR") or "/tmp"
        if not above:
            _tidy(home)
        self.path = _made(home, prefix)
        self._lock = _locked(self.path) if not above else -1  # `above` may be seen by machines that share no locks

    def close(self) -> None:
        """Remove it with all that is in it."""
        remove(self.path)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


# `tempfile` and `shutil` would be a twentieth of the time that a commit waits for us.


def remove(path: str) -> None:
    """A folder and all in it, as far as that can be done."""
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))
        for name in folders:
            with suppress(OSError):
                child = os.path.join(folder, name)
                (os.unlink if os.path.islink(child) else os.rmdir)(child)
    with suppress(OSError):
        os.rmdir(path)


def _made(home: str, prefix: str) -> str:
    path = os.path.join(home, f"{prefix}{os.urandom(8).hex()}")
    try:
        os.mkdir(path, 0o700)
        return path
    except OSError:
        from tempfile import mkdtemp

        return mkdtemp(prefix=prefix)


def _locked(path: str) -> int:
    """A descriptor that holds the folder's lock; -1 where there is none to be had."""
    if flock is not None:
        with suppress(OSError):
            held = os.open(path, os.O_RDONLY)
            with suppress(OSError):
                flock(held, LOCK_SH | LOCK_NB)
            return held
    return -1


@cache
def _tidy(home: str) -> None:
    """Remove what processes left that were killed: once in a process, that of this user only."""
    if flock is None:
        return
    with suppress(OSError), os.scandir(home) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIXES):
                with suppress(OSError):
                    _abandoned(entry)


def _abandoned(entry: os.DirEntry[str]) -> None:
    """Remove the folder, if it is ours and nobody's. Raises OSError where it is somebody's."""
    told = entry.stat(follow_symlinks=False)
    if not entry.is_dir(follow_symlinks=False) or told.st_uid != os.getuid() or time.time() - told.st_mtime < _YOUNG:
        return
    held = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        flock(held, LOCK_EX | LOCK_NB)
        remove(entry.path)
    finally:
        os.close(held)
