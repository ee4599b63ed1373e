"""Repositories of GitHub, GitLab and Gitea or Forgejo, listed page by page.

The facts are those of the published descriptions: docs.github.com/rest/repos/repos, docs.gitlab.com/api/groups and
/api/users, and Gitea's swagger (/api/swagger; Forgejo has the same paths).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from scanner.errors import TargetError
from scanner.sweep.config import SourceTable, environment
from scanner.sweep.repositories import Repository, safe
from scanner.sweep.web import Web

_MOST_PAGES = 20_000


class Forge(NamedTuple):
    """How one kind of forge is asked."""

    base: str  # of its public service's API; "" where there is none
    path: Callable[[SourceTable], str]
    params: dict[str, str]
    headers: Callable[[str], dict[str, str]]
    read: Callable[[dict[str, Any]], tuple[str, str, bool, bool, int]]  # name, clone URL, archived, fork, bytes


def _github(row: dict[str, Any]) -> tuple[str, str, bool, bool, int]:
    return row["full_name"], row["clone_url"], bool(row["archived"]), bool(row["fork"]), int(row["size"]) * 1024


def _gitlab(row: dict[str, Any]) -> tuple[str, str, bool, bool, int]:
    size = (row.get("statistics") or {}).get("repository_size") or 0
    fork = bool(row.get("forked_from_project"))
    return row["path_with_namespace"], row["http_url_to_repo"], bool(row.get("archived")), fork, int(size)


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def _github_path(source: SourceTable) -> str:
    return (
        f"/orgs/{quote(source.owner, '')}/repos" if source.organisation else f"/users/{quote(source.owner, '')}/repos"
    )


def _gitlab_path(source: SourceTable) -> str:
    if source.user:
        return f"/users/{quote(source.user, '')}/projects"
    return f"/groups/{quote(source.owner, '')}/projects"


def _gitea_path(source: SourceTable) -> str:
    return f"/orgs/{quote(source.owner, '')}/repos" if not source.user else f"/users/{quote(source.owner, '')}/repos"


_GITEA = Forge(
    "", _gitea_path, {"limit": "50"}, lambda token: {"authorization": f"token {token}"} if token else {}, _github
)
FORGES: dict[str, Forge] = {
    "github": Forge(
        "https://api.github.com", _github_path, {"per_page": "100", "type": "all", "sort": "full_name"},
        lambda token: {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"} | _bearer(token),
        _github,
    ),
    "gitlab": Forge(
        "https://gitlab.com/api/v4", _gitlab_path,
        {"per_page": "100", "include_subgroups": "true", "statistics": "true", "order_by": "id", "sort": "asc"},
        lambda token: {"private-token": token} if token else {}, _gitlab,
    ),
    "gitea": _GITEA,
    "forgejo": _GITEA,
}  # fmt: skip


def listed(source: SourceTable, web: Web) -> Iterator[Repository]:
    """Every repository of the source's owner. Raises TargetError, which says what the server answered,
    and UsageError where the token that `token_env` names is not set.
    """
    forge = FORGES[source.kind]
    token = environment(source.token_env, f"source {source.name or source.kind}") if source.token_env else ""
    base = (source.url or forge.base).rstrip("/")
    label = source.name or urlsplit(base).hostname or source.kind
    url: str | None = base + forge.path(source)
    params: dict[str, str] | None = forge.params
    page = 1
    while url:
        answer = web.ask(url, forge.headers(token), params)
        rows = _rows(answer, source, base)
        for row in rows:
            yield _repository(forge, row, source, base, label)
        url, params = _next(answer, base, url, params)
        page += 1
        if page > _MOST_PAGES:
            raise TargetError(f"{base}: its list of repositories does not end")


def _rows(answer: Any, source: SourceTable, base: str) -> list[dict[str, Any]]:
    where = f"{base}: {source.owner}"
    if answer.status_code in (401, 403):
        raise TargetError(f"{where}: refused ({answer.status_code}): does the token of 'token_env' see it?")
    if answer.status_code == 404:
        raise TargetError(f"{where}: not found (404): is its name right, and may the token see it?")
    if answer.status_code != 200:
        raise TargetError(f"{where}: the server answers {answer.status_code}")
    try:
        rows = answer.json()
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TargetError(f"{where}: the answer is no list of repositories")
    return rows


def _repository(forge: Forge, row: dict[str, Any], source: SourceTable, base: str, label: str) -> Repository:
    try:
        name, url, archived, fork, size = forge.read(row)
    except (KeyError, TypeError, ValueError):
        raise TargetError(
            f"{base}: {source.owner}: a repository of the answer lacks what its description promises"
        ) from None
    # The token goes with the clone, so the clone must be where the user's API is.
    own = _same_site(base, source.kind, url)
    return Repository(
        f"{label}/{safe(str(name))}", str(url), source.token_env if own else "", False, archived, fork, size
    )


def _same_site(base: str, kind: str, url: str) -> bool:
    api, clone = urlsplit(base), urlsplit(url)
    if kind == "github" and api.hostname == "api.github.com":
        return clone.scheme == "https" and clone.hostname == "github.com"
    return (api.scheme, api.hostname, api.port) == (clone.scheme, clone.hostname, clone.port)


def _next(answer: Any, base: str, url: str, params: dict[str, str] | None) -> tuple[str | None, dict[str, str] | None]:
    """The next page: of the Link header, whose host must be the same; GitLab's x-next-page where there is none."""
    link = answer.links.get("next", {}).get("url")
    if link:
        link = urljoin(url, link)
        if urlsplit(link)[:2] != urlsplit(base)[:2]:
            raise TargetError(f"{base}: its next page is at another host, {urlsplit(link).hostname}")
        return link, None
    following = answer.headers.get("x-next-page")
    if following and following.isdigit():
        return url.split("?")[0], (params or {}) | {"page": following}
    return None, None
