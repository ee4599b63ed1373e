"""A finding's parts -> who logs in where: of a connection string, or of parts that stood beside each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from scanner.verify.template import Unfit, Values, text_of

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?\Z")
_PORT = re.compile(r"(.+):(\d{1,5})\Z")


@dataclass(frozen=True, slots=True)
class Login:
    """What a client needs. Only host and port are ever shown."""

    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    database: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    scheme: str = ""
    whole: bool = True  # everything that the connection string says was read

    def option(self, *names: str) -> str:
        """The first of these options that is given, in lower case; "" where none is."""
        found = {name.lower(): value for name, value in self.options.items()}
        return next((found[name].lower() for name in names if name in found), "")


def read(parts: Values, port: int, ports: Mapping[str, int] | None = None) -> Login:
    """The login that the parts `user`, `secret`, `host`, `port`, `database`, `options`, `scheme` tell of.

    `port` is the protocol's usual one, `ports` tells of schemes with another. Raises Unfit where a part does not fit
    its place.
    """
    given = {name: text_of(value.reveal()) for name, value in parts.items()}
    scheme = given.get("scheme", "").lower()
    # In a URI values are percent-encoded, elsewhere they are as they are.
    plain = unquote if scheme else str
    host, at = _address(given, (ports or {}).get(scheme, port))
    user, password, database = (plain(given.get(name, "")) for name in ("user", "secret", "database"))
    if any("\0" in text for text in (user, password, database)):
        raise Unfit("a part of it holds a byte that none may")
    options = dict(parse_qsl(given.get("options", "").replace("&amp;", "&")))
    return Login(host, at, user, password, database, options, scheme, "rest" not in given)


def _address(given: Mapping[str, str], usual: int) -> tuple[str, int]:
    host = given.get("host", "")
    port = given.get("port", "")
    split = _PORT.match(host)
    if split and not port:
        host, port = split.groups()
    number = int(port) if port.isdigit() else usual
    if not _HOST.match(host) or ".." in host or not 0 < number < 65536:
        raise Unfit("what stands for a host is none")
    return host, number
