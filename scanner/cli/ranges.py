"""What a pull request or a push adds, as CI servers tell it in the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from scanner.errors import UsageError

BASE = "KEYSIEVE_BASE"
"""The last commit or branch that was scanned before, for servers that do not tell it; it wins over what they tell."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


def changes_of(environment: Mapping[str, str]) -> tuple[str, str]:
    """The server's name, and the range of commits; "" where the server tells that there was none before.

    Raises UsageError outside a CI server that is known, and where it tells too little.
    """
    base = environment.get(BASE, "")
    if base:
        return BASE, f"{base}..HEAD"
    for sign, name, find in _SERVERS:
        if environment.get(sign):
            found = find(environment)
            return name, f"{found}..HEAD" if found.strip("0") else ""
    known = ", ".join(name for _, name, _ in _SERVERS)
    raise UsageError(f"--ci: this is none of {known}; name the earlier commit in {BASE}, or use --range")


def branch_range(target: str, branch: str) -> str:
    """The range of what `branch` adds to the default branch of the repository at `target`, as its commits tell.

    The default branch is what the remote `origin` calls HEAD, else `main`, else `master`, there or here.
    Raises UsageError, and TargetError where a shallow clone has not fetched one of the two.
    """
    from scanner.errors import TargetError
    from scanner.sources.git.changes import resolve
    from scanner.sources.git.discover import discover_upward
    from scanner.sources.git.door import Door

    repository = discover_upward(target)
    if repository is None:
        raise UsageError(f"--branch: {target} is not in a git repository")
    door = Door(repository)
    try:
        names = [f"refs/{place}/{name}" for name in ("main", "master") for place in ("remotes/origin", "heads")]
        base = next((name for name in ("refs/remotes/origin/HEAD", *names) if resolve(door, name, "")), "")
        found = next((name for name in (branch, f"origin/{branch}") if resolve(door, name, "")), "")
        lacks = "" if base and found else branch if base else "the default branch"
        if lacks and door.shallow():
            raise TargetError(
                f"--branch: this shallow clone lacks {lacks}, so what the branch adds is not known; fetch it: "
                "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
            )
    finally:
        door.close()
    if not base:
        raise UsageError("--branch: this repository has no origin/HEAD, main or master; use --range BASE..BRANCH")
    if not found:
        raise UsageError(f"--branch: {branch!r} is no branch of this repository")
    return f"{base}..{found}"


def _github(environment: Mapping[str, str]) -> str:
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        with open(path, encoding="utf-8") as stream:
            event = json.load(stream)
        request = event.get("pull_request") or event.get("merge_group")
        if request:
            found = request["base"]["sha"] if "base" in request else request["base_sha"]
        else:
            found = event.get("before", "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"--ci: GITHUB_EVENT_PATH ({path!r}) names no event that can be read") from None
    return _commit(str(found), "the event's base")


def _gitlab(environment: Mapping[str, str]) -> str:
    request = "CI_MERGE_REQUEST_DIFF_BASE_SHA"
    name = request if request in environment else "CI_COMMIT_BEFORE_SHA"
    return _commit(environment.get(name, ""), name)


def _azure(environment: Mapping[str, str]) -> str:
    target = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH", "").removeprefix("refs/heads/")
    return f"origin/{target}" if target else ""


def _bitbucket(environment: Mapping[str, str]) -> str:
    target = environment.get("BITBUCKET_PR_DESTINATION_BRANCH", "")
    return environment.get("BITBUCKET_PR_DESTINATION_COMMIT", "") or (f"origin/{target}" if target else "")


def _jenkins(environment: Mapping[str, str]) -> str:
    target = environment.get("CHANGE_TARGET", "")
    before = environment.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "")
    return f"origin/{target}" if target else _commit(before, "GIT_PREVIOUS_SUCCESSFUL_COMMIT")


def _circle(_environment: Mapping[str, str]) -> str:
    raise UsageError(f"--ci: CircleCI tells no base in the environment; set {BASE}: << pipeline.git.base_revision >>")


def _commit(text: str, name: str) -> str:
    if text and not _COMMIT.match(text):
        raise UsageError(f"--ci: {name} is no commit's id: {text!r}")
    return text


_SERVERS = (
    ("GITHUB_ACTIONS", "GitHub Actions", _github),
    ("GITLAB_CI", "GitLab", _gitlab),
    ("TF_BUILD", "Azure Pipelines", _azure),
    ("BITBUCKET_BUILD_NUMBER", "Bitbucket Pipelines", _bitbucket),
    ("CIRCLECI", "CircleCI", _circle),
    ("JENKINS_URL", "Jenkins", _jenkins),
)
"""The variable that each server sets, its name, and how it tells the earlier commit."""
