"""Words as passwords: where a word, all that a password's name is given, is meant as one.

In code and tests people give accounts such passwords: a pet's name, a sport. What stands there otherwise is a
rule, a type, a label or a word for "no password", and few such words are in use.
"""

from __future__ import annotations

from scanner.lazily import lazily
from scanner.score.literal import below_login, option, setting
from scanner.score.login import account

_WORD = lazily(r"^[a-z][a-z0-9]{4,31}[!@#$%&*]{0,3}$|^(?=.*[0-9])[a-z][a-z0-9]*(?:[_-][a-z0-9]+){1,2}$")
_GIVEN = lazily(
    rb"(?i)(?:passw(?:or)?d|passphrase|pwd)\d?[\"'\])]{0,3}[ \t]{0,20}"
    rb"(?::[ \t]{0,2}string[ \t]{0,2}|[ \t](?:as[ \t])?string[ \t])?"
    rb"(?:=>|:=|={1,3}|:|\()[ \t]{0,20}[bru@L]{0,2}[\"'`]\Z"
)  # a name that ends so, and nothing but an operator or a bracket between it and the quote
_PASS = lazily(
    rb"(?i)(?<![a-z])pass[\"'\])]{0,3}[ \t]{0,20}(?:=>|:=|=|:)[ \t]{0,20}[bru@]{0,2}[\"'`]\Z"
)  # beside a login
_SET = lazily(
    rb"(?i)\b(?:put|set|set_?(?:property|parameter|param|item|attribute|default|value)|append)\([ ]?[\"'][\w.\-]{0,24}"
    rb"(?:passw(?:or)?d|passphrase|pwd)[\"'],[ ]?[\"']\Z"
)  # setProperty("db.password", "x")
_BINDING = lazily(rb"(?:^|\s)(?:v-[\w\-]*:?|[:@#*\[(])[\w\-.]*(?i:passw|passp|pwd)[\w\-]*[\])]?=\"\Z")  # :password="x"
_GOES_ON = lazily(rb"[\"'`][ \t]{0,4}(?:[+:?%]|\.(?:format|join|replace)\b)")
_ANOTHER_WORD = lazily(
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|wrong|invalid|incorrect|hash|encrypt|require|confirm|missing|unused"
    r"|ignore|irrelevant|unimportant|doesnt|dont_?care|plaintext|unchanged|mismatch|correct|placehold|nopass"
    r"|^(?:my|the|some|test|new|old|your|user|bad|good|any|other|another|wrong|no|empty|first|second|third|custom|strong|weak"
    r"|admin|root|db|fake)[_-]?(?:pass|pw)[_-]?\d{0,4}$"
    r"|^(?:optional|nullable|hidden|masked|filtered|varchar|input|field|label|lock|locked|unlock|icon|reset|forgot"
    r"|forgotten|change|update|updated|error|short|strong|failed|expired|unset|email|login|plain|clear|bcrypt"
    r"|scrypt|argon|argon2|ldap|kerberos|digest|manual|random|generate|generated|prompt|never|always|allow|deny|block"
    r"|visible|submit|signin|signup|register|account|accounts|users|group|groups|profile|settings|config|hello"
    r"|blank|whatever|something|anything|nothing|other|another|array|regex|sensitive|private|readonly|component"
    r"|widget|column|table|param|params|query|header|headers|cookie|session|local|global|server|client|system)\d?$"
)
"""What is a type, a rule, a label, or says itself that it is no password in use."""

_OF_ACCOUNTS = frozenset(
    """
    user account auth key name id is has get set on off if to my your new old db api test session config default current
    table node cache find type foo bar baz pass pwd passwort
    """.split()  # noqa: SIM905
)
_OF_CODE = frozenset(
    """
    abstract action active adapter address admin agent alias align amount append application argument assert asset
    async attach attribute audit authenticator author authorizer backend backup balance basic batch binary binding
    bitmap border bottom branch bridge browser bucket buffer build builder bundle button bytes cache callback cancel
    canvas caption capture category center channel character charset check checkbox child choice class cleanup clone
    close cluster codec collection color comment commit compare compile complete compress computed connect
    connection connector console constant constructor consumer contact container content context control controller
    convert counter create creator currency current cursor custom cycle daemon database dataset debug decode decoder
    delay delegate delete delta depth descriptor design detail details device dialog directory disable dispatch
    display document domain double download draft driver duration dynamic editor element emitter enable encode
    encoder encoding endpoint engine entity entry environment event example except exception execute executor exists
    export expression extension external extra factory fallback family feature fetch fieldset figure final finish
    first fixed fixture float folder footer format forward frame framework front frontend function future gateway
    getter grant graph handle handler height helper history holder image import include index inline inner insert
    inspect install instance integer interface internal interval invoke issuer iterator lambda language latest
    launch layer layout length level library license limit linear listen listener loader logger logging lookup
    machine mailer manager mapper mapping margin marker master matcher matrix measure member memory merge message
    metadata method metric middleware migrate migration mixin modal model module monitor mount multi mutation named
    namespace native nested network normal notice notify number numeric object observer offset online operator
    option options order origin outer output overlay override owner package padding pager panel parent parse parser
    partial partition patch pattern payload pending permission phone picker pipeline plugin pointer policy popup
    position postfix prefix preview primary print priority process processor producer product production progress
    project promise property protocol provider proxy public publish publisher purpose queue radio range reader ready
    realm record recover redirect reducer reference refresh region registry relation release reload remote remove
    render renderer replica report repository request resolve resolver resource response restore result retry return
    reverse review revision route router runner runtime sample scanner schedule scheduler schema scope scroll search
    section sector segment select selector sender sequence serial serializer service setter setup shadow shared
    shell signal signature simple single slice slider socket source special split stack stage start state static
    status storage store stream strict string struct style subject subscribe success suffix summary support switch
    symbol syntax target template terminal theme thread threshold throttle thumb ticket timeout timer timestamp
    title toolbar tooltip topic total trace tracker transaction transfer transform transport trigger tunnel tuple
    unique unknown upload upper usage utils valid validate validator value variable vector vendor verify version
    video viewport volume warning watch watcher weight width window worker workflow wrapper writer
    """.split()  # noqa: SIM905 - a list of literals takes a line for each
)
"""Nouns and verbs that name parts of programs: where such a word stands, code was meant, not a password."""


_PARTS = lazily(
    r"^[A-Za-z]{2,12}(?:[_-][A-Za-z]{2,12}){1,3}\d{0,4}[!@#$%&*:()]{0,3}$|^[A-Z][a-z]{2,11}(?:[A-Z][a-z]{1,11}){1,3}$"
)
_PART = lazily(r"[A-Z]?[a-z]+|[A-Z]+")
_SHORT = lazily(
    r"^(?!ldap|text|file|hash|bind|conf|pass|user|type|name|prop|none|null|auto|user|mail|data|page|form)[a-z]{4}$"
)


_SIGNS = lazily(
    rb"(?:(?:(?i:app|consumer|(?<![a-z])(?!tls|ssl)[a-z]{3}|session|cookie|signing|shared|webhook|auth|hmac|encryption)[_\-.]?)(?i:secret)"
    rb"|(?<![A-Za-z])(?i:secret)(?=[_-]?(?i:key))|(?<![\w\-])(?i:secret)(?=\W{0,2}[ ]?=)|[a-z]Secret(?=Key))"
    rb"(?i:[_\-.]?key)?(?i:[_-]?base)?"
    rb"[\"'\])]{0,3}[ \t]{0,20}(?::[ \t]{0,2}string[ \t]{0,2})?(?:=>|:=|=|:)[ \t]{0,20}(?:[bru@L]{0,2}[\"'`])?\Z"
)


_OF_SECRETS = lazily(
    r"^(?=.{10})(?=.*secret)(?!.*(?:test|valid|super|mock|stub|demo|sample|hash|crypt|wrong|incorrect|missing|placehold|example"
    r"|dummy|fake|unknown|redact|expired?|stale))(?!(?:your|my|the|an?|bad|no|non|not|get|set|new|old|some|any|this|change)[_-]"
    r"|(?:[a-z]+[_-])?(?:token|key)[_-]secret$|(?:client|session|app|api|auth|base64)[_-]secret$)"
    r"[a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,15}){0,3}[_-]secret(?:[_-]?\d{1,4})?$"
)
_OF_CLIENT = lazily(
    rb"(?i)(?:(?:client|app|consumer|shared|webhook|signing|session)[_\-.]?secret|[\"'\s]secret)"
    rb"[\"'\])]{0,3}[ \t]{0,20}(?::[ \t]{0,2}string[ \t]{0,2})?(?:=|:=|:)[ \t]{0,20}(?:[bru@L]{0,2}[\"'`])?\Z"
)


def of_a_client(value: str, text: bytes, start: int, end: int) -> bool:
    """Whether joined words are the secret of a client (`shop-web-secret`), which is a password by another name."""
    if _OF_SECRETS.match(value) is None or _GOES_ON.match(text, end):
        return False
    before = text[max(0, start - 100) : start]
    if _OF_CLIENT.search(before) is None:
        return False
    return "_" not in value or before[-1:] in (b'"', b"'", b"`") and _OF_FIELDS.search(before) is None


def signs(value: str, text: bytes, start: int, end: int) -> bool:
    """Whether a word is all that the secret of a program is given, with which it signs."""
    if of_a_client(value, text, start, end):
        return True
    if len(value) < 8 or not single(value) or _GOES_ON.match(text, end):
        return False
    quoted = text[start - 1 : start] in (b'"', b"'", b"`")
    return _SIGNS.search(text[max(0, start - 100) : start]) is not None and (quoted or setting(text, start, end))


_OF_SOMEBODY = lazily(
    r"^(?!(?:db|database|ldap|smtp|proxy|auth|app|service|site|system|client|account|temp|default)[_-]\w+$)"
    r"[a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,15}){0,2}[_-](?:pass(?:w|word|wd|phrase)?|pwd|pw)\d{0,3}$"
)
_OF_NOBODY = lazily(
    r"hash|crypt|field|confirm|user|wrong|invalid|incorrect|mismatch|expired|stale|missing|require|placehold|example|dummy|fake"
    r"|(?:^|[_-])(?:your|my|the|an?|new|old|current|login|input|form|reset|change|forgot|update|bad|no|not|get|set|has|is|show"
    r"|hide|custom|other|plain|any|some|this|another|become|ask|email|same|different|empty|blank|weak|unset|check|verify|with"
    r"|and|or|of|for|to|enter|valid|repeat|again|common|too|must|generate|random|store|key|text|label|help|hint)(?=[_-])"
)


def of_somebody(value: str) -> bool:
    """Whether it is called the password of something (`jks-secure-pass`), not of a field, and not a wrong one."""
    return _OF_SOMEBODY.match(value) is not None and _OF_NOBODY.search(value) is None


def _of_words(value: str, text: bytes, start: int) -> bool:
    """Whether joined words are all that a password's name is given, in a place where no field's name would stand."""
    if not ("-" in value or "_" in value) or not value.islower() or not (joined(value) or of_somebody(value)):
        return False
    before = text[max(0, start - 100) : start]
    if _GIVEN.search(before) is None or _BINDING.search(before) is not None:
        return False
    return "_" not in value or _OF_FIELDS.search(before) is None


_OF_FIELDS = lazily(rb"(?:=>|[A-Z]{2}[\"'\])]{0,3}[ \t]{0,20}(?:=|:|:=))[ \t]{0,20}[bru@L]{0,2}[\"'`]\Z")
"""Where the names of columns stand: 'password' => 'x_password', PASSWORD = "x_password"."""


def of_code(value: str) -> bool:
    """Whether it is a word that names a part of a program."""
    return value in _OF_CODE


def joined(value: str) -> bool:
    """Whether words that name no part of a program are joined (`nerf_herder`, `JoeTheDude`)."""
    if _PARTS.match(value) is None or value.isupper() or _ANOTHER_WORD.search(value.lower()) is not None:
        return False
    parts = [part.lower() for part in _PART.findall(value)]
    return not any(part in _OF_CODE or part in _OF_ACCOUNTS or _ANOTHER_WORD.search(part) for part in parts)


def single(value: str) -> bool:
    """Whether it is a word that people take as a password: no name of a part of programs, no type, no rule."""
    return (
        _WORD.match(value) is not None and not of_code(value.rstrip("!@#$%&*")) and _ANOTHER_WORD.search(value) is None
    )


def word(value: str, text: bytes, start: int, end: int, told: bool = False) -> bool:
    """Whether the value at `start` to `end` is a word meant as it stands, all that the name of a password is given.

    `told` says that it is a password by its place, whatever stands before it.
    """
    goes_on = _GOES_ON.match(text, end) is not None
    if goes_on or not single(value):
        if not goes_on and _of_words(value, text, start):
            return True
        return _SHORT.match(value) is not None and below_login(text, start, end)
    before = text[max(0, start - 100) : start]
    if before[-1:] not in (b'"', b"'", b"`"):
        return below_login(text, start, end) or option(text, start, end)
    if told or _SET.search(before):
        return True
    if _GIVEN.search(before) is None:
        return _PASS.search(before) is not None and account(text, start, end)
    return _BINDING.search(before) is None
