"""Verdicts of earlier runs, so that a nightly sweep does not ask again.

The key of an entry is an HMAC of the whole request under a key that never leaves this machine: the file
tells nothing of a credential, and a changed request, part or server is another entry. What is unknown is not kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from typing import Any

from scanner import cache
from scanner.records import Verdict
from scanner.settings import VerifySettings
from scanner.verify.request import Request

_FILE, _KEY_FILE = "verdicts.json", "verdict-key"
FORMAT = 1
KEPT = ("active", "inactive", "restricted")


class Verdicts:
    """The cache of one run: `get`, `put`, and `save` at the end."""

    def __init__(self, settings: VerifySettings) -> None:
        self._age = settings.cache_hours * 3600
        self._key = self._secret_key() if self._age else os.urandom(32)
        self._rows: dict[str, Any] = self._read() if self._age else {}
        self._changed = False

    @staticmethod
    def _secret_key() -> bytes:
        known = cache.read(_KEY_FILE)
        if known is None or len(known) != 32:
            known = os.urandom(32)
            cache.write(_KEY_FILE, known)
        return known

    def _read(self) -> dict[str, Any]:
        try:
            document = json.loads(cache.read(_FILE) or b"{}")
            rows = document["rows"] if document.get("format") == FORMAT else {}
            oldest = time.time() - self._age
            return {key: row for key, row in rows.items() if oldest < float(row["asked"]) <= time.time()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}  # a damaged cache is made anew

    def key(self, kind: str, request: Request, confirmed: bool) -> str:
        """The name of this question: the same for the same credential asked in the same way."""
        told = [kind, str(confirmed), request.method, request.url, *map(repr, request.headers)]
        digest = hmac.new(self._key, digestmod=hashlib.sha256)
        for field in (*(text.encode() for text in told), request.body):
            digest.update(len(field).to_bytes(8, "big") + field)
        return digest.hexdigest()

    def get(self, key: str) -> Verdict | None:
        """The verdict that is still fresh, or None."""
        row = self._rows.get(key)
        if row is None:
            return None
        try:
            identity = tuple((str(name), str(value)) for name, value in row["identity"])
            return Verdict(row["state"], f"{row['why']}, asked earlier", row["at"], identity)
        except (KeyError, TypeError, ValueError):
            return None

    def put(self, key: str, verdict: Verdict) -> None:
        """Keep a verdict that says something."""
        if verdict.state in KEPT and self._age:
            self._rows[key] = {
                "state": verdict.state,
                "why": verdict.why,
                "at": verdict.at,
                "identity": [list(pair) for pair in verdict.identity],
                "asked": time.time(),
            }
            self._changed = True

    def forget(self) -> None:
        """Drop all that is known: something has changed at a provider."""
        self._rows, self._changed = {}, True
        self.save()

    def save(self) -> None:
        """Write what was learnt; where nothing may be kept, nothing is."""
        if self._changed:
            cache.write(_FILE, json.dumps({"format": FORMAT, "rows": self._rows}).encode())
