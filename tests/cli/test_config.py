"""Configuration of the user's own project, and never of a scanned one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.command import keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int = 1) -> str:
    return sample("github-pat-classic", seed=13000 + number)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", src__a_dot_py=f'KEY = "{leak()}"\n')
    return repo


ALLOWS = 'exclude = ["src/"]\n'


def test_it_is_found_from_below_and_above_the_target(repo: Repo) -> None:
    assert keysieve("scan", cwd=repo.path).code == 1
    repo.write("keysieve.toml", ALLOWS)
    assert keysieve("scan", cwd=repo.path).code == 0
    assert keysieve("scan", repo.path, cwd=repo.path / "src").code == 0
    assert keysieve("scan", "--no-config", cwd=repo.path).code == 1
    assert keysieve("scan", "--config", os.devnull, cwd=repo.path).code == 1


def test_that_of_a_scanned_repository_is_not_read(repo: Repo, tmp_path: Path) -> None:
    repo.write("keysieve.toml", ALLOWS)
    assert keysieve("scan", repo.path, cwd=tmp_path).code == 1
    own = Repo(tmp_path / "own")
    own.write("keysieve.toml", 'exclude = ["*"]\n')
    assert keysieve("scan", repo.path, cwd=own.path).code == 1
    inner = Repo(own.path / "vendor/inner")
    inner.commit("one", b_dot_py=f'KEY = "{leak()}"\n')
    assert keysieve("scan", "vendor/inner", cwd=own.path).code == 1


def test_pyproject_holds_it_too_and_keysieve_toml_wins(repo: Repo) -> None:
    repo.write("pyproject.toml", '[project]\nname = "x"\n')
    assert keysieve("scan", cwd=repo.path).code == 1
    repo.write("pyproject.toml", f'[project]\nname = "x"\n[tool.keysieve]\n{ALLOWS}')
    assert keysieve("scan", cwd=repo.path).code == 0
    repo.write("keysieve.toml", "")
    assert keysieve("scan", cwd=repo.path).code == 1


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ('paths = ["src/"]', 0),
        ('paths = ["lib/"]', 1),
        ('patterns = ["github-pat-classic"]', 0),
        ('patterns = ["github-pat-fine-grained"]', 1),
        ('regexes = ["^ghp_"]', 0),
        ('regexes = ["^gho_"]', 1),
        ('paths = ["src/"]\nexpires = "2020-01-01"', 1),
        ('paths = ["lib/"]\nregexes = ["^ghp_"]\nreason = "a test"', 0),
    ],
)
def test_what_is_allowed(repo: Repo, rule: str, code: int) -> None:
    repo.write("keysieve.toml", f"[allow]\n{rule}\n")
    assert keysieve("scan", cwd=repo.path).code == code
    repo.write("keysieve.toml", f"[[allow]]\n{rule}\n")
    assert keysieve("scan", cwd=repo.path).code == code


def test_commits_and_fingerprints_are_allowed_and_the_reason_is_told(repo: Repo) -> None:
    _, document = report(".", cwd=repo.path)
    names = {"commits": repo.git("rev-parse", "HEAD")[:10], "secrets": document["findings"][0]["fingerprint"][:16]}
    for key, value in names.items():
        repo.write("keysieve.toml", f'[allow]\n{key} = ["{value}"]\nreason = "made up"\n')
        code, document = report("--show-suppressed", ".", cwd=repo.path)
        told = document["findings"][0]["suppressed"]
        assert code == 0 and told == {"kind": "config", "where": "keysieve.toml", "reason": "made up"}, key


def test_a_baseline_may_be_named(repo: Repo) -> None:
    assert keysieve("baseline", "create", cwd=repo.path).code == 0
    repo.write("keysieve.toml", 'baseline = ".keysieve-baseline"\n')
    assert keysieve("scan", repo.path, cwd=repo.path / "src").code == 0


def test_the_hook_reads_it(repo: Repo) -> None:
    repo.write("lib/b.py", f'KEY = "{leak(2)}"\n')
    repo.git("add", "-A")
    assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 1
    repo.write("keysieve.toml", '[allow]\npaths = ["lib/"]\n')
    assert keysieve("hook", "run", "pre-commit", cwd=repo.path).code == 0


def test_a_file_of_the_organisation_lies_below_and_is_pinned(repo: Repo, tmp_path: Path) -> None:
    shared = tmp_path / "shared.toml"
    shared.write_text(ALLOWS + 'confidence = "high"\n')
    digest = hashlib.sha256(shared.read_bytes()).hexdigest()
    own = f'exclude = ["docs/"]\nconfidence = "low"\n[extends]\npath = "{shared}"\nsha256 = "{{}}"\n'
    repo.write("keysieve.toml", own.format(digest))
    assert keysieve("scan", cwd=repo.path).code == 0
    shown = keysieve("config", "show", cwd=repo.path).out
    assert 'exclude = ["src/", "docs/"]' in shown and 'confidence = "low"' in shown
    repo.write("keysieve.toml", own.format("0" * 64))
    done = keysieve("scan", cwd=repo.path)
    assert done.code == 2 and digest in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("allow = 3\n", "'allow' must be"),
        ('[allow]\nlines = ["3"]\n', "'lines' is no key of it"),
        ('[allow]\npaths = "src"\n', "'paths' must be a list of texts"),
        ('[allow]\nregexes = ["("]\n', "is no expression"),
        ('[allow]\nsecrets = ["abc"]\n', "is no fingerprint"),
        ('[allow]\nexpires = "soon"\n', "is no day"),
        ('[allow]\npatterns = ["none-such"]\n', "no pattern has the id"),
        ('engine = "steam"\n', "'engine' must be one of"),
        ('confidence = "some"\n', "is no confidence"),
        ('baseline = "missing"\n', "missing: cannot be read"),
        ('extends = "other"\n', "'extends' must be a table"),
        ('[extends]\npath = "keysieve.toml"\n', "extends itself"),
        ("x", "is not TOML"),
    ],
)
def test_check_names_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "keysieve.toml").write_text(text)
    done = keysieve("config", "check", cwd=tmp_path)
    assert done.code == 2 and message in done.err, done.err


def test_check_and_show(tmp_path: Path) -> None:
    assert keysieve("config", "check", cwd=tmp_path).code == 2
    (tmp_path / "keysieve.toml").write_text('fingerprint_key = "ours"\n[allow]\npaths = ["a"]\n')
    done = keysieve("config", "check", cwd=tmp_path)
    assert done.code == 0 and "1 rules" in done.out
    shown = keysieve("config", "show", cwd=tmp_path).out
    assert "ours" not in shown and 'paths = ["a"]' in shown


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A loopback server's address and the folder it serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", folder
        server.shutdown()
        thread.join()


def test_an_organisations_file_is_fetched_once_and_pinned(
    repo: Repo, served: tuple[str, Path], tmp_path: Path
) -> None:
    address, folder = served
    (folder / "org.toml").write_text('exclude = ["src/"]\n')
    digest = hashlib.sha256((folder / "org.toml").read_bytes()).hexdigest()
    cache = str(tmp_path / "own-cache")
    own = {"KEYSIEVE_CACHE_DIR": cache, "http_proxy": "", "no_proxy": "*"}
    repo.write("keysieve.toml", f'extends = {{ url = "{address}/org.toml", sha256 = "{digest}" }}\n')
    assert keysieve("config", "show", cwd=repo.path, **own).out.count("src/") == 1
    (folder / "org.toml").unlink()
    assert "src/" in keysieve("config", "show", cwd=repo.path, **own).out
    (folder / "org.toml").write_text("")
    other = keysieve("config", "show", cwd=repo.path, **own | {"KEYSIEVE_CACHE_DIR": str(tmp_path / "other")})
    assert other.code == 2 and "SHA-256" in other.err and f"{address}/org.toml" in other.err


@pytest.mark.parametrize(
    ("extends", "says"),
    [
        ('{ url = "https://x.example/a" }', "sha256"),
        ('{ url = "http://x.example/a", sha256 = "' + "0" * 64 + '" }', "must be https"),
        ('{ url = "https://u:p@x.example/a", sha256 = "' + "0" * 64 + '" }', "must be https"),
        ('{ url = "https://x.example/a", sha256 = "12" }', "64 hex digits"),
        ('{ url = "http://127.0.0.1:9/a", sha256 = "' + "0" * 64 + '" }', "cannot be had"),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_safely_is_refused(repo: Repo, extends: str, says: str) -> None:
    repo.write("keysieve.toml", f"extends = {extends}\n")
    done = keysieve("config", "show", cwd=repo.path, http_proxy="", no_proxy="*")
    assert done.code == 2 and says in done.err
