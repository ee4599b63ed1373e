"""pre-commit itself runs the hook from a clone of this repository; skipped without it, or without a .git here."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT, environment
from tests.helpers.repositories import PERSON, Repo
from tests.helpers.samples import sample

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed"),
    pytest.mark.skipif(not Path(ROOT, ".git").exists(), reason="not in a git repository"),
]


def test_pre_commit_runs_the_hook_from_a_local_clone(tmp_path: Path) -> None:
    clone = tmp_path / "keysieve"
    subprocess.run(["git", "clone", "-q", "--no-local", "--depth", "1", f"file://{ROOT}", str(clone)], check=True)
    asked = subprocess.run(["git", "-C", str(clone), "rev-parse", "HEAD"], capture_output=True, check=True)
    head = asked.stdout.decode()
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "keysieve").write_text(f'#!/bin/sh\nexec {sys.executable} -m scanner "$@"\n')
    (tools / "keysieve").chmod(0o755)
    env = environment(**PERSON, PRE_COMMIT_HOME=str(tmp_path / "home"), PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")

    repo = Repo(tmp_path / "repo")
    hooks = f"repos:\n- repo: {clone}\n  rev: {head.strip()}\n  hooks:\n  - id: keysieve-system\n"
    repo.commit("one", a_dot_py="x = 1\n")
    repo.write(".pre-commit-config.yaml", hooks)
    repo.git("add", "-A")
    run = [sys.executable, "-m", "pre_commit"]
    done = subprocess.run([*run, "install"], cwd=repo.path, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    commit = ["git", "commit", "-q", "-m", "two"]
    passed = subprocess.run(commit, cwd=repo.path, env=env, capture_output=True, check=False)
    assert passed.returncode == 0, passed.stderr.decode()
    repo.write("b.py", f'KEY = "{sample("github-pat-classic", seed=21000)}"\n')
    repo.git("add", "-A")
    refused = subprocess.run(commit, cwd=repo.path, env=env, capture_output=True, check=False)
    told = (refused.stdout + refused.stderr).decode()
    assert refused.returncode == 1 and "this commit adds a credential" in told and "b.py:1" in told, told
    assert sample("github-pat-classic", seed=21000) not in told
