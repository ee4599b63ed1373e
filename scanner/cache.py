"""A folder of our own for derived data: owner and mode checked, files written atomically."""

from __future__ import annotations

import os
import stat
from typing import IO, TYPE_CHECKING

from scanner.errors import UsageError

if TYPE_CHECKING:
    from mmap import mmap


def folder() -> str | None:
    """The cache folder, made where it is missing; None where there is no place that we own.

    `KEYSIEVE_CACHE_DIR` names another; an empty value turns the cache off.
    """
    path = os.environ.get("KEYSIEVE_CACHE_DIR")
    if path == "":
        return None
    if path is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        path = os.path.join(base, "keysieve")
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return path if _ours(path) else None


def _ours(path: str) -> bool:
    """A real folder that belongs to us and that nobody else may write to."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    if os.name != "posix":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def read(name: str) -> bytes | None:
    """The cached bytes, or None; a file that is not ours alone to write is not believed."""
    try:
        with open(_place(name), "rb") as stream:
            return stream.read() if _believed(stream) else None
    except OSError:
        return None


def mapped(name: str) -> mmap | None:
    """As `read`, of a large file of which little is needed. It is replaced as a whole, so what is mapped stays."""
    from mmap import ACCESS_READ, mmap

    try:
        with open(_place(name), "rb", buffering=0) as stream:
            return mmap(stream.fileno(), 0, access=ACCESS_READ) if _believed(stream) else None
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None


def _place(name: str) -> str:
    home = folder()
    if home is None:
        raise FileNotFoundError
    return os.path.join(home, name)


def _believed(stream: IO[bytes]) -> bool:
    status = os.fstat(stream.fileno())
    return os.name != "posix" or status.st_uid == os.geteuid() and not status.st_mode & 0o022


def write(name: str, data: bytes) -> None:
    """Keep `data` under `name`; a cache that cannot be written is no error."""
    home = folder()
    if home is None:
        return
    try:
        write_atomically(os.path.join(home, name), data, mode=0o600)
    except UsageError:
        return


def check_writable(path: str) -> None:
    """Raise UsageError, naming `path`, where a file could not be written there."""
    if os.path.isdir(path):
        raise UsageError(f"{path}: cannot be written: it is a folder")
    folder = os.path.dirname(path) or "."
    if os.path.exists(path) and not os.path.isfile(path):
        return
    probe = os.path.join(folder, f".keysieve-{os.urandom(6).hex()}.tmp")
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.unlink(probe)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def write_atomically(path: str, data: bytes, mode: int = 0o666) -> None:
    """Write a file so that readers see the old or the whole new one; raises UsageError if that fails.

    A device or a pipe is written to as it is.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        try:
            with open(path, "wb", buffering=0) as stream:
                stream.write(data)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
        return
    temporary = f"{path}.{os.urandom(6).hex()}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
