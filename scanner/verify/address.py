"""Which addresses may be contacted, and connections to exactly the address that was looked at.

A host's name is resolved once, at connect time, and the connection goes to the number: a resolver that
answers otherwise the second time gains nothing. TLS still checks the name.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The host may not be contacted: its text says why."""


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the public internet, also inside its IPv6 wrappings."""
    number = ipaddress.ip_address(address.split("%", 1)[0])
    inner: ipaddress.IPv4Address | None = None
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour
        if number in _NAT64:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if number.teredo is not None:
            return False
    if inner is not None:
        return is_public(str(inner))
    return number.is_global and not (number.is_multicast or number.is_reserved or number.is_unspecified)


def resolve(host: str, port: int, allowed: Iterable[str] = ()) -> list[str]:
    """The host's numeric addresses. Raises Refused where one is not public and the user did not allow the host.

    One bad address among good ones refuses all: a resolver that mixes them has something in mind.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("the host's name cannot be resolved") from None
    numbers = list(dict.fromkeys(str(item[4][0]) for item in found))
    if host.lower() not in allowed and not all(map(is_public, numbers)):
        raise Refused("the host is not of the public internet; name it in `allow_hosts` if it is yours")
    return numbers


class Pinned(httpcore.NetworkBackend):
    """Connects to the address that `resolve` looked at."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of `host` that answers. Raises Refused, httpcore.ConnectError."""
        problem: Exception = httpcore.ConnectError("no address")
        for number in resolve(host, port, self._allowed)[:3]:
            try:
                return self._plain.connect_tcp(number, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem
