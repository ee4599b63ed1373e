"""Values: credentials as machines and people make them, and what stands in their place without being one.

Nothing here is a real credential: every value is drawn by a seed. The kinds are general habits (password generators,
a word and a year, letters turned into digits), none is taken from a data set.
"""

from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable

from bench.judgement.words import NOUNS, PARTS, SENTENCES, half

Maker = Callable[[random.Random, bool], str]
"""Seeded generator, and whether held-out words are used -> a value."""

_LEET = str.maketrans("aeiost", "43!05+")


def _drawn(alphabet: str, low: int, high: int) -> Maker:
    return lambda rnd, _held: "".join(rnd.choices(alphabet, k=rnd.randint(low, high)))


def _word(rnd: random.Random, held: bool) -> str:
    return rnd.choice(half(NOUNS, held))


def _year(rnd: random.Random, held: bool) -> str:
    return f"{_word(rnd, held).capitalize()}{rnd.randint(1960, 2026)}{rnd.choice(['', '!', '$', '#', '?'])}"


def _digits(rnd: random.Random, held: bool) -> str:
    return f"{_word(rnd, held)}{rnd.randint(1, 9999)}"


def _leet(rnd: random.Random, held: bool) -> str:
    word = _word(rnd, held)
    return word.translate(_LEET).capitalize() + rnd.choice(
        ["", str(rnd.randint(0, 99)), "!", "@" + str(rnd.randint(1, 9))]
    )


def _phrase(rnd: random.Random, held: bool) -> str:
    return rnd.choice("-_.").join(_word(rnd, held) for _ in range(3)) + rnd.choice(["", str(rnd.randint(0, 99))])


def _two(rnd: random.Random, held: bool) -> str:
    return f"{_word(rnd, held).capitalize()}{rnd.choice('@#$%&*!_')}{_word(rnd, held)}{rnd.randint(0, 99)}"


def _base64(rnd: random.Random, _held: bool) -> str:
    return base64.b64encode(rnd.randbytes(rnd.choice([16, 24, 32, 48]))).decode()


LOWER_DIGITS = string.ascii_lowercase + string.digits
WIDE = string.ascii_letters + string.digits
PASSWORDS: dict[str, Maker] = {
    "a generator's, letters and digits": _drawn(WIDE, 8, 20),
    "a generator's, with symbols": _drawn(WIDE + "!#%*+-_^@.", 8, 24),
    "small letters and digits": _drawn(LOWER_DIGITS, 6, 16),
    "drawn small letters": _drawn(string.ascii_lowercase, 7, 14),
    "drawn letters": _drawn(string.ascii_letters, 8, 20),
    "a word and a year": _year,
    "a word and digits": _digits,
    "letters turned into digits": _leet,
    "three words": _phrase,
    "two words, a symbol, digits": _two,
}
SECRETS: dict[str, Maker] = {
    "hex": lambda rnd, _held: rnd.randbytes(rnd.choice([16, 20, 24, 32])).hex(),
    "short hex": lambda rnd, _held: rnd.randbytes(rnd.choice([5, 8, 10])).hex(),
    "base64": _base64,
    "base62": _drawn(WIDE, 16, 48),
    "url-safe": _drawn(WIDE + "-_", 20, 64),
    "base36": _drawn(LOWER_DIGITS, 16, 40),
    "UUID under a credential's name": lambda rnd, _held: str(uuid.UUID(int=rnd.getrandbits(128), version=4)),
    "drawn letters under a token's name": _drawn(string.ascii_letters, 16, 40),
}


def _parts(rnd: random.Random, held: bool, least: int = 2) -> list[str]:
    return rnd.choices(half(PARTS, held), k=rnd.randint(least, 4))


def _snake(rnd: random.Random, held: bool) -> str:
    return "_".join(_parts(rnd, held))


def _kebab(rnd: random.Random, held: bool) -> str:
    return "-".join(_parts(rnd, held))


def _camel(rnd: random.Random, held: bool) -> str:
    first, *rest = _parts(rnd, held)
    return first + "".join(map(str.capitalize, rest))


def _pascal(rnd: random.Random, held: bool) -> str:
    return "".join(map(str.capitalize, _parts(rnd, held)))


def _reference(rnd: random.Random, held: bool) -> str:
    name = _snake(rnd, held)
    forms = [
        "${%s}",
        "{{ %s }}",
        "{{%s}}",
        "$%s",
        "%%(%s)s",
        "<%%= %s %%>",
        "${{ secrets.%s }}",
        "#{%s}",
        "@@%s@@",
        "$(%s)",
    ]
    return rnd.choice(forms) % rnd.choice([name, name.upper()])


_STANDS_FOR = (
    "changeme",
    "your-api-key",
    "YOUR_PASSWORD_HERE",
    "<password>",
    "xxxxxxxxxxxx",
    "********",
    "insert-token-here",
    "my-secret-key",
    "example-token",
    "password",
    "secret",
    "REPLACE_ME",
    "TODO",
    "dummy",
    "fake-token",
    "test",
    "12345678",
    "abcdefgh",
    "[REDACTED]",
    "your_secret_here",
    "placeholder",
    "...",
    "null",
    "none",
    "testtoken",
    "some-password",
    "this-is-a-secret",
    "mypassword",
    "test-token",
    "not-a-real-key",
    "enter your key",
)
_TYPES = (
    "string",
    "String",
    "str",
    "Optional[str]",
    "SecretStr",
    "varchar(255)",
    "CharField",
    "bytes",
    "&str",
    "VARCHAR",
)


def _expression(rnd: random.Random, held: bool) -> str:
    a, b = _camel(rnd, held), _snake(rnd, held)
    forms = [f"self.{b}", f"{a}.{_camel(rnd, held)}", f"{a}()", f"get_{b}({a})", f"os.environ['{b.upper()}']"]
    forms += [
        f"process.env.{b.upper()}",
        f"{a}[{b}]",
        f"{_pascal(rnd, held)}::{b.upper()}",
        f"{a}->{b}",
        f"new {_pascal(rnd, held)}()",
    ]
    return rnd.choice(
        [*forms, f"config.get('{b}')", f"args.{b}", f"request.form['{b}']", f"props.{a} || {b}", f"{b}[0]"]
    )


NOT_QUOTED: dict[str, Maker] = {
    "code": _expression,
    "a variable": lambda rnd, held: rnd.choice([_snake, _camel])(rnd, held),
    "a constant": lambda rnd, held: _snake(rnd, held).upper(),
    "a type": lambda rnd, _held: rnd.choice(_TYPES),
}
NOT_CREDENTIALS: dict[str, Maker] = {
    "a reference": _reference,
    "a placeholder": lambda rnd, _held: rnd.choice(_STANDS_FOR),
    "a snake_case name": _snake,
    "a kebab-case name": _kebab,
    "a camelCase name": _camel,
    "a PascalCase name": _pascal,
    "a constant's name": lambda rnd, held: _snake(rnd, held).upper(),
    "a dotted key": lambda rnd, held: ".".join(_parts(rnd, held)),
    "prose": lambda rnd, held: rnd.choice(half(list(SENTENCES), held)),
    "a path": lambda rnd, held: "/" + "/".join(_parts(rnd, held)) + rnd.choice(["", ".pem", ".txt", ".key"]),
    "a URL": lambda rnd, held: f"https://{_kebab(rnd, held)}.example.org/{_snake(rnd, held)}",
    "one word": lambda rnd, held: rnd.choice(half(PARTS, held)),
}
OTHERS: dict[str, Maker] = {
    "a digest": lambda rnd, _held: rnd.randbytes(rnd.choice([16, 20, 32])).hex(),
    "an id": lambda rnd, _held: str(uuid.UUID(int=rnd.getrandbits(128), version=4)),
    "an encoded asset": lambda rnd, _held: base64.b64encode(b"\x89PNG\r\n\x1a\n" + rnd.randbytes(60)).decode(),
    "a version": lambda rnd, _held: f"{rnd.randint(0, 9)}.{rnd.randint(0, 30)}.{rnd.randint(0, 9)}",
}
