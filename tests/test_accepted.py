"""What was accepted with other scanners stays accepted here: by content, where their files tell it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scanner.accepted import rules
from scanner.errors import UsageError
from tests.cli.command import keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample


def leak(number: int = 1) -> str:
    return sample("github-pat-classic", seed=17000 + number)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", src__a_dot_py=f'x = 1\nKEY = "{leak()}"\n')
    return repo


def row(**changes: object) -> dict[str, object]:
    return {"RuleID": "r", "File": "src/a.py", "StartLine": 2, "Commit": "", "Secret": leak()} | changes


def codes(repo: Repo, name: str, text: str) -> int:
    (repo.path.parent / name).write_text(text)
    return keysieve("scan", "--baseline", repo.path.parent / name, cwd=repo.path).code


def test_a_report_of_gitleaks_accepts_by_content_and_file(repo: Repo) -> None:
    assert keysieve("scan", cwd=repo.path).code == 1
    assert codes(repo, "r.json", json.dumps([row()])) == 0
    assert codes(repo, "r.json", json.dumps([row(StartLine=77)])) == 0
    assert codes(repo, "r.json", json.dumps([row(Secret=leak(2))])) == 1  # a different one on that line
    assert codes(repo, "r.json", json.dumps([row(File="src/b.py")])) == 1
    assert codes(repo, "r.json", "[]") == 1


def test_a_redacted_one_accepts_by_line(repo: Repo) -> None:
    assert codes(repo, "r.json", json.dumps([row(Secret="REDACTED")])) == 0
    assert codes(repo, "r.json", json.dumps([row(Secret="REDACTED", StartLine=1)])) == 1
    commit = repo.git("rev-parse", "HEAD").strip()
    assert codes(repo, "r.json", json.dumps([row(Secret="REDACTED", Commit=commit)])) == 0
    assert codes(repo, "r.json", json.dumps([row(Secret="REDACTED", Commit="0" * 40)])) == 1


def test_an_ignore_file_of_gitleaks(repo: Repo) -> None:
    commit = repo.git("rev-parse", "HEAD").strip()
    for line in (f"{commit}:src/a.py:some-rule:2", "# why\nsrc/a.py:some-rule:2  # because", "src\\a.py:r:2"):
        assert codes(repo, ".gitleaksignore", line) == 0, line
    for line in ("src/a.py:some-rule:3", f"{'0' * 40}:src/a.py:r:2", ""):
        assert codes(repo, ".gitleaksignore", line) == 1, line
    assert codes(repo, ".betterleaksignore", hashlib.sha256(leak().encode()).hexdigest()) == 0
    assert codes(repo, ".gitleaksignore", "what is this") == 2


def secrets_baseline(value: str, name: str = "src/a.py") -> str:
    digest = hashlib.sha1(value.encode()).hexdigest()
    entry = {"type": "Secret Keyword", "filename": name, "hashed_secret": digest, "line_number": 9, "is_secret": False}
    return json.dumps({"version": "1.5.0", "plugins_used": [], "results": {name: [entry]}})


def test_a_baseline_of_detect_secrets_accepts_by_content_and_file(repo: Repo) -> None:
    assert codes(repo, ".secrets.baseline", secrets_baseline(leak())) == 0
    assert codes(repo, ".secrets.baseline", secrets_baseline(leak(2))) == 1
    assert codes(repo, ".secrets.baseline", secrets_baseline(leak(), "src/b.py")) == 1


def test_it_becomes_a_baseline_of_ours_that_goes_with_the_content(repo: Repo) -> None:
    (repo.path.parent / ".gitleaksignore").write_text("src/a.py:r:2\nsrc/gone.py:r:1\n")
    done = keysieve("baseline", "import", repo.path.parent / ".gitleaksignore", cwd=repo.path)
    assert done.code == 0 and "1 finding accepted; of 2 entries 1 cover none" in done.out
    assert "accepted in .gitleaksignore" in (repo.path / ".keysieve-baseline").read_text()
    repo.write("src/a.py", f'x = 1\ny = 2\n\nKEY = "{leak()}"\n')
    assert keysieve("scan", "--baseline", ".keysieve-baseline", "--no-history", cwd=repo.path).code == 0
    repo.write("src/a.py", f'x = 1\ny = 2\n\nKEY = "{leak(3)}"\n')
    assert keysieve("scan", "--baseline", ".keysieve-baseline", "--no-history", cwd=repo.path).code == 1
    again = keysieve("baseline", "import", ".keysieve-baseline", cwd=repo.path)
    assert again.code == 2 and "ours already" in again.err


def test_what_is_suppressed_says_by_which_entry(repo: Repo) -> None:
    (repo.path.parent / "r.json").write_text(json.dumps([row()]))
    _, told = report("--show-suppressed", "--baseline", repo.path.parent / "r.json", cwd=repo.path)
    (finding,) = told["findings"]
    assert finding["suppressed"]["kind"] == "baseline" and "entry 1: r" in finding["suppressed"]["reason"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("r.json", '[{"RuleID": "r"}]', "entry 1"),
        ("r.json", "[1]", "entry 1"),
        ("r.json", '[{"RuleID": "r", "File": "a", "Secret": ""}]', "neither"),
        (".secrets.baseline", '{"plugins_used": [], "results": {"a": [{"hashed_secret": "x"}]}}', "'a'"),
        (".secrets.baseline", '{"plugins_used": [], "results": {"a": 3}}', "'a'"),
        (".gitleaksignore", "a\n", ":1:"),
    ],
)
def test_a_broken_file_is_an_error_that_names_the_entry(name: str, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        rules(name, text)


def test_files_of_ours_are_none_of_these() -> None:
    assert rules("x.json", '{"schema": "keysieve/1", "findings": []}') is None
    assert rules("x.jsonl", '{"a": 1}\n{"b": 2}') is None
