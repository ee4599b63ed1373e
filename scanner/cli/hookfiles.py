"""The files of `keysieve hook install`: small shell scripts that run what was there before, then keysieve."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence

from scanner.cache import write_atomically
from scanner.errors import UsageError

_MARK = "# written by `keysieve hook install`"
_BEFORE = ".before-keysieve"
_READS = ("pre-push", "pre-receive", "post-receive", "post-rewrite", "reference-transaction", "proc-receive")
"""Hooks that git writes lines to: both the earlier hook and ours must see them."""
_OTHERS = (
    "applypatch-msg", "commit-msg", "post-applypatch", "post-checkout", "post-commit", "post-merge", "post-rewrite",
    "pre-applypatch", "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase", "prepare-commit-msg",
)  # fmt: skip
"""Hooks of a working repository, which a global `core.hooksPath` would switch off."""


def hooks_folder(target: str) -> tuple[str, bool]:
    """Where git looks for the hooks of a repository, and whether it is a bare one. Raises UsageError."""
    asked = _git("-C", target, "rev-parse", "--path-format=absolute", "--git-path", "hooks", "--is-bare-repository")
    if not asked:
        raise UsageError(f"{target}: is not in a git repository that git lets this user work in")
    folder, bare = asked.splitlines()
    return folder, bare == "true"


def install(folder: str, types: Sequence[str]) -> Iterator[str]:
    """Write the hooks; what is there and is not ours is kept beside them."""
    for name in types:
        path = os.path.join(folder, name)
        kept = _keep(path)
        _write(path, _script(name, f'"$(dirname "$0")/{name}{_BEFORE}"', True))
        yield f"{path}: installed" + (f"; what was there runs first, as {name}{_BEFORE}" if kept else "")


def uninstall(folder: str, types: Sequence[str]) -> Iterator[str]:
    """Take our hooks out, and put back what was there before."""
    for name in types:
        path = os.path.join(folder, name)
        if not _ours(path):
            continue
        os.unlink(path)
        if os.path.lexists(path + _BEFORE):
            os.replace(path + _BEFORE, path)
        yield f"{path}: taken out"


def install_globally(types: Sequence[str]) -> Iterator[str]:
    """Hooks in the folder of the user's `core.hooksPath`, set where it is not; each repository's own still run."""
    named = _git("config", "--global", "--type=path", "core.hooksPath")
    folder = named or _own_folder()
    wanted = types or ("pre-commit", "commit-msg", "pre-push")
    os.makedirs(folder, exist_ok=True)
    if named and named != _own_folder():
        yield from install(folder, wanted)
        return
    for name in dict.fromkeys((*_OTHERS, *wanted)):
        local = f'"$(git rev-parse --path-format=absolute --git-common-dir)/hooks"/{name}'
        _write(os.path.join(folder, name), _script(name, local, name in wanted))
    if not named and _git("config", "--global", "core.hooksPath", folder) is None:
        raise UsageError("git could not set core.hooksPath in the user's configuration")
    yield f"{folder}: {', '.join(wanted)} installed for every repository; each repository's own hooks run first"


def uninstall_globally() -> Iterator[str]:
    """Take the global hooks out; `core.hooksPath` too, where it is ours."""
    named = _git("config", "--global", "--type=path", "core.hooksPath")
    if not named:
        return
    yield from uninstall(named, (*_OTHERS, "pre-receive"))
    if named == _own_folder():
        _git("config", "--global", "--unset", "core.hooksPath")
        yield "core.hooksPath: unset"


def _own_folder() -> str:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "keysieve", "hooks")


def _script(name: str, earlier: str, ours: bool) -> str:
    # -P: without it Python would import a `scanner` folder of the repository the hook runs in.
    python = shlex.quote(sys.executable)
    gate = shlex.quote(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "gate.py"))
    feed = "printf '%s' \"${lines:+$lines$end}\" | " if name in _READS else ""
    lines = ["#!/bin/sh", _MARK, f"earlier={earlier}"]
    lines += ["lines=$(cat)", "end='", "'"] if feed else []
    lines += ['if [ -x "$earlier" ]; then', f'    {feed}"$earlier" "$@" || exit $?', "fi"]
    if ours:
        lines += [
            f"if [ ! -x {python} ]; then",
            '    echo "keysieve: its Python is gone; install it again, or: keysieve hook install --uninstall" >&2',
            "    exit 3",
            "fi",
            *([f"[ -f {gate} ] && exec {python} -I -S {gate}"] if name == "pre-commit" else []),
            f'{feed}{python} -P -m scanner hook run {name} "$@"',
        ]
    return "\n".join(lines) + "\n"


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_atomically(path, text.encode(), mode=0o777)


def _keep(path: str) -> bool:
    """Move a hook that is not ours aside; whether there is one aside."""
    if os.path.lexists(path) and not _ours(path):
        if os.path.lexists(path + _BEFORE):
            raise UsageError(f"{path}: is not ours, and {path + _BEFORE} is there too; move one of them away")
        os.replace(path, path + _BEFORE)
    return os.path.lexists(path + _BEFORE)


def _ours(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return _MARK in stream.read(4096)
    except OSError:
        return False


def _git(*arguments: str) -> str | None:
    """git's answer about the user's own repository or configuration; None where it ended with an error."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed or not on PATH; hooks need it") from None
    return None if done.returncode else done.stdout.strip()
