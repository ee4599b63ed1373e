"""What a value and its surroundings say: placeholders, references, documentation, hashes, prose.

Everything here is a function of the value and at most REACH bytes around it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from scanner.lazily import lazily
from scanner.records import Reason
from scanner.score.habits import by_policy

_REFERENCE = lazily(
    r"\$\{|\$\(|\{\{|\}\}|<%|%>|#\{|%\(\w+\)|%[sdv]\b|^%[-+#0]?\d{0,6}l{0,2}[sdiuxXcfz]$|^%{1,2}\w+%{1,2}$|\$\w+\$|@Value|process\.env"
    r"|^\${1,2}[A-Za-z_]\w*(?:$|\[\w{1,30}\]|->)"
    r"|os\.environ|getenv|ENV\[|secrets\.|vault:|^op://|^ref\+|^ENC[\[(]|^!vault|^\*+$|^arn:|^ssm:|^gcpsm:|^env:[A-Z_]\w*$"
    r"|^<[^<>]*>$|^\{[A-Za-z_][\w.]*(?:[!:*][^{}]*)?\}$|^\[[^\[\]]*\]$|^__\w+__$|^@@\w+@@$|^@[A-Za-z][\w\-]*\.[\w.\-]+@$"
    r"|^:[a-z_]+$|\{[a-z]\w{0,15}\*\d{1,3}\}|\bkeyvault\b|valueFrom|&lt;|&#(?:x3[cC]|60);|^file:|^data:"
    r"|^(?:%[-+#0]?\d{0,3}l{0,2}[sdiuxXc][:.\-_/ ]?){2,}$"  # %02X:%02X
    r"|\^(?:USER|PASS)(?:64)?\^|^\*+\w+\*+[.,;:]?$"  # ^PASS^ of hydra, *a word* in a text or crossed out
)
_PLACEHOLDER = lazily(
    r"(?i)example|placeholder|change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|this|with)|redacted|xxxx|<\w+>"
    r"|my[-_]?(?:super[-_]?)?(?:secret|token|password|api)|insert[-_ ]|lorem(?!\S*\d)|top[-_]?secret"
    r"|not[-_ ]?(?:a[-_ ]?)?(?:real|set|secret)|some[-_ ]?(?:secret|token|key|pass)|deadbeef|cafebabe"
    r"|the[-_ ]?(?:secret|password|token|key)|(?<![a-z0-9])your(?:[-_ ]|[A-Z])"
    r"|(?<![a-z0-9])(?:sample|dummy|fake|foo(?:user|pass|bar(?:ed)?)?|todo|fixme|asdf|mock)(?![a-z])"
    r"|(?<![a-z0-9])(?:enter|put|add|paste)[-_ ]"
)
_RUN = lazily(r"(?i)12345678|abcdefg|qwerty")
_CUT = lazily(r"[A-Za-z0-9]\.\.[A-Za-z0-9]{0,4}$")
_NOTHING = frozenset(
    [
        "none",
        "null",
        "nil",
        "true",
        "false",
        "undefined",
        "nan",
        "empty",
        "default",
        "string",
        "str",
        "text",
        "bytes",
        "int",
        "integer",
        "bool",
        "boolean",
        "number",
        "float",
        "object",
        "any",
        "unknown",
        "optional",
        "required",
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "sekrit",
        "token",
        "key",
        "apikey",
        "api_key",
        "username",
        "user",
        "admin",
        "root",
        "test",
        "tests",
        "testing",
        "guest",
        "value",
        "data",
        "name",
        "type",
        "auth",
        "basic",
        "bearer",
        "publickey",
        "oauth",
        "hidden",
        "masked",
        "encrypted",
        "plain",
        "plaintext",
        "disabled",
        "enabled",
        "yes",
        "no",
        "on",
        "off",
        "hello",
        "world",
        "foobar",
        "foo",
        "bar",
        "baz",
        "qux",
        "quux",
        "demo",
        "void",
        "char",
        "varchar",
        "self",
        "this",
        "public",
        "private",
        "protected",
        "static",
        "final",
        "const",
        "var",
        "let",
        "function",
        "return",
        "require",
        "import",
    ]
)
_SEQUENCES = (
    "0123456789" * 2,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "qwertyuiopasdfghjklzxcvbnm",
    "zyxwvutsrqponmlkjihgfedcba",
    "9876543210" * 2,
    "0123456789abcdef" * 3,
    "abcdefghijklmnopqrstuvwxyz0123456789",
)


@lru_cache(maxsize=4096)  # a history sets the same values again and again
def placeholder(value: str) -> str:
    """Why `value` stands for a credential instead of being one, in words, or ""."""
    if _REFERENCE.search(value):
        return "refers to a value kept elsewhere"
    if "..." in value or value.endswith("\u2026") or _CUT.search(value):
        return "is cut short"
    if value.lower() in _NOTHING:
        return "is a plain word that stands for a value"
    if _PLACEHOLDER.search(value) or _RUN.search(value) and not by_policy(value):
        return "reads like a placeholder"
    if ":" in value and all(part in _NOTHING for part in value.lower().split(":")):
        return "is made of plain words that stand for values"
    if repeated(value):
        return "repeats the same few characters"
    if _sequence(value):
        return "is a sequence of the alphabet or the keyboard"
    return ""


def filler(body: str) -> str:
    """The narrower question for a value whose format is distinctive: is its body made up?"""
    if repeated(body):
        return "repeats the same few characters"
    if _sequence(body):
        return "is a sequence of the alphabet or the keyboard"
    if re.search(
        r"(?i)example|placeholder|your(?:[-_]|(?:api|secret|access|auth|private)*(?:key|token|secret))|xxxx|\*\*\*\*|\.\.\.|redacted|changeme|dummy|fake",
        body,
    ):
        return "reads like a placeholder"
    return ""


def repeated(value: str) -> bool:
    """One character over half of it, fewer than four different ones in eight, or a short unit repeated."""
    if len(value) < 4:
        return False
    counts = Counter(value.lower())
    if max(counts.values()) > len(value) / 2 or (len(value) >= 8 and len(counts) < 4):
        return True
    if "-" in value and all(len(set(group)) == 1 for group in value.split("-")):
        return True  # 11111111-2222-3333-4444-555555555555
    return len(value) >= 8 and any(value == (value[:n] * len(value))[: len(value)] for n in range(1, 5))


def _sequence(value: str) -> bool:
    """Most of it walks along the alphabet, the digits or the keyboard."""
    text = re.sub(r"[^a-z0-9]", "", value.lower())
    if len(text) < 6:
        return False
    steps = sum(text[i : i + 4] in _STEPS for i in range(len(text) - 3))
    return steps > 0.6 * (len(text) - 3)


_STEPS = frozenset(row[i : i + 4] for row in _SEQUENCES for i in range(len(row) - 3))


_EXAMPLE_WORDS = lazily(
    rb"(?i)\b(?:for example|example(?!\.(?:com|org|net))|sample|dummy|fake|placeholder|mock|not a real|fixture)\b"
    rb"|\be\.g\."
)
_DIGESTS = rb"checksum|digest|fingerprint|etag|integrity|sha-?(?:1|224|256|384|512)|md5"
"""What a digest is called: in a name, on a line and above a column, where more words may mean one."""
_HASH_WORDS = lazily(rb"(?i)" + _DIGESTS + rb"|\b(?:commit|revision)\b|blake")
_ENVIRONMENT = lazily(rb"\x00(?=[A-Za-z_]\w{0,40}=|\Z)")
"""What parts the entries of an environment that is written as the kernel keeps it (/proc/1/environ)."""
_CONTROL = lazily(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def line_of(text: bytes, start: int, end: int) -> bytes:
    """The lines that the match touches, as far as `text` reaches."""
    low = text.rfind(b"\n", 0, start) + 1
    high = text.find(b"\n", end)
    return text[low : high if high >= 0 else len(text)]


def surroundings(text: bytes, start: int, end: int) -> list[Reason]:
    """Evidence from the lines of the match."""
    found: list[Reason] = []
    line = line_of(text, start, end)
    rest = line.replace(text[start:end], b" ")
    if _EXAMPLE_WORDS.search(rest):
        found.append(Reason("its line speaks of an example", -0.1))
    if len(_CONTROL.findall(text)) > len(text) / 20:
        found.append(Reason("stands inside binary data", -0.4))
    return found


def within_binary(text: bytes, start: int, end: int) -> bool:
    """Whether the match stands among bytes that no text holds: within 64 of it, on its own line."""
    low = max(0, start - 64)
    near = _ENVIRONMENT.sub(b"\n", text[low : end + 64])  # as long as before
    near = line_of(near, start - low, end - low)
    return bool(_CONTROL.search(near.replace(text[start:end], b" ")))


_DIGEST_NAME = lazily(rb"(?i)(?:" + _DIGESTS + rb"|revision)[\"'`\])\\ \t:=>]{0,12}$")


def names_digest(name: bytes) -> bool:
    """Whether a name that ends so has a digest as its value."""
    return _DIGEST_NAME.search(name) is not None


def hash_named(text: bytes, start: int, end: int) -> bool:
    """Whether the line says that the value is a digest."""
    line = line_of(text, start, end)
    return bool(_HASH_WORDS.search(line.replace(text[start:end], b" ")))


_DIGEST_HEADING = lazily(rb"(?i)(?:" + _DIGESTS + rb"|revision|rev|commit|hash|sha)")


def below_digest(text: bytes, start: int) -> bool:
    """Whether the heading of its column, a few lines of CSV above, names a digest."""
    low = text.rfind(b"\n", 0, start) + 1
    column = text.count(b",", low, start)
    if not column:
        return False
    for line in reversed(text[: max(0, low - 1)].split(b"\n")):
        cells = line.split(b",")
        if len(cells) <= column:
            return False
        if _DIGEST_HEADING.fullmatch(cells[column].strip(b" \t\r\"'")):
            return True
    return False


_MESSAGE = lazily(
    rb"(?i)\b(?:is|are|was|were) (?:required|missing|invalid|expired|not|wrong|unset|empty|needed|denied)\b"
)


def message(between: bytes) -> bool:
    """Whether what stands between a name and a value says that there is none, or that it does not work."""
    return _MESSAGE.search(between) is not None
