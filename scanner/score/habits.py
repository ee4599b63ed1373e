"""Passwords as people make them: a word and a year, letters turned into digits, a symbol at the end.

Such a value is little random, and still no name of anything: low entropy alone discards nothing.
"""

from __future__ import annotations

import re

from scanner.lazily import lazily

_YEAR = lazily(r"^[A-Za-z]{3,}[\W_]?(?:19|20)\d\d[\W_]{0,3}$")
_WORD_DIGITS = lazily(r"^[A-Za-z]{3,}[\W_]?\d{2,6}[\W_]{0,3}$|^\d{2,6}[A-Za-z]{3,}[\W_]{0,3}$")
_BETWEEN = lazily(
    r"^(?!(?i:base|sha|utf|aes|rsa|md|http|oauth|ipv|hmac|win|log))[A-Z]?[a-z]{2,11}(?:19|20)?\d\d[A-Za-z]{3,12}\d{0,2}[\W_]{0,2}$"
)  # Sql2019isfast
_DIGITS_TWICE = lazily(r"^(?=.*[A-Z])(?=.*[a-z])[A-Za-z]{2,12}\d{1,2}[A-Za-z]{2,12}\d{2,6}[\W_]{0,2}$")  # Shop2Market77
_SYMBOL = lazily(r"[!@#$%^&*?+=~,;|]")
_POLICY = lazily(r"^(?=.*[A-Z])(?=.*[a-z])(?=.*\d.*\d)(?=.*[\W_])\S{8,}$")  # what most policies ask for
_LEET = lazily(r"[A-Za-z][013457@$][A-Za-z]")
_PHRASE = lazily(r"^[A-Za-z]{3,}(?:[\-_.][A-Za-z]{3,}){2,}\d{1,4}[\W_]?$")
_SAYING = lazily(r"^(?![A-Z]{2}|.*(?:Pass|Secret|Here|Your))[A-Za-z][a-z]*(?:[A-Z][a-z]*){4,}[!@#$%^&*?]{1,2}$")
_STAND_INS = lazily(
    r"(?i)^(?:my|the|some|test|new|old|user|your)?[\W_]?(?:pass(?:word|wd)?|pwd|secret|token|key|test(?:ing|er)?|user(?:name)?|login"
    r"|value|name|data|string|foo|bar|baz|abc|utf|sha|md|base|oauth|http|ipv|rsa|aes|des|hmac|hs|rs|es|sample|demo)"
    r"[\W_]?\d{0,4}$"
)
_BY_A_POLICY = lazily(
    r"^(?!(?i:my|your|new|old|change|the|some|example))(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[!@#$%^&*?])"
    r"[\w!@#$%^&*?.\-]{7,24}$"
)
"""A capital, a digit and a symbol: made to be let in, by a rule for passwords."""
_COUNTED = lazily(r"^(?:Pass(?:word|wd)?|Pwd|Secret|Admin|Test(?:ing)?|User)[\W_]?\d{3,4}$")
"""The same of a capital and three digits."""

_OF_A_NAME = lazily(r"^(?=\D*\d)[a-z][a-z0-9]{2,20}(?:pw|pass|pwd)\d{0,2}$")  # peer1pw
_AT = lazily(r"^(?=[^A-Z]*[A-Z])[A-Za-z]{3,16}[@#!$&][A-Za-z]{3,16}$")  # Meadow@store
_DRAWN_WORDS = lazily(r"^[a-z]{3,9}(?: [a-z]{3,9}){3,11}$")
_COUNTED_WORDS = lazily(
    r"^(?!.*(?:minim|maxim|least|most|char|digit|letter|length|short|long|test|page|step|error|code))"
    r"[a-z]{3,12}(?: [a-z]{3,12}){1,4} \d{2,4}$"
)  # rustling leaves 1990
_PROSE = lazily(
    r"\b(?:the|and|for|you|your|our|his|her|their|its|this|that|these|those|with|without|from|into|not|are|was"
    r"|were|has|have|had|can|could|will|would|should|must|may|does|did|been|but|who|what|when|where|which"
    r"|why|how|than|then|them|they|she|him|all|any|some|each|enter|please|password|passwords|secret|user"
    r"|users|username|account|login|forgot|change|reset|confirm|new|old|here|there|use|used|using|set|get"
    r"|only|one|two)\b"
)


def drawn_words(value: str) -> bool:
    """Whether four words or more stand side by side as in a drawn passphrase: none of them joins a sentence."""
    return bool(_DRAWN_WORDS.match(value) or _COUNTED_WORDS.match(value)) and not _PROSE.search(value)


_MOST_USED = frozenset(
    re.findall(
        r"\S+",
        """000000 111111 123123 12345 123456 1234567 123456789 1234567890 654321 666666 888888
        abc123 admin admin1 admin123 admin1234 administrator azerty baseball batman changeit charlie
        dragon football freedom guest iloveyou letmein letmein123 master monkey ninja
        p@ssw0rd p@ssword passw0rd passw0rd123 password1 password12 password123
        princess qwe123 qwerty1 qwerty123 root root123 shadow starwars sunshine superman toor
        trustno1 welcome welcome1 welcome123 whatever zaq12wsx 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx""",
    )
)
"""Of the lists of most used passwords (NCSC, SplashData); no logins that products come with, and no words that
people put where a password would go."""


def by_policy(value: str) -> bool:
    """Whether a word for a password was given what a rule for passwords asks for: Test_pass#1, Password12!."""
    return _BY_A_POLICY.match(value) is not None


def most_used(value: str) -> bool:
    """Whether many people use this password, whatever its case and the symbol at its end."""
    return value.lower().rstrip("!@#$.?*") in _MOST_USED


def habit(value: str) -> str:
    """Which habit of people made this password, in words; "" where none shows."""
    if drawn_words(value):
        return "words drawn for a passphrase"
    if not 5 <= len(value) <= 40 or not value.isascii() or stands_in(value):
        return ""
    digits, symbols = any(map(str.isdigit, value)), len(_SYMBOL.findall(value))
    if _YEAR.match(value):
        return "a word and a year"
    if _WORD_DIGITS.match(value):
        return "a word and digits"
    if _SAYING.match(value) or _AT.match(value):
        return "words joined and a symbol"
    if _OF_A_NAME.match(value):
        return "a name and a word for a password"
    if digits and (_PHRASE.match(value) or _DIGITS_TWICE.match(value) or _BETWEEN.match(value)):
        return "words and digits"
    if _LEET.search(value) and not value.isalpha() and sum(map(str.isdigit, value)) + symbols >= 2:
        return "letters turned into digits"
    if symbols and any(map(str.isalpha, value)) and (digits or symbols > 1) or _POLICY.match(value):
        return "letters, digits and symbols"
    return ""


def phrase(value: str) -> bool:
    """Whether three words or more and a number are joined, as in passphrases; dotted names of code have no number."""
    return bool(_PHRASE.match(value))


def stands_in(value: str) -> bool:
    """Whether the value is one of the words that people put where a credential would go, perhaps with a number."""
    return _STAND_INS.match(value) is not None and not (by_policy(value) or _COUNTED.match(value))
