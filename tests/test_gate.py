"""The hook's first look answers only where the whole program would find nothing, and starts fast."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scanner.gate
from tests.cli.command import environment, keysieve
from tests.helpers.repositories import PERSON, Repo
from tests.helpers.samples import sample

GATE = scanner.gate.__file__


def leak(number: int = 1) -> str:
    return sample("github-pat-classic", seed=19000 + number)


def answer(folder: Path, **changes: str) -> bool:
    """Whether the gate alone lets the commit go on."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import gate; sys.exit(0 if gate.clean() else 5)"
    command = [sys.executable, "-I", "-S", "-c", code, os.path.dirname(GATE)]
    done = subprocess.run(command, cwd=folder, env=environment(**changes), capture_output=True, check=False)
    assert done.returncode in (0, 5) and not done.stderr, done.stderr
    return done.returncode == 0


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """One with a clean staged change, and a stamp for it."""
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="x = 1\n")
    repo.write("a.py", "x = 2\n")
    repo.git("add", "-A")
    assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 0
    return repo


def copied(cache: Path) -> None:
    """The cache of the other tests at `cache`: making one takes long."""
    shutil.copytree(os.environ["KEYSIEVE_CACHE_DIR"], cache, dirs_exist_ok=True)
    cache.chmod(0o700)


def refused(repo: Repo) -> None:
    """Neither the gate nor the whole program lets it pass."""
    assert not answer(repo.path)
    assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 1


def test_a_clean_change_passes(repo: Repo) -> None:
    assert answer(repo.path)
    assert answer(repo.path, GIT_DIR=".git", GIT_INDEX_FILE=".git/index")
    repo.git("commit", "-q", "-m", "two")
    assert answer(repo.path)  # nothing is staged


def test_what_the_whole_program_finds_never_passes(repo: Repo) -> None:
    repo.write("b.py", f'KEY = "{leak()}"\n')
    repo.git("add", "-A")
    refused(repo)
    tree = repo.git("write-tree").strip()
    repo.git("update-ref", "refs/kept", tree)
    repo.git("repack", "-adq")
    repo.git("prune-packed")
    refused(repo)  # in a pack, too


def test_the_index_that_git_shows_counts(repo: Repo) -> None:
    repo.write("b.py", f'KEY = "{leak()}"\n')
    other = str(repo.path / ".git/other-index")
    Path(other).write_bytes((repo.path / ".git/index").read_bytes())
    subprocess.run(["git", "add", "b.py"], cwd=repo.path, env=os.environ | {"GIT_INDEX_FILE": other}, check=True)
    assert answer(repo.path)
    assert not answer(repo.path, GIT_INDEX_FILE=".git/other-index")
    elsewhere = repo.path.parent / "index"
    elsewhere.write_bytes(Path(other).read_bytes())
    assert not answer(repo.path, GIT_INDEX_FILE=str(elsewhere))


def test_a_configuration_takes_the_stamp_away_until_the_whole_program_has_read_it(repo: Repo) -> None:
    repo.write("keysieve.toml", 'confidence = "high"\n')
    assert not answer(repo.path)
    assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 0
    assert answer(repo.path)
    for text in ('engine = "ahocorasick"\n', 'extends = { path = "x.toml" }\n'):
        repo.write("x.toml", "")
        repo.write("keysieve.toml", text)
        assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 0
        assert not answer(repo.path)


def test_a_cache_that_others_may_write_to_is_not_believed(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    assert not answer(repo.path, KEYSIEVE_CACHE_DIR=str(cache))
    copied(cache)
    assert answer(repo.path, KEYSIEVE_CACHE_DIR=str(cache))
    for kind in ("gate-*.txt", "*.hsdb"):
        for mode in (0o622, 0o600):
            for name in cache.glob(kind):
                name.chmod(mode)
            assert answer(repo.path, KEYSIEVE_CACHE_DIR=str(cache)) is (mode == 0o600)
    cache.chmod(0o777)
    assert not answer(repo.path, KEYSIEVE_CACHE_DIR=str(cache))
    assert not answer(repo.path, KEYSIEVE_CACHE_DIR="")


def test_a_damaged_database_gives_no_answer(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    copied(cache)
    assert answer(repo.path, KEYSIEVE_CACHE_DIR=str(cache))
    for database in cache.glob("*.hsdb"):
        database.write_bytes(database.read_bytes()[:1000])
    assert not answer(repo.path, KEYSIEVE_CACHE_DIR=str(cache))


def test_what_is_out_of_the_ordinary_gives_no_answer(repo: Repo, tmp_path: Path) -> None:
    inner = repo.path / "inner"
    inner.mkdir()
    assert not answer(inner)
    assert not answer(tmp_path)
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    assert not answer(tmp_path / "other")
    repo.git("update-index", "--split-index")
    assert not answer(repo.path)


def test_nothing_that_the_repository_configures_is_run(repo: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    repo.git("config", "core.fsmonitor", str(script))
    assert answer(repo.path)
    assert not mark.exists()


def test_nothing_is_left_behind(repo: Repo, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    assert answer(repo.path, TMPDIR=str(place))
    assert list(place.iterdir()) == []


def test_it_imports_what_python_has_built_in_only(repo: Repo) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules); import gate; ok = gate.clean()\n"
        "new = sorted(set(sys.modules) - before); import json; print(json.dumps([ok, new]))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, os.path.dirname(GATE)]
    done = subprocess.run(command, cwd=repo.path, env=environment(), capture_output=True, check=True)
    passed, modules = json.loads(done.stdout)
    assert passed and set(modules) <= {"gate", "zlib", "os", "stat", "_stat", "posixpath", "genericpath", "_imp",
        "_collections_abc", "abc", "_abc", "os.path", "hyperscan._hs_ext"}  # fmt: skip


def test_where_something_hits_one_process_goes_on_with_what_it_needs_only(repo: Repo, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git").write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/ran\nexec {shutil.which("git")} "$@"\n')
    (tools / "git").chmod(0o755)
    repo.write("a.py", 'password = read_password("value")\n')
    repo.git("add", "-A")
    assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 0  # the expressions are kept from here on
    code = (
        "import os, sys, atexit, json; sys.path.insert(0, sys.argv[1]); import gate; pid = os.getpid()\n"
        "atexit.register(lambda: print(json.dumps([os.getpid() == pid, sorted(sys.modules)]))); gate.main()"
    )
    command = [sys.executable, "-I", "-S", "-c", code, os.path.dirname(GATE)]
    env = environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    env.pop("PYTHONPATH", None)  # which would start a new process
    done = subprocess.run(command, cwd=repo.path, env=env, capture_output=True, check=True)
    same, modules = json.loads(done.stdout)
    assert same and "scanner.score.judge" in modules
    dear = {"click", "tempfile", "shutil", "platform", "uuid", "urllib.parse", "datetime", "importlib.resources",
        "tomllib", "numpy", "multiprocessing", "concurrent.futures", "git", "traceback", "hashlib", "dataclasses",
        "inspect", "regex", "scanner.score.structure", "scanner.catalogue.schema"}  # fmt: skip
    # `site` and a checkout's finder of its own import some of them; an installed one has none.
    started = subprocess.run([sys.executable, "-I", "-c", "import sys; print(*sys.modules)"], capture_output=True)
    assert (set(modules) & dear) - set(started.stdout.decode().split()) == set()
    assert (tmp_path / "ran").read_text().split() == ["diff-index", "diff-index", "cat-file"]


def test_the_hook_works_where_its_packages_cannot_be_reached_in_the_same_process(repo: Repo) -> None:
    repo.write("b.py", f'KEY = "{leak()}"\n')
    repo.git("add", "-A")
    env = environment(PYTHONPATH=str(Path(GATE).parents[1]))
    command = [sys.executable, "-I", "-S", GATE]
    done = subprocess.run(command, cwd=repo.path, env=env, capture_output=True, check=False)
    assert done.returncode == 1 and b"this commit adds a credential" in done.stderr


def test_a_commit_through_the_installed_hook_runs_it_first(repo: Repo) -> None:
    assert keysieve("hook", "install", cwd=repo.path).code == 0
    script = (repo.path / ".git/hooks/pre-commit").read_text()
    assert "gate.py" in script and script.index("gate.py") < script.index("-m scanner")
    repo.write("b.py", f'KEY = "{leak()}"\n')
    repo.git("add", "-A")
    command = ["git", "commit", "-q", "-m", "x"]
    done = subprocess.run(command, cwd=repo.path, env=environment(**PERSON), capture_output=True, check=False)
    assert done.returncode and b"this commit adds a credential" in done.stderr
