"""Requests to forges and receivers: one client, retries with what the server asks for, tokens in headers only."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from scanner.errors import StoreError, TargetError, UsageError
from scanner.version import VERSION

try:
    import httpx
except ImportError:
    raise UsageError("the sweep needs httpx: pip install 'keysieve[sweep]'") from None

TRIES = 5
LONGEST_WAIT = 3700.0
"""Seconds that a rate limit may ask for: GitHub's resets each hour."""
_MOST = 64 << 20
"""Bytes of one answer."""


def limited(answer: Any, now: float) -> float | None:
    """Seconds to wait before asking again, None where the answer is final.

    As GitHub documents (docs.github.com, "Rate limits for the REST API"): Retry-After, or with x-ratelimit-remaining 0
    until x-ratelimit-reset; GitLab names RateLimit-Remaining and RateLimit-Reset.
    """
    headers = answer.headers
    if answer.status_code in (403, 429):
        after = _number(headers.get("retry-after"))
        if after is not None:
            return after
        for prefix in ("x-ratelimit-", "ratelimit-"):
            if headers.get(prefix + "remaining") == "0":
                reset = _number(headers.get(prefix + "reset"))
                return max(1.0, (reset - now) if reset is not None else 60.0)
        return 60.0 if answer.status_code == 429 else None
    return 0.0 if answer.status_code in (500, 502, 503, 504) else None


def _number(text: str | None) -> float | None:
    """A number of seconds; a Retry-After may also be a date."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except (TypeError, ValueError):
            return None


class Web:
    """A client that is kept open. `sleep` is the clock's, but for tests."""

    def __init__(self, timeout: float = 60.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._timeout = timeout
        self._opened: httpx.Client | None = None
        self._alone = Lock()
        self.requests = 0

    def close(self) -> None:
        """Close all connections."""
        if self._opened:
            self._opened.close()

    def _client(self) -> httpx.Client:
        """Made for the first request: it reads the certificates of this machine, and many have nothing to send."""
        with self._alone:
            if self._opened is None:
                # No redirect is followed: a token goes to the host that the user named and to no other.
                headers = {"user-agent": f"keysieve/{VERSION}"}
                self._opened = httpx.Client(
                    timeout=self._timeout, follow_redirects=False, headers=headers, trust_env=True
                )
        return self._opened

    def ask(self, url: str, headers: dict[str, str], params: dict[str, str] | None = None) -> Any:
        """The answer of a GET that is final: 2xx, or an error that repeating does not cure.

        Raises TargetError where nobody answers, or the server says it cannot again and again.
        """
        return self._final("GET", url, {"headers": headers, "params": params})

    def send(self, url: str, headers: dict[str, str], body: bytes, tries: int = 1) -> Any:
        """The answer to a POST. Raises StoreError."""
        try:
            return self._final("POST", url, {"headers": headers, "content": body}, tries)
        except TargetError as error:
            raise StoreError(str(error)) from None

    def _final(self, method: str, url: str, options: dict[str, Any], tries: int = TRIES) -> Any:
        host = urlsplit(url).netloc
        problem = ""
        for attempt in range(tries):
            try:
                self.requests += 1
                answer = self._client().request(method, url, **options)
            except httpx.HTTPError as error:
                problem = f"{host} does not answer: {type(error).__name__}"
                wait: float | None = 0.0
            else:
                if len(answer.content) > _MOST:
                    raise TargetError(f"{host} answers more than {_MOST} bytes")
                wait = limited(answer, time.time())
                if wait is None:
                    return answer
                problem = f"{host} answers {answer.status_code}"
                if wait > LONGEST_WAIT:
                    raise TargetError(f"{problem} and wants {wait:.0f} seconds of patience")
            if attempt + 1 < tries:
                self._sleep(wait or min(30.0, 0.5 * 2**attempt) * random.uniform(0.75, 1.25))
        raise TargetError(f"{problem}, {tries} times")
