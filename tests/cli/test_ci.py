"""Ranges from the environment of CI servers, and what a shallow clone could not see."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scanner.cli.ranges import changes_of
from scanner.errors import UsageError
from tests.cli.command import keysieve
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample

A, ZEROS = "a" * 40, "0" * 40


def leak(number: int = 1) -> str:
    return sample("github-pat-classic", seed=15000 + number)


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves run on a CI server."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "BITBUCKET_BUILD_NUMBER", "CIRCLECI", "JENKINS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GITLAB_CI": "1", "CI_MERGE_REQUEST_DIFF_BASE_SHA": A, "CI_COMMIT_BEFORE_SHA": ZEROS}, f"{A}..HEAD"),
        ({"GITLAB_CI": "1", "CI_COMMIT_BEFORE_SHA": A}, f"{A}..HEAD"),
        ({"GITLAB_CI": "1", "CI_COMMIT_BEFORE_SHA": ZEROS}, ""),
        ({"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, "origin/main..HEAD"),
        ({"BITBUCKET_BUILD_NUMBER": "3", "BITBUCKET_PR_DESTINATION_COMMIT": "abc1234"}, "abc1234..HEAD"),
        ({"BITBUCKET_BUILD_NUMBER": "3", "BITBUCKET_PR_DESTINATION_BRANCH": "dev"}, "origin/dev..HEAD"),
        ({"JENKINS_URL": "http://ci", "CHANGE_TARGET": "main"}, "origin/main..HEAD"),
        ({"JENKINS_URL": "http://ci", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": A}, f"{A}..HEAD"),
        ({"CIRCLECI": "true", "KEYSIEVE_BASE": A}, f"{A}..HEAD"),
    ],
)
def test_what_servers_tell(environment: dict[str, str], expected: str) -> None:
    assert changes_of(environment)[1] == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"pull_request": {"base": {"sha": A}}}, f"{A}..HEAD"),
        ({"merge_group": {"base_sha": A}}, f"{A}..HEAD"),
        ({"before": A, "after": "b" * 40}, f"{A}..HEAD"),
        ({"before": ZEROS}, ""),
        ({"schedule": "0 0 * * *"}, ""),
    ],
)
def test_what_github_tells(tmp_path: Path, event: object, expected: str) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    assert changes_of({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(path)})[1] == expected


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "KEYSIEVE_BASE"),
        ({"CIRCLECI": "true"}, "base_revision"),
        ({"GITHUB_ACTIONS": "true"}, "GITHUB_EVENT_PATH"),
        ({"GITLAB_CI": "1", "CI_COMMIT_BEFORE_SHA": "--upload-pack=x"}, "is no commit's id"),
    ],
)
def test_what_they_do_not_tell_is_a_usage_error(environment: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        changes_of(environment)


@pytest.fixture
def origin(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "origin")
    repo.commit("one", a_dot_py=f'OLD = "{leak(1)}"\n')
    repo.commit("two", b_dot_py=f'NEW = "{leak(2)}"\n')
    repo.commit("three", c_dot_py="x = 1\n")
    return repo


def clone(origin: Repo, path: Path, *options: str) -> Path:
    command = ["git", "clone", "-q", *options, f"file://{origin.path}", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_a_pull_request_is_told_what_it_adds(origin: Repo, tmp_path: Path) -> None:
    base = origin.git("rev-parse", "HEAD~2")
    done = keysieve("scan", "--ci", "-f", "github", cwd=clone(origin, tmp_path / "c"), KEYSIEVE_BASE=base)
    assert done.code == 1 and "file=b.py" in done.out and "a.py" not in done.out
    assert f"scanning {base}..HEAD" in done.err
    head = origin.git("rev-parse", "HEAD")
    assert keysieve("scan", "--ci", cwd=tmp_path / "c", KEYSIEVE_BASE=head).code == 0


def test_a_shallow_clone_that_lacks_the_base_says_so(origin: Repo, tmp_path: Path) -> None:
    base = origin.git("rev-parse", "HEAD~2")
    done = keysieve("scan", "--ci", cwd=clone(origin, tmp_path / "c", "--depth", "1"), KEYSIEVE_BASE=base)
    assert done.code == 3 and base in done.out and "git fetch --unshallow" in done.out


def test_a_shallow_clone_that_ends_inside_the_range_says_where(origin: Repo, tmp_path: Path) -> None:
    shallow = clone(origin, tmp_path / "c", "--depth", "1")
    subprocess.run(["git", "fetch", "-q", "--depth", "1", "origin", origin.git("rev-parse", "HEAD~2")], cwd=shallow)
    base = origin.git("rev-parse", "HEAD~2")
    done = keysieve("scan", "--ci", cwd=shallow, KEYSIEVE_BASE=base)
    assert done.code == 3 and origin.git("rev-parse", "HEAD") in done.out and "the shallow clone ends here" in done.out


def test_a_shallow_clone_of_one_branch_lacks_what_branches_are_compared_with(origin: Repo, tmp_path: Path) -> None:
    origin.git("checkout", "-q", "-b", "feature")
    origin.commit("four", d_dot_py=f'NEW = "{leak(3)}"\n')
    origin.git("checkout", "-q", "main")
    shallow = clone(origin, tmp_path / "c", "--depth", "1", "--branch", "feature")
    done = keysieve("scan", "--branch", "feature", cwd=shallow)
    assert done.code == 3 and "lacks the default branch" in done.err
    command = done.err.split("fetch it: ")[1]
    subprocess.run(command, shell=True, cwd=shallow, check=True, capture_output=True)
    done = keysieve("scan", "--branch", "feature", "-f", "github", cwd=shallow)
    assert done.code == 1 and "file=d.py" in done.out and "b.py" not in done.out


def test_ci_and_a_range_exclude_each_other(tmp_path: Path) -> None:
    assert keysieve("scan", "--ci", "--since", "HEAD", tmp_path, KEYSIEVE_BASE=A).code == 2
