"""One HTTP request to a provider, and its answer: pinned address, checked TLS, bounded size and time.

Exceptions of the network libraries quote URLs, and URLs hold credentials: so none leaves this module, only
its kind in our own words.
"""

from __future__ import annotations

import logging
import os
import ssl
import time
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from scanner.errors import UsageError
from scanner.settings import VerifySettings
from scanner.verify.answer import Answer
from scanner.verify.hosts import Failed
from scanner.verify.request import Request
from scanner.version import VERSION

try:
    import httpcore
    import httpx
except ImportError:
    raise UsageError("--verify needs httpx; install it with: pip install 'keysieve[httpx]'") from None

from scanner.verify.address import Pinned, Refused, resolve

WIDEST = 1_000_000
"""Bytes of an answer that are read; a longer one is not understood."""
HOPS = 3
"""Redirects within one host that are followed."""


_LOUD = ("httpx", "httpcore", "botocore", "urllib3", "paramiko", "paramiko.transport", "ldap3", "amqp", "pg8000")


def quiet() -> None:
    """Silence the loggers of the network libraries: at some level each of them writes URLs or headers."""
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class _Transport(httpx.BaseTransport):
    """httpx on a pool of httpcore whose connections go to pinned addresses only."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        sent = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        got = self._pool.handle_request(sent)
        return httpx.Response(got.status, headers=got.headers, stream=_Stream(got), extensions=got.extensions)

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    """httpcore's answer, read and closed."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class Client:
    """Sends requests; safe to use from several threads."""

    def __init__(self, settings: VerifySettings) -> None:
        """Raises UsageError for a CA file or a proxy that cannot be used."""
        quiet()
        self._settings = settings
        self._allowed = frozenset(settings.allowed())
        backend = Pinned(self._allowed | {urlsplit(settings.proxy).hostname or ""})
        context = _tls(settings.ca_file)
        self.tls = _tls(settings.ca_file)  # one of its own: httpcore names HTTP in what it is given
        self._direct = self._over(httpcore.ConnectionPool(context, network_backend=backend, max_connections=64))
        self._http = self._direct
        if settings.proxy:
            proxy, login = _bare(settings.proxy), _login(settings.proxy)
            pool = httpcore.HTTPProxy(proxy, proxy_auth=login, ssl_context=context, network_backend=backend)
            self._http = self._over(pool)

    def _over(self, pool: httpcore.ConnectionPool) -> httpx.Client:
        return httpx.Client(transport=_Transport(pool), trust_env=False, timeout=self._settings.timeout)

    @property
    def proxy(self) -> str:
        """The proxy's URL, "" where none is used."""
        return self._settings.proxy

    def proxied(self, host: str) -> bool:
        """Whether a host is asked through the proxy."""
        return bool(self._settings.proxy) and not self._settings.direct(host)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._direct.close()

    def send(self, request: Request) -> Answer:
        """The answer; redirects are followed within the host only. Raises Failed."""
        url, method, body = request.url, request.method, request.body
        for _ in range(HOPS + 1):
            answer = self._once(method, url, request.headers, body)
            target = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or target is None:
                return answer
            onward = urljoin(url, target)
            if _origin(onward) != _origin(url):
                raise Failed("it redirects to another host, which was not followed", fault=False)
            if method not in ("GET", "HEAD"):
                raise Failed("it redirects what is no GET, which was not followed", fault=False)
            url = onward
        raise Failed("it redirects too often", fault=False)

    def _once(self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
        ends = time.monotonic() + self._settings.timeout
        proxied = self.proxied(urlsplit(url).hostname or "")
        if proxied:
            self._refuse_private(url)
        try:
            sent = [("User-Agent", f"keysieve/{VERSION}"), ("Accept", "application/json, */*;q=0.5")]
            given = {name.lower() for name, _ in headers}
            sent = [pair for pair in sent if pair[0].lower() not in given] + list(headers)
            client = self._http if proxied else self._direct
            with client.stream(method, url, headers=sent, content=body or None) as response:
                text = _read(response, ends)
                names = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, names, text)
        except Refused as error:
            raise Failed(str(error), fault=False) from None
        except Failed:
            raise
        except Exception as error:
            # Whatever it is, its words may hold the URL: only its kind leaves.
            raise Failed(_words(error)) from None

    def _refuse_private(self, url: str) -> None:
        """The proxy resolves names itself, so nothing can be pinned: what it is asked for is looked at here."""
        parts = urlsplit(url)
        try:
            resolve(parts.hostname or "", parts.port or 443, self._allowed)
        except Refused as error:
            raise Failed(str(error), fault=False) from None


def _read(response: httpx.Response, ends: float) -> str:
    found = bytearray()
    for piece in response.iter_bytes():
        found += piece
        if len(found) > WIDEST:
            raise Failed("the answer is too long to be one", fault=False)
        if time.monotonic() > ends:
            raise Failed("timeout: the answer did not end")
    return found.decode(response.encoding or "utf-8", "replace")


def _words(error: Exception) -> str:
    if isinstance(error, (httpx.TimeoutException, httpcore.TimeoutException)):
        return "timeout: no answer"
    if isinstance(error, (httpx.ProxyError, httpcore.ProxyError)):
        return "the proxy refused"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "TLS: the server's certificate or protocol was not accepted"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, (httpx.ConnectError, httpcore.ConnectError)):
        return "no connection"
    if isinstance(error, (httpx.RemoteProtocolError, httpcore.RemoteProtocolError)):
        return "the answer was cut off or damaged"
    return f"the request failed: {type(error).__name__}"


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _tls(ca_file: str) -> ssl.SSLContext:
    try:
        if ca_file:
            return ssl.create_default_context(cafile=ca_file)
        from_environment = os.environ.get("SSL_CERT_FILE")
        if from_environment:
            return ssl.create_default_context(cafile=from_environment)
    except (OSError, ssl.SSLError):
        raise UsageError(f"{ca_file or from_environment}: is no file of CA certificates in PEM form") from None
    context: ssl.SSLContext = httpx.create_ssl_context()
    return context


def _bare(proxy: str) -> str:
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 8080}"


def _login(proxy: str) -> tuple[str, str] | None:
    parts = urlsplit(proxy)
    return (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
