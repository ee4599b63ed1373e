"""Webhooks: our own, signed; and those of Slack and Teams, whose address is the secret.

Slack: docs.slack.dev, "Sending messages using incoming webhooks". Teams: learn.microsoft.com, "Create incoming webhooks
with Workflows" (an Adaptive Card, at most 28 kB). Neither knows an idempotency key: after a crash between the
sending and the noting of it a message may come twice, and then says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlsplit

from scanner.store.outbox import Message
from scanner.sweep.config import NotifyTable, environment, secure
from scanner.sweep.notify import refused
from scanner.sweep.notify.words import lines, title
from scanner.sweep.web import Web

_DOUBTFUL = " (perhaps told before: a sweep ended while it sent this)"
_TRIES = 3
_MOST = 25_000
"""Bytes of text in one card."""


class Hook:
    """A POST of JSON."""

    def __init__(self, table: NotifyTable, web: Web) -> None:
        asker = f"notify {table.name}"
        self._kind = table.kind
        self._url = table.url or environment(table.url_env, asker)
        secure(self._url, f"{asker}: the URL")
        self._secret = environment(table.secret_env, asker).encode() if table.secret_env else b""
        self._web = web

    def send(self, message: Message) -> None:
        """See `Channel.send`."""
        if self._kind == "webhook":
            document = message.payload
        else:
            head = title(message.payload) + (_DOUBTFUL if message.doubtful else "")
            document = (_slack if self._kind == "slack" else _teams)(head, message.payload)
        body = json.dumps(document).encode()
        headers = {"content-type": "application/json", "idempotency-key": message.key}
        if self._secret:
            headers["x-keysieve-signature"] = signature(self._secret, int(time.time()), body)
        answer = self._web.send(self._url, headers, body, _TRIES)
        if not 200 <= answer.status_code < 300:
            raise refused(urlsplit(self._url).hostname or self._kind, answer.status_code)


def signature(secret: bytes, at: int, body: bytes) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`: the receiver compares, and refuses what is old."""
    return f"t={at},v1={hmac.new(secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def _slack(head: str, payload: dict[str, Any]) -> dict[str, Any]:
    text = "\n".join(f"• {line}" for line in lines(payload))
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, entity)
    return {"text": f"*{head}*\n{text}"[:_MOST]}


def _teams(head: str, payload: dict[str, Any]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [{"type": "TextBlock", "text": head, "weight": "Bolder", "wrap": True}]
    room = _MOST
    for line in lines(payload):
        room -= len(line.encode()) + 60
        if room > 0:
            blocks.append({"type": "TextBlock", "text": line, "wrap": True})
    card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [content]}
