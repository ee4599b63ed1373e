"""One rule of another scanner on its way to a table of a pattern file, and notes of what is not as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scanner.catalogue.foreign.expression import translate
from scanner.catalogue.foreign.needed import needed
from scanner.catalogue.foreign.symbols import Unmapped

_RESPOND = {
    "revoke": "at the service that issued it",
    "rotate": "issue a new one and deploy it before the old one is deleted",
}


class Note(NamedTuple):
    """What could not be taken over as it was: of which rule ("" for the file), which key, and why."""

    rule: str
    key: str
    why: str
    gone: bool = True  # left out; else in use with a difference


@dataclass(slots=True)
class Imported:
    """What a file came to: tables of a pattern file, `allow` tables of a configuration, and notes."""

    name: str  # of the file, for people
    tables: list[dict[str, Any]] = field(default_factory=list)
    allow: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # the file, and those that it extends
    rules: int = 0  # in the file, whether taken over or not
    parts: int = 0  # of these, such as serve others that require them, as parts of theirs

    def document(self) -> dict[str, Any]:
        """The pattern file."""
        provider = {"name": self.name, "imported": self.name, "respond": _RESPOND}
        return {"provider": provider, "credential": self.tables}


@dataclass(slots=True)
class Draft:
    """A rule as read."""

    id: str
    name: str
    text: str
    slug: str
    secret: int | str | None = None
    keywords: tuple[str, ...] = ()
    unless: list[dict[str, Any]] = field(default_factory=list)
    path: str = ""
    required: list[tuple[str, str, int | str | None]] = field(default_factory=list)  # slug, expression, its group
    score: float = 0.6
    rust: bool = False


_NEAR = 200
_PARTS = "what it requires must stand within 256 bytes, whatever lines it names; without it confidence is low"
_KEYWORDS_NEAR = f"keywords that its expression does not hold count when they stand within {_NEAR} bytes before"
_KEYWORDS_GONE = "keywords that its expression does not hold are not asked for; a text that it does hold is"
_NO_TEXT = "no text of two letters is in all of its matches, and it has no keywords: the prefilter cannot find it"


def slug(text: str, prefix: str, taken: Iterable[str] = ()) -> str:
    """An id as pattern files have it, not one of `taken`."""
    made = f"{prefix}{re.sub(r'[^a-z0-9]+', '-', text.lower()).strip('-') or 'rule'}"
    others, number, name = set(taken), 2, made
    while name in others:
        name, number = f"{made}-{number}", number + 1
    return name


def table(draft: Draft, notes: list[Note]) -> dict[str, Any] | None:
    """The rule as a table of a pattern file; None, with a note, where it cannot be one."""
    try:
        translated = translate(draft.text, draft.secret, rust=draft.rust)
        notes += [Note(draft.id, "regex", why, False) for why in translated.changes]
        literals, text = _found_by(draft, translated.text, notes)
        parts = [_part(item, draft.rust) for item in draft.required]
        path = translate(draft.path, limits=False).text if draft.path else ""
    except Unmapped as error:
        notes.append(Note(draft.id, "regex", str(error)))
        return None
    if parts:
        notes.append(Note(draft.id, "required", _PARTS, False))
    made: dict[str, Any] = {
        "id": draft.slug, "name": draft.name, "source": "unconfirmed", "literals": literals, "caseless": True,
        "regex": text, "bounds": "none", "rank": "named", "score": draft.score, "severity": "high",
    }  # fmt: skip
    return made | {key: value for key, value in (("unless", draft.unless), ("part", parts), ("path", path)) if value}


def _part(item: tuple[str, str, int | str | None], rust: bool) -> dict[str, Any]:
    name, text, secret = item
    return {"name": name, "regex": translate(text, secret, rust=rust).text, "required": True}


def _found_by(draft: Draft, text: str, notes: list[Note]) -> tuple[list[str], str]:
    """The literals for the prefilter, and the expression, which is made longer where keywords stand beside it."""
    sets = needed(text)
    words = sorted({word.lower() for word in draft.keywords if word})
    if not words:
        if not sets:
            raise Unmapped(_NO_TEXT)
        return sorted(sets[0]), text
    if any(all(any(word in item for word in words) for item in texts) for texts in sets):
        better = sets[0] if min(map(len, sets[0])) > min(map(len, words)) and len(sets[0]) <= 16 else words
        return sorted(better), text
    source = _squeezed(draft.text)
    beside = [word for word in words if _squeezed(word) not in source]
    if not beside:
        return words, text
    if sets:
        notes.append(Note(draft.id, "keywords", _KEYWORDS_GONE, False))
        return sorted(sets[0]), text
    notes.append(Note(draft.id, "keywords", _KEYWORDS_NEAR, False))
    before = "|".join(map(_escaped, beside))
    inner = text if "(" in text.replace("(?:", "").replace("(?i:", "") else f"(?P<secret>{text})"
    some = "" if len(beside) == len(words) else "?"
    return words, f"(?:(?i:{before})[\\s\\S]{{0,{_NEAR}}}?){some}(?:{inner})"


def _squeezed(text: str) -> str:
    return re.sub(r"\(\?[-a-z]*:|[\\()\[\]?]", "", text).lower()


def _escaped(word: str) -> str:
    return translate("\\Q" + word + "\\E", limits=False).text


def any_of(texts: Sequence[str], plain: bool = False) -> str:
    """One expression for all of `texts`, `plain` ones in any case. Raises Unmapped."""
    if plain:
        return "(?i:" + "|".join(map(_escaped, texts)) + ")"
    done = [translate(text, limits=False).text.replace("(?P<secret>", "(?:") for text in texts]
    return done[0] if len(done) == 1 else "|".join(f"(?:{text})" for text in done)
