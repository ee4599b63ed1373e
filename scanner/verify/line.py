"""Connections for one question to a server that speaks another protocol than HTTP: pinned, checked, bounded in time.

A client library is given a connected socket and never a name that it would resolve itself. Whatever its
exceptions say stays here: their words may quote what was sent.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from types import TracebackType

from scanner.verify import tunnel
from scanner.verify.address import Refused, resolve
from scanner.verify.answer import Answer
from scanner.verify.hosts import Failed
from scanner.verify.http import Client
from scanner.verify.request import Request


class Line:
    """One conversation: what it opens is closed at its end, and cut when its time is over."""

    def __init__(self, client: Client, allowed: Iterable[str], timeout: float) -> None:
        """`timeout` in seconds for everything together; `allowed` are the hosts that the user named."""
        self._client = client
        self._allowed = frozenset(allowed)
        self._ends = time.monotonic() + timeout
        self._open: list[socket.socket] = []
        self._handles: list[socket.socket] = []
        self._over = False
        self._watch = threading.Timer(timeout, self._cut)
        self._watch.daemon = True

    def __enter__(self) -> Line:
        self._watch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watch.cancel()
        for item in (*self._open, *self._handles):
            item.close()
        if isinstance(error, Exception) and not isinstance(error, Failed):
            raise Failed(self._words(error)) from None

    def named(self, host: str) -> bool:
        """Whether the user allowed the host by name."""
        return host.lower() in self._allowed

    @property
    def left(self) -> float:
        """Seconds until this conversation is cut, at least a moment."""
        return max(0.05, self._ends - time.monotonic())

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to the address that was looked at, through the proxy where one is set. Raises Failed."""
        try:
            numbers = resolve(host, port, self._allowed)
        except Refused as error:
            raise Failed(str(error), fault=False) from None
        proxy = tunnel.proxy(self._client.proxy) if self._client.proxied(host) else None
        for number in numbers[:3]:
            found = self._reach(proxy.host if proxy else number, proxy.port if proxy else port)
            if found is None:
                continue
            if proxy:
                tunnel.through(found, proxy, number, port)
            return found
        raise Failed("timeout: no answer" if self._over else "no connection")

    def _reach(self, host: str, port: int) -> socket.socket | None:
        """A connection that is closed and cut with this conversation, None where there is none."""
        try:
            found = socket.create_connection((host, port), self.left)
        except OSError:
            return None
        # A second handle of the same connection: TLS takes the first one over, and this one still cuts it.
        self._handles.append(socket.socket(fileno=os.dup(found.fileno())))
        self._open.append(found)
        return found

    def secure(self, plain: socket.socket, host: str) -> ssl.SSLSocket:
        """TLS over a connection, its certificate checked for the host's name. Raises Failed."""
        try:
            found = self._client.tls.wrap_socket(plain, server_hostname=host)
        except (OSError, ValueError):
            raise Failed("timeout: no answer" if self._over else _TLS) from None
        self._open.append(found)
        return found

    @property
    def tls(self) -> ssl.SSLContext:
        """For a client that begins TLS itself: authorities and names are checked."""
        return self._client.tls

    def clear(self, host: str) -> None:
        """To be called before a password is sent as it is over a connection without TLS. Raises Failed."""
        if not self.named(host):
            raise Failed(_CLEAR, fault=False)

    def get(self, url: str) -> Answer:
        """The answer to a plain GET, by the client of all HTTP requests. Raises Failed."""
        return self._client.send(Request("GET", url, (), b""))

    def _cut(self) -> None:
        self._over = True
        for item in self._handles:
            try:
                item.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it was closed by itself

    def _words(self, error: Exception) -> str:
        if self._over:
            return "timeout: the answer did not end"
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, Failed):
                return str(cause)
            if isinstance(cause, ssl.SSLError):
                return _TLS
            if isinstance(cause, TimeoutError):
                return "timeout: no answer"
            cause = cause.__cause__ or cause.__context__
        return f"the server's answer was not understood: {type(error).__name__}"


_TLS = "TLS: the server's certificate or protocol was not accepted"
_CLEAR = "the server offers no TLS, so the password would travel in the clear; name the host in `allow_hosts` if it may"
