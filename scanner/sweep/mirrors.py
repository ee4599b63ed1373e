"""Bare mirrors in a cache folder, fetched by git with nothing configured but ours; a disk budget.

A ref that was moved by force, or removed, leaves what it named under refs/keysieve/kept/: such commits stay
reachable, and are scanned. git never prunes here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import IO
from urllib.parse import urlsplit

from scanner.errors import TargetError
from scanner.secrets import without_login
from scanner.sweep.refs import Tips, login, remote_environment, said
from scanner.sweep.repositories import Repository

_KEPT = "refs/keysieve/kept/"
_BEFORE = "keysieve-before"
_MOST_PACKS = 40
_SETTINGS = (
    ("gc.auto", "0"), ("maintenance.auto", "false"), ("fetch.unpackLimit", "1"), ("fetch.fsckObjects", "false"),
    ("core.hooksPath", os.devnull), ("core.fsmonitor", "false"), ("submodule.recurse", "false"),
    ("credential.helper", ""), ("http.followRedirects", "false"), ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "60"), ("protocol.version", "2"), ("fetch.writeCommitGraph", "false"),
    ("core.packedGitLimit", "256m"), ("pack.threads", "1"),
)  # fmt: skip


class Mirrors:
    """The mirrors of one cache folder."""

    def __init__(self, cache: str, budget: int = 0, timeout: float = 3600.0) -> None:
        """`budget` in bytes, 0 for none; `timeout` in seconds, of one fetch."""
        self.folder = os.path.join(cache, "mirrors")
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self._budget = budget
        self._timeout = timeout

    def path(self, repository: Repository) -> str:
        """Where its mirror is, or would be."""
        digest = hashlib.sha256(f"{repository.name}\0{repository.shown}".encode("utf-8", "surrogateescape")).hexdigest()
        return os.path.join(self.folder, f"{os.path.basename(repository.name)[:40]}-{digest[:24]}.git")

    @contextlib.contextmanager
    def held(self, repository: Repository, wait: bool = True) -> Iterator[IO[str]]:
        """Alone with the mirror; another sweep waits, and what a dead one left behind is cleared away.

        Without `wait` BlockingIOError is raised where another one has it.
        """
        with open(self.path(repository) + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock

    def fetch(self, repository: Repository, refs: Tips, token: str, lock: IO[str]) -> str:
        """Bring the mirror to what the server has now; its path; while it is `held`. Raises TargetError."""
        path = self.path(repository)
        _clear(path)
        if not os.path.isfile(os.path.join(path, "HEAD")):
            self._make(path, refs, lock)
        old = _tips(path) | _before(path)
        _write(os.path.join(path, _BEFORE), "\n".join(sorted(old)))
        git = _Git(path, token, repository.url, lock, self._timeout)
        git.run(
            "fetch", "--prune", "--no-tags", "--no-write-fetch-head", "--quiet", "--", repository.url,
            "+refs/*:refs/*", "^refs/keysieve/*",
        )  # fmt: skip
        if refs.head.startswith("refs/"):
            git.run("symbolic-ref", "HEAD", refs.head)
        elif refs.tip:
            git.run("update-ref", "--no-deref", "HEAD", refs.tip)
        _keep(git, old)
        os.unlink(os.path.join(path, _BEFORE))
        if len(_packs(path)) > _MOST_PACKS:
            git.run("repack", "-a", "-d", "-k", "-q")
        os.utime(path)
        return path

    def _make(self, path: str, refs: Tips, lock: IO[str]) -> None:
        """An empty mirror, appearing at once."""
        temporary = f"{path}.new"
        shutil.rmtree(temporary, ignore_errors=True)
        kind = "sha256" if refs.sha256 else "sha1"
        environment = remote_environment()
        command = ["git", "init", "-q", "--bare", "--template=", f"--object-format={kind}", temporary]
        try:
            done = subprocess.run(command, capture_output=True, env=environment, pass_fds=(lock.fileno(),), check=False)
        except FileNotFoundError:
            raise TargetError("git is not installed or not on PATH; the sweep needs it") from None
        if done.returncode:
            raise TargetError(f"{path}: cannot be made: {said(done.stderr)}")
        os.makedirs(os.path.join(temporary, "info"), exist_ok=True)
        shutil.rmtree(path, ignore_errors=True)
        os.rename(temporary, path)

    def trim(self) -> list[str]:
        """Remove the mirrors that were used longest ago until the rest fits the budget; the names of the removed.

        One that is being used now stays.
        """
        if not self._budget:
            return []
        rows = []
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name.endswith(".git") and os.path.isdir(path):
                rows.append((os.path.getmtime(path), _size(path), path))
        total = sum(size for _, size, _ in rows)
        gone = []
        for _, size, path in sorted(rows):
            if total <= self._budget:
                break
            with open(path + ".lock", "w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue
                shutil.rmtree(path, ignore_errors=True)
            total -= size
            gone.append(os.path.basename(path))
        return gone


class _Git:
    """git on one mirror. The lock's file is open in it, too: who kills us does not free the mirror while git writes."""

    def __init__(self, path: str, token: str, url: str, lock: IO[str], timeout: float) -> None:
        settings = list(_SETTINGS)
        if token:
            parts = urlsplit(url)
            settings.append((f"http.{parts.scheme}://{parts.netloc}/.extraHeader", f"Authorization: {login(token)}"))
        if ca := os.environ.get("SSL_CERT_FILE"):  # as for the API: of a server of one's own
            settings.append(("http.sslCAInfo", ca))
        self._environment = remote_environment(path, settings)
        self._path = path
        self._lock = lock
        self._timeout = timeout

    def run(self, *arguments: str, stdin: str = "") -> str:
        """git's output. Raises TargetError with its last words."""
        process = subprocess.Popen(
            ["git", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self._path,
            env=self._environment, pass_fds=(self._lock.fileno(),), start_new_session=True,
        )  # fmt: skip
        try:
            out, err = process.communicate(os.fsencode(stdin), self._timeout)
        except BaseException as error:
            _kill(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise TargetError(f"git {arguments[0]} took longer than {self._timeout:.0f} seconds") from None
            raise
        if process.returncode:
            raise TargetError(f"git {arguments[0]}: {without_login(said(err))}")
        return os.fsdecode(out)


def _kill(process: subprocess.Popen[bytes]) -> None:
    import signal

    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # git's helpers too
    process.wait()


def _clear(path: str) -> None:
    """Locks and half packs of a git that was killed: we are alone with the mirror."""
    for folder, _, names in os.walk(path):
        for name in names:
            if name.endswith(".lock") or name.startswith(("tmp_pack_", "tmp_idx_", "tmp_obj_", "tmp_rev_")):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(folder, name))


def _tips(path: str) -> set[str]:
    """What the mirror's refs name now."""
    done = subprocess.run(
        ["git", "for-each-ref", "--format=%(objectname)"], capture_output=True, env=remote_environment(path), cwd=path,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise TargetError(f"{path}: {said(done.stderr)}")
    return set(done.stdout.decode().split())


def _before(path: str) -> set[str]:
    """What refs named before a fetch that did not come to its end."""
    try:
        with open(os.path.join(path, _BEFORE), encoding="ascii") as stream:
            return set(stream.read().split())
    except OSError:
        return set()


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(git: _Git, old: set[str]) -> None:
    """A ref for each of `old` that nothing else reaches now."""
    lost = sorted(old - set(git.run("for-each-ref", "--format=%(objectname)").split()))
    if not lost:
        return
    listed = git.run("rev-list", "--objects", "--stdin", "--not", "--all", stdin="\n".join(lost) + "\n")
    unreached = {line.split(" ", 1)[0] for line in listed.splitlines()}
    made = "".join(f"create {_KEPT}{identity} {identity}\n" for identity in lost if identity in unreached)
    if made:
        git.run("update-ref", "--stdin", stdin=made)


def packed(path: str) -> int:
    """Bytes of the packs in a git directory."""
    return sum(os.path.getsize(pack) for pack in _packs(path))


def _packs(path: str) -> list[str]:
    folder = os.path.join(path, "objects", "pack")
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".pack")]
    except OSError:
        return []


def _size(path: str) -> int:
    return sum(
        os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(path) for name in names
    )  # fmt: skip


def doors(cache: str) -> str:
    """The folder in which the private git directories of repositories are that several machines scan together."""
    path = os.path.join(cache, "doors")
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def clear_doors(cache: str) -> None:
    """Remove what dead runs left. Only while no other sweep uses the cache."""
    path = doors(cache)
    for name in os.listdir(path):
        shutil.rmtree(os.path.join(path, name), ignore_errors=True)
