"""Whether a value without quotes is meant as it stands, by its place: where no code can stand, words are no names."""

from __future__ import annotations

from scanner.lazily import lazily

_SETTING = lazily(
    rb"^[ \t]*(?:-[ \t]|export[ \t]+|ENV[ \t]+|ARG[ \t]+)?[\"']?"
    rb"(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?:=|:[ \t]+)|[%\w.\-]{0,40}(?:datasource|jdbc|db|database|mail|smtp|ldap|redis"
    rb"|ftp|rabbitmq|kafka|mongodb|elasticsearch|store|ssl|admin|server|connection|hibernate|proxy)(?:\.[\w\-]+){1,2}"
    rb"[ \t]?=[ \t]?)[\"']?$"
)  # DB_PASSWORD=x, spring.datasource.password=x, %prod.datasource.password=x
_SETTING_ENDS = lazily(rb"[\"']?[ \t]*(?:#.*)?\r?$")
_NUMBER_SETTING = lazily(rb"(?i)^[ \t]*[\"']?[\w.\-]*(?:password|passwd|passphrase|pwd)[\"']?[ \t]*[:=][ \t]*$")
_FIELD = lazily(rb"[?&][\w.\-%\[\]]{1,60}=\Z")  # a=1&password=x
_FIELD_ENDS = lazily(rb"[&#\s\"'`<]|\Z")
_CONNECTION = lazily(
    rb"[\"'`>=][A-Za-z][\w .]{1,30}=[^\"'`\r\n;=]{0,100};"
    rb"(?:[ ]?[\w .]{1,30}=[^\"'`\r\n;]{0,100};){0,8}[ ]?[\w .]{1,30}=\Z"
)  # "Server=db1;User Id=app;Password=x;"


def literal(text: bytes, start: int, end: int) -> bool:
    """Whether the value at `start` to `end` can be no expression: an element's text, a field, all of a setting."""
    if text[start - 1 : start] == b">":
        return text[end : end + 2] == b"</"
    return setting(text, start, end) or field(text, start, end)


def field(text: bytes, start: int, end: int) -> bool:
    """Whether the value is that of a form's field, of a URL's parameter or of a part of a connection string."""
    if text[start - 1 : start] != b"=":
        return False
    if _FIELD.search(text, max(0, start - 64), start):
        return _FIELD_ENDS.match(text, end) is not None
    return text[end : end + 1] in b";\"'`" and _CONNECTION.search(text, max(0, start - 200), start) is not None


def setting(text: bytes, start: int, end: int) -> bool:
    """Whether the value at `start` to `end` is all that a line of settings assigns: a bare word there is meant so."""
    low = text.rfind(b"\n", 0, start) + 1
    before, after = text[low:start], text[end : end + 80].split(b"\n", 1)[0]
    if _SETTING_ENDS.match(after) is None:
        return False
    number = text[start:end].isdigit() and _NUMBER_SETTING.match(before) is not None
    return number or _SETTING.match(before) is not None
