"""The organisation's configuration: fetched once from a URL, pinned by its hash, and kept in the cache."""

from __future__ import annotations

import hashlib
import os
import re
from urllib.parse import urlsplit

from scanner import cache
from scanner.errors import UsageError

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MOST = 1 << 20
_SECONDS = 10.0


def fetch(url: str, sha256: str) -> str:
    """The path of a file in the cache that holds what `url` gives; it is asked once, since its hash is known.

    Raises UsageError that names the URL: where it is no https, cannot be had, or has another hash.
    """
    if not _SHA256.match(sha256):
        raise UsageError(f"{url}: 'sha256' must be 64 hex digits")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK) or parts.username:
        raise UsageError(f"{url}: must be https, without a login")
    name = f"organisation-{sha256}.toml"
    data = cache.read(name)
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        data = _get(url)
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise UsageError(f"{url}: its SHA-256 is {found}, not {sha256}; look at what changed, then pin it")
        cache.write(name, data)
    home = cache.folder()
    path = os.path.join(home, name) if home else ""
    if not os.path.isfile(path):
        raise UsageError(f"{url}: needs the cache, which cannot be written; see KEYSIEVE_CACHE_DIR")
    return path


def _get(url: str) -> bytes:
    from http.client import HTTPException
    from urllib.request import HTTPRedirectHandler, build_opener

    class Refuse(HTTPRedirectHandler):
        """What a URL gives must stand at that URL."""

        def redirect_request(self, *_: object) -> None:
            return None

    try:
        with build_opener(Refuse).open(url, timeout=_SECONDS) as answer:
            data: bytes = answer.read(_MOST + 1)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise UsageError(f"{url}: cannot be had: {reason}") from None
    if len(data) > _MOST:
        raise UsageError(f"{url}: is larger than 1 MB")
    return data
