"""An issue for each message, at GitHub or GitLab; one that is there already, by the key in it, is not opened again.

docs.github.com/rest/issues/issues and docs.gitlab.com/api/issues.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from scanner.errors import StoreError, TargetError
from scanner.store.outbox import Message
from scanner.sweep.config import NotifyTable, environment
from scanner.sweep.notify import refused
from scanner.sweep.notify.words import lines, title
from scanner.sweep.web import Web

LABEL = "keysieve"
_PAGES = 10


class Issues:
    """The issues of one project."""

    def __init__(self, table: NotifyTable, web: Web) -> None:
        token = environment(table.token_env, f"notify {table.name}")
        self._gitlab = table.kind == "gitlab-issue"
        if self._gitlab:
            base = table.url or "https://gitlab.com/api/v4"
            self._url = f"{base.rstrip('/')}/projects/{quote(table.project, '')}/issues"
            self._headers = {"private-token": token}
        else:
            base = table.url or "https://api.github.com"
            self._url = f"{base.rstrip('/')}/repos/{quote(table.project)}/issues"
            self._headers = {"authorization": f"Bearer {token}", "accept": "application/vnd.github+json"}
        self._web = web

    def send(self, message: Message) -> None:
        """See `Channel.send`."""
        marker = f"keysieve-key: {message.key}"
        if message.attempts > 1 and self._there(marker):
            return
        text = "\n".join(f"- `{line.replace('`', '_')}`" for line in lines(message.payload)) + f"\n\n{marker}\n"
        document: dict[str, Any] = {"title": title(message.payload)}
        document |= {"description": text, "labels": LABEL} if self._gitlab else {"body": text, "labels": [LABEL]}
        headers = self._headers | {"content-type": "application/json"}
        answer = self._web.send(self._url, headers, json.dumps(document).encode())
        if answer.status_code != 201:
            raise refused(self._url, answer.status_code)

    def _there(self, marker: str) -> bool:
        """Whether an earlier attempt got through after all."""
        params = {"labels": LABEL, "per_page": "100", "state": "all"}
        key = "description" if self._gitlab else "body"
        for page in range(1, _PAGES + 1):
            try:
                answer = self._web.ask(self._url, self._headers, params | {"page": str(page)})
            except TargetError as error:
                raise StoreError(str(error)) from None
            if answer.status_code != 200:
                raise refused(self._url, answer.status_code)
            rows = answer.json()
            if any(marker in (row.get(key) or "") for row in rows):
                return True
            if len(rows) < 100:
                break
        return False
