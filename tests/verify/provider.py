"""A provider on loopback that plays whatever answer a test programs, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scanner.catalogue.condition import Condition


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds before anything is sent
    missing: int = 0  # bytes of the body that never come


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


class Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, play: Callable[[Asked], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.play = play
        self.asked: list[Asked] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet for head and body: no waiting for an acknowledgement

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, time.monotonic())
        with self.server.lock:
            self.server.asked.append(asked)
        reply = self.server.play(asked)
        time.sleep(reply.delay)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) - reply.missing])
        if reply.missing:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serve(play: Callable[[Asked], Reply]) -> Iterator[Provider]:
    server = Provider(play)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply_for(condition: Condition) -> Reply:
    """An answer that meets the condition and says nothing else."""
    if condition.path is None:
        text = condition.text or "{}"
        return Reply(condition.status, text.encode() if condition.status != 204 else b"")
    value: Any = condition.value if condition.value is not None else "something"
    if condition.value is not None:
        try:
            value = json.loads(condition.value)
        except ValueError:
            value = condition.value
    for step in reversed(condition.path):
        value = {step: value} if isinstance(step, str) else [None] * step + [value]
    return Reply(condition.status, json.dumps(value).encode(), {"Content-Type": "application/json"})
