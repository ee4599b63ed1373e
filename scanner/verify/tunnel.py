"""A way through an HTTP proxy for what is no HTTP: CONNECT, as RFC 9110 section 9.3.6 has it.

The proxy is asked for the address that was looked at, never for a name that it would resolve itself.
"""

from __future__ import annotations

import base64
import socket
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scanner.verify.hosts import Failed

WIDEST = 16_384
"""Bytes of the proxy's answer that are read."""


class Proxy(NamedTuple):
    """Where an HTTP proxy listens, and how it is greeted."""

    host: str
    port: int
    login: str  # of a header, "" where there is none


def proxy(url: str) -> Proxy:
    """The proxy of a URL. Raises Failed where it wants TLS itself: what would go through it needs TLS of its own."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        raise Failed("an https proxy is used for HTTP only", fault=False)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    return Proxy(parts.hostname or "", parts.port or 8080, base64.b64encode(login.encode()).decode())


def through(plain: socket.socket, wanted: Proxy, number: str, port: int) -> None:
    """Ask the proxy on `plain` for a way to that address; what follows on it is the server's. Raises Failed."""
    where = f"[{number}]:{port}" if ":" in number else f"{number}:{port}"
    lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
    lines += [f"Proxy-Authorization: Basic {wanted.login}"] if wanted.login else []
    plain.sendall("\r\n".join([*lines, "", ""]).encode())
    told = _head(plain).split(b" ", 2)
    status = told[1].decode("latin-1") if len(told) > 1 and told[0].startswith(b"HTTP/1.") else ""
    if status == "407":
        raise Failed("status 407: a proxy wants a login")
    if len(status) != 3 or not status.isdigit():
        raise Failed("what answers is no HTTP proxy")
    if status[0] != "2":
        raise Failed(f"the proxy refused: status {status}")


def _head(plain: socket.socket) -> bytes:
    """The proxy's answer, byte by byte: what comes behind it belongs to the server, which may speak first."""
    found = bytearray()
    while not found.endswith(b"\r\n\r\n"):
        piece = plain.recv(1)
        if not piece or len(found) > WIDEST:
            raise Failed("the proxy's answer was cut off or damaged")
        found += piece
    return bytes(found)
