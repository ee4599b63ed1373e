"""Evidence for values without a format of their own: passwords and secrets in assignments.

What `silent` leaves is weighed by how random it looks, by how people make passwords, and by how plainly its
name says what it is.
"""

from __future__ import annotations

import re

from scanner.lazily import lazily
from scanner.records import Reason
from scanner.score.context import hash_named, line_of, within_binary
from scanner.score.habits import by_policy, habit, most_used, stands_in
from scanner.score.literal import setting
from scanner.score.login import beside, common
from scanner.score.place import MOST_USED
from scanner.score.plain import of_code, signs, single, word
from scanner.score.randomness import randomness
from scanner.score.siblings import among_others
from scanner.score.silent import CODE, DRAWN, FIRST_OF_TWO, NOT_NAMES, PASSWORD, PLAINLY, WORDS, owners, repeats

_NUMBER_DRAWN = lazily(r"^(?=\d{30,80}$)(?!(?:0123|1234))(?!\d*(\d)\1{4})")  # 128 bits and more in decimal digits
_PGP_KEY = lazily(r"^(?:0x)?(?:[0-9A-F]{40}|[0-9A-F]{16})$")
_PGP = lazily(rb"(?i)gpg|pgp|keyserver|recv-?keys|apt[_-]key|signed|signing")
_PRIVATE = lazily(rb"(?i)private[_\-]?key$")  # none has 64 or 160 bits: it is called by its fingerprint
_UUID = lazily(r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_DIGEST = lazily(r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$", re.I)
_UUID4 = lazily(r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$")
_STRONG = lazily(
    rb"(?i)(?:passw(?:or)?d|pwd|passphrase|secret|api[_-]?key|access[_-]?key|auth[_-]?token|token|key|salt|seed)$"
)
_DEFAULT = lazily(
    r"(?i)[^a-z]|pass(?:word|wd)?|secret|default|^(?:postgres(?:ql)?|mysql|mariadb|redis|mongo(?:db)?|minioadmin|elastic|neo4j"
    r"|rabbitmq|oracle|tiger|airflow|grafana|wordpress|drupal|joomla)$"
)  # logins that a product comes with, and what is more than one word
_OF_A_PAGE = lazily(
    rb"(?i)csrf|xsrf|authenticity|forgery|cursor|idempot|continuation"
    rb"|(?:verification|page|next|request|lock|change|update|client|pagination|sync|correlation|reset)[-_]?token"
)
_BADGE = lazily(rb"(?i)\bbadge\b[^\s\"'<>]*[?&][\w.\-]*=\Z")
_LINE = lazily(rb"^[ \t]*(?:-[ \t]+|export[ \t]+|ENV[ \t]+)?[\"']?[\w.\-]{1,80}[\"']?[ \t]*[:=][ \t]*[\"']?$")
_LINE_ENDS = lazily(rb"[\"']?,?[ \t]*(?:#.*)?\r?$")

_TOKEN = lazily(rb"(?i)(?:token|(?:api|access|auth)[_\-]?key)$")
_NUMBERED = lazily(
    r"(?i)^(?!check|test|item|rule|node|page|step|user|case|row|task|id)[A-Za-z]{2,}(?:[_-][A-Za-z]+){0,3}[_-]?\d{3,6}$"
)
_SECRET = lazily(rb"(?i)secret(?:[_\-.]?key)?$")


def weak(value: str, name: bytes, text: bytes, span: tuple[int, int]) -> bool:
    """Whether a line gives one of the most used passwords, and nothing else, to the name of a password."""
    if not most_used(value) or by_policy(value) or not PLAINLY.search(name) or NOT_NAMES.search(name):
        return False
    low = text.rfind(b"\n", 0, span[0]) + 1
    behind = text[span[1] : span[1] + 80].split(b"\n", 1)[0]
    return _LINE.match(text[low : span[0]]) is not None and _LINE_ENDS.match(behind) is not None


def meant(value: str, name: bytes, text: bytes, span: tuple[int, int], kind: bool = False) -> bool:
    """Whether a common password or joined words are what an account has: by its `kind`, or beside its login."""
    if NOT_NAMES.search(name) or not value.islower() and repeats(value, name) or a_field(value, name, text, span[0]):
        return False
    told = kind and text[span[0] - 1 : span[0]] in (b'"', b"'", b"`") and not _NO_LOGIN.search(name)
    first = text[span[0] - 2 : span[0] - 1] == b"(" and FIRST_OF_TWO.match(text, span[1]) is not None
    return told and common(value) or not first and beside(value, text, *span)


def a_field(value: str, name: bytes, text: bytes, start: int) -> bool:
    """Whether code gives a name a string that says the same: what a field or an option is called (`'db-password'`)."""
    if not ("-" in value or "_" in value) or not PASSWORD.search(value.encode()) or not repeats(value, name):
        return False
    return _CODE_BEFORE.search(text[max(0, start - 30) : start]) is not None


_CODE_BEFORE = lazily(rb"(?:=>|[ \t]=|:)[ \t]{0,20}[bru@]{0,2}[\"'`]\Z")
_NO_LOGIN = lazily(rb"(?i)token|secret|key")


def drawn_at_random(value: str) -> float:
    """How random it looks; what is drawn by its form is so, however it looks."""
    return DRAWN if _UUID4.match(value) or _NUMBER_DRAWN.match(value) else randomness(value)


def evidence(value: str, name: bytes, text: bytes, span: tuple[int, int], kind: bool = False) -> list[Reason]:
    """What speaks for and against a value that could be a credential; `kind` where that of a password is its own."""
    drawn = _UUID4.match(value) or _NUMBER_DRAWN.match(value)
    chance = drawn_at_random(value)
    named = name.rstrip(b"\"'`])\\ \t:=>,(")
    password = kind or bool(PASSWORD.search(named)) or by_policy(value) and b"pass" in named.lower()
    used = weak(value, name, text, span)
    plain = not used and chance < (0.6 if password else 0.5)
    plain = plain and (word(value, text, *span, told=kind) or signs(value, text, *span))
    habits = by_policy(value) and named[-3:].lower() == b"key" or _SECRET.search(named) is not None
    habits = habits or _NUMBERED.match(value) is not None and _TOKEN.search(named) is not None
    made = _WORD if plain and not habit(value) else _made(value, password, chance, habits)
    found = [MOST_USED if used else made]
    if _STRONG.search(named):
        found.append(Reason("its name says plainly that it is a credential", 0.1))
    own = len(value) >= 5 and owners(value, named)
    plainly = (
        own or not used and chance < 0.5 and PLAINLY.search(named) and not _DEFAULT.search(value) and not of_code(value)
    )
    owned = plainly and setting(text, *span)
    if len(value) < (5 if plain or owned else 6):
        found.append(Reason("it is short", -0.1))
    if value.isdigit() and not drawn and not (password and _chosen_number(value)):
        found.append(Reason("it is only digits", -0.3))
    if owned:
        found.append(Reason("it is all that a setting says, where a word is meant as it stands", 0.3))
    if _UUID.match(value):
        found.append(Reason("it has the form of a UUID", -0.15))
    if WORDS.match(value) and chance < (0.6 if password else 0.8) and not used and not plain and not own:
        found.append(Reason("it is made of words", -0.15))
    if stands_in(value):
        found.append(Reason("it is a word that stands for a value", -0.2))
    if _BADGE.search(text, max(0, span[0] - 120), span[0]):
        found.append(Reason("it belongs to a badge, which anyone may see", -0.4))
    if _OF_A_PAGE.search(named):
        found.append(Reason("it belongs to one page or request, and ends with it", -0.4))
    if among_others(value.encode(), text, *span):
        found.append(Reason("lines beside it give values of the same form to names of no credential", -0.35))
    if hash_named(text, *span):
        found.append(Reason("its line speaks of a digest", -0.4 if _DIGEST.match(value) else -0.25))
    if _PGP_KEY.match(value):
        told = _PRIVATE.search(named) is not None or _PGP.search(line_of(text, *span)) is not None
        found.append(Reason("it has the form of an OpenPGP key's fingerprint", -0.4 if told else -0.15))
    if within_binary(text, *span):
        found.append(Reason("control characters stand beside it: a cache or a program, not a setting", -0.25))
    return found


def fitting(value: str, password: bool, placed: bool = False) -> Reason:
    """How a value looks that stands where its kind's stands; a password there may be what people choose.

    `placed` where its place leaves no doubt that it is one: in an address, in a command that logs in.
    """
    chance = drawn_at_random(value)
    how = habit(value) if password and chance < 0.5 else ""
    if placed and _chosen_number(value):
        how = "a number"
    if placed and chance < 0.5 and (single(value) or common(value)):
        how = how or "a word"
    if how:
        return Reason(f"its value is made as people make passwords ({how})", 0.0)
    if not password and chance < 0.5 and CODE.search(value):
        return Reason("it reads like a name of code", -0.4)
    return Reason(f"the format fits its name, randomness {chance:.2f}", 0.3 * (chance - 0.5))


COMMON = Reason("it is a common password, where an account's stands", 0.12)
STANDS_IN = Reason("it is a plain word, but the password of an account, by what stands around it", 0.05)
_WORD = Reason("it is a word that stands alone under the name of a password or secret", 0.05)

_RANDOM = 0.45
"""Weight of the randomness of a value, from half of it down to half of it up."""


def _chosen_number(value: str) -> bool:
    """Whether it is a number such as people take as a password."""
    return value.isdigit() and 5 <= len(value) <= 12


def _made(value: str, password: bool, chance: float, habits: bool = False) -> Reason:
    """How the value was made: by people, where it is a password, or drawn."""
    weight = _RANDOM * (chance - 0.5)
    if password and _chosen_number(value):
        return Reason("its value is a number under a password's name", -0.05)
    how = habit(value) if password or habits else ""
    if how and weight < 0.1:
        return Reason(f"its value is made as people make passwords ({how})", 0.1)
    return Reason(f"its value looks {_adjective(chance)} (randomness {chance:.2f})", weight)


def _adjective(chance: float) -> str:
    return "drawn at random" if chance >= 0.8 else "partly random" if chance >= 0.4 else "like words"
