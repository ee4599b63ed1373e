"""Words that stand for a password (`password`, `secret`), where an account has just that one all the same.

In code and documents such a word says "your password here". As all of a setting that names whose password it is,
beside its login in a file of settings, or among the arguments of a connection, it lets somebody in.
"""

from __future__ import annotations

from scanner.lazily import lazily
from scanner.score.login import around, ends

_WORDS = frozenset(
    ("password", "passwd", "pass", "pwd", "secret", "foobar", "example", "mypassword", "my-password", "my_password")
    + ("mysecretpassword", "my-secret-pw", "my-secret-password", "secretpassword", "supersecret", "rootpass")
)

_OWNED = lazily(
    rb"^[ \t]*(?:-[ \t]+|export[ \t]+|ENV[ \t]+|ARG[ \t]+)?[\"']?"
    rb"(?!(?:MY|YOUR|NEW|OLD|THE|SOME|EXAMPLE|TEST|USER|CURRENT)_[A-Z]+[=: ])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*"
    rb"_(?:PASSWORD|PASSWD|PWD|PASS|PW)(?:[ ]?=[ ]?|:[ \t]+|[ ])[\"']?$"
    rb"|^[ \t]*(?:[%\w\-]+\.){0,5}(?:datasource|jdbc|db|database|mail|smtp|ldap|redis|rabbitmq|mongodb|elasticsearch)"
    rb"\.(?:[\w\-]+\.){0,2}(?:password|passwd|pwd)[ ]?[=:][ ]?$"
)
"""POSTGRES_PASSWORD: x, spring.datasource.password=x"""
_LINE = lazily(
    rb"^[ \t]*(?:-[ \t]+)?[\w.\-]{0,40}(?:passw(?:or)?d|passphrase|pwd|[_.\-]pass)[ \t]*(?:=|:[ \t])[ \t]*[\"']?$"
)
_LOGIN = lazily(
    rb"(?m)^[ \t]*(?:-[ \t]+)?[\w.\-]{0,40}(?:user(?:[_\-.]?(?:name|id))?|login|account)[ \t]*(?:=|:[ \t])[ \t]*[\"']?"
    rb"(?!(?i:user(?:_?name)?|name|login|e?-?mail|string|text|str|varchar|object|type|required|true|false|null|input)\b)"
    rb"[a-z][\w.@+\-]{1,60}[\"']?[ \t]*(?:[ \t]#.*)?\r?$"
)
_CONNECTED = lazily(
    rb"(?i)[;\"'>](?:uid|user[ _]?(?:id|name)?)[ ]?=[ ]?[^;\"'\r\n{}$%<]{1,60};(?:[^\"'\r\n]{0,100};)?[ ]?"
    rb"(?:pwd|password)[ ]?=[ ]?\Z"
    rb"|(?:[\"'=]|:[ ])[ ]?(?:[a-z_]{2,24}=[^\s\"']{1,80}[ ]){0,6}user=[^\s\"'{}$%<]{1,60}[ ]"
    rb"(?:[a-z_]{2,24}=[^\s\"']{1,80}[ ]){0,6}password=\Z"
)
"""Server=db1;Uid=app;Pwd=x, host=db1 user=app password=x"""
_GIVEN = lazily(
    rb"(?:passw(?:or)?d|Password|pwd|_pass)[\"'\])]{0,3}[ \t]{0,20}(?:=>|:=|=|:)[ \t]{0,20}[bru@]{0,2}[\"'`]\Z"
)
_QUOTED = lazily(
    rb"(?i)(?<![a-z])\w{0,24}user(?:[_\-.]?name)?[\"'\])]{0,3}[ \t]{0,20}(?:=>|:=|=|:)[ \t]{0,20}[bru@]{0,2}"
    rb"[\"'`](?!user(?:name)?[\"'`])[\w.@+\-]{2,60}[\"'`]"
)
_HOST = lazily(
    rb"(?i)(?<![a-z])(?:\w{0,24}_)?(?:host(?:name)?|server|port|database|db_?name|dialect|adapter|driver)[\"'\])]{0,3}"
    rb"[ \t]{0,20}(?:=>|:=|=|:)[ \t]{0,20}[bru@]{0,2}[\"'`\d]"
)
_CONSTANT = lazily(rb"[A-Z_]{2,}[ ]=[ ][\"']\Z")
"""CONF_PASSWORD = "password": what a field is called, mostly."""
_GOES_ON = lazily(rb"[\"'`][ \t]{0,4}(?:[+?%]|\.\w)")


def stands(value: str) -> bool:
    """Whether it is one of these words; what asks to be changed (`changeme`) is none."""
    return value.lower() in _WORDS


def in_use(text: bytes, start: int, end: int, usual: bool = False) -> bool:
    """Whether such a word at `start` to `end` is the password of an account, by what stands around it.

    The name of a setting alone says so of no `usual` one, which many examples have.
    """
    low = text.rfind(b"\n", 0, start) + 1
    before = text[low:start]
    if not usual and ends(text, end) and _OWNED.match(before) is not None:
        return text[start:end].upper() not in before or _CONSTANT.search(before) is None
    if text[end : end + 1] in b";\"'` " and _CONNECTED.search(before) is not None:
        return True
    if _LINE.match(before) is not None and ends(text, end):
        return _LOGIN.search(around(text, start, end)) is not None
    if _GIVEN.search(before) is None or _GOES_ON.match(text, end) is not None:
        return False
    near = around(text, start, end)
    return _QUOTED.search(near) is not None and _HOST.search(near) is not None
