"""A forge on loopback: a real `git http-backend`, the listings of three APIs as they are documented, and receivers.

What goes wrong is asked for beforehand: `fail(path, status, headers)` answers the next request whose path begins so.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

PER_PAGE = 100


@dataclass
class Listed:
    """A repository as the APIs tell of it."""

    name: str
    archived: bool = False
    fork: bool = False
    size: int = 10  # kB
    clone_url: str = ""


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Forge:
    """`root` holds bare repositories `<owner>/<name>.git`."""

    root: Path
    token: str = ""
    most: int = PER_PAGE
    repositories: dict[str, list[Listed]] = field(default_factory=dict)
    faults: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    before_answer: Any = None
    url: str = ""

    def fail(self, path: str, status: int, **headers: str) -> None:
        self.faults.append((path, status, {name.replace("_", "-"): value for name, value in headers.items()}))

    def add(self, owner: str, name: str, **more: Any) -> Path:
        """Tell of a repository; where its bare folder has to be."""
        self.repositories.setdefault(owner, []).append(Listed(name, **more))
        return self.root / owner / f"{name}.git"

    def take_fault(self, path: str) -> tuple[int, dict[str, str]] | None:
        for number, (start, status, headers) in enumerate(self.faults):
            if path.startswith(start):
                del self.faults[number]
                return status, headers
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms for the acknowledgement of its headers
    forge: Forge

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        self.forge.asked.append(parts.path)
        fault = self.forge.take_fault(parts.path)
        if fault:
            return self._send(fault[0], b'{"message": "as asked for"}', fault[1])
        if parts.path.startswith("/git/"):
            return self._git(parts.path[4:], parts.query, body)
        if parts.path.startswith("/hook"):
            self.forge.received.append(Received(parts.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if self.forge.before_answer:
                self.forge.before_answer()
            return self._send(200, b"ok", {})
        if not self._allowed():
            return self._send(401, b'{"message": "Requires authentication"}', {})
        if parts.path.endswith("/issues"):
            return self._issues(body)
        return self._api(parts.path, parse_qs(parts.query))

    def _allowed(self) -> bool:
        if not self.forge.token:
            return True
        given = (self.headers.get("authorization", ""), self.headers.get("private-token", ""))
        return given[0] in (f"Bearer {self.forge.token}", f"token {self.forge.token}") or given[1] == self.forge.token

    def _issues(self, body: bytes) -> None:
        if not body:
            return self._send(200, json.dumps(self.forge.issues).encode(), {"content-type": "application/json"})
        self.forge.issues.append(json.loads(body))
        if self.forge.before_answer:
            self.forge.before_answer()
        return self._send(201, b"{}", {"content-type": "application/json"})

    def _api(self, path: str, query: dict[str, list[str]]) -> None:
        words = path.strip("/").split("/")
        kinds = {"orgs": "github", "users": "github", "groups": "gitlab"}
        if words[:2] == ["api", "v1"]:
            kinds = {"orgs": "gitea", "users": "gitea"}
        if words[:2] == ["api", "v4"]:
            kinds["users"] = "gitlab"
        owner = unquote(words[3]) if len(words) > 3 else ""
        rows = self.forge.repositories.get(owner)
        if len(words) != 5 or words[2] not in kinds or rows is None:
            return self._send(404, b'{"message": "Not Found"}', {})
        per_page = min(self.forge.most, int(query.get("per_page", query.get("limit", ["30"]))[0]))
        page = int(query.get("page", ["1"])[0])
        part = rows[(page - 1) * per_page : page * per_page]
        kind = kinds[words[2]]
        headers = {"content-type": "application/json"}
        if page * per_page < len(rows):
            link = f"{self.forge.url}{path}?{'limit' if kind == 'gitea' else 'per_page'}={per_page}&page={page + 1}"
            if kind == "gitlab":
                headers["x-next-page"] = str(page + 1)
            else:
                headers["link"] = f'<{link}>; rel="next", <{link}>; rel="last"'
        return self._send(200, json.dumps([self._row(kind, owner, item) for item in part]).encode(), headers)

    def _row(self, kind: str, owner: str, item: Listed) -> dict[str, Any]:
        url = item.clone_url or f"{self.forge.url}/git/{quote(owner)}/{item.name}.git"
        if kind == "gitlab":
            fork = {"forked_from_project": {"id": 1}} if item.fork else {}
            return {"path_with_namespace": f"{owner}/{item.name}", "http_url_to_repo": url, "archived": item.archived,
                    "statistics": {"repository_size": item.size * 1024}} | fork  # fmt: skip
        return {"full_name": f"{owner}/{item.name}", "clone_url": url, "archived": item.archived, "fork": item.fork,
                "size": item.size, "name": item.name}  # fmt: skip

    def _git(self, path: str, query: str, body: bytes) -> None:
        if self.forge.token:
            word = base64.b64encode(b"x-access-token:" + self.forge.token.encode()).decode()
            if self.headers.get("authorization") != f"Basic {word}":
                return self._send(401, b"", {"www-authenticate": 'Basic realm="git"'})
        env = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.forge.root), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("content-type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROTOCOL": self.headers.get("git-protocol", ""), "HOME": "/nonexistent", "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers, status = {}, 200
        for line in head.decode("latin-1").splitlines():
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                status = int(value.split()[0])
            elif name:
                headers[name] = value
        return self._send(status, content, headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(root: Path, port: int = 0, **more: Any) -> Iterator[Forge]:
    """A forge that answers until the block ends."""
    forge = Forge(root, **more)
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Own", (Handler,), {"forge": forge}))
    server.daemon_threads = True
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
