"""Hooks as git runs them: real commits, and real pushes to a bare repository on disk."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import environment, keysieve
from tests.helpers.repositories import PERSON, Repo
from tests.helpers.samples import sample


def leak(number: int) -> str:
    return sample("github-pat-classic", seed=11000 + number)


class Result:
    """What git said, and whether it went on."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.went_on = done.returncode == 0
        self.text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert "Traceback" not in self.text and "internal error" not in self.text, self.text


def git(folder: Path, *arguments: str, data: bytes = b"", **changes: str) -> Result:
    env = environment(**PERSON, **changes)
    command = ["git", *arguments]
    return Result(subprocess.run(command, cwd=folder, input=data, capture_output=True, env=env, check=False))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="import os\n")
    assert keysieve("hook", "install", cwd=repo.path).code == 0
    return repo


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A bare repository whose pre-receive hook is ours."""
    path = tmp_path / "server.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    done = keysieve("hook", "install", path)
    assert done.code == 0 and "pre-receive: installed" in done.out
    return path


def test_a_commit_is_refused_with_reasons_and_three_ways_on_and_passes_after_each(repo: Repo) -> None:
    repo.write("b.py", f'x = 1\nKEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    refused = git(repo.path, "commit", "-m", "two")
    assert not refused.went_on
    assert leak(1) not in refused.text
    for word in ("this commit adds a credential", "b.py:2:", "ghp_****", "checksum", "remove", "rotate", "allow"):
        assert word in refused.text, word
    repo.write("b.py", "x = 1\n")
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "two").went_on
    repo.write("c.py", f'KEY = "{leak(1)}"  # keysieve:allow made for a test\n')
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "three").went_on
    print_ = next(word for word in refused.text.split() if len(word) == 16 and set(word) <= set("0123456789abcdef"))
    repo.write(".keysieveignore", f"{print_}  # made for a test\n")
    repo.write("d.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "four").went_on


def test_what_is_not_staged_does_not_count(repo: Repo) -> None:
    repo.write("b.py", "x = 1\n")
    repo.git("add", "b.py")
    repo.write("b.py", f'x = 1\nKEY = "{leak(1)}"\n')
    assert git(repo.path, "commit", "-m", "two").went_on
    assert not git(repo.path, "commit", "-m", "three", "-a").went_on
    assert not git(repo.path, "commit", "-m", "three", "b.py").went_on


def test_what_was_there_and_what_moves_is_not_told_again(repo: Repo) -> None:
    repo.write("b.py", f'KEY = "{leak(1)}"\n' + "line\n" * 20)
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "two", "--no-verify").went_on
    repo.git("mv", "b.py", "c.py")
    repo.write("c.py", f'KEY = "{leak(1)}"\n' + "line\n" * 20 + "more\n")
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "three").went_on


def test_a_merge_is_told_its_own_changes_only(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "side", "--no-verify").went_on
    repo.git("checkout", "-q", "main")
    repo.write("main.py", "x = 1\n")
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "main").went_on
    assert git(repo.path, "merge", "-q", "--no-commit", "side").went_on
    repo.write("main.py", f'KEY = "{leak(2)}"\n')
    repo.git("add", "-A")
    refused = git(repo.path, "commit", "-m", "merged")
    assert not refused.went_on and "main.py:1" in refused.text and "side.py" not in refused.text
    repo.write("main.py", "x = 2\n")
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "merged").went_on


def test_a_message_is_looked_at(repo: Repo) -> None:
    refused = git(repo.path, "commit", "--allow-empty", "-m", f"use token {leak(1)} for it")
    assert not refused.went_on and "the message of this commit holds a credential" in refused.text
    assert leak(1) not in refused.text
    assert git(repo.path, "commit", "--allow-empty", "-m", "use the token").went_on


def test_what_git_cuts_off_a_message_does_not_count(repo: Repo, tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.write_text(f"two\n\n# ------------------------ >8 ------------------------\n+key = {leak(1)}\n")
    assert keysieve("hook", "run", "commit-msg", message, cwd=repo.path).code == 0
    message.write_text(f"two\n\nkey = {leak(1)}\n# ------------------------ >8 ------------------------\n")
    assert keysieve("hook", "run", "commit-msg", message, cwd=repo.path).code == 1


def test_a_push_is_refused_at_home(repo: Repo, tmp_path: Path) -> None:
    other = tmp_path / "other.git"
    subprocess.run(["git", "init", "-q", "--bare", str(other)], check=True)
    repo.git("remote", "add", "origin", str(other))
    assert git(repo.path, "push", "-q", "origin", "main").went_on
    repo.write("b.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    assert git(repo.path, "commit", "-m", "two", "--no-verify").went_on
    refused = git(repo.path, "push", "-q", "origin", "main")
    assert not refused.went_on
    assert "this push brings a credential" in refused.text and "b.py:1:8  in commit " in refused.text
    repo.git("rm", "-q", "b.py")
    assert git(repo.path, "commit", "-m", "gone").went_on
    assert not git(repo.path, "push", "-q", "origin", "main").went_on  # it is in the history still
    repo.git("reset", "-q", "--hard", "HEAD~2")
    assert git(repo.path, "push", "-q", "origin", "main").went_on


def test_a_push_is_refused_by_the_server_and_passes_after_the_fix(bare: Path, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="import os\n")
    assert git(repo.path, "push", "-q", str(bare), "main").went_on
    repo.commit("two", b_dot_py=f'KEY = "{leak(1)}"\n')
    repo.commit("three", b_dot_py="gone = 1\n")
    refused = git(repo.path, "push", "-q", str(bare), "main", "main:new")
    assert not refused.went_on and leak(1) not in refused.text
    assert "this push brings a credential" in refused.text and "b.py:1:8" in refused.text
    assert git(bare, "rev-list", "--all", "--count").text.strip() == "1"
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.commit("two", b_dot_py="fine = 1\n")
    assert git(repo.path, "push", "-q", str(bare), "main", "main:new").went_on
    assert git(repo.path, "push", "-q", str(bare), ":new").went_on  # a branch taken away brings nothing


def test_the_server_looks_at_messages_of_commits_and_tags(bare: Path, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="import os\n")
    assert git(repo.path, "push", "-q", str(bare), "main").went_on
    repo.git("tag", "-a", "v1", "-m", f"signed with {leak(1)}")
    refused = git(repo.path, "push", "-q", str(bare), "v1")
    assert not refused.went_on and "tag message" in refused.text
    repo.git("tag", "-f", "-a", "v1", "-m", "fine")
    assert git(repo.path, "push", "-q", str(bare), "v1").went_on
    repo.commit(f"with {leak(2)}")
    assert not git(repo.path, "push", "-q", str(bare), "main").went_on


def test_what_the_server_has_is_not_told_again(bare: Path, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", b_dot_py=f'KEY = "{leak(1)}"\n')
    (bare / "hooks/pre-receive").rename(bare / "off")
    assert git(repo.path, "push", "-q", str(bare), "main").went_on
    (bare / "off").rename(bare / "hooks/pre-receive")
    repo.commit("two", a_dot_py="x = 1\n")
    assert git(repo.path, "push", "-q", str(bare), "main:other").went_on


# ---------------------------------------------------------------- installing


def own_hook(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_an_earlier_hook_runs_first_and_comes_back(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="x = 1\n")
    hook = repo.path / ".git/hooks/pre-commit"
    own_hook(hook, 'echo "the earlier one"; test ! -f stop')
    before = hook.read_bytes()
    for _ in range(2):
        assert keysieve("hook", "install", repo.path).code == 0
    passed = git(repo.path, "commit", "--allow-empty", "-m", "two")
    assert passed.went_on and passed.text.count("the earlier one") == 1
    (repo.path / "stop").write_text("")
    assert not git(repo.path, "commit", "--allow-empty", "-m", "three").went_on
    (repo.path / "stop").unlink()
    repo.write("b.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    assert not git(repo.path, "commit", "-m", "three").went_on
    assert keysieve("hook", "install", "--uninstall", repo.path).code == 0
    assert hook.read_bytes() == before
    assert sorted(p.name for p in hook.parent.iterdir() if not p.name.endswith(".sample")) == ["pre-commit"]
    assert git(repo.path, "commit", "-m", "three").went_on


def test_an_earlier_hook_that_reads_sees_the_same_lines(repo: Repo, tmp_path: Path) -> None:
    assert keysieve("hook", "install", "--uninstall", repo.path).code == 0
    own_hook(repo.path / ".git/hooks/pre-push", f'cat > "{tmp_path}/lines"')
    assert keysieve("hook", "install", repo.path).code == 0
    other = tmp_path / "other.git"
    subprocess.run(["git", "init", "-q", "--bare", str(other)], check=True)
    assert git(repo.path, "push", "-q", str(other), "main").went_on
    head = repo.git("rev-parse", "HEAD")
    assert (tmp_path / "lines").read_text() == f"refs/heads/main {head} refs/heads/main {'0' * 40}\n"


def test_hooks_path_is_honoured(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.git("config", "core.hooksPath", ".hooks")
    assert keysieve("hook", "install", "--type", "pre-commit", cwd=repo.path).code == 0
    assert [path.name for path in (repo.path / ".hooks").iterdir()] == ["pre-commit"]
    repo.write("b.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "b.py")
    assert not git(repo.path, "commit", "-m", "one").went_on


def test_a_global_hook_guards_every_repository_and_runs_its_own_hooks(tmp_path: Path) -> None:
    where = {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert keysieve("hook", "install", "--global", **where).code == 0
    repo = Repo(tmp_path / "repo")
    for name in ("pre-commit", "post-commit"):
        own_hook(repo.path / ".git/hooks" / name, f'echo "own {name}"')
    repo.write("a.py", "x = 1\n")
    repo.git("add", "-A")
    passed = git(repo.path, "commit", "-m", "one", **where)
    assert passed.went_on and "own pre-commit" in passed.text and "own post-commit" in passed.text
    repo.write("b.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    assert not git(repo.path, "commit", "-m", "two", **where).went_on
    assert keysieve("hook", "install", "--global", "--uninstall", **where).code == 0
    assert "hooksPath" not in (tmp_path / "gitconfig").read_text()
    assert git(repo.path, "commit", "-m", "two", **where).went_on


def test_a_module_of_the_repository_is_not_run(repo: Repo) -> None:
    repo.write("scanner/__init__.py", "open('ran', 'w')\n")
    repo.write("scanner/__main__.py", "open('ran', 'w')\n")
    repo.write("b.py", f'KEY = "{leak(1)}"\n')
    repo.git("add", "-A")
    assert not git(repo.path, "commit", "-m", "two").went_on
    assert not os.path.exists(repo.path / "ran")


def test_lines_that_are_not_gits_are_refused(bare: Path) -> None:
    done = keysieve("hook", "run", "pre-receive", cwd=bare, data=b"one two\n")
    assert done.code == 2 and "standard input" in done.err


def test_a_push_of_what_is_not_here_is_not_green(bare: Path) -> None:
    line = f"{'0' * 40} {'1' * 40} refs/heads/main\n".encode()
    done = keysieve("hook", "run", "pre-receive", cwd=bare, data=line)
    assert done.code == 3 and "1" * 40 in done.err


def test_outside_a_repository_there_is_nothing_to_install(tmp_path: Path) -> None:
    done = keysieve("hook", "install", tmp_path)
    assert done.code == 2 and str(tmp_path) in done.err
