"""Whether a folder is a git repository, told by its look: git is not asked, and nothing is imported for it."""

from __future__ import annotations

import os

from scanner.lightly import dataclass


@dataclass(frozen=True, slots=True)
class Repository:
    """Where a repository's parts are; `worktree` is "" for a bare one."""

    git_dir: str
    common_dir: str
    worktree: str


def discover(path: str) -> Repository | None:
    """The repository whose top is `path`: with a `.git` folder or file in it, or bare."""
    inner = os.path.join(path, ".git")
    if os.path.isdir(inner) and _looks_like(inner):
        return _repository(inner, path)
    if os.path.isfile(inner):
        named = _gitdir_file(inner)
        return _repository(named, path) if named and _looks_like(named) else None
    return _repository(path, "") if _looks_like(path) and os.path.isdir(os.path.join(path, "refs")) else None


def discover_upward(path: str) -> Repository | None:
    """The repository that `path` or one of the folders above it is the top of."""
    path = os.path.abspath(path)
    while True:
        found = discover(path)
        parent = os.path.dirname(path)
        if found or parent == path:
            return found
        path = parent


def repository_top(path: str) -> str:
    """The top of the working tree that `path` is in, or `path`."""
    found = discover_upward(path)
    return (found.worktree or found.git_dir) if found else path


def _looks_like(git_dir: str) -> bool:
    common = _common_dir(git_dir)
    return os.path.isfile(os.path.join(git_dir, "HEAD")) and os.path.isdir(os.path.join(common, "objects"))


def _gitdir_file(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        text = stream.read(65536)
    name = text.removeprefix("gitdir:").strip() if text.startswith("gitdir:") else ""
    if not name or "\0" in name:
        return ""
    return os.path.normpath(os.path.join(os.path.dirname(path), name))


def _common_dir(git_dir: str) -> str:
    try:
        with open(os.path.join(git_dir, "commondir"), encoding="utf-8", errors="surrogateescape") as stream:
            return os.path.normpath(os.path.join(git_dir, stream.read(65536).strip()))
    except OSError:
        return git_dir


def _repository(git_dir: str, worktree: str) -> Repository:
    git_dir = os.path.abspath(git_dir)
    return Repository(git_dir, os.path.abspath(_common_dir(git_dir)), os.path.abspath(worktree) if worktree else "")
