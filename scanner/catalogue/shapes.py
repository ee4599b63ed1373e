"""A pattern's `shape` -> sample credentials, so that no token-shaped string is stored anywhere.

A shape is text with fields in braces: ``{class*n}``, ``{class*n-m}`` (a length drawn from the range),
``{a|b|c}`` (one of), ``{c*n}`` with a single character (that character, n times), and names of makers
(``{uuid}``, ``{jwt}`` ...). ``{sum}`` asks the credential's structure for the checksum of the text before
it. ``{{`` and ``}}`` are braces.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable

ALPHABETS = {
    "base62": string.digits + string.ascii_letters,
    "base36": string.digits + string.ascii_lowercase,
    "BASE36": string.digits + string.ascii_uppercase,
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
    "base32": string.ascii_uppercase + "234567",
    "base32lower": string.ascii_lowercase + "234567",
    "hex": string.digits + "abcdef",
    "HEX": string.digits + "ABCDEF",
    "digits": string.digits,
    "digits19": "123456789",
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "azure": string.ascii_letters + string.digits + ".~_-",
    "password": string.ascii_letters + string.digits + "!#%*+-_^",
}

Maker = Callable[[random.Random], str]
Seal = Callable[[str], str]
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_REPEAT = re.compile(r"(.+)\*(\d+)(?:-(\d+))?\Z", re.DOTALL)


def sample(shape: str, rnd: random.Random, makers: dict[str, Maker], seal: Seal) -> str:
    """One credential of this shape. Raises ValueError for a field that is not understood."""
    done = ""
    position = 0
    for field in _FIELD.finditer(shape):
        done += shape[position : field.start()]
        position = field.end()
        if field[0] in ("{{", "}}"):
            done += field[0][0]
        elif field[1] == "sum":
            done += seal(done)
        else:
            done += _draw(field[1], rnd, makers)
    return done + shape[position:]


def _draw(field: str, rnd: random.Random, makers: dict[str, Maker]) -> str:
    if field in makers:
        return makers[field](rnd)
    repeat = _REPEAT.match(field)
    if repeat:
        low = int(repeat[2])
        count = rnd.randint(low, int(repeat[3] or low))
        alphabet = ALPHABETS.get(repeat[1], repeat[1])
        if len(alphabet) > 1 and repeat[1] not in ALPHABETS:
            raise ValueError(f"unknown alphabet {repeat[1]!r}")
        return "".join(rnd.choice(alphabet) for _ in range(count))
    if "|" in field:
        return rnd.choice(field.split("|"))
    raise ValueError(f"unknown field {{{field}}}")
