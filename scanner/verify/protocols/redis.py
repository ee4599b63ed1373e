"""Redis: AUTH, and what the user may do. Words are those that an error begins with.

RESP is a line for each question and answer; a client library would hide the server's own word.
Sources: https://redis.io/docs/latest/develop/reference/protocol-spec/, https://redis.io/docs/latest/commands/auth/,
https://redis.io/docs/latest/commands/acl-getuser/
"""

from __future__ import annotations

from typing import Any

from scanner.verify import login
from scanner.verify.answer import Said
from scanner.verify.hosts import Failed
from scanner.verify.line import Line
from scanner.verify.login import Login
from scanner.verify.template import Unfit, Values

PORT = 6379
WIDEST = 65536
"""Bytes of one line or string of an answer."""
_TLS = "rediss"


def target(parts: Values) -> tuple[str, int]:
    """Where it would go. Raises Unfit."""
    wanted = _login(parts)
    return wanted.host, wanted.port


def ask(parts: Values, line: Line) -> Said:
    """OK with the user, or the words of the error. Raises Failed."""
    wanted = _login(parts)
    plain = line.connect(wanted.host, wanted.port)
    if wanted.scheme == _TLS:
        plain = line.secure(plain, wanted.host)
    else:
        line.clear(wanted.host)
    with plain, plain.makefile("rwb") as stream:
        user = [wanted.user] if wanted.user else []
        told = _call(stream, "AUTH", *user, wanted.password)
        if not isinstance(told, _Error):
            return Said("OK", _identity(stream)) if told == "OK" else Said("no answer to AUTH")
        return Said(_word(told))


def _login(parts: Values) -> Login:
    wanted = login.read(parts, PORT)
    if "sentinel" in wanted.scheme:
        raise Unfit("a sentinel is not asked: its password is another one")
    return wanted


class _Error(str):
    """An error's text."""

    __slots__ = ()


def _call(stream: Any, *words: str) -> object:
    pieces = [word.encode() for word in words]
    stream.write(b"*%d\r\n" % len(pieces) + b"".join(b"$%d\r\n%s\r\n" % (len(piece), piece) for piece in pieces))
    stream.flush()
    return _reply(stream, 4)


def _reply(stream: Any, deep: int) -> object:
    text = stream.readline(WIDEST)
    kind, rest = text[:1], text[1:-2].decode("utf-8", "replace")
    if not text.endswith(b"\r\n"):
        raise Failed("the answer was cut off or damaged")
    if kind == b"+":
        return rest
    if kind == b"-":
        return _Error(rest)
    if kind not in b":$*" or not rest.lstrip("-").isdigit():
        raise Failed("what answers is no Redis", fault=False)
    number = int(rest)
    if kind == b":":
        return number
    if number < 0:
        return None
    if number > WIDEST or not deep:
        raise Failed("the answer is too long to be one", fault=False)
    if kind == b"*":
        return [_reply(stream, deep - 1) for _ in range(number)]
    return stream.read(number + 2)[:-2].decode("utf-8", "replace")


def _word(error: _Error) -> str:
    """`WRONGPASS`, and of a plain ERR what tells which one."""
    first, _, rest = error.partition(" ")
    if first != "ERR":
        return first
    for told in ("invalid password", "AUTH <password> called without any password", "wrong number of arguments"):
        if told in rest:
            return f"ERR {told.split(' <')[0]}"
    return "ERR"


def _identity(stream: Any) -> tuple[tuple[str, str], ...]:
    user = _call(stream, "ACL", "WHOAMI")
    if isinstance(user, _Error) or not isinstance(user, str):
        return (("privileged", "yes"),) if isinstance(user, _Error) and user.startswith("ERR unknown") else ()
    told = _call(stream, "ACL", "GETUSER", user)
    fields = dict(zip(told[::2], told[1::2], strict=False)) if isinstance(told, list) else {}
    if not fields:  # it may not ask, so it is no administrator
        return (("user", user), ("privileged", "no"))
    # Not its passwords, which are told as hashes.
    rules = [_text(fields.get(name)) for name in ("commands", "keys")]
    return (
        ("user", user),
        ("privileged", "yes" if "+@all" in rules[0].split() else "no"),
        ("permissions", " ".join(filter(None, rules))),
    )


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
