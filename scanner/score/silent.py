"""What is no credential at all: code, references, labels, measures, prose, under whatever name they stand.

Precision comes first here, so what is silent is silent for one plain reason, which `--explain` tells.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.lazily import lazily
from scanner.score.habits import by_policy, drawn_words, phrase
from scanner.score.randomness import randomness

CODE = lazily(
    r"^[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+$"  # member access, modules
    r"|^[A-Za-z_]\w*\(|\)$|^[a-z]+(?:[A-Z][a-z]+)+$|^[A-Z][a-z]+(?:[A-Z][a-z]+)+$"  # calls, camelCase, PascalCase
    r"|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^(?:[@&]|\*{1,2})[\w.]+\*?$|^-{1,2}[a-z][\w-]*$"  # CONSTANTS, references
    r"|^\?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$"  # macros of Erlang
)
_MEASURE = lazily(
    r"^\d{1,5}(?:\.\d{1,3})?(?:dp|sp|px|pt|em|rem|ms)$|^\d{1,5}\.(?:second|minute|hour|day|week|month|year)s?$"
    r"|^#(?:[0-9a-fA-F]{3,4}){1,2}$"  # a colour
)
_MEMBER = lazily(r"^[A-Za-z_]\w{0,30}(?:\.[A-Za-z_]\w{0,40})+$")
_SHORT_MEMBER = lazily(r"^[a-z_][a-z0-9_]{0,11}(?:\.[a-z_][a-z0-9_]{0,11}){1,4}$")  # ctx.es512.jwk
_EXPRESSION = lazily(
    r"->|::|\w\?\.\w|==.|\+\+|--|&&|\|\||=>|\w\.\w+\(|^!+[$*]?\w|^\w+\?$|^[\w.]+\[|^[A-Za-z_]\w*\+\d+$|\w\+=\w"
)
_BETWEEN = lazily(  # what stands between two strings, or is a field of a structure with its default
    r"^[),\].;+&|]\s?[\w$,;].*[(,.+\[ ]$|^[),]\s?[\w.]+=$|=[bru]?(?:\"\"|'')$", re.S
)
_HEAD = lazily(r"^eyJ(?:hbGci|0eXAi|raWQi)O[\w\-]{5,160}(?:In0|J9|ifQ)={0,2}\.?$")  # {"alg":, {"typ":, {"kid":
_CLASS = lazily(  # regular expressions
    r"^\.[*+]\$?/|\[(?:[^\]\s]?-[^\]\s]){1,4}[^\]\s]{0,8}\][+*?{]|\[\^?\w-\w|\\[dwsS][+*{]"
)
_MAPPED = lazily(rb"=>[ \t]*$")
_BEHIND = lazily(rb"(?<![=\-\n])>[ \t]+$")  # <password> word, <me@pwd.net> word; no quoted line
_OF_A_KEY = lazily(rb"\][ \t]?=[ \t]?$")
_BOUND = lazily(rb":=[ \t]*$")
_CAPITAL = lazily(r"^[A-Z][a-z]\w*$")
_ANOTHER = lazily(rb"^[\w.\-]+(?: [\w.\-]+){0,2} (?!value|default|content)[\w.\-]+=[\"'`]?$")  # pass topic='x'
_IDENTIFIER = lazily(r"^[A-Za-z_$][\w$]*$")
WORDS = lazily(r"^[A-Za-z]+(?:[_\-. ][A-Za-z]+)*$")
_PATH = lazily(
    r"^(?:urn:[a-z][a-z\d\-]{1,30}:|\.{0,2}/|~/|[A-Za-z]:\\|https?://|[a-z+]+://|@[\w.\-]+:\d+/)|^[\w.\-]+(?:/[\w.\-]+){1,}$"
)
_BASE64 = lazily(r"^(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+/]{20,}={0,2}$")
_BASE64URL = lazily(r"^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_=\-]{24,}$")
_ANALYTICS = lazily(r"^(?:UA-\d{4,10}-\d{1,4}|G(?:TM)?-[A-Z0-9]{6,10})$")
_INDEX = lazily(
    r"^(?:UNIQ|IDX|FK|IX|UK|UX|PK|DF|CK)_[A-Z0-9_]+$|^(?:uniq|idx|fk|ix|uk|ux)_[a-z0-9_]+$|_ibfk_\d+$|^gpg-pub"
    r"|^(?:GHSA|CVE|CWE)-[\w-]{4,}$|^[A-Z]{2,6}(?:-[A-Z]{2,6})+-\d{4,}$|^0x[0-9a-fA-F]{40}$|^RW[0-9A-Za-z+/]{54}$"
)
_CHECKSUM = lazily(r"(?i)^(?:sha-?(?:1|224|256|384|512)|md5|blake2[bs]?|crc32c?)[-:=]")
_FILLED_IN = lazily(r"\{(?:\d?|[A-Za-z_]\w*)\}|^\*[A-Za-z][A-Za-z_\-]*\*$")  # "{}", "{0}", "{user}", "*NO-PASSWORD*"
_FILLS_IN = lazily(rb"[\"']+[ ]?(?:\.format|%[ ]?[\w(])")
_DIGIT = lazily("[0-9]")
_NUMBER = lazily(r"^[+-]?(?:\d[\d_.]*[uUlLfF]{0,3}|0[xX](?![0-9A-Fa-f]{64}$)[0-9A-Fa-f]+)$")
_FILE = lazily(
    r"\.(?:pem|key|crt|cer|p12|pfx|jks|keystore|json|ya?ml|txt|csv|properties|conf|cfg|ini|py|rb|js|ts|go|java|html?|xml"
    r"|sh|css|png|jpe?g|gif|svg|ico|webp|pdf|so|dll|dylib|exe|jar|war)$"
)
_VERSION = lazily(r"^v?\d+(?:[.\-/:]\d+)+\S{0,8}$|^v?\d+(?:\.\d+)+[\-+:][0-9a-f]{7,64}$")
_SENTENCE = lazily(rb"[ ]+(?:[a-z]+\d?|[^\x00-\x7f]+[a-z]*|[A-Za-z]*[^\x00-\x7f][^\s=:]*)(?=[ .,;!?\r\n]|\Z)")
_ALGORITHM = lazily(
    r"(?i)^(?:scram-|hmac|pbkdf2|hs|rs|es|ps|aes|rsa|ecdsa|ecc|ed|cv)?[-_]?(?:with)?(?:sha|md|cbc|gcm)?[-_]?\d{1,3}"
    r"(?:[-_/](?:\d{1,3}|cbc|gcm|ctr|rsa|sha\d*|hmac))*$"
    r"|^(?:(?:with|and|hmac|sha|md|pbkdf|pbe|aes|desede|des|rsa|dsa|ecdsa|ecdh|ecb|cbc|gcm|ctr|pkcs|oaep|pss|mgf|no|padding"
    r"|bits?|scrypt|argon|bcrypt)\d{0,4}[-_/ ]?){2,}$"  # PBKDF2WithHmacSHA256, AES/CBC/PKCS5Padding
    r"|^pkcs[-_ ]?#?\d{0,2}$|^(?:argon2(?:id|i|d)?|bcrypt\d{0,2}|scrypt|pbkdf2)$"
    r"|^a(?:128|192|256)(?:gcm|kw|gcmkw|cbc(?:-hs\d{3})?|ctr)$"  # those of JOSE: A256GCM, A128CBC-HS256
)
_ENCODING = lazily(
    r"(?i)^(?:utf[-_]?(?:8|16|32)(?:[-_]?(?:le|be|sig))?|latin[-_]?\d{1,2}|(?:us[-_]?)?ascii|iso[-_]?8859[-_]?\d{1,2}|cp\d{3,4}"
    r"|windows[-_]?125\d|euc[-_]?(?:jp|kr)|shift[-_]?jis|big5|gb(?:k|2312|18030)|koi8[-_]?[ru])$"
)
_OF_NOTHING = frozenset(
    ["d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "31d6cfe0d16ae931b73c59d7e0c089c0"]
    + ["aad3b435b51404eeaad3b435b51404ee", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
)
"""MD5, SHA-1, NT, LM and SHA-256 of no bytes: an account without a password, or a default."""
_RULES = lazily(r"^[a-z_]+(?::[\w,.\-]+)?(?:\|[a-z_]+(?::[\w,.\-]+)?)+$")  # required|string|max:50
DRAWN = 0.85
"""Randomness of a UUID of version 4: all its digits are drawn (RFC 9562), however few of them are letters."""
NOT_NAMES = lazily(
    rb"(?i)(?:file|path|dir|url|uri|name|(?<!andro)id|ids|field|label|type|length|len|size|count|expir\w*|ttl|timeout|policy|rule"
    rb"|regex|pattern|header|prefix|suffix|hint|help|title|text|message|msg|error|prompt|input|placeholder|column"
    rb"|param(?:eter)?|attr(?:ibute)?|env|var|variable|version|format|method|class|algo(?:rithms?|s)?|digest|hash|index"
    rb"|status|state|enabled|required|(?<!ad)min|max|reset|confirmation|confirm|format|description|example|endpoint"
    rb"|izers?|ized?|(?<!author)ization|ary|less|manager|provider|service|store|storage|reference|ref|selector|source|schemes?|page"
    rb"|view|(?<!plat)form|mode|[_\-.](?:at|on|in)|(?-i:(?<=[a-z])(?:At|On|In))|passes|icon|image|logo|button|link|route|action|event|css|style"
    rb"| (?:with|for|of|is|using|from|to|by|or|and|via|if|not|when|must|should|can|will)"
    rb"|address|addr|contract|symbol|price|amount|owner|holder|position|offset|(?<!pass)codes?|color|colour|locale|lang"
    rb"|(?:cache|partition|foreign|sort|range|shard|object|row|map|lookup|dedup\w{0,8}|distribution|translation|i18n"
    rb"|unique|natural|composite|surrogate|bucket|s3|record|registry|metric|project|websocket|site"
    rb"|spreadsheet)[_\- ]?key"
    rb"|encoding|char(?:acter)?s|charset|alphabet|kind|encryption|hasher|plugin|strategy|generator|validator|__i?(?:contains|exact|startswith|endswith|in)|key_?(?:name|id)|arn|hashes|digests|checksum|strength|spec|encoder|number|usage|symbol|commit|revision"
    rb"|history|last_?set|e-?mail|margin|padding|width|height|signature|within|encrypted[_\-]?\w{0,12}?key|[_\-]tag|(?-i:(?<=[a-z])Tag))"
    rb"[\"'`\])\\]{0,4}[ \t]{0,8}$"
)
_OWNERS = (
    "user",
    "db",
    "my",
    "admin",
    "root",
    "ftp",
    "smtp",
    "sql",
    "mail",
    "login",
    "ldap",
    "proxy",
    "auth",
    "ssh",
    "web",
    "mqtt",
    "wifi",
    "wlan",
    "vpn",
    "imap",
    "redis",
    "key",
    "store",
)
_PUBLIC = lazily(
    rb"(?i)(?<!next_)(?<!nuxt_)(?<!expo_)public|pub_?key|authorized[_\-]?key|existing[_\-]?secret"  # in charts
    rb"|(?:next|nuxt|expo)_public_(?!\w*(?:secret|token|passw))"  # what a build writes into pages, meant or not
)
_SAID = lazily(rb"(?i)[ ](?:is|was)$")
_PASS_IN_A_WORD = lazily(
    "[a-z]{}pass|[A-Z]{}PASS|[Pp]ass[a-z]|PASS[A-Z]".format(
        "".join(f"(?<!{word})" for word in _OWNERS), "".join(f"(?<!{word.upper()})" for word in _OWNERS)
    ).encode()
)
_KEY_IN_A_WORD = lazily(
    rb"(?:[kK]ey(?=[a-z])|KEY(?=[A-Z]))(?!(?i:s?(?![a-z])|s?(?:val|mat|data|str|phrase|byte|hex|base|b64|pass|pw|secret|token|text"
    rb"|pair|raw|for|of|in|main|prod|test|dev|live|seed|salt|vault)))"
)  # keyboard, keynote, keysieve.h
_PW_IN_A_WORD = lazily(rb"(?i)^(?!.*pass).*_pwm")  # esp8266_pwm_ns
_A_PASSWORD = "passw|passphrase|passcode|pwd|psw"
_A_CREDENTIAL = f"{_A_PASSWORD}|secret|token|credential|salt"
"""What names one whatever stands around it; "pass", "key" and "auth" do so as words of their own only."""
_OTHER_THAN_KEY = lazily(f"(?i){_A_CREDENTIAL}|seed|auth|bearer|creds|keys?(?![a-z])".encode())
_PLAIN = lazily(f"(?i){_A_CREDENTIAL}|key|_pw".encode())
PLAINLY = lazily(rb"(?i)passw|passphrase|pwd")
PASSWORD = lazily(
    f"(?i){_A_PASSWORD}|_pass|\\.pass|-pass|kennwort|_pw|^pass|(?-i:(?<=[a-z])Pass(?![a-z]))"
    f"|(?:{'|'.join(_OWNERS)})pass".encode()
)

_WHOSE = lazily(
    rb"([A-Z][A-Z0-9_]{3,40}|[\w.]{4,40})[_.](?:PASSWORD|PASSWD|PWD|password|passwd|pwd)$"
)  # ORACLE_PASSWORD


FIRST_OF_TWO = lazily(rb"[\"'][ \t]{0,4},[ \t]{0,4}(?:[\"']|PASS)")
"""Behind an account's name: updatePassword("ann", "x")."""


_ASKS = lazily(
    rb"(?i)(?:^|[._:>])(?:get|fetch|read|load|find|look_?up|retrieve|resolve|has|delete|remove|unset|prompt)_?\w*$"
)
_FINGERPRINT = lazily(r"[0-9a-f]{8,64}$")
"""What `secrets` of keysieve.toml lists."""


@lru_cache(maxsize=4096)  # as `context.placeholder`
def silent_reason(value: str, name: bytes, quoted: bool, around: tuple[bytes, bytes] = (b"", b"")) -> str:
    """Why the value is no credential at all, or ""; `around` is some bytes before and some behind it.

    `quoted` holds also where the place says that it is meant as it stands (`literal.literal`).
    """
    chance = randomness(value)
    if len(value) < 4 or len(value) < 6 and name and not PASSWORD.search(name):
        return "is too short"
    if _template(value, chance, around[1]):
        return "is a text that something is filled in"
    if _BETWEEN.search(value) or _CLASS.search(value) and chance < 0.98:
        return "is code between strings, or an expression"
    if CODE.search(value) and (chance < 0.9 or value.endswith(")")) and not (quoted and phrase(value)):
        return "is a name or an expression of code"
    if chance >= DRAWN:
        name = _SAID.sub(b"", name)  # the secret is: ...
    other = _other_word(name) and not by_policy(value) or b"::" in name and chance < DRAWN
    if other or NOT_NAMES.search(name) or _PUBLIC.search(name):
        return "its name asks for something else than the credential"
    if chance < 0.9 and around[0][-4:-1] == name[-2:] + b"(" and _ASKS.search(name):
        return "is what a call that reads the credential asks for"
    if quoted and around[0][-2:-1] == b"(" and name[-2:] == around[0][-4:-2] and FIRST_OF_TWO.match(around[1]):
        return "is the first of two arguments, the account's name"
    if name.strip().lower() == b"secrets" and _FINGERPRINT.match(value):
        return "is the fingerprint of one that is allowed"
    if _PATH.search(value) and chance < (0.6 if _BASE64.match(value) else 0.9) or _FILE.search(value):
        return "is a path, a file or a URL"
    if _RULES.match(value):
        return "is a list of rules or types"
    if _MEASURE.match(value):
        return "is a measure or a colour"
    if _VERSION.search(value):
        return "is a version, a date or an address"
    if " " in value and len(value.split()) > 1 and not (PLAINLY.search(name) and drawn_words(value)):
        return "is prose"
    if not value.isascii() and not _DIGIT.search(value):
        return "is a word of some language"
    if _INDEX.search(value):
        return "is the name of an index, a constraint or a public key, an advisory or an address"
    if _ALGORITHM.search(value):
        return "is the name of an algorithm"
    if _ANALYTICS.match(value):
        return "is an id that every page shows"
    if _ENCODING.match(value):
        return "is the name of an encoding"
    if _HEAD.match(value) and b"secret" not in name.lower():
        return "is the head of a JSON web token, without its body"
    if value.lower() in _OF_NOTHING:
        return "is the digest of an empty text"
    if _CHECKSUM.match(value):
        return "is a checksum that names its algorithm"
    if not quoted and (told := _bare(value, name, chance, around)):
        return told
    return "repeats its name" if repeats(value, name) and not (quoted and owners(value, name)) else ""


def another(between: bytes) -> bool:
    """Whether what stands from the name to the value ends with another name that is set there (`pass topic='x'`)."""
    return _ANOTHER.match(between) is not None


def _template(value: str, chance: float, behind: bytes) -> bool:
    """Whether it has a gap for something else (`{}`, `{user}`), or stops at one."""
    padded = value[-1] == "=" and (chance >= 0.9 or _BASE64.match(value) is not None)
    gap = behind[:1] in (b"<", b"{", b"$", b"[") and behind[:2] != b"</"
    if value[-1] in "-_:=./" and gap and not padded:
        return True
    return _FILLED_IN.search(value) is not None and (chance < 0.9 or _FILLS_IN.match(behind) is not None)


def _other_word(name: bytes) -> bool:
    """Whether "pass", "pw" or "key" is all here that could mean a credential, and part of a word (bypass, keyboard)."""
    if (_PW_IN_A_WORD.search(name) or _KEY_IN_A_WORD.search(name)) and not _OTHER_THAN_KEY.search(name):
        return True
    return not _PLAIN.search(name) and _PASS_IN_A_WORD.search(name) is not None


def _bare(value: str, name: bytes, chance: float, around: tuple[bytes, bytes]) -> str:
    """What speaks against a value without quotes: in code that is an expression."""
    before, after = around
    if _BEHIND.search(before):
        return "stands behind a placeholder or an address"
    encoded = chance >= 0.9 and (_BASE64.match(value) or _BASE64URL.match(value))
    arrow = value[-1] == "-" and after[:1] == b">" or before[-1:] == b">" and _IDENTIFIER.match(value)  # C: pwd->uid
    if not encoded and _EXPRESSION.search(value) or before[-1:] == b"(" or arrow:
        return "is an expression of code"
    if _MEMBER.match(value) and repeats(value.rsplit(".", 1)[1], name):
        return "is an expression of code"  # JWTKey: l.JWTKey
    if _SHORT_MEMBER.match(value):
        return "is an expression of code"
    if _NUMBER.match(value) and (name or not 5 <= len(value) <= 12):
        return "is a number"  # on a command line that logs in, a password
    if WORDS.search(value) and chance < 0.6:
        return "is a bare word"
    if b":" in name and before[-1:] == b":":
        return "is a part of a path"  # of a build's modules
    command = not name or name.isupper() and before[-1:] == b"="  # PGPASSWORD=x psql
    if value.isalpha() and not command and _SENTENCE.match(after):
        return "is the first word of a sentence"
    if _IDENTIFIER.match(value) and after[:1] in (b";", b")", b",") and (chance < 0.95 or len(value) < 12):
        return "is a variable"
    if _IDENTIFIER.match(value) and _OF_A_KEY.search(before) and chance < 0.95:
        return "is a variable"  # options["password"] = given
    if _IDENTIFIER.match(value) and _MAPPED.search(before) or _CAPITAL.match(value) and _BOUND.search(before):
        return "is a variable"  # Erlang: password => Drawn1, password := Old
    return ""


def owners(value: str, name: bytes) -> bool:
    """Whether the name of a setting says whose password it is, and that account's name is the password."""
    whose = _WHOSE.match(name)
    return whose is not None and value.encode() in re.split(rb"[_.]", whose[1].lower())


def repeats(value: str, name: bytes) -> bool:
    """Whether the value says what its name says (`db-password` under DB_PASSWORD)."""
    letters = re.sub(r"[^a-z]", "", value.lower())
    if len(letters) <= len(value) / 3 or letters not in re.sub(r"[^a-z]", "", name.decode("latin-1").lower()):
        return False
    return sum(map(str.isdigit, value)) < 3 and not by_policy(value)  # Pass1234! was made to be let in, pass1 was not
