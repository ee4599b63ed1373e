"""Evidence for values without a format of their own: passwords and secrets in assignments.

Precision comes first here: what reads like code, a reference, a label or prose is silent, and the rest is
weighed by how random it looks and how plainly its name says what it is.
"""

from __future__ import annotations

import re

from scanner.records import Reason
from scanner.score.context import hash_named
from scanner.score.randomness import randomness

_CODE = re.compile(
    r"^[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+$"  # member access, modules
    r"|^[A-Za-z_]\w*\(|\)$|^[a-z]+(?:[A-Z][a-z]+)+$|^[A-Z][a-z]+(?:[A-Z][a-z]+)+$"  # calls, camelCase, PascalCase
    r"|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[@&*]\w+$|^-{1,2}[a-z][\w-]*$"  # CONSTANTS, references, options
)
_WORDS = re.compile(r"^[A-Za-z]+(?:[_\-. ][A-Za-z]+)*$")
_PATH = re.compile(r"^(?:\.{0,2}/|~/|[A-Za-z]:\\|https?://|[a-z+]+://)|^[\w.\-]+(?:/[\w.\-]+){1,}$")
_FILE = re.compile(r"\.(?:pem|key|crt|cer|json|ya?ml|txt|properties|conf|cfg|ini|py|rb|js|ts|go|java|html?|xml|sh)$")
_VERSION = re.compile(r"^v?\d+(?:[.\-/:]\d+)+\S{0,8}$")
_ALGORITHM = re.compile(
    r"(?i)^(?:hmac|pbkdf2|hs|rs|es|ps|aes|rsa|ecdsa)?[-_]?(?:with)?(?:sha|md|cbc|gcm)?[-_]?\d{1,3}"
    r"(?:[-_/](?:\d{1,3}|cbc|gcm|ctr|rsa|sha\d*|hmac))*$"
)
_UUID = re.compile(r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_NOT_NAMES = re.compile(
    rb"(?i)(?:file|path|dir|url|uri|name|id|ids|field|label|type|length|len|size|count|expir\w*|ttl|timeout|policy|rule"
    rb"|regex|pattern|header|prefix|suffix|hint|help|title|text|message|msg|error|prompt|input|placeholder|column"
    rb"|param(?:eter)?|attr(?:ibute)?|env|var|variable|version|format|method|class|algo\w*|digest|hash|salt|index"
    rb"|status|state|enabled|required|min|max|reset|confirmation|confirm|format|description|example|endpoint"
    rb"|izers?|ized?|ization|ary|less|manager|provider|service|store|storage|reference|ref|selector|source|scheme|page|view|form|mode|at|on|in)"
    rb"[\"'`\])\\]{0,4}[ \t]{0,8}$"
)
_STRONG = re.compile(rb"(?i)(?:passw(?:or)?d|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|token|key)$")


def silent_reason(value: str, name: bytes, quoted: bool) -> str:
    """Why the value is no credential at all, or ""."""
    if len(value) < 4:
        return "is too short"
    if _CODE.search(value) and (randomness(value) < 0.9 or value.endswith(")")):
        return "is a name or an expression of code"
    if _NOT_NAMES.search(name) or b"::" in name or b"public" in name.lower():
        return "its name asks for something else than the credential"
    if _PATH.search(value) and randomness(value) < 0.9 or _FILE.search(value):
        return "is a path, a file or a URL"
    if _VERSION.search(value):
        return "is a version, a date or an address"
    if " " in value and len(value.split()) > 1:
        return "is prose"
    if not quoted and _WORDS.search(value) and randomness(value) < 0.6:
        return "is a bare word"
    if _ALGORITHM.search(value):
        return "is the name of an algorithm"
    return "repeats its name" if _same(value, name) else ""


def _same(value: str, name: bytes) -> bool:
    letters = re.sub(r"[^a-z]", "", value.lower())
    return bool(letters) and letters in re.sub(r"[^a-z]", "", name.decode("latin-1").lower())


def evidence(value: str, name: bytes, text: bytes, span: tuple[int, int]) -> list[Reason]:
    """What speaks for and against a value that could be a credential."""
    chance = randomness(value)
    found = [Reason(f"its value looks {_adjective(chance)} (randomness {chance:.2f})", 0.45 * (chance - 0.5))]
    if _STRONG.search(name.rstrip(b"\"'`])\\ \t:=>,(")):
        found.append(Reason("its name says plainly that it is a credential", 0.1))
    if len(value) < 8:
        found.append(Reason("it is short", -0.1))
    if value.isdigit():
        found.append(Reason("it is only digits", -0.3))
    if _UUID.match(value):
        found.append(Reason("it has the form of a UUID", -0.15))
    if _WORDS.match(value):
        found.append(Reason("it is made of words", -0.15))
    if hash_named(text, *span):
        found.append(Reason("its line speaks of a digest", -0.25))
    return found


def _adjective(chance: float) -> str:
    return "drawn at random" if chance >= 0.8 else "partly random" if chance >= 0.4 else "like words"
