"""What is measured: a repository by its history, any other folder as a tree, and how much there is in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.records import BenchError, Target

_GIT_ENV = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_NO_LAZY_FETCH": "1"}


def recognise(argument: str) -> Target:
    """The target at `argument`, its volume counted."""
    path = os.path.realpath(argument)
    if not os.path.isdir(path):
        raise BenchError(f"{os.path.basename(argument)}: no such repository or folder")
    name = os.path.basename(path)
    git_dir, bare = _git_dir(path)
    if git_dir:
        return Target(name, path, "history", bare, git_dir, *_volume(size for _, size in blobs(git_dir)))
    count, volume = _volume(map(os.path.getsize, files(path)))
    return Target(name, path, "tree", objects=count, bytes=volume)


def files(path: str) -> Iterator[str]:
    """Every regular file below `path`."""
    for folder, _, names in os.walk(path):
        for name in names:
            file = os.path.join(folder, name)
            if os.path.isfile(file) and not os.path.islink(file):
                yield file


def blobs(git_dir: str) -> Iterator[tuple[str, int]]:
    """Every blob that is there and its size, in pack order; one at a time: there may be millions."""
    form = "--batch-check=%(objecttype) %(objectname) %(objectsize)"
    command = ["git", f"--git-dir={git_dir}", "cat-file", "--batch-all-objects", "--unordered", form]
    with subprocess.Popen(command, env={**os.environ, **_GIT_ENV}, stdout=subprocess.PIPE, text=True) as git:
        assert git.stdout is not None
        for kind, name, size in map(str.split, git.stdout):
            if kind == "blob":
                yield name, int(size)
    if git.returncode:
        raise BenchError(f"{os.path.basename(git_dir)}: git cannot list its objects")


def split(target: Target, parts: int, folder: Path) -> None:
    """Write the target's blob names to `parts` lists of about the same volume in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    seen = 0
    with ExitStack() as stack:
        lists = [stack.enter_context(open(folder / str(index), "w")) for index in range(parts)]
        for name, size in blobs(target.git_dir):
            lists[seen * parts // (target.bytes + 1)].write(f"{name}\n")
            seen += size


def warm(target: Target) -> None:
    """Read the target once, so that the first run does not pay for the disk."""
    for file in files(target.git_dir or target.path):
        with open(file, "rb") as stream:
            while stream.read(1 << 20):
                pass


def _volume(sizes: Iterable[int]) -> tuple[int, int]:
    count = total = 0
    for size in sizes:
        count, total = count + 1, total + size
    return count, total


def _git_dir(path: str) -> tuple[str, bool]:
    """The git directory at `path` (not around it) and whether it is bare; ("", False) for a plain folder."""
    for candidate, bare in ((os.path.join(path, ".git"), False), (path, True)):
        objects, head = os.path.join(candidate, "objects"), os.path.join(candidate, "HEAD")
        if os.path.isdir(objects) and os.path.isfile(head):
            return candidate, bare
    if os.path.exists(os.path.join(path, ".git")):
        raise BenchError(f"{os.path.basename(path)}: a linked worktree or submodule; name its repository")
    return "", False
