"""A credential in ten surroundings, each in three encodings, as repositories hold them.

A kind that is known by its name stands under that name, spelled as is usual in the surrounding; one that is
known by its format stands under a neutral name, so that the name proves nothing.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape

from scanner.detector import MEDIUM, SILENT, Detector
from scanner.records import Credential
from tests.helpers.samples import draw

_NEUTRAL = ("service", "setting")
_SECRET_WORDS = frozenset(
    ["key", "apikey", "token", "secret", "password", "passwd", "pass", "pwd", "auth", "credential", "credentials"]
)
_LOOSE = re.compile(r"[\s\"'`$&|;<>()\\#]")


class Placed(NamedTuple):
    """A file's text, and where in it the credential stands."""

    text: str
    start: int
    end: int


class Held(NamedTuple):
    """The bytes of a file, and where in them the credential stands."""

    data: bytes
    start: int
    end: int


class Answer(NamedTuple):
    """What was seen of one credential in its place."""

    own: bool  # as its own kind, shown without being asked for
    other: str  # else the kind that was shown in the same place


class Name:
    """A name of several words in every usual spelling."""

    def __init__(self, words: tuple[str, ...]) -> None:
        rest = [word.capitalize() for word in words[1:]]
        self.constant = "_".join(words).upper()
        self.snake = "_".join(words)
        self.camel = words[0] + "".join(rest)
        self.pascal = words[0].capitalize() + "".join(rest)
        self.dotted = ".".join(words)
        self.kebab = "-".join(words)
        self.header = "X-" + "-".join(word.capitalize() for word in words)
        self.plain = " ".join(words)


def name_of(kind: Credential) -> Name:
    """The name a value of this kind is given: its first keyword, with the usual ending where it has none."""
    if not kind.keywords:
        return Name(_NEUTRAL)
    first = next((word for word in kind.keywords if word[0].isalnum()), kind.keywords[0])
    words = [word for word in re.split(r"[^0-9a-z]+", first.lower()) if word]
    if not words[-1].endswith(tuple(_SECRET_WORDS)):
        ending = ["token"] if "token" in kind.id else ["key"] if words[-1] == "api" else ["api", "key"]
        words += ["secret"] if words[-1] in ("client", "app") else ending
    return Name(("my", *words) if words[0][0].isdigit() else tuple(words))


Lay = Callable[[Name, str, int], tuple[str, str, str] | None]
"""Name, value and number of the sample -> text before the value, the value as it is written there, text after it;
None where such a value does not stand there. Even and odd numbers take the two usual forms."""


def _env(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if "\n" not in value and not _LOOSE.search(value):
        mark = '"' if number % 2 else ""
    elif "'" not in value:
        mark = "'"
    else:
        mark, value = '"', value.replace("\\", "\\\\").replace('"', '\\"')
    return f"# local settings\nDEBUG=0\n{name.constant}={mark}", value, f"{mark}\nPORT=8080\n"


def _yaml(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    label = name.kebab if number % 4 == 3 else name.snake
    if "\n" in value:
        return f"app:\n  port: 8080\n  {label}: |\n    ", value.replace("\n", "\n    "), "\n  debug: false\n"
    mark = '"' if number % 2 or re.search(r": |^[^\w]|['\"]| #|:$", value) else ""
    value = _json_text(value) if mark else value
    return f"app:\n  port: 8080\n  {label}: {mark}", value, f"{mark}\n  debug: false\n"


def _json_text(value: str) -> str:
    return json.dumps(value)[1:-1]


def _json(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    label = name.snake if number % 2 else name.camel
    return f'{{\n  "port": 8080,\n  "{label}": "', _json_text(value), '",\n  "debug": false\n}\n'


def _python(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if "\n" in value:
        mark = "'''" if value.endswith('"') else '"""'
        return f"import os\n\n{name.constant} = {mark}", value.replace("\\", "\\\\"), f"{mark}\n"
    if number % 2:
        return f'client = connect(\n    {name.snake}="', _json_text(value), '",\n    timeout=10,\n)\n'
    return f'import os\n\n{name.constant} = "', _json_text(value), '"\nTIMEOUT = 10\n'


def _javascript(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if "\n" in value:
        return f"const {name.camel} = `", value.replace("\\", "\\\\").replace("`", "\\`"), "`;\n"
    if number % 2:
        return f"module.exports = {{\n  {name.camel}: '", value.replace("'", "\\'"), "',\n  timeout: 10,\n};\n"
    return f'const {name.camel} = "', _json_text(value), '";\nconst timeout = 10;\n'


def _go(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if "\n" in value:
        return f"package main\n\nconst {name.camel} = `", value, "`\n"
    if number % 2:
        return f'cfg := Config{{\n\t{name.pascal}: "', _json_text(value), '",\n\tTimeout: 10,\n}\n'
    return f'package main\n\nconst {name.camel} = "', _json_text(value), '"\n'


def _xml(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if number % 2 and "\n" not in value:
        before = f'<configuration>\n  <add key="{name.pascal}" value="'
        return before, escape(value, {'"': "&quot;"}), '" />\n</configuration>\n'
    return f"<settings>\n  <{name.camel}>", escape(value), f"</{name.camel}>\n</settings>\n"


def _properties(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    sign = " = " if number % 2 else "="
    return f"server.port=8080\n{name.dotted}{sign}", value.replace("\n", "\\n\\\n    "), "\nserver.debug=false\n"


def _curl(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if "\n" in value or '"' in value:
        return None
    if number % 2 and quote(value, safe="") == value:  # else it would be escaped, and rarely is written so
        return f'curl -s "https://api.service.net/v1/items?{name.snake}=', value, '&limit=1"\n'
    return f'curl -s -H "{name.header}: ', value, '" https://api.service.net/v1/items\n'


def _log(name: Name, value: str, number: int) -> tuple[str, str, str] | None:
    if "\n" in value:
        return None
    label = f"{name.plain}: " if number % 2 else f"{name.snake}="
    return f"2026-11-20T10:04:05Z INFO worker-3 request failed {label}", value, " status=401 after=12ms\n"


SURROUNDINGS: dict[str, Lay] = {
    "env": _env,
    "yaml": _yaml,
    "json": _json,
    "python": _python,
    "javascript": _javascript,
    "go": _go,
    "xml": _xml,
    "properties": _properties,
    "curl": _curl,
    "log": _log,
}


def place(kind: Credential, surrounding: str, number: int = 0, seed: int = 1) -> Placed | None:
    """Sample `number` of the kind in that surrounding; None where such a value does not stand there."""
    value = draw(kind, f"{seed}/{number}", number).strip("\n")
    laid = SURROUNDINGS[surrounding](name_of(kind), value, number)
    if laid is None:
        return None
    before, written, after = laid
    return Placed(before + written + after, len(before), len(before) + len(written))


def _plain(placed: Placed) -> Held:
    before, written = placed.text[: placed.start].encode(), placed.text[placed.start : placed.end].encode()
    return Held(placed.text.encode(), len(before), len(before) + len(written))


def _base64(placed: Placed) -> Held:
    held = _plain(placed)
    return Held(base64.b64encode(held.data) + b"\n", held.start * 4 // 3, held.end * 4 // 3 + 1)


def _utf16(placed: Placed) -> Held:
    return Held(placed.text.encode("utf-16-le"), 2 * placed.start, 2 * placed.end)


ENCODINGS: dict[str, Callable[[Placed], Held]] = {"plain": _plain, "base64": _base64, "utf-16": _utf16}


def look(kind: Credential, held: Held, detector: Detector) -> Answer:
    """What the detector shows where the credential stands; a lone part may be low, as long as it is seen."""
    least = SILENT if kind.joins else MEDIUM
    seen = [
        sighting
        for sighting in detector.inspect(held.data)
        if sighting.span.start < held.end and held.start < sighting.span.end
    ]
    if any(sighting.credential == kind.id and sighting.score >= least for sighting in seen):
        return Answer(True, "")
    return Answer(False, next((sighting.credential for sighting in seen if sighting.score >= MEDIUM), ""))


def answers(
    kind: Credential, detector: Detector, numbers: range, encodings: tuple[str, ...] = tuple(ENCODINGS)
) -> Iterator[tuple[str, str, Answer | None]]:
    """(surrounding, encoding, answer) for every sample; the answer is None where it was left out."""
    for number in numbers:
        for surrounding in SURROUNDINGS:
            placed = place(kind, surrounding, number)
            for encoding in encodings:
                answer = look(kind, ENCODINGS[encoding](placed), detector) if placed else None
                yield surrounding, encoding, answer
