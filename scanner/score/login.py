"""Common passwords beside their login: where `testpass`, `123456` or `admin` is the password that an account has.

Under a password's name alone such a word mostly stands for any password, or is a field's name. With the account's
name given beside it, in a setting, a dictionary or a call, it lets somebody in.
"""

from __future__ import annotations

from scanner.lazily import lazily
from scanner.score.habits import most_used

_DEFAULT = frozenset(
    ("admin", "root", "toor", "guest", "test", "postgres", "postgresql", "oracle", "mysql", "mariadb", "rabbitmq")
    + ("elastic", "neo4j", "minioadmin", "grafana", "wordpress", "airflow", "keycloak", "redis", "mongo", "tomcat")
)
"""What products and their images let in with, as user and as password."""

_NUMBER = lazily(r"^1?2345?6?7?8?9?0?$|^(\d)\1{3,9}$")
_FOO = lazily(r"^foo-?bar(?:-?baz)?\d{0,4}$")
_MADE = lazily(
    r"^(?=.*(?:pass|pwd|pw\d*$|secret|test|admin|user|guest|demo|root))(?=\S*[0-9]|[a-z]+$"
    r"|[a-z]+[_-](?:pass(?:word|wd)?|pwd|pw|secret|test|admin)$)"
    r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+){0,2}[!@#$%]{0,2}$"
)
_NO_PASSWORD = lazily(
    r"(?i)^(?:pass(?:word|wd|phrase|code)?(?:s|_?old|_?new|_?again)?|pwd|secrets?|tokens?|users?(?:[_-]?name)?|tests?|testing)$"
    r"|wrong|^bad|plain|invalid|incorrect|missing|mismatch|hash|encrypt|example|placehold|your|change|replace|insert|dummy|fake"
    r"|required|confirm|correct|nopass|unset|expired|forgot|reset|string|field|label|input|title|message|error|file|path"
    r"|text|url|name|_id$|token|key|^(?:[a-z]+[_-])*[a-z]*user[_-]?(?:pass(?:word)?|pwd)$|^(?:db|database)_password$"
    r"|^an?[_-]|^(?:my|the|new|old|current|some|any|this)[_-]?(?:super[_-]?)?(?:secret[_-]?)?(?:password|passwd|pwd|secret)$"
)
"""What names a field, or says itself that nobody is let in with it."""
_NUMBERED = lazily(r"^[A-Za-z]+(?:[_-][A-Za-z]+){0,2}\d{1,6}[!@#$%]{0,2}$|^[a-z]{4,16}(?:pass|passw|password|pwd)$")
"""Made of the words of tests, and no field's name even where no login stands beside it."""
_BARE_WORD = lazily(r"(?i)^(?:pass(?:word|wd)?|pwd|secret|test(?:er|ing)?|user|admin|guest|demo|root)[_-]?\d{0,2}$")
_CAMEL = lazily(
    r"^(?!new|old|my|your|confirm|current|repeat|valid|user|login|form|input)[a-z]{2,12}(?:Pass(?:word)?|Pwd)\d*$"
)
"""Of an account whose name stands beside it: debugPass, ldapPassword."""
_PHRASE = lazily(
    r"^(?!.*(?:pass|secret|word|user|name|mail|login|field|label|must|should|not|too|least|short|long|empty|valid|your|the"
    r"|this|that|with|and|for|reset|change|forgot|enter|confirm|current|required|missing|wrong))"
    r"[a-z]{3,12}(?: [a-z]{3,12}){1,2}$"
)
"""Words with blanks (`battery staple`): nothing but a password beside an account's login."""
_SETTER = lazily(
    rb"(?i)(?:set|with)_?(?:(?:key|trust)_?(?:store|manager)_?)?(?:passw(?:or)?d|passphrase|pwd)\([ \t]{0,4}[\"'`]\Z"
)
_OF_STORE = lazily(
    rb"(?i)(?:key|trust)[_\-.]?store[_\-.]?pass(?:word|wd)?[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"'`]\Z"
)  # keystorePass="x": what nobody else is meant by
_DECLARATION = rb"\b(?:private|public|static|final|const|let|var|val|my|our|local|string|char|auto)[ ][^\n]{0,80}"
_DECLARED = lazily(rb"(?i)" + _DECLARATION + rb"[\"'`]\Z")
_IN_CODE = lazily(rb"(?i)(?:" + _DECLARATION + rb"|[$(,{][^\n]{0,80}|=>[ ]?|:=[ ]?)[\"'`]\Z")
"""A declaration, an argument or a dictionary; a line of settings is weighed by where it stands."""

_OF_ENVIRONMENT = lazily(
    rb"\w\([ ]?[\"'](?!(?:MY|YOUR|NEW|OLD|THE|SOME|EXAMPLE|TEST|USER|CURRENT)_[A-Z]+[\"'])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*"
    rb"_(?:PASSWORD|PASSWD|PASSPHRASE|PWD)[\"'][ ]?,[ ]?[\"']\Z"
)
"""setenv("DB_PASSWORD", "x"): a variable of the environment that says whose password it is."""

_WHO = rb"(?:user(?:[_\-.]?(?:name|id|login))?|usr|login|e?-?mail|account(?:[_\-.]?name)?|uid|principal)"
_QUOTED = lazily(
    rb"(?i)(?<![a-z])[\w.\-]{0,24}" + _WHO + rb"[\"'\])]{0,3}[ \t]{0,20}(?:=>|:=|=|:|\(|,)[ \t]{0,20}[bru@L]{0,2}"
    rb"[\"'`][\w.@+\-]{2,60}[\"'`]"
)
_BARE = lazily(
    rb"(?im)^[ \t]*(?:-[ \t]+|export[ \t]+|ENV[ \t]+)?(?:[\w.\-]{0,40}" + _WHO + rb"[ \t]*(?:=|:[ \t])[ \t]*"
    rb"[\"']?[\w.@+\-]{2,60}[\"']?|name:[ \t]+[\w.@+\-]{2,60}"
    rb"|[\w.\-]{0,40}dn[ \t]*[=:][ \t]*[\"']?[a-z]{1,6}=[\w=,.\- ]{2,80}[\"']?)[ \t]*(?:[ \t]#.*)?\r?$"
)  # a line of settings: user=x, bind_dn: cn=x,dc=y
_CONNECTED = lazily(
    rb"(?i)[;\"'>](?:uid|user[ _]?(?:id|name)?)[ ]?=[ ]?[^;\"'\r\n]{1,60};(?:[^\"'\r\n]{0,100};)?[ ]?"
    rb"(?:pwd|password)[ ]?=[ ]?\Z"
)  # "Server=db1;Uid=app;Pwd="
_FORM = lazily(
    rb"(?i)[\"'\s?&](?:user(?:[_-]?name)?|login|e-?mail)=[^&\s\"'=<>{}$]{2,60}&(?:[\w.\-]{1,30}=[^&\s\"'=]{0,60}&){0,3}"
    rb"(?:password|passwd|pwd)=\Z"
)  # curl -d 'username=app&password='
_OF_ROOT = lazily(rb"(?i)(?:root|admin(?:istrator)?|superuser|(?<![a-z])sa)[_\-.]?(?:passw(?:or)?d|pwd|pass)$")
_GIVEN = lazily(
    rb"(?i)(?:passw(?:or)?d|passphrase|pwd|pass)\d?[\"'\])]{0,3}[ \t]{0,20}(?::[ \t]{0,2}string[ \t]{0,2})?"
    rb"(?:=>|:=|={1,3}|:|\(|,)[ \t]{0,20}[bru@L]{0,2}[\"'`]\Z"
)
_LINE = lazily(
    rb"(?i)^[ \t]*(?:-[ \t]+[\"']?|export[ \t]+|ENV[ \t]+)?[\w.\-]{0,40}(?:passw(?:or)?d|passphrase|pwd|pass|[_.\-]pw)"
    rb"[ \t]*(?:=|:[ \t])[ \t]*$"
)
_NAME = lazily(
    rb"([\w.\-]+)[\"'\])]{0,3}[ \t]{0,20}(?::[ \t]{0,2}string[ \t]{0,2})?(?:=>|:=|={1,3}|:|\(|,)?[ \t]{0,20}"
    rb"[bru@L]{0,2}[\"'`]?\Z"
)
_GOES_ON = lazily(rb"[\"'`][ \t]{0,4}(?:[+?%]|\.(?:format|join|replace)\b)")
_ENDS = lazily(rb"[\"']?[ \t]*(?:[ \t]#[^\n]*)?\r?(?:\n|\Z)")
_NEAR = 2
"""Lines above and below that the login may stand on."""


def common(value: str) -> bool:
    """Whether a password is one that many give: most used, a product's own, a number, or made of the words of tests."""
    if most_used(value) or value in _DEFAULT or _NUMBER.match(value) or _CAMEL.match(value) or _PHRASE.match(value):
        return True
    if _FOO.match(value):
        return True
    return len(value) >= 5 and _MADE.match(value) is not None and _NO_PASSWORD.search(value) is None


def usual(value: str) -> bool:
    """Whether it is among the most used passwords or what a product comes with."""
    return most_used(value) or value in _DEFAULT


def ends(text: bytes, end: int) -> bool:
    """Whether the line ends there, but for a comment."""
    return _ENDS.match(text, end) is not None


def beside(value: str, text: bytes, start: int, end: int) -> bool:
    """Whether a `common` password is all that a password's name is given: where an account is named, or it is set."""
    before = text[max(0, start - 200) : start]
    if before[-1:] in (b'"', b"'", b"`"):
        if _GIVEN.search(before) is None or _GOES_ON.match(text, end) is not None:
            return False
        return _alone(value, before) or _of_root(value, before) or account(text, start, end)
    if text[end : end + 1] in b";\"'`" and _CONNECTED.search(before) is not None:
        return True
    if text[end : end + 1] in b"&\"'" and _FORM.search(before) is not None:
        return True
    low = text.rfind(b"\n", 0, start) + 1
    if _LINE.match(text[low:start]) is None or not ends(text, end):
        return False
    return _of_root(value, before) or _BARE.search(around(text, start, end)) is not None


def account(text: bytes, start: int, end: int) -> bool:
    """Whether the account's name stands beside it in quotes."""
    return _QUOTED.search(around(text, start, end)) is not None


def _alone(value: str, before: bytes) -> bool:
    """Whether it needs no login beside it: what a call sets, and what is made with a number and no field's name."""
    if _SETTER.search(before) and not value.isdigit() or _OF_ENVIRONMENT.search(before):
        return True
    if _BARE_WORD.match(value) is not None:
        return False
    if _OF_STORE.search(before):
        return True
    if most_used(value) and any(map(str.isdigit, value)) and _IN_CODE.search(before):
        return True
    if _NUMBER.match(value) and _DECLARED.search(before):
        return True
    return all(form.match(value) for form in (_MADE, _NUMBERED))


def _of_root(value: str, before: bytes) -> bool:
    """Whether the name says whose password it is: rootPassword, SA_PASSWORD."""
    found = _NAME.search(before) if value != "test" and common(value) else None
    return found is not None and _OF_ROOT.search(found[1]) is not None


def around(text: bytes, start: int, end: int) -> bytes:
    """The lines around, without the value."""
    low, high = start, end
    for _ in range(_NEAR + 1):
        low = text.rfind(b"\n", 0, max(0, low))
        high = text.find(b"\n", high) + 1 or len(text)
        if low < 0:
            break
    return text[max(0, low) : start] + b"\0" + text[end:high]
