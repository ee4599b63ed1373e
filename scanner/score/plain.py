"""Words as passwords: where a word, all that a password's name is given, is meant as one.

In code and tests people give accounts such passwords (`password: 'motocross'`). What stands there otherwise is a
rule, a type, a label or a word for "no password", and few such words are in use.
"""

from __future__ import annotations

from scanner.lazily import lazily

_WORD = lazily(r"^[a-z][a-z0-9]{4,23}$|^(?=.*[0-9])[a-z][a-z0-9]*(?:[_-][a-z0-9]+){1,2}$")
_GIVEN = lazily(
    rb"(?i)(?:passw(?:or)?d|passphrase|pwd)\d?[\"'\])]{0,3}[ \t]{0,20}"
    rb"(?::[ \t]{0,2}string[ \t]{0,2}|[ \t](?:as[ \t])?string[ \t])?"
    rb"(?:=>|:=|={1,3}|:|\()[ \t]{0,20}[bru@L]{0,2}[\"'`]\Z"
)  # a name that ends so, and nothing but an operator or a bracket between it and the quote
_SET = lazily(
    rb"(?i)\b(?:put|set|set_?(?:property|parameter|param|item|attribute|default|value)|append)\([ ]?[\"'][\w.\-]{0,24}"
    rb"(?:passw(?:or)?d|passphrase|pwd)[\"'],[ ]?[\"']\Z"
)  # setProperty("db.password", "x")
_LINE = lazily(rb"(?i)^[ \t]*(?:-[ \t]+)?[\w.\-]{0,40}(?:passw(?:or)?d|passphrase|pwd):[ \t]+\Z")
_LOGIN = lazily(rb"(?i)^[ \t]*(?:-[ \t]+)?[\w.\-]{0,40}(?:user|username|login|email):[ \t]+[^\s,;{}()\[\]=]+[ \t]*\r?$")
_BINDING = lazily(rb"(?:^|\s)(?:v-[\w\-]*:?|[:@#*\[(])[\w\-.]*(?i:passw|passp|pwd)[\w\-]*[\])]?=\"\Z")  # :password="x"
_GOES_ON = lazily(rb"[\"'`][ \t]{0,4}(?:[+:?%]|\.(?:format|join|replace)\b)")
_ANOTHER_WORD = lazily(
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|wrong|invalid|incorrect|hash|encrypt|require|confirm|missing|unused"
    r"|ignore|plaintext|unchanged|mismatch|correct|placehold|nopass"
    r"|^(?:my|the|some|test|new|old|your|user|bad|good|any|other|another|wrong|no|empty|first|second|third|custom|strong|weak"
    r"|admin|root|db|fake)[_-]?(?:pass|pw)[_-]?\d{0,4}$"
    r"|^(?:optional|nullable|hidden|masked|filtered|varchar|input|field|label|lock|locked|unlock|icon|reset|forgot"
    r"|forgotten|change|update|updated|error|short|strong|failed|expired|unset|email|login|plain|clear|bcrypt"
    r"|scrypt|argon|argon2|ldap|kerberos|digest|manual|random|generate|generated|prompt|never|always|allow|deny|block"
    r"|visible|toggle|submit|signin|signup|register|account|accounts|users|group|groups|profile|settings|config|hello"
    r"|blank|whatever|something|anything|nothing|other|another|array|regex|sensitive|private|readonly|component"
    r"|widget|column|table|param|params|query|header|headers|cookie|session|local|global|server|client|system)\d?$"
)
"""What is a type, a rule, a label, or says itself that it is no password in use."""


def word(value: str, text: bytes, start: int, end: int, told: bool = False) -> bool:
    """Whether the value at `start` to `end` is a word meant as it stands, all that the name of a password is given.

    `told` says that it is a password by its place, whatever stands before it.
    """
    if _WORD.match(value) is None or _ANOTHER_WORD.search(value) or _GOES_ON.match(text, end):
        return False
    before = text[max(0, start - 100) : start]
    if before[-1:] not in (b'"', b"'", b"`"):
        return below_login(text, start, end)
    if told or _SET.search(before):
        return True
    return _GIVEN.search(before) is not None and _BINDING.search(before) is None


def below_login(text: bytes, start: int, end: int) -> bool:
    """Whether it is all of a line of YAML beside that of the user's name: no code ends its lines so."""
    low = text.rfind(b"\n", 0, start) + 1
    high = text.find(b"\n", end)
    if high < 0 or text[end:high].strip() or _LINE.match(text[low:start]) is None:
        return False
    above = text[text.rfind(b"\n", 0, max(0, low - 1)) + 1 : max(0, low - 1)]
    below = text[high + 1 :].split(b"\n", 1)[0]
    return any(_LOGIN.match(line) is not None for line in (above, below))
