"""The one door to git.

git runs only on a private git directory of ours: its alternates point at the target's objects, the refs are
copied, and no configuration but ours is read. So nothing that a scanned repository configures can run (a
plain `git log` there would start the program that its `gpg.program` names), and safe.directory is settled.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from typing import IO

from scanner.errors import GitError, TargetError
from scanner.lazily import lazily
from scanner.records import Fault
from scanner.sources.git.discover import Repository
from scanner.sources.git.folders import Folder

PIPE = 1 << 20
"""Bytes that git may write before we read: fewer turns between the two processes."""
_CONFIG = lazily(r"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)


def environment(git_dir: str) -> dict[str, str]:
    """The environment of every git process: nothing inherited that starts with GIT_."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_DIR": git_dir,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def start(
    git_dir: str, arguments: Sequence[str], stdin: IO[bytes] | int | None = None, stderr: IO[bytes] | int | None = None
) -> subprocess.Popen[bytes]:
    """A git process on a private git directory, its output a pipe."""
    try:
        return subprocess.Popen(
            ["git", *arguments],
            pipesize=PIPE,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if stderr is None else stderr,
            env=environment(git_dir),
            cwd=git_dir,
        )
    except FileNotFoundError:
        raise TargetError("git is not installed or not on PATH; repositories need it") from None


class Door:
    """A private git directory over a repository; `close` removes it."""

    def __init__(self, repository: Repository, above: str = "") -> None:
        """With `above`, a folder that other machines see too, it is made in there."""
        self.repository = repository
        self.hash_size = 32 if _is_sha256(repository.common_dir) else 20
        self._shared = bool(above)
        self._folder = Folder("keysieve-git-", above)
        self.git_dir = self._folder.path
        self.faults: list[Fault] = []
        try:
            self._furnish()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise TargetError(f"{repository.git_dir}: cannot be read: {error.strerror}") from None
            raise

    def _furnish(self) -> None:
        common = self.repository.common_dir
        os.makedirs(os.path.join(self.git_dir, "objects", "info"))
        os.makedirs(os.path.join(self.git_dir, "refs"))
        folders = [*_quarantine(common), os.path.join(common, "objects")]
        self._write("objects/info/alternates", "".join(_quoted(folder) + "\n" for folder in folders))
        self._write("config", _config(common))
        if os.path.isfile(os.path.join(common, "shallow")):
            copy_file(os.path.join(common, "shallow"), os.path.join(self.git_dir, "shallow"))
        self._copy_packed_refs(os.path.join(common, "packed-refs"))
        for name in _loose_refs(common):
            self._copy_ref(os.path.join(common, name), name)
        for name in ("reftable",):
            if os.path.isdir(os.path.join(common, name)):
                from shutil import copytree

                copytree(os.path.join(common, name), os.path.join(self.git_dir, name))
        self._heads(common)

    def _heads(self, common: str) -> None:
        """HEAD, and those of other worktrees as refs of ours: a detached one is reachable too."""
        head = os.path.join(self.repository.git_dir, "HEAD")
        with open(head, "rb") as stream:
            text = stream.read(4096)
        if not _HEAD.match(text):
            self.faults.append(Fault(head, "names no branch and no commit"))
            text = b"ref: refs/heads/keysieve-none\n"
        self._write("HEAD", os.fsdecode(text))
        others = os.path.join(common, "worktrees")
        for name in sorted(os.listdir(others)) if os.path.isdir(others) else ():
            self._copy_head(os.path.join(others, name, "HEAD"), f"refs/keysieve/worktrees/{len(name)}-{ref_name(name)}")
        if self.repository.git_dir != common:
            self._copy_head(os.path.join(common, "HEAD"), "refs/keysieve/main")

    def _copy_head(self, path: str, ref: str) -> None:
        if os.path.isfile(path):
            with open(path, "rb") as stream:
                text = stream.read(4096)
            if not text.startswith(b"ref:"):
                self._write(ref, text.decode("ascii", "replace"))

    def _copy_packed_refs(self, path: str) -> None:
        """The lines that git understands: at any other it would end."""
        if not os.path.isfile(path):
            return
        with open(path, "rb") as stream:
            lines = stream.read().splitlines(keepends=True)
        good = [line for line in lines if _PACKED_REF.match(line)]
        if len(good) < len(lines):
            self.faults.append(Fault(path, f"{len(lines) - len(good)} lines of it name no ref"))
        with open(os.path.join(self.git_dir, "packed-refs"), "wb") as out:
            out.writelines(good)

    def _copy_ref(self, path: str, name: str) -> None:
        with open(path, "rb") as stream:
            text = stream.read(4096)
        self._write(name, os.fsdecode(text))

    def _write(self, name: str, text: str) -> None:
        path = os.path.join(self.git_dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(os.fsencode(text))

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """git's output. Raises GitError with git's own words."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                input=stdin,
                capture_output=True,
                env=environment(self.git_dir),
                cwd=self.git_dir,
                check=False,
            )
        except FileNotFoundError:
            raise TargetError("git is not installed or not on PATH; repositories need it") from None
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise GitError(f"git {arguments[0]} failed: {'; '.join(words[-3:])}", done.returncode)
        return done.stdout

    def show(self, stream: IO[bytes]) -> None:
        """Let whoever reads our files now, on whichever machine, see all that was written to this one."""
        stream.flush()
        if self._shared:
            os.fsync(stream.fileno())  # NFS sends what was written at fsync and close only

    def shallow(self) -> list[str]:
        """The commits whose parents a shallow clone has not got."""
        try:
            with open(os.path.join(self.git_dir, "shallow"), encoding="ascii") as stream:
                return stream.read().split()
        except OSError:
            return []

    def close(self) -> None:
        """Remove the private git directory."""
        self._folder.close()


def scratch(git_dir: str) -> IO[bytes]:
    """A file without a name, in a private git directory."""
    if os.name != "posix":
        from tempfile import TemporaryFile

        return TemporaryFile()
    path = os.path.join(git_dir, f"keysieve-{os.urandom(8).hex()}")
    stream = open(path, "x+b")  # noqa: SIM115 (the caller closes it)
    os.unlink(path)
    return stream


def copy_file(source: str, target: str) -> None:
    """The bytes of a file."""
    with open(source, "rb") as reader, open(target, "wb") as writer:
        while block := reader.read(PIPE):
            writer.write(block)


def ref_name(name: str) -> str:
    """A name that is safe as part of a ref."""
    return os.fsencode(name).hex()[:80]


_HEAD = lazily(rb"ref: *refs/|[0-9a-f]{40}")
_PACKED_REF = lazily(rb"#|\^[0-9a-f]{40,64}\s*\n|[0-9a-f]{40,64} refs/")
_PLAIN = "\tcommitGraph = false\n\tmultiPackIndex = false\n"
"""Both only save time, and git ends where they are damaged."""
_MEMORY = "\tpackedGitWindowSize = 32m\n\tpackedGitLimit = 256m\n\tbigFileThreshold = 64m\n"
"""Else git maps whole packs, and a process is as large as the pack."""


def _is_sha256(common: str) -> bool:
    try:
        with open(os.path.join(common, "config"), encoding="utf-8", errors="replace") as stream:
            return bool(_CONFIG.search(stream.read(1 << 20)))
    except OSError:
        return False


def _config(common: str) -> str:
    extensions = "\tobjectformat = sha256\n" if _is_sha256(common) else ""
    if os.path.isdir(os.path.join(common, "reftable")):
        extensions += "\trefstorage = reftable\n"
    version = 1 if extensions else 0
    head = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{_MEMORY}{_PLAIN}"
    return head + (f"[extensions]\n{extensions}" if extensions else "")


def _quoted(path: str) -> str:
    """As `objects/info/alternates` wants a path that could be misread."""
    if not path.startswith('"') and "\n" not in path:
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _quarantine(common: str) -> Iterator[str]:
    """Where git keeps what is being pushed into this repository until its pre-receive hook has agreed."""
    path = os.environ.get("GIT_QUARANTINE_PATH", "")
    objects = os.path.realpath(os.path.join(common, "objects"))
    if path and os.path.isdir(path) and os.path.dirname(os.path.realpath(path)) == objects:
        yield os.path.realpath(path)


def _loose_refs(common: str) -> Iterator[str]:
    for folder, _, names in os.walk(os.path.join(common, "refs")):
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), common)
