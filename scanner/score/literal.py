"""Whether a value without quotes is meant as it stands, by its place: where no code can stand, words are no names."""

from __future__ import annotations

from scanner.lazily import lazily
from scanner.score.login import ends

_SETTING = lazily(
    rb"^[ \t]*(?:-[ \t]|export[ \t]+|ENV[ \t]+|ARG[ \t]+)?[\"']?"
    rb"(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?:=|:[ \t]+)|[%\w.\-]{0,40}(?:datasource|jdbc|db|database|mail|smtp|ldap|redis"
    rb"|ftp|rabbitmq|kafka|mongodb|elasticsearch|store|ssl|admin|server|connection|hibernate|proxy|security|auth)(?:\.[\w\-]+){1,2}"
    rb"[ \t]?=[ \t]?|[\w.\-]{1,40}\.secret[ \t]?=[ \t]?"
    rb"|[\w.\-]{0,40}(?i:(?:key|trust)[_\-]?store[_\-]?passw(?:or)?d)(?:[ \t]?=[ \t]?|:[ \t]+))[\"']?$"
)  # DB_PASSWORD=x, spring.datasource.password=x, %prod.datasource.password=x
_SETTING_ENDS = lazily(rb"[\"']?[ \t]*(?:#.*)?\r?$")
_PROGRAMS = (
    rb"(?:psql|pg_\w+|createdb|mysql\w*|mariadb\w*|mongo\w*|redis-cli|docker(?:-compose)?|podman|kubectl|helm|ansible[\w\-]*"
    rb"|terraform|curl|npm|npx|yarn|pnpm|node|python3?|pytest|tox|ruby|rails|rake|bundle|go|make|cargo|php|java|mvn|gradle"
    rb"|dotnet|bash|sh|env|sudo)"
)
_COMMAND = lazily(
    rb"[ ](?:[A-Z][A-Z0-9_]*=[^\s;|&]*[ ])*(?:"
    + _PROGRAMS
    + rb"(?:[ ][^=]|\r?$)|[\w.\-]{0,40}/[\w./\-]{2,60}(?:[ ]|\r?$)"
    rb"|[a-z][\w\-]{1,30}[ ]--?[A-Za-z])"
)
_BEFORE_A_COMMAND = lazily(
    rb"^(?:.{0,80}(?:&&|;|\||\bRUN|\$)[ ])?[ \t]*(?:[A-Z][A-Z0-9_]*=[^\s;|&]*[ ])*[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*=[\"']?$"
)
"""PGPASSWORD=x psql -U app."""
_NUMBER_SETTING = lazily(rb"(?i)^[ \t]*[\"']?[\w.\-]*(?:password|passwd|passphrase|pwd)[\"']?[ \t]*[:=][ \t]*$")
_FIELD = lazily(rb"[?&][\w.\-%\[\]]{1,60}=\Z")  # a=1&password=x
_FIELD_ENDS = lazily(rb"[&#\s\"'`<]|\Z")
_CONNECTION = lazily(
    rb"[\"'`>=][A-Za-z][\w .]{1,30}=[^\"'`\r\n;=]{0,100};"
    rb"(?:[ ]?[\w .]{1,30}=[^\"'`\r\n;]{0,100};){0,8}[ ]?[\w .]{1,30}=\Z"
)  # "Server=db1;User Id=app;Password=x;"
_PASSWORD_LINE = lazily(rb"(?i)^[ \t]*(?:-[ \t]+)?[\w.\-]{0,40}(?:passw(?:or)?d|passphrase|pwd):[ \t]+\Z")
_LOGIN_LINE = lazily(
    rb"(?i)^[ \t]*(?:-[ \t]+)?[\w.\-]{0,40}(?:user|username|login|email):[ \t]+[^\s,;{}()\[\]=]+[ \t]*(?:[ \t]#.*)?\r?$"
)


def literal(text: bytes, start: int, end: int) -> bool:
    """Whether the value at `start` to `end` can be no expression: an element's text, a field, all of a setting."""
    if text[start - 1 : start] == b">":
        return text[end : end + 2] == b"</"
    where = (setting, field, option, below_login)
    return any(told(text, start, end) for told in where)


def field(text: bytes, start: int, end: int) -> bool:
    """Whether the value is that of a form's field, of a URL's parameter or of a part of a connection string."""
    if text[start - 1 : start] != b"=":
        return False
    if _FIELD.search(text, max(0, start - 64), start):
        return _FIELD_ENDS.match(text, end) is not None
    return text[end : end + 1] in b";\"'`" and _CONNECTION.search(text, max(0, start - 200), start) is not None


_OPTION = lazily(
    rb"(?i)(?:^|[\s\"'])--?(?:[a-z][\w\-.]{0,40})?(?:passw(?:or)?d|passphrase|passwd|pwd)=\Z"
)  # --password=x
_OPTION_ENDS = lazily(rb"[ \t\\](?!=)|\r?\n|[\"'`]|\Z")


def option(text: bytes, start: int, end: int) -> bool:
    """Whether the value is that of a long option on a command line."""
    if text[start - 1 : start] != b"=" or _OPTION_ENDS.match(text, end) is None:
        return False
    return _OPTION.search(text, max(0, start - 60), start) is not None


def setting(text: bytes, start: int, end: int) -> bool:
    """Whether the value at `start` to `end` is all that a line of settings assigns: a bare word there is meant so."""
    low = text.rfind(b"\n", 0, start) + 1
    before, after = text[low:start], text[end : end + 80].split(b"\n", 1)[0]
    if _SETTING_ENDS.match(after) is None:
        return _COMMAND.match(after) is not None and _BEFORE_A_COMMAND.match(before) is not None
    number = text[start:end].isdigit() and _NUMBER_SETTING.match(before) is not None
    return number or _SETTING.match(before) is not None


def below_login(text: bytes, start: int, end: int) -> bool:
    """Whether it is all of a line of YAML beside that of the user's name: no code ends its lines so."""
    low = text.rfind(b"\n", 0, start) + 1
    high = text.find(b"\n", end)
    if high < 0 or not ends(text, end) or _PASSWORD_LINE.match(text[low:start]) is None:
        return False
    above = text[text.rfind(b"\n", 0, max(0, low - 1)) + 1 : max(0, low - 1)]
    below = text[high + 1 :].split(b"\n", 1)[0]
    return any(_LOGIN_LINE.match(line) is not None for line in (above, below))
